"""What is in force is carried out message by message, also where no platform does it.

Lea's channel, an evening under measures: who is kept back, who is not, and what only she does not
see.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rempart.model import (
    Account,
    Because,
    Bundle,
    Label,
    Measure,
    MeasureKind,
    Message,
    Raid,
    RaidKind,
    RaidStage,
    Scope,
    ScopeKind,
    Signal,
    Verdict,
)
from rempart.protect import Answer, Ceilings, Limits, MeasureBook, Planner
from rempart.rules import Effect, Facts, RaidTouch, default_rules

START = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
OLD = START - timedelta(days=400)
YOUNG = START - timedelta(days=1)


def said(
    author: str = "viewer",
    text: str = "good evening",
    *,
    seconds: float = 0,
    created: datetime | None = OLD,
    roles: tuple[str, ...] = (),
    abuse: float = 0.0,
    channel: str = "lea",
    targets: tuple[str, ...] = (),
    raid: RaidTouch | None = None,
) -> Facts:
    at = START + timedelta(seconds=seconds)
    account = Account(author, created_at=created, roles=roles)
    id = f"{author}-{seconds}"
    message = Message(id, "twitch", channel, at, account, text=text, targets=targets)
    labels = {"insult": abuse} if abuse else {}
    signals = (Signal("text", "1", Label.INSULT, abuse),) if abuse else ()
    return Facts(message, signals, labels, abuse, raid)


class Evening:
    """Lea's channel with its planner and book."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.planner = Planner(default_rules(), limits)
        self.book = MeasureBook()

    def take(
        self,
        kind: MeasureKind,
        scope: ScopeKind,
        ref: str = "lea",
        *,
        seconds: int | None = 600,
        raid: str | None = None,
        target: str | None = None,
    ) -> Measure:
        until = None if seconds is None else START + timedelta(seconds=seconds)
        place = Scope(scope, "twitch", "lea", ref)
        id = f"m-{kind}-{ref}"
        measure = Measure(id, kind, place, START, until, "by-hand", raid=raid, target=target)
        self.book.remember(measure)
        return measure

    def hears(self, facts: Facts, *effects: Effect) -> Answer:
        raid = facts.raid.raid if facts.raid else None
        return self.planner.for_message(self.book, facts, effects, raid)


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [
        (MeasureKind.HOLD, Verdict.HOLD),
        (MeasureKind.MUTE, Verdict.HOLD),
        (MeasureKind.TIME_OUT, Verdict.HOLD),
        (MeasureKind.SUSPEND, Verdict.HIDE),
    ],
)
def test_a_restricted_account_is_kept_back_here_until_its_lease_ends(
    kind: MeasureKind, verdict: Verdict
) -> None:
    evening = Evening()
    measure = evening.take(kind, ScopeKind.ACCOUNT, "troll")
    answer = evening.hears(said("troll", seconds=5))
    assert (answer.verdict, answer.measures, answer.new) == (verdict, [measure.id], [])
    assert evening.hears(said("viewer", seconds=5)).verdict is Verdict.ALLOW
    assert evening.hears(said("troll", seconds=5, channel="zoe")).verdict is Verdict.ALLOW
    assert evening.hears(said("troll", seconds=601)).verdict is Verdict.ALLOW


def test_a_mute_that_is_undone_leaves_the_hold_on_the_same_account() -> None:
    evening = Evening()
    evening.take(MeasureKind.HOLD, ScopeKind.ACCOUNT, "troll", seconds=60)
    mute = evening.take(MeasureKind.MUTE, ScopeKind.ACCOUNT, "troll")
    evening.book.forget(mute)
    assert evening.hears(said("troll", seconds=5)).verdict is Verdict.HOLD
    assert evening.hears(said("troll", seconds=61)).verdict is Verdict.ALLOW


# -- settings of the channel -----------------------------------------------------------------


