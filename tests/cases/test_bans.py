"""Court bans: blocked on service, by two people for their term, lapsing by date; who looks alike is
shown to a person and left alone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases.conftest import START, Community, ms

from rempart.cases.authority import bans
from rempart.cases.measures.taking import Reach
from rempart.cases.measures.undo import undo_measures
from rempart.errors import ConflictError, InputError
from rempart.model import CourtBan, MeasureKind, MeasureState
from rempart.store.interface.bans import Newcomer

NOW = ms(START) + 3_600_000
DAY = 86_400_000
BAN = CourtBan(
    "26/77",
    "Tribunal correctionnel de Lyon",
    START,
    date(2026, 3, 1),
    date(2026, 8, 31),
    ("twitch/u7",),
    names=("Dark Wolf",),
)


def nowhere(platform: str, channel: str) -> Reach:
    return Reach()


def register(community: Community, ban: CourtBan = BAN, by: str = "mo") -> str:
    community.says("m1", author="u7")
    community.says("m2", author="u9", channel="zoe")
    community.step()
    with community.store.begin() as tables:
        return bans.register(tables, ban, by, NOW, reach=nowhere).id


def test_a_served_decision_blocks_for_three_days_and_with_a_second_person_for_its_term(
    community: Community,
) -> None:
    id = register(community)
    with community.store.read() as tables:
        rows = tables.stream.measures(ids=tables.bans.measures(id))
        assert {(one.measure.scope.channel, one.measure.scope.ref) for one in rows} == {
            ("lea", "u7"),
            ("zoe", "u7"),
        }, "in the channels protected here, and nowhere else"
        assert {one.measure.kind for one in rows} == {MeasureKind.SUSPEND}
        assert {ms(one.measure.until) - NOW for one in rows if one.measure.until} == {3 * DAY}
        found = tables.statements.of_measures([one.measure.id for one in rows])
        assert "131-35-1" in found[0].statement.reference["fr"]
        exempt = tables.statements.exemptions([one.measure.id for one in rows])
        assert {one.exemption.reason.value for one in exempt.values()} == {"order"}
    with community.store.begin() as tables:
        with pytest.raises(ConflictError):
            bans.confirm(tables, id, "mo", NOW, reach=nowhere)
        bans.confirm(tables, id, "lou", NOW + DAY, reach=nowhere)
    with community.store.read() as tables:
        rows = tables.stream.measures(ids=tables.bans.measures(id))
        last = max(one.measure.until for one in rows if one.measure.until)
        assert last == datetime(2026, 9, 1, tzinfo=UTC), "it lapses by its date"


def test_a_term_that_no_law_gives_is_refused(community: Community) -> None:
    community.says("m1", author="u7")
    community.step()
    wrong = {
        "until": {"until": date(2027, 1, 1)},
        "accounts": {"accounts": ("u7",)},
        "from_day": {"from_day": date(2026, 4, 1)},
        "served": {"served": datetime(2026, 4, 1, tzinfo=UTC)},
    }
    for where, change in wrong.items():
        with pytest.raises(InputError) as told, community.store.begin() as tables:
            ban = msgspec.structs.replace(BAN, **change)  # type: ignore[arg-type]
            bans.register(tables, ban, "mo", NOW, reach=nowhere)
        assert told.value.where == where
    longer = msgspec.structs.replace(BAN, until=date(2027, 2, 28), again=True)
    with community.store.begin() as tables:
        assert bans.register(tables, longer, "mo", NOW, reach=nowhere).ban.again


def test_who_looks_alike_is_a_suspicion_and_nothing_happens_to_it(community: Community) -> None:
    id = register(community)
    with community.store.begin() as tables:
        first = tables.log.size()
        writers = [
            Newcomer("twitch", "u50", "D\u0430rk_W0lf", 11),
            Newcomer("discord", "u7", "somebody", 12),
            Newcomer("twitch", "u7", "Dark Wolf", 13),
            Newcomer("twitch", "u51", "Wolf", 14),
        ]
        alike = bans.alike(BAN, writers)
        assert [(one.account, why) for one, why in alike][-1] == ("u7", "id")
        assert "u51" not in {one.account for one, _ in alike}
        assert bans.look(tables, NOW + DAY) == 0, "nobody new wrote"
        assert tables.log.size() == first
    community.says("m3", author="u60")
    community.step()
    with community.store.begin() as tables:
        ban = tables.bans.get(id)
        assert ban is not None
        tables.bans.put(ban._replace(ban=msgspec.structs.replace(BAN, accounts=("twitch/x",))))
        again = tables.bans.get(id)
        assert again is not None and again.looked_seq < tables.log.size()


def test_a_person_says_what_a_suspicion_is_and_why(community: Community) -> None:
    from rempart.store.interface.bans import SuspicionRow

    id = register(community)
    with community.store.begin() as tables:
        for account in ("u50", "u51"):
            tables.bans.suspect(SuspicionRow(id, "twitch", account, "x", "name", NOW, 1))
        before = len(tables.bans.measures(id))
        with pytest.raises(InputError):
            bans.judge(tables, id, "twitch/u50", "", "mo", NOW, same=True, reach=nowhere)
        bans.judge(tables, id, "twitch/u51", "A child.", "mo", NOW, same=False, reach=nowhere)
        assert len(tables.bans.measures(id)) == before
        bans.judge(tables, id, "twitch/u50", "Said so.", "mo", NOW, same=True, reach=nowhere)
        assert len(tables.bans.measures(id)) == before + 2
        with pytest.raises(ConflictError):
            bans.judge(tables, id, "twitch/u50", "Twice.", "mo", NOW, same=True, reach=nowhere)
        with pytest.raises(ConflictError):
            bans.judge(tables, id, "twitch/u99", "No.", "mo", NOW, same=True, reach=nowhere)


def test_a_ban_ended_early_undoes_what_it_did(community: Community) -> None:
    id = register(community)
    with community.store.begin() as tables:
        bans.end(tables, id, "The court of appeal lifted it.", "lou", NOW + DAY)
        rows = tables.stream.measures(ids=tables.bans.measures(id))
        assert {one.measure.state for one in rows} == {MeasureState.UNDONE}
        assert tables.bans.in_force(NOW + DAY) == []
        with pytest.raises(ConflictError):
            bans.confirm(tables, id, "lou", NOW + DAY, reach=nowhere)


def alone(community: Community, id: str) -> set[str]:
    """Accounts that this ban blocks now."""
    with community.store.read() as tables:
        rows = tables.stream.measures(ids=tables.bans.measures(id))
        active = [one.measure for one in rows if one.measure.state is MeasureState.ACTIVE]
        return {f"{one.scope.platform}/{one.scope.ref}" for one in active}


def test_one_persons_word_blocks_an_account_once(community: Community) -> None:
    """Who invents one decision after the other would keep somebody out for ever."""
    first = register(community)
    assert alone(community, first) == {"twitch/u7"}
    again = msgspec.structs.replace(BAN, reference="26/78", accounts=("twitch/u7", "twitch/u8"))
    with community.store.begin() as tables:
        id = bans.register(tables, again, "mo", NOW + 4 * DAY, reach=nowhere).id
        row = tables.bans.get(id)
        assert row is not None
        waits = {one.account: one.state for one in bans.waiting(tables, row)}
    assert alone(community, id) == {"twitch/u8"}
    assert waits == {"twitch/u7": "not blocked", "twitch/u8": "provisional"}
    with community.store.begin() as tables:
        third = msgspec.structs.replace(BAN, reference="26/79", court="Another court")
        other = bans.register(tables, third, "ines", NOW + 9 * DAY, reach=nowhere).id
    assert alone(community, other) == set(), "nor does another one's word"
    with community.store.begin() as tables:
        bans.confirm(tables, id, "lou", NOW + 4 * DAY, reach=nowhere)
    assert alone(community, id) == {"twitch/u7", "twitch/u8"}, "two people's does"


def test_one_person_blocks_no_crowd(community: Community) -> None:
    community.says("m1", author="u7")
    community.step()
    for number in range(3):
        crowd = tuple(f"twitch/c{number}-{one}" for one in range(15))
        ban = msgspec.structs.replace(BAN, reference=f"26/{number}", accounts=crowd)
        with community.store.begin() as tables:
            id = bans.register(tables, ban, "mo", NOW + number, reach=nowhere).id
        blocked = len(alone(community, id))
        assert blocked == min(15, max(0, bans.MOST_ALONE - 15 * number)), number


def test_what_a_person_undid_is_not_done_again_by_the_confirmation(community: Community) -> None:
    id = register(community)
    with community.store.begin() as tables:
        undo_measures(tables, tables.bans.measures(id), "noe", NOW + DAY)
        bans.confirm(tables, id, "lou", NOW + DAY, reach=nowhere)
        row = tables.bans.get(id)
        assert row is not None and row.confirmed_by == "lou"
        assert [one.state for one in bans.waiting(tables, row)] == ["undone"]
    assert alone(community, id) == set()
    with community.store.begin() as tables, pytest.raises(ConflictError):
        bans.confirm(tables, id, "lou", NOW + DAY, reach=nowhere)


def test_a_look_alike_is_blocked_for_the_term_by_two(community: Community) -> None:
    from rempart.store.interface.bans import SuspicionRow

    id = register(community)
    with community.store.begin() as tables:
        bans.confirm(tables, id, "lou", NOW, reach=nowhere)
        tables.bans.suspect(SuspicionRow(id, "twitch", "u50", "x", "name", NOW, 1))
        bans.judge(tables, id, "twitch/u50", "Said so.", "lou", NOW, same=True, reach=nowhere)

        def last() -> datetime:
            rows = tables.stream.measures(ids=tables.bans.measures(id))
            mine = [one.measure for one in rows if one.measure.scope.ref == "u50"]
            return max(one.until for one in mine if one.until)

        assert ms(last()) == NOW + 3 * DAY, "one person's word, confirmed ban or not"
        with pytest.raises(ConflictError):
            bans.confirm(tables, id, "lou", NOW, reach=nowhere)
        bans.confirm(tables, id, "mo", NOW, reach=nowhere)
        assert last() == datetime(2026, 9, 1, tzinfo=UTC)


@given(st.text(max_size=12))
def test_short_names_are_nobodys(name: str) -> None:
    ban = msgspec.structs.replace(BAN, names=("abc",))
    assert bans.alike(ban, [Newcomer("twitch", "u1", name, 1)]) == []
