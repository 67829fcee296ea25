"""From effects to measures: in proportion, bounded, with a lease, and undone for good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rempart.model import (
    Account,
    Measure,
    MeasureKind,
    Member,
    Message,
    Raid,
    RaidKind,
    RaidStage,
    ScopeKind,
    Verdict,
)
from rempart.protect import Ceilings, Limits, MeasureBook, Planner
from rempart.rules import Effect, Facts, default_rules

START = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)


def message(number: int, author: str = "u1", seconds: float = 0) -> Message:
    at = START + timedelta(seconds=seconds)
    return Message(f"m{number}", "twitch", "lea", at, Account(author), text="…")


def attack(members: int, *, core: bool = True) -> Raid:
    return Raid(
        "r-1",
        "twitch",
        "lea",
        "lea",
        RaidStage.ATTACK,
        RaidKind.BOT_RAID,
        START,
        START,
        members=tuple(Member(f"bot{n}", core=core) for n in range(members)),
    )


def plan_attack(
    planner: Planner, book: MeasureBook, raid: Raid, seconds: float = 0
) -> list[Measure]:
    at = START + timedelta(seconds=seconds)
    return planner.for_raid(book, raid, planner.rules.on_raid(raid), at)


def facts(said: Message) -> Facts:
    return Facts(said, (), {}, 0.0, None)


HOLD = Effect("hold-abuse", MeasureKind.HOLD, ScopeKind.MESSAGE, 3600)


def test_an_attack_gives_one_shield_one_slow_mode_and_a_hold_for_each_member() -> None:
    planner, book = Planner(default_rules()), MeasureBook()
    measures = plan_attack(planner, book, attack(12))
    kinds = [(measure.kind, measure.scope.kind) for measure in measures]
    assert kinds.count((MeasureKind.SHIELD, ScopeKind.TARGET)) == 1
    assert kinds.count((MeasureKind.SLOW_MODE, ScopeKind.CHANNEL)) == 1
    assert kinds.count((MeasureKind.HOLD, ScopeKind.ACCOUNT)) == 12
    assert all(measure.until is not None for measure in measures)
    assert all(measure.raid == "r-1" for measure in measures)


def test_the_mere_crowd_is_never_held_account_by_account() -> None:
    planner, book = Planner(default_rules()), MeasureBook()
    measures = plan_attack(planner, book, attack(12, core=False))
    assert ScopeKind.ACCOUNT not in {measure.scope.kind for measure in measures}


def test_the_same_news_of_a_raid_twice_gives_no_second_measure() -> None:
    planner, book = Planner(default_rules()), MeasureBook()
    plan_attack(planner, book, attack(12))
    assert plan_attack(planner, book, attack(12), seconds=30) == []


def test_a_shield_is_renewed_while_the_raid_goes_on_without_a_gap() -> None:
    planner, book = Planner(default_rules()), MeasureBook()
    shields: list[Measure] = []
    for seconds in range(0, 3600, 20):
        for measure in plan_attack(planner, book, attack(3), seconds):
            if measure.kind is MeasureKind.SHIELD:
                shields.append(measure)
    assert 4 <= len(shields) <= 10
    for earlier, later in pairwise(shields):
        assert earlier.until is not None
        assert later.from_at <= earlier.until


def test_a_held_account_is_held_under_one_measure() -> None:
    planner, book = Planner(default_rules()), MeasureBook()
    held = {m.scope.ref: m for m in plan_attack(planner, book, attack(3)) if m.account is None}
    verdict, ids, new, _ = planner.for_message(book, facts(message(1, "bot1", 5)), [HOLD], "r-1")
    assert (verdict, ids, new) == (Verdict.HOLD, [held["bot1"].id], [])
    assert planner.for_message(book, facts(message(2, "viewer", 5)), [], None)[0] is Verdict.ALLOW


def test_an_account_held_in_one_channel_is_free_in_another() -> None:
    planner, book = Planner(default_rules()), MeasureBook()
    plan_attack(planner, book, attack(3))
    elsewhere = Message("x", "twitch", "zoe", START, Account("bot1"), text="…")
    assert planner.for_message(book, facts(elsewhere), [], None)[0] is Verdict.ALLOW


def test_a_hold_on_an_account_ends_by_itself() -> None:
    planner, book = Planner(default_rules()), MeasureBook()
    plan_attack(planner, book, attack(1))
    after_a_day = message(9, "bot0", 24 * 3600 + 1)
    assert planner.for_message(book, facts(after_a_day), [], None)[0] is Verdict.ALLOW


def test_a_lifted_raid_holds_nobody_and_causes_nothing_more() -> None:
    planner, book = Planner(default_rules()), MeasureBook()
    plan_attack(planner, book, attack(3))
    book.lift("r-1")
    assert planner.for_message(book, facts(message(1, "bot1", 5)), [], None)[0] is Verdict.ALLOW
    assert plan_attack(planner, book, attack(5), seconds=10) == []


def test_a_person_undoes_one_measure_and_the_account_is_free() -> None:
    planner, book = Planner(default_rules()), MeasureBook()
    for measure in plan_attack(planner, book, attack(2)):
        if measure.scope.ref == "bot0":
            book.forget(measure)
    assert planner.for_message(book, facts(message(1, "bot0", 5)), [], None)[0] is Verdict.ALLOW
    assert planner.for_message(book, facts(message(2, "bot1", 5)), [], None)[0] is Verdict.HOLD


def test_undoing_an_old_measure_does_not_free_from_the_one_that_took_over() -> None:
    planner, book = Planner(default_rules()), MeasureBook()
    (old,) = [m for m in plan_attack(planner, book, attack(1)) if m.scope.ref == "bot0"]
    later = 13 * 3600
    (new,) = [m for m in plan_attack(planner, book, attack(1), later) if m.scope.ref == "bot0"]
    assert new.id != old.id
    book.forget(old)
    assert (
        planner.for_message(book, facts(message(1, "bot0", later + 5)), [], None)[0] is Verdict.HOLD
    )


def test_what_a_person_undid_does_not_come_back_with_the_next_member() -> None:
    planner, book = Planner(default_rules()), MeasureBook()
    for measure in plan_attack(planner, book, attack(2)):
        if measure.kind is MeasureKind.SHIELD or measure.scope.ref == "bot0":
            book.forget(measure)
    grown = plan_attack(planner, book, attack(3), seconds=5)
    assert [(m.kind, m.scope.ref) for m in grown] == [(MeasureKind.HOLD, "bot2")]


def test_one_message_from_far_ahead_ends_nothing() -> None:
    """The author of a message sets its date: 2099 must not free the bots of every channel."""
    planner, book = Planner(default_rules()), MeasureBook()
    plan_attack(planner, book, attack(29))
    ahead = Message("m", "fediverse", "zoe", START.replace(year=2099), Account("x"), text="…")
    planner.for_message(book, facts(ahead), [HOLD], None)
    assert len(book.accounts) == 29
    assert planner.for_message(book, facts(message(1, "bot1", 60)), [], None)[0] is Verdict.HOLD


def test_what_has_ended_is_forgotten_in_time() -> None:
    planner, book = Planner(default_rules()), MeasureBook()
    plan_attack(planner, book, attack(29))
    for minute in range(0, 3 * 24 * 60):
        planner.for_message(book, facts(message(minute, "viewer", minute * 60)), [HOLD, HOLD], None)
    assert len(book.accounts) == 0


def test_at_a_limit_a_human_is_asked_once_and_nothing_is_dropped_in_silence() -> None:
    planner, book = Planner(default_rules(), Limits(hour=Ceilings(hold=10))), MeasureBook()
    measures = plan_attack(planner, book, attack(40))
    assert sum(m.scope.kind is ScopeKind.ACCOUNT for m in measures) == 10
    assert sum(m.kind is MeasureKind.ALARM for m in measures) == 1
    verdict, _, new, _ = planner.for_message(book, facts(message(1, "bot39", 5)), [HOLD], "r-1")
    assert verdict is Verdict.HOLD
    assert len(new) == 1


def test_a_restart_remembers_what_is_in_force() -> None:
    planner, book = Planner(default_rules()), MeasureBook()
    measures = plan_attack(planner, book, attack(3))
    again = MeasureBook()
    for measure in measures:
        again.remember(measure)
    assert again.accounts == book.accounts
    assert plan_attack(planner, again, attack(3), seconds=5) == []


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 100_000)), max_size=60))
def test_the_same_story_gives_the_same_measures(story: list[tuple[int, int]]) -> None:
    def tell() -> list[str]:
        planner, book = Planner(default_rules(), Limits(hour=Ceilings(hold=5))), MeasureBook()
        ids: list[str] = []
        for number, (author, seconds) in enumerate(sorted(story, key=lambda row: row[1])):
            one = message(number, f"bot{author}", seconds)
            ids += planner.for_message(book, facts(one), [HOLD], None)[1]
            if author == 0:
                ids += [m.id for m in plan_attack(planner, book, attack(4), seconds)]
        return ids

    first = tell()
    assert first == tell()