@pytest.mark.parametrize("text", ["look: https://shop.example/x", "come to shop dot com", "x.com"])
def test_under_a_link_block_a_message_with_a_link_is_held_under_a_measure_of_its_own(
    text: str,
) -> None:
    evening = Evening()
    block = evening.take(MeasureKind.LINK_BLOCK, ScopeKind.CHANNEL)
    answer = evening.hears(said("viewer", text, roles=("subscriber",)))
    (hold,) = answer.new
    assert (answer.verdict, answer.measures) == (Verdict.HOLD, [hold.id])
    assert (hold.kind, hold.scope.kind) == (MeasureKind.HOLD, ScopeKind.MESSAGE)
    assert hold.part_of == block.id
    assert set(hold.reason) == {"en", "fr"}
    assert hold.until is not None
    assert evening.hears(said("viewer", "no link here.")).verdict is Verdict.ALLOW
    assert evening.hears(said("mod", text, roles=("Moderator",))).verdict is Verdict.ALLOW
    assert evening.hears(said("viewer", text, seconds=601)).verdict is Verdict.ALLOW


def test_members_only_lets_members_and_older_accounts_speak_and_guesses_no_age() -> None:
    evening = Evening()
    evening.take(MeasureKind.MEMBERS_ONLY, ScopeKind.CHANNEL)
    assert evening.hears(said("regular")).verdict is Verdict.ALLOW
    assert evening.hears(said("sub", created=None, roles=("vip",))).verdict is Verdict.ALLOW
    assert evening.hears(said("new", created=YOUNG)).verdict is Verdict.HOLD
    assert evening.hears(said("unknown", created=None)).verdict is Verdict.HOLD


def test_slow_mode_holds_who_writes_again_at_once_and_counts_only_what_passed() -> None:
    evening = Evening()
    evening.take(MeasureKind.SLOW_MODE, ScopeKind.CHANNEL)

    def verdict(author: str, seconds: float, *roles: str) -> Verdict:
        return evening.hears(said(author, seconds=seconds, roles=roles)).verdict

    assert verdict("viewer", 0) is Verdict.ALLOW
    assert verdict("viewer", 2) is Verdict.HOLD
    assert verdict("other", 3) is Verdict.ALLOW
    assert verdict("viewer", 5) is Verdict.ALLOW
    assert [verdict("sub", second, "subscriber") for second in (1, 2)] == [Verdict.ALLOW] * 2


def test_a_slow_mode_that_a_raid_switched_on_slows_newcomers_only() -> None:
    evening = Evening()
    evening.take(MeasureKind.SLOW_MODE, ScopeKind.CHANNEL, raid="r-1")
    for created, second in ((OLD, Verdict.ALLOW), (None, Verdict.ALLOW), (YOUNG, Verdict.HOLD)):
        author = f"since-{created}"
        assert evening.hears(said(author, created=created)).verdict is Verdict.ALLOW
        assert evening.hears(said(author, created=created, seconds=1)).verdict is second


def test_who_spoke_is_forgotten_with_the_slow_mode() -> None:
    evening = Evening()
    evening.take(MeasureKind.SLOW_MODE, ScopeKind.CHANNEL, seconds=120)
    for second in range(0, 300, 2):
        evening.hears(said(f"v{second}", seconds=second))
    assert not evening.book.spoke
    assert not evening.book.places


# -- the lock-out folder ---------------------------------------------------------------------


def test_a_lock_out_hides_from_the_target_alone() -> None:
    evening = Evening()
    measure = evening.take(MeasureKind.LOCK_OUT, ScopeKind.ACCOUNT, "troll", seconds=None)
    answer = evening.hears(said("troll", targets=("lea", "zoe")))
    assert answer.verdict is Verdict.ALLOW
    assert answer.locked_out == ("lea", "zoe")
    assert answer.measures == [measure.id]
    assert evening.hears(said("viewer")).locked_out == ()


def test_her_own_lock_out_holds_for_her_and_for_nobody_else() -> None:
    evening = Evening()
    evening.take(MeasureKind.LOCK_OUT, ScopeKind.ACCOUNT, "troll", target="lea")
    assert evening.hears(said("troll", targets=("lea", "zoe"))).locked_out == ("lea",)
    assert evening.hears(said("troll", targets=("zoe",))).locked_out == ()


def test_a_rule_locks_one_message_out() -> None:
    effect = Effect("quiet", MeasureKind.LOCK_OUT, ScopeKind.MESSAGE, None)
    answer = Evening().hears(said("troll"), effect)
    assert (answer.verdict, answer.locked_out) == (Verdict.ALLOW, ("lea",))
    assert [measure.id for measure in answer.new] == answer.measures


