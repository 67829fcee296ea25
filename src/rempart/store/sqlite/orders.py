"""Orders of authorities and disputes in SQLite; see `store.interface.orders`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import apsw
import msgspec

from rempart.model.authority import AuthorityOrder, Dispute, Effect, Missing
from rempart.store.interface.orders import DisputeRow, LetterRow, OrderRow, OrderTables

_ORDERS = (
    "SELECT id, received_ms, record, missing, taken_by, seq, due_ms, receipt_ms, clarified_ms,"
    " effect, effect_ms, answered_ms, told_ms, stage, paused_ms, shifted_ms FROM authority_order "
)


class SqliteOrderTables(OrderTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def add(self, row: OrderRow) -> None:
        self._db.execute(
            "INSERT INTO authority_order VALUES"
            " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row.id,
                row.order.kind.value,
                row.order.country,
                row.received_ms,
                msgspec.json.encode(row.order),
                _words(row.missing),
                row.taken_by,
                row.seq,
                row.receipt_ms,
                row.clarified_ms,
                row.effect,
                row.effect_ms,
                row.answered_ms,
                row.told_ms,
                row.due_ms,
                row.stage,
                row.paused_ms,
                row.shifted_ms,
            ),
        )

    def put(self, row: OrderRow) -> None:
        self._db.execute(
            "UPDATE authority_order SET missing = ?, receipt_ms = ?, clarified_ms = ?, effect = ?,"
            " effect_ms = ?, answered_ms = ?, told_ms = ?, due_ms = ?, stage = ?, paused_ms = ?,"
            " shifted_ms = ? WHERE id = ?",
            (
                _words(row.missing),
                row.receipt_ms,
                row.clarified_ms,
                row.effect,
                row.effect_ms,
                row.answered_ms,
                row.told_ms,
                row.due_ms,
                row.stage,
                row.paused_ms,
                row.shifted_ms,
                row.id,
            ),
        )

    def get(self, id: str) -> OrderRow | None:
        row = self._db.execute(_ORDERS + "WHERE id = ?", (id,)).fetchone()
        return _order(row) if row else None

    def received(self, from_ms: int, to_ms: int) -> list[OrderRow]:
        query = _ORDERS + "WHERE received_ms >= ? AND received_ms < ? ORDER BY received_ms, id"
        return [_order(row) for row in self._db.execute(query, (from_ms, to_ms))]

    def stood(self, as_of: int) -> list[OrderRow]:
        query = _ORDERS + "WHERE seq < ? ORDER BY received_ms, id"
        now = [_order(row) for row in self._db.execute(query, (as_of,))]
        was = {
            row[0]: row[1:]
            for row in self._db.execute(
                "SELECT id, missing, due_ms, receipt_ms, clarified_ms, effect, effect_ms,"
                " answered_ms, told_ms, stage, paused_ms, shifted_ms, min(until_seq)"
                " FROM authority_order_was WHERE until_seq >= ? GROUP BY id",
                (as_of,),
            )
        }
        return [_order_then(row, was[row.id]) if row.id in was else row for row in now]

    def open(self) -> list[OrderRow]:
        query = (
            _ORDERS + "WHERE answered_ms IS NULL OR (told_ms IS NULL AND effect IN"
            " ('given', 'partly')) ORDER BY answered_ms IS NOT NULL, due_ms, id"
        )
        return [_order(row) for row in self._db.execute(query)]

    def add_measures(self, id: str, measures: Iterable[str]) -> None:
        self._db.executemany(
            "INSERT INTO order_measure VALUES (?, ?)", ((id, measure) for measure in measures)
        )

    def measures(self, id: str) -> list[str]:
        query = "SELECT measure FROM order_measure WHERE order_id = ? ORDER BY measure"
        return [measure for (measure,) in self._db.execute(query, (id,))]

    def add_letter(self, row: LetterRow) -> None:
        self._db.execute("INSERT INTO order_letter VALUES (?, ?, ?, ?, ?, ?)", row)

    def letters(self, id: str) -> list[LetterRow]:
        query = (
            "SELECT order_id, what, text, at_ms, seq, sent_ms FROM order_letter"
            " WHERE order_id = ? ORDER BY seq"
        )
        return [LetterRow(*row) for row in self._db.execute(query, (id,))]

    def sent(self, id: str, seq: int, at_ms: int) -> None:
        self._db.execute(
            "UPDATE order_letter SET sent_ms = ? WHERE order_id = ? AND seq = ?", (at_ms, id, seq)
        )

    def put_dispute(self, row: DisputeRow) -> None:
        one = row.dispute
        self._db.execute(
            "INSERT INTO dispute VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " submitted = excluded.submitted, decided = excluded.decided,"
            " outcome = excluded.outcome, record = excluded.record, seq = excluded.seq",
            (
                row.id,
                one.submitted.isoformat(),
                one.decided.isoformat() if one.decided is not None else None,
                one.outcome,
                msgspec.json.encode(one),
                row.seq,
            ),
        )

    def dispute(self, id: str) -> DisputeRow | None:
        query = "SELECT id, record, seq FROM dispute WHERE id = ?"
        row = self._db.execute(query, (id,)).fetchone()
        return _dispute(row) if row else None

    def disputes(self, from_day: str = "", to_day: str = "9999") -> list[DisputeRow]:
        query = (
            "SELECT id, record, seq FROM dispute WHERE submitted >= ? AND submitted < ?"
            " ORDER BY submitted, id"
        )
        return [_dispute(row) for row in self._db.execute(query, (from_day, to_day))]

    def disputes_stood(self, as_of: int) -> list[DisputeRow]:
        query = (
            "SELECT d.id, coalesce(w.record, d.record), coalesce(w.seq, d.seq) AS said FROM dispute"
            " d LEFT JOIN (SELECT id, record, seq, min(until_seq) FROM dispute_was"
            " WHERE until_seq >= :as_of GROUP BY id) w ON w.id = d.id WHERE said < :as_of"
            " ORDER BY d.submitted, d.id"
        )
        return [_dispute(row) for row in self._db.execute(query, {"as_of": as_of})]


def _words(missing: Iterable[Missing]) -> str:
    return msgspec.json.encode([one.value for one in missing]).decode()


def _order(row: tuple[Any, ...]) -> OrderRow:
    id, received, record, missing, by, seq, due, receipt, clarified, effect, *rest = row
    return OrderRow(
        id,
        received,
        msgspec.json.decode(record, type=AuthorityOrder),
        msgspec.json.decode(missing, type=tuple[Missing, ...]),
        by,
        seq,
        due,
        receipt,
        clarified,
        Effect(effect) if effect is not None else None,
        *rest,
    )


def _order_then(now: OrderRow, was: tuple[Any, ...]) -> OrderRow:
    missing, due, receipt, clarified, effect, *rest = was[:-1]
    return OrderRow(
        now.id,
        now.received_ms,
        now.order,
        msgspec.json.decode(missing, type=tuple[Missing, ...]),
        now.taken_by,
        now.seq,
        due,
        receipt,
        clarified,
        Effect(effect) if effect is not None else None,
        *rest,
    )


def _dispute(row: tuple[Any, ...]) -> DisputeRow:
    id, record, seq = row
    return DisputeRow(id, msgspec.json.decode(record, type=Dispute), seq)
