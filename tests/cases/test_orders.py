"""Orders of authorities: taken in as they came, carried out, answered in time, told to whom they
concern; nothing newly collected, nothing for the Commission's database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.cases.conftest import START, Community, ms

from rempart.cases.authority import orders
from rempart.cases.authority.checks import missing
from rempart.cases.authority.clock import sweep_orders
from rempart.cases.authority.information import information
from rempart.cases.measures.taking import Reach
from rempart.cases.queue.policy import shipped
from rempart.errors import ConflictError, InputError, NotFoundError
from rempart.log.commit import open_leaf
from rempart.model import (
    AuthorityOrder,
    Effect,
    Held,
    MeasureKind,
    MeasureState,
    Missing,
    OrderKind,
    StatementSource,
)
from rempart.store.interface.orders import OrderRow

HOUR = 3_600_000
NOW = ms(START) + HOUR
CONTENT = AuthorityOrder(
    OrderKind.CONTENT,
    "Tribunal judiciaire de Paris",
    "FR",
    "26/1234",
    "greffe@example.org",
    "fr",
    harm="hate",
    legal_basis="Art. 6-3 LCEN",
    reasons="Propos haineux visant une personne.",
    provision="Loi du 29 juillet 1881, art. 24",
    redress="Appel devant la cour d’appel de Paris sous quinze jours.",
    territory=("FR",),
    links=("m1", "https://chat.example/lea/m2"),
)
INFORMATION = msgspec.structs.replace(
    CONTENT,
    kind=OrderKind.INFORMATION,
    reference="26/9",
    links=(),
    accounts=("twitch/u7",),
    wanted=(Held.TIMES, Held.MESSAGES),
)


def nowhere(platform: str, channel: str) -> Reach:
    return Reach()


def told(community: Community) -> list[dict[str, Any]]:
    with community.store.read() as tables:
        size = tables.log.size()
        leaves = tables.log.leaves(0, size)
        return [
            part.value
            for seq, bodies in tables.log.bodies_between(0, size)
            for part in open_leaf(leaves[seq], bodies)
            if part.name == "authority-order"
        ]


def take_in(community: Community, order: AuthorityOrder = CONTENT, by: str = "mo") -> OrderRow:
    with community.store.begin() as tables:
        return orders.take_in(tables, order, NOW - HOUR, ("fr", "en"), shipped(), by, NOW)


def carry_out(
    community: Community,
    id: str,
    links: Sequence[str] = CONTENT.links,
    kind: MeasureKind = MeasureKind.HIDE,
    by: str = "mo",
    why: str = "",
) -> OrderRow:
    with community.store.begin() as tables:
        return orders.carry_out(tables, id, links, (), kind, why, by, NOW + HOUR, reach=nowhere)


def two_messages(community: Community) -> None:
    community.says("m1", "des mots", author="u7")
    community.says("m2", "d’autres mots", author="u8", seconds=5)
    community.step()


def test_an_order_is_receipted_carried_out_answered_and_told(community: Community) -> None:
    two_messages(community)
    row = take_in(community)
    assert row.missing == () and row.due_ms - row.received_ms == 24 * HOUR
    with community.store.read() as tables:
        (receipt,) = tables.orders.letters(row.id)
        assert "accusons réception" in receipt.text and "26/1234" in receipt.text
    with community.store.begin() as tables:
        orders.sent(tables, row.id, receipt.seq, NOW + 60_000, "mo", NOW + 120_000)
    done = carry_out(community, row.id)
    assert done.effect is Effect.GIVEN
    assert (done.effect_ms or 0) - done.received_ms == 2 * HOUR
    assert done.told_ms == done.effect_ms, "told at the latest when effect is given"
    with community.store.read() as tables:
        rows = tables.stream.measures(ids=tables.orders.measures(row.id))
        assert {one.measure.message for one in rows} == {"m1", "m2"}
        assert {one.measure.kind for one in rows} == {MeasureKind.HIDE}
        assert not any(one.measure.automated for one in rows)
        found = tables.statements.of_measures([one.measure.id for one in rows])
        assert {one.statement.account for one in found} == {"u7", "u8"}
        for one in found:
            assert one.statement.source is StatementSource.ORDER
            assert "26/1234" in one.statement.reference["fr"]
            assert "quinze jours" in one.statement.explanation["fr"]
        exempt = tables.statements.exemptions([one.measure.id for one in rows])
        assert {one.exemption.reason.value for one in exempt.values()} == {"order"}, "art. 17(5)"
        assert len(exempt) == 2
        letter = next(one for one in tables.orders.letters(row.id) if one.what == "effect")
        assert "donné suite à l’injonction" in letter.text
    with community.store.begin() as tables:
        answered = orders.sent(tables, row.id, letter.seq, NOW + HOUR, "mo", NOW + 2 * HOUR)
        assert answered.answered_ms == NOW + HOUR
        assert tables.orders.open() == []
    assert [one["what"] for one in told(community)] == [
        "received", "receipt drafted", "receipt sent", "effect", "effect drafted",
        "person told", "effect sent",
    ]  # fmt: skip


def test_what_is_missing_is_flagged_and_asked_about_and_nothing_waits_for_it(
    community: Community,
) -> None:
    two_messages(community)
    bare = msgspec.structs.replace(CONTENT, provision="", redress="", language="de")
    assert missing(bare, ("fr", "en")) == (Missing.PROVISION, Missing.REDRESS, Missing.LANGUAGE)
    assert missing(bare, ()) == (Missing.PROVISION, Missing.REDRESS), "no language was declared"
    row = take_in(community, bare)
    with community.store.read() as tables:
        kinds = [one.what for one in tables.orders.letters(row.id)]
        text = tables.orders.letters(row.id)[1].text
    assert kinds == ["receipt", "clarification"]
    assert "specific provision" in text and "redress" in text and "article 9(2)" in text
    assert row.paused_ms is None, "the clock runs until counsel says otherwise"
    assert carry_out(community, row.id).effect is Effect.GIVEN


def test_who_must_not_be_told_is_told_when_the_silence_is_over(community: Community) -> None:
    two_messages(community)
    until = START + timedelta(days=2)
    silent = msgspec.structs.replace(CONTENT, silent=True, silent_until=until)
    row = take_in(community, silent)
    done = carry_out(community, row.id)
    assert done.effect is Effect.GIVEN and done.told_ms is None
    measures: list[str] = []

    def sweep(at_ms: int) -> None:
        with community.store.begin() as tables:
            sweep_orders(
                tables,
                shipped(),
                at_ms,
                lambda one: orders.tell(tables, one.id, "clock", at_ms, reach=nowhere),  # type: ignore[func-returns-value]
            )

    sweep(ms(until) - 1)
    with community.store.read() as tables:
        measures = tables.orders.measures(row.id)
        assert tables.statements.of_measures(measures) == []
    sweep(ms(until))
    with community.store.read() as tables:
        assert len(tables.statements.of_measures(measures)) == 2
        found = tables.orders.get(row.id)
        assert found is not None and found.told_ms == ms(until)


def test_what_cannot_be_undone_takes_a_second_person(community: Community) -> None:
    two_messages(community)
    row = take_in(community)
    with pytest.raises(ConflictError):
        carry_out(community, row.id, kind=MeasureKind.REMOVE)
    assert carry_out(community, row.id, kind=MeasureKind.REMOVE, by="lou").effect is Effect.GIVEN
    with pytest.raises(ConflictError):
        carry_out(community, row.id)


def test_a_part_is_done_with_a_reason_and_what_is_not_held_is_said(community: Community) -> None:
    community.says("m1", author="u7")
    community.step()
    row = take_in(community)
    with pytest.raises(NotFoundError):
        carry_out(community, row.id)
    with pytest.raises(InputError):
        carry_out(community, row.id, links=("m1",))
    with pytest.raises(InputError):
        carry_out(community, row.id, links=("m9",))
    done = carry_out(community, row.id, links=("m1",), why="Le second lien n’existe pas ici.")
    assert done.effect is Effect.PARTLY
    with community.store.read() as tables:
        assert "n’existe pas ici" in tables.orders.letters(row.id)[-1].text


def test_the_clock_reminds_warns_and_lapses_once_each_and_stands_still_only_when_told(
    community: Community,
) -> None:
    row = take_in(community)

    def sweep(hours: float) -> None:
        with community.store.begin() as tables:
            at = row.received_ms + round(hours * HOUR)
            sweep_orders(tables, shipped(), at, lambda _: None)

    for hours in (11, 12, 13, 21, 22, 24, 30):
        sweep(hours)
    whats = [one["what"] for one in told(community)][2:]
    assert whats == ["reminded", "warned", "lapsed"]
    other = take_in(community, msgspec.structs.replace(CONTENT, reference="26/2"))
    with community.store.begin() as tables:
        with pytest.raises(InputError):
            orders.pause(tables, other.id, " ", "mo", NOW)
        orders.pause(tables, other.id, "Counsel: nobody knows what is meant.", "mo", NOW)
        sweep_orders(tables, shipped(), NOW + 100 * HOUR, lambda _: None)
        resumed = orders.resume(tables, other.id, "mo", NOW + 10 * HOUR)
        assert resumed.due_ms == other.due_ms + 10 * HOUR


def test_information_is_what_is_held_already_and_says_where_it_comes_from(
    community: Community,
) -> None:
    community.says("m1", "bonsoir", author="u7")
    community.says("m2", "entre nous", author="u7", seconds=60, private=True)
    community.says("m3", "rien à voir", author="u8", seconds=61)
    community.step()
    row = take_in(community, INFORMATION)
    assert row.missing == ()
    with community.store.begin() as tables:
        found = information(tables, row.id, row.order.accounts, row.order.wanted, NOW)
        orders.note_export(tables, row.id, row.order.wanted, "mo", NOW)
        done = orders.answer(tables, row.id, Effect.GIVEN, "", "mo", NOW + HOUR)
    assert done.effect is Effect.GIVEN
    (account,) = found.accounts
    assert [one.field for one in account.fields] == [Held.TIMES, Held.MESSAGES]
    assert all("of the log" in one.origin for one in account.fields)
    said = account.fields[1]
    assert [one["text"] for one in said.value] == ["bonsoir"]
    assert said.left_out == {"private": 1}
    assert "entre nous" not in msgspec.json.encode(found).decode()
    with community.store.begin() as tables:
        orders.tell(tables, row.id, "mo", NOW + HOUR, reach=nowhere)
    assert told(community)[-1]["what"] == "person told"


def test_nothing_is_done_about_an_order_only_with_a_reason(community: Community) -> None:
    row = take_in(community)
    with community.store.begin() as tables:
        with pytest.raises(ConflictError):
            orders.answer(tables, row.id, Effect.GIVEN, "", "mo", NOW)
        with pytest.raises(InputError):
            orders.answer(tables, row.id, Effect.REFUSED, "", "mo", NOW)
        orders.answer(tables, row.id, Effect.REFUSED, "Force majeure.", "mo", NOW)
        with pytest.raises(ConflictError):
            orders.tell(tables, row.id, "mo", NOW, reach=nowhere)
    with pytest.raises(ConflictError):
        take_in(community)


def test_an_undone_measure_of_an_order_is_shown_again(community: Community) -> None:
    from rempart.cases.measures.undo import undo_measures

    two_messages(community)
    row = take_in(community)
    carry_out(community, row.id)
    with community.store.begin() as tables:
        undo_measures(tables, tables.orders.measures(row.id), "mo", NOW + 2 * HOUR)
        rows = tables.stream.measures(ids=tables.orders.measures(row.id))
        assert {one.measure.state for one in rows} == {MeasureState.UNDONE}