def test_under_a_lock_out_of_the_hostile_the_friendly_reach_her() -> None:
    evening = Evening()
    evening.take(MeasureKind.LOCK_OUT, ScopeKind.TARGET)
    assert evening.hears(said("viewer", abuse=0.4)).locked_out == ()
    assert evening.hears(said("troll", abuse=0.9)).locked_out == ("lea",)
    touch = RaidTouch("r-1", RaidStage.SUSPECT, False, ())
    assert evening.hears(said("crowd", raid=touch)).locked_out == ("lea",)
    assert evening.hears(said("lea", abuse=0.9)).locked_out == (), "never from herself"


# -- shields ---------------------------------------------------------------------------------


def shielded(bundle: Bundle) -> tuple[Evening, list[Measure]]:
    evening = Evening()
    effect = Effect("s", MeasureKind.SHIELD, ScopeKind.TARGET, 900, bundle=bundle)
    return evening, evening.hears(said("trigger", abuse=0.9), effect).new


@pytest.mark.parametrize("bundle", Bundle)
def test_each_part_of_a_shield_is_a_measure_with_the_same_lease(bundle: Bundle) -> None:
    evening, (shield, *parts) = shielded(bundle)
    assert (shield.kind, shield.bundle) == (MeasureKind.SHIELD, bundle)
    wanted = [part.measure for part in evening.planner.shields.of(bundle)]
    assert [(part.kind, part.scope.kind) for part in parts] == wanted
    assert {part.part_of for part in parts} == {shield.id}
    assert {part.until for part in parts} == {shield.until}


def test_a_firm_shield_holds_newcomers_and_links_and_lets_regulars_talk() -> None:
    evening, _ = shielded(Bundle.FIRM)
    assert evening.hears(said("new", created=YOUNG)).verdict is Verdict.HOLD
    assert evening.hears(said("unknown", created=None)).verdict is Verdict.ALLOW
    assert evening.hears(said("old", "https://x.example")).verdict is Verdict.HOLD
    assert evening.hears(said("regular")).verdict is Verdict.ALLOW


def test_what_a_shield_does_is_over_when_its_measures_are_undone() -> None:
    evening, measures = shielded(Bundle.CLOSED)
    assert evening.hears(said("new", created=YOUNG)).verdict is Verdict.HOLD
    for measure in measures:
        evening.book.forget(measure)
    answer = evening.hears(said("new", "https://x.example", created=YOUNG, abuse=0.9))
    assert (answer.verdict, answer.locked_out) == (Verdict.ALLOW, ())


# -- proportion ------------------------------------------------------------------------------

FOR_EVERYONE = pytest.mark.parametrize(
    ("kind", "scope", "verdict"),
    [
        (MeasureKind.HIDE, ScopeKind.MESSAGE, Verdict.HIDE),
        (MeasureKind.REMOVE, ScopeKind.MESSAGE, Verdict.REMOVE),
        (MeasureKind.SUSPEND, ScopeKind.ACCOUNT, Verdict.ALLOW),
    ],
)


@FOR_EVERYONE
def test_what_hides_for_everyone_needs_a_match_else_it_is_held_and_a_person_is_asked(
    kind: MeasureKind, scope: ScopeKind, verdict: Verdict
) -> None:
    effect = Effect("many-messages", kind, scope, 3_600)
    matched = Evening().hears(said("troll", abuse=0.9), effect)
    assert matched.verdict is verdict
    assert [measure.kind for measure in matched.new] == [kind]
    alone = Evening().hears(said("troll"), effect)
    assert alone.verdict is Verdict.HOLD
    assert [(m.kind, m.because) for m in alone.new] == [
        (MeasureKind.HOLD, None),
        (MeasureKind.ALARM, Because.PROPORTION),
    ]


def test_a_part_in_an_attack_of_many_is_corroboration_and_mere_suspicion_is_none() -> None:
    effect = Effect("raiders", MeasureKind.HIDE, ScopeKind.MESSAGE, 3_600)
    attack = RaidTouch("r-1", RaidStage.ATTACK, True, ())
    assert Evening().hears(said("bot", raid=attack), effect).verdict is Verdict.HIDE
    suspect = RaidTouch("r-1", RaidStage.SUSPECT, True, ())
    assert Evening().hears(said("bot", raid=suspect), effect).verdict is Verdict.HOLD
    crowd = RaidTouch("r-1", RaidStage.ATTACK, False, ())
    assert Evening().hears(said("fan", raid=crowd), effect).verdict is Verdict.HOLD


