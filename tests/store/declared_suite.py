"""What every store keeps of declarations, orders, disputes and suspended notices."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from rempart.errors import StoreError
from rempart.model import (
    AuthorityOrder,
    Dispute,
    DisputeOutcome,
    Effect,
    Missing,
    OrderKind,
)
from rempart.store.interface import Store
from rempart.store.interface.dated import DatedRow
from rempart.store.interface.misuse import SuspensionRow
from rempart.store.interface.orders import DisputeRow, LetterRow, OrderRow

AT_MS = int(datetime(2026, 3, 1, 20, tzinfo=UTC).timestamp() * 1000)
HOUR = 3_600_000
ORDER = AuthorityOrder(
    OrderKind.CONTENT,
    "Tribunal judiciaire de Paris",
    "FR",
    "26/1234",
    "greffe@example.org",
    "fr",
    harm="hate",
    links=("m1", "m2"),
)


def order_row(id: str, **changes: object) -> OrderRow:
    row = OrderRow(id, AT_MS, ORDER, (Missing.REDRESS,), "moderator-1", 7, AT_MS + HOUR)
    return row._replace(**changes)  # type: ignore[arg-type]


class DeclaredSuite:
    def test_what_was_declared_is_read_in_the_order_it_was_said(self, store: Store) -> None:
        first = DatedRow(3, "tier", "tier", "2026-01-01", None, b"{}", "moderator-1", AT_MS)
        later = first._replace(seq=9, from_day="2026-06-01", until="2026-06-30", value=None)
        other = first._replace(seq=5, kind="budget", key="2026")
        with store.begin() as tables:
            for row in (first, later, other):
                tables.dated.add(row)
        with store.read() as tables:
            assert tables.dated.rows() == [first, other, later]
            assert tables.dated.rows("tier") == [first, later]
            assert tables.dated.rows("budget", "2026") == [other]
            assert tables.dated.rows("tier", before_seq=9) == [first]

    def test_a_declaration_does_not_end_before_it_begins(self, store: Store) -> None:
        wrong = DatedRow(1, "tier", "tier", "2026-02-01", "2026-01-31", None, "x", AT_MS)
        with pytest.raises(StoreError), store.begin() as tables:
            tables.dated.add(wrong)

    def test_an_order_keeps_what_came_in_while_it_goes_its_way(self, store: Store) -> None:
        row = order_row("o1")
        with store.begin() as tables:
            tables.orders.add(row)
            tables.orders.add(order_row("o2", received_ms=AT_MS + HOUR, due_ms=AT_MS))
            tables.orders.add_measures("o1", ["ma", "mb"])
            tables.orders.add_letter(LetterRow("o1", "receipt", "Reçu.", AT_MS, 8))
        done = row._replace(
            missing=(),
            receipt_ms=AT_MS + 1,
            effect=Effect.GIVEN,
            effect_ms=AT_MS + 2,
            answered_ms=AT_MS + 3,
        )
        with store.read() as tables:
            assert [one.id for one in tables.orders.open()] == ["o2", "o1"]
        with store.begin() as tables:
            tables.orders.put(done)
            tables.orders.sent("o1", 8, AT_MS + 1)
        with store.read() as tables:
            assert tables.orders.get("o1") == done
            assert tables.orders.get("nothing") is None
            assert [one.id for one in tables.orders.open()] == ["o2", "o1"], "not told yet"
            assert [one.id for one in tables.orders.received(AT_MS, AT_MS + HOUR)] == ["o1"]
            assert tables.orders.measures("o1") == ["ma", "mb"]
            assert tables.orders.letters("o1") == [
                LetterRow("o1", "receipt", "Reçu.", AT_MS, 8, AT_MS + 1)
            ]
        with store.begin() as tables:
            tables.orders.put(done._replace(told_ms=AT_MS + 4))
        with store.read() as tables:
            assert [one.id for one in tables.orders.open()] == ["o2"]

    def test_a_dispute_is_as_it_stands_now(self, store: Store) -> None:
        opened = Dispute("User Rights", "UR-1", "account", date(2026, 2, 1))
        closed = Dispute(
            "User Rights",
            "UR-1",
            "account",
            date(2026, 2, 1),
            outcome=DisputeOutcome.REVERSED,
            decided=date(2026, 4, 1),
        )
        with store.begin() as tables:
            tables.orders.put_dispute(DisputeRow("u1", opened, 4))
            tables.orders.put_dispute(DisputeRow("u1", closed, 9))
        with store.read() as tables:
            assert tables.orders.disputes("2026-01-01", "2027-01-01") == [
                DisputeRow("u1", closed, 9)
            ]
            assert tables.orders.disputes("2026-02-02") == []
            assert tables.orders.dispute("u2") is None

    def test_suspended_notices_end_by_themselves_or_earlier(self, store: Store) -> None:
        row = SuspensionRow(
            "x1", b"r", "notices", AT_MS, AT_MS + HOUR, AT_MS - 1, "four factors", "moderator-1", 5
        )
        with store.begin() as tables:
            tables.misuse.add(row)
        with store.read() as tables:
            assert tables.misuse.standing(b"r", "notices", AT_MS) == row
            assert tables.misuse.standing(b"r", "notices", AT_MS + HOUR) is None
            assert tables.misuse.standing(b"r", "complaints", AT_MS) is None
            assert tables.misuse.standing(b"q", "notices", AT_MS) is None
            assert tables.misuse.begun(AT_MS, AT_MS + 1) == [row]
            assert tables.misuse.begun(AT_MS + 1, AT_MS + HOUR) == []
        with store.begin() as tables:
            tables.misuse.end("x1", AT_MS + 5)
        with store.read() as tables:
            assert tables.misuse.standing(b"r", "notices", AT_MS + 6) is None
            assert tables.misuse.get("x1") == row._replace(ended_ms=AT_MS + 5)

    def test_nothing_is_suspended_without_a_warning_before(self, store: Store) -> None:
        row = SuspensionRow("x1", b"r", "notices", AT_MS, AT_MS + 1, AT_MS, "why", "moderator-1", 5)
        with pytest.raises(StoreError), store.begin() as tables:
            tables.misuse.add(row)