def test_a_suspected_raid_suspends_nobody() -> None:
    evening = Evening()
    raid = Raid("r-1", "twitch", "lea", "lea", RaidStage.SUSPECT, RaidKind.FLOOD, START, START)
    effect = Effect("hard", MeasureKind.SUSPEND, ScopeKind.ACCOUNT, 3_600)
    measures = evening.planner.for_raid(evening.book, raid, [effect], START)
    assert [(m.kind, m.because) for m in measures] == [(MeasureKind.ALARM, Because.PROPORTION)]


# -- limits ----------------------------------------------------------------------------------

WISHES = {
    MeasureKind.HIDE: ScopeKind.MESSAGE,
    MeasureKind.REMOVE: ScopeKind.MESSAGE,
    MeasureKind.HOLD: ScopeKind.ACCOUNT,
    MeasureKind.MUTE: ScopeKind.ACCOUNT,
    MeasureKind.TIME_OUT: ScopeKind.ACCOUNT,
    MeasureKind.SUSPEND: ScopeKind.ACCOUNT,
    MeasureKind.LOCK_OUT: ScopeKind.ACCOUNT,
    MeasureKind.REPLY_STOP: ScopeKind.ACCOUNT,
}


@pytest.mark.parametrize("within", ["hour", "day"])
@pytest.mark.parametrize("kind", WISHES, ids=lambda kind: kind.value)
def test_at_a_limit_the_message_is_held_and_a_person_is_asked_once(
    kind: MeasureKind, within: str
) -> None:
    ceilings = Ceilings(**{kind.value: 3})
    evening = Evening(Limits(**{within: ceilings}))
    effect = Effect("a-rule", kind, WISHES[kind], 60)
    answers = [evening.hears(said(f"u{n}", seconds=n, abuse=0.9), effect) for n in range(6)]
    assert [[m.kind for m in answer.new] for answer in answers[:3]] == [[kind]] * 3
    beyond = answers[3:]
    assert [answer.verdict for answer in beyond] == [Verdict.HOLD] * 3
    asked = [m for answer in beyond for m in answer.new if m.kind is MeasureKind.ALARM]
    assert [alarm.because for alarm in asked] == [Because.LIMIT]
    held = [m for answer in beyond for m in answer.new if m.kind is MeasureKind.HOLD]
    assert len(held) == 3
    later = 3_601 if within == "hour" else 86_401
    assert evening.hears(said("late", seconds=later, abuse=0.9), effect).new[0].kind is kind


@pytest.mark.parametrize(
    ("kind", "scope"),
    [
        (MeasureKind.SLOW_MODE, ScopeKind.CHANNEL),
        (MeasureKind.MEMBERS_ONLY, ScopeKind.CHANNEL),
        (MeasureKind.LINK_BLOCK, ScopeKind.CHANNEL),
        (MeasureKind.SHIELD, ScopeKind.TARGET),
    ],
)
def test_settings_of_a_channel_that_flap_are_limited_too(
    kind: MeasureKind, scope: ScopeKind
) -> None:
    evening = Evening(Limits(hour=Ceilings(**{kind.value: 2})))
    effect = Effect("a-rule", kind, scope, 10)
    answers = [evening.hears(said(f"u{n}", seconds=20 * n), effect) for n in range(4)]
    assert [kind in {m.kind for m in answer.new} for answer in answers] == [True] * 2 + [False] * 2
    assert [answer.verdict for answer in answers] == [Verdict.ALLOW] * 2 + [Verdict.HOLD] * 2


def test_a_day_is_counted_in_event_time_and_kept_over_the_hours() -> None:
    evening = Evening(Limits(day=Ceilings(mute=5)))
    effect = Effect("a-rule", MeasureKind.MUTE, ScopeKind.ACCOUNT, 60)
    taken = [evening.hears(said(f"u{n}", seconds=7_200 * n), effect).new[0].kind for n in range(12)]
    assert taken.count(MeasureKind.MUTE) == 5


# -- judged again ----------------------------------------------------------------------------


def test_a_message_that_is_judged_again_is_not_held_by_what_its_channel_has_on_now() -> None:
    evening = Evening()
    evening.take(MeasureKind.MEMBERS_ONLY, ScopeKind.CHANNEL)
    facts = said("new", created=YOUNG)
    answer = evening.planner.for_message(evening.book, facts, [], None, again=True)
    assert answer.verdict is Verdict.ALLOW
