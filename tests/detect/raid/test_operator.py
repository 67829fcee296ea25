"""The raid operator of one target: what it sees, what it leaves alone, and what it never does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.detect.interface import EventObservation, Observation
from rempart.detect.raid.operator import RaidOperator
from rempart.model import (
    Account,
    Event,
    EventKind,
    Label,
    Message,
    MessageKind,
    Raid,
    RaidKind,
    RaidStage,
)

BEGIN = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
Row = Observation | EventObservation
Watch = Callable[..., object]

WORDS = ("well", "game", "nice", "shot", "map", "team", "round", "play", "good", "luck", "sound")
WORDS += ("light", "view", "time", "again", "maybe")
HOSTILE = (
    "nobody in this channel wants to see you again",
    "pack your things and leave this place today",
    "your whole stream is a joke and so are you",
)


def said(
    at: float,
    account: str,
    text: str,
    *,
    abusive: bool = False,
    created: datetime | None = None,
    id: str = "",
    labels: frozenset[Label] = frozenset(),
) -> Observation:
    message = Message(
        id or f"{account}-{at}",
        "twitch",
        "lea",
        BEGIN + timedelta(seconds=at),
        Account(account, account, created),
        text,
    )
    return Observation(0, message, text.lower(), 0.9 if abusive else 0.0, labels)


def chat(random: Random, seconds: int, people: int = 40, start: float = 0.0) -> list[Observation]:
    """Harmless talk by the same people, a message every two seconds."""
    rows = []
    for second in range(0, seconds, 2):
        text = " ".join(random.choice(WORDS) for _ in range(random.randint(2, 8)))
        rows.append(said(start + second, f"viewer{random.randrange(people)}", text))
    return rows


def bots(
    random: Random,
    at: float,
    count: int = 20,
    seconds: int = 60,
    flagged: float = 0.7,
    texts: tuple[str, ...] = HOSTILE,
    created: datetime | None = None,
    name: str = "bot",
) -> list[Observation]:
    rows = []
    for number in range(count):
        when = at + random.uniform(0, 12)
        while when < at + seconds:
            text = f"{random.choice(texts)} {random.choice(WORDS)}"
            rows.append(
                said(
                    when,
                    f"{name}{number}",
                    text,
                    abusive=random.random() < flagged,
                    created=created,
                )
            )
            when += random.uniform(4, 12)
    return rows


def ordered(*parts: list[Observation]) -> list[Row]:
    rows = sorted((row for part in parts for row in part), key=lambda row: row.message.sent_at)
    return [row._replace(position=position) for position, row in enumerate(rows)]


def test_a_bot_raid_is_an_attack_with_its_members(watch: Watch) -> None:
    random = Random(1)
    watched = watch(ordered(chat(random, 1200), bots(random, 900)))
    (raid,) = watched.of_stage("attack")
    assert raid.kind is RaidKind.BOT_RAID
    assert {member.account for member in raid.members} == {f"bot{n}" for n in range(20)}
    assert raid.detected_at is not None
    assert raid.detected_at <= BEGIN + timedelta(seconds=912)
    assert raid.detected_after_messages is not None
    assert raid.detected_after_messages <= 15
    assert all(member.core for member in raid.members)


def test_sleepers_who_chatted_the_day_before_are_found(watch: Watch) -> None:
    """Binary trust would let them pass."""
    random = Random(2)
    yesterday = [said(60.0 * n - 86_400, f"bot{n % 12}", f"hello {n} friends") for n in range(24)]
    watched = watch(
        ordered(yesterday, chat(random, 1200), bots(random, 900, count=12, flagged=0.8))
    )
    (raid,) = watched.of_stage("attack")
    assert len({m.account for m in raid.members} & {f"bot{n}" for n in range(12)}) >= 11


def test_made_up_accounts_are_an_attack_even_when_the_words_are_not_recognised(
    watch: Watch,
) -> None:
    random = Random(3)
    made = BEGIN - timedelta(days=3)
    watched = watch(
        ordered(chat(random, 1200), bots(random, 900, flagged=0.0, created=made, name="hoss"))
    )
    (raid,) = watched.of_stage("attack")
    assert len(raid.members) >= 19


def test_the_same_words_by_people_with_old_accounts_are_a_notice(watch: Watch) -> None:
    random = Random(3)
    rows = []
    for row in bots(random, 900, flagged=0.0, name=""):
        account = row.message.author.id
        old = BEGIN - timedelta(days=200 + 37 * int(account))
        rows.append(
            said(
                (row.message.sent_at - BEGIN).total_seconds(), f"{account}x", row.fold, created=old
            )
        )
    watched = watch(ordered(chat(random, 1200), rows))
    assert watched.of_stage("attack") == watched.of_stage("suspect") == []
    assert watched.of_stage("notice") != []
    assert watched.touched == {}


@pytest.mark.parametrize("share", [0.0, 0.03])
def test_hype_with_some_swearing_is_no_attack(watch: Watch, share: float) -> None:
    random = Random(4)
    cheers = ("what a wonderful play that was", "best round i have ever seen here", "lets go team")
    crowd = bots(random, 900, count=80, flagged=share, texts=cheers, name="fan")
    watched = watch(ordered(chat(random, 1200), crowd))
    assert watched.of_stage("attack") == []


def test_regulars_who_swear_together_are_no_attack(watch: Watch) -> None:
    """An insulting copypasta among people who belong here."""
    random = Random(5)
    days = [
        row for day in (3, 2, 1) for row in chat(random, 1800, people=30, start=-86_400.0 * day)
    ]
    jest = [
        said(900.0 + 3 * n, f"viewer{n}", "pretty pathetic play you clown", abusive=True)
        for n in range(20)
    ]
    watched = watch(ordered(days, chat(random, 1200, people=30), jest))
    assert watched.of_stage("attack") == []


def test_regulars_and_newcomers_who_swear_alike_are_no_attack_from_outside(watch: Watch) -> None:
    random = Random(15)
    days = [
        row for day in (3, 2, 1) for row in chat(random, 3600, people=12, start=-86_400.0 * day)
    ]
    jest = [
        said(900.0 + 2 * n, name, "pretty pathetic play you clown", abusive=True)
        for n in range(12)
        for name in (f"viewer{n}", f"guest{n}")
    ]
    watched = watch(ordered(days, chat(random, 1200, people=12), jest))
    assert watched.of_stage("attack") == []


def test_a_rude_newcomer_during_a_raid_is_not_named(watch: Watch) -> None:
    random = Random(6)
    rude = [
        said(905.0 + 9 * n, f"rude{n}", f"this is {n} times my own rude opinion", abusive=True)
        for n in range(3)
    ]
    watched = watch(ordered(chat(random, 1200), bots(random, 900, seconds=120), rude))
    (raid,) = watched.of_stage("attack")
    assert not {member.account for member in raid.members} & {"rude0", "rude1", "rude2"}


def test_a_second_circle_joins_the_attack_that_is_on(watch: Watch) -> None:
    random = Random(7)
    other = ("cheap fish for rude people only today", "the moon laughs about your silly face")
    watched = watch(
        ordered(
            chat(random, 1500),
            bots(random, 900, seconds=90),
            bots(random, 960, seconds=90, texts=other, name="late"),
        )
    )
    (raid,) = watched.of_stage("attack")
    assert len({member.account for member in raid.members}) >= 38


def test_every_message_of_a_member_is_touched_and_others_are_not(watch: Watch) -> None:
    random = Random(8)
    rows = ordered(chat(random, 1200), bots(random, 900))
    watched = watch(rows)
    (raid,) = watched.of_stage("attack")
    for position, row in enumerate(rows):
        if row.message.sent_at > raid.detected_at:
            assert (position in watched.touched) == row.message.author.id.startswith("bot")


def test_a_raid_ends_and_the_next_one_is_another(watch: Watch) -> None:
    random = Random(9)
    rows = ordered(
        chat(random, 4000), bots(random, 900), bots(random, 2800, name="again", texts=HOSTILE[::-1])
    )
    first, second = sorted(watch(rows).of_stage("attack"), key=lambda raid: raid.begin)
    assert first.id != second.id
    assert first.until is not None
    assert first.until < second.begin


def test_one_future_message_does_not_blind_the_detector(watch: Watch) -> None:
    """FAULTS 32: the clock jumps two days ahead and never runs back."""
    random = Random(10)
    rows = ordered(chat(random, 1200), bots(random, 900))
    future = said(2 * 86_400.0, "viewer1", "from the future")
    watched = watch([*rows[:100], future._replace(position=100), *rows[100:]])
    (raid,) = watched.of_stage("attack")
    assert len(raid.members) == 20
    assert raid.detected_at is not None
    assert abs(raid.detected_at - (BEGIN + timedelta(seconds=906))) < timedelta(seconds=20)


def test_late_and_duplicate_messages_change_little(watch: Watch) -> None:
    random = Random(11)
    rows = ordered(chat(random, 1200), bots(random, 900))
    messy: list[Row] = []
    for row in rows:
        messy.append(row)
        if random.random() < 0.2:
            messy.append(random.choice(messy[-60:]))
    messy = [row._replace(position=position) for position, row in enumerate(messy)]
    (raid,) = watch(messy).of_stage("attack")
    assert {member.account for member in raid.members} == {f"bot{n}" for n in range(20)}


def test_an_event_alone_never_makes_a_raid(watch: Watch) -> None:
    events: list[Row] = [
        EventObservation(n, Event(EventKind.JOIN, f"e{n}", "twitch", "lea", BEGIN, f"u{n}"))
        for n in range(200)
    ]
    assert watch(events).raids == {}


def test_ids_name_target_and_first_message(watch: Watch) -> None:
    random = Random(12)
    rows = ordered(chat(random, 1200), bots(random, 900))
    (here,) = watch(rows).of_stage("attack")
    (again,) = watch(rows).of_stage("attack")
    (there,) = watch(rows, key="twitch/other").of_stage("attack")
    assert here.id == again.id != there.id
    assert (here.target, there.target) == ("lea", "other")


# -- invariants ------------------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 3, 40, 700, -30, -5000, 90_000]),
        st.sampled_from([f"a{n}" for n in range(9)]),
        st.sampled_from([*HOSTILE, "hi", "", "see example.org/x now", "🎉🎉", "x" * 700]),
        st.booleans(),
        st.sampled_from([None, -2, -400]),
    ),
    max_size=60,
)


def stream(steps: list[tuple[int, str, str, bool, int | None]]) -> list[Row]:
    rows: list[Row] = []
    at = 0.0
    for number, (gap, account, text, abusive, age) in enumerate(steps):
        at += gap
        created = None if age is None else BEGIN + timedelta(days=age)
        row = said(at, account, text, abusive=abusive, created=created, id=f"m{number}")
        rows.append(row._replace(position=number))
        if number % 17 == 3:
            event = Event(
                EventKind.ANNOUNCED_RAID, f"e{number}", "twitch", "lea", row.message.sent_at
            )
            rows.append(EventObservation(number, event))
    return rows


def run(rows: list[Row], cuts: list[int], reload: bool) -> tuple[list, list, list, bytes]:
    operator = RaidOperator()
    state = operator.fresh("twitch/lea")
    touches, changes, candidates = [], [], []
    for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        state, found = operator.step(state, rows[start:end])
        touches += found.touches
        changes += found.changes
        candidates += found.candidates
        if reload:
            state = operator.load(operator.dump(state))
    return touches, changes, candidates, operator.dump(state)


@settings(max_examples=60)
@given(STEPS, st.lists(st.integers(0, 60), max_size=6), st.booleans())
def test_cutting_and_restarting_change_nothing(
    steps: list[tuple[int, str, str, bool, int | None]], cuts: list[int], reload: bool
) -> None:
    rows = stream(steps)
    cuts = sorted(min(cut, len(rows)) for cut in cuts)
    assert run(rows, cuts, reload) == run(rows, [], reload=False)


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.lists(st.integers(0, 700), max_size=5))
def test_cutting_a_real_raid_changes_nothing(seed: int, cuts: list[int]) -> None:
    random = Random(seed)
    rows = ordered(chat(random, 300), bots(random, 200, count=8, seconds=40))
    cuts = sorted(min(cut, len(rows)) for cut in cuts)
    assert run(rows, cuts, reload=True) == run(rows, [], reload=False)


@settings(max_examples=60)
@given(STEPS)
def test_pictures_are_consistent(steps: list[tuple[int, str, str, bool, int | None]]) -> None:
    """And the clock of a target never runs back."""
    operator = RaidOperator()
    state = operator.fresh("twitch/lea")
    clock = -1
    seen: dict[str, Raid] = {}
    for row in stream(steps):
        state, found = operator.step(state, [row])
        assert state.data.clock >= clock
        clock = state.data.clock
        for change in found.changes:
            raid = change.raid
            before = seen.get(raid.id)
            assert before is None or before.stage.rank <= raid.stage.rank
            assert raid.begin <= raid.end
            assert 0 <= raid.confidence <= 1
            if raid.stage is RaidStage.ATTACK:
                assert raid.detected_at is not None
                assert raid.suspect_at is not None
            if raid.stage is RaidStage.NOTICE:
                assert raid.members == ()
            seen[raid.id] = raid
        blob = operator.dump(state)
        assert operator.dump(operator.load(blob)) == blob


@pytest.mark.parametrize("width", [8, 250])
@pytest.mark.parametrize("abusive", [0.0, 0.5])
def test_a_flood_of_new_accounts_stays_within_the_cap(width: int, abusive: float) -> None:
    """FAULTS 37 as far as memory goes: thousands of authors with long names, all new signatures."""
    random = Random(13)
    operator = RaidOperator()
    state = operator.fresh("twitch/lea")
    for start in range(0, 6000, 500):
        rows = [
            said(
                number / 100,
                str(number).rjust(width, "é"),
                "copy this wall of text " + " ".join(random.choices(WORDS, k=6)) + f" {number}",
                abusive=random.random() < abusive,
            )
            for number in range(start, start + 500)
        ]
        state, _ = operator.step(state, rows)
        assert len(operator.dump(state)) <= operator.max_state_bytes


def test_a_flood_does_not_push_out_those_who_belong_here(watch: Watch) -> None:
    random = Random(14)
    operator = RaidOperator()
    state = operator.fresh("twitch/lea")
    for day in (3, 2, 1):
        state, _ = operator.step(state, ordered(chat(random, 2400, start=-86_400.0 * day)))
    flood = [said(n / 50, f"new{n}", f"words number {n} of the flood") for n in range(5000)]
    state, _ = operator.step(state, flood)
    state, _ = operator.step(state, [said(200.0, "viewer3", "back again")])
    person = state.data.people["viewer3"]
    assert person.is_regular(state.data.clock)


def test_a_phone_line_is_flooded_without_an_insult(watch: Watch) -> None:
    """A few numbers that send the same again and again; in a chat it is only a notice."""
    random = Random(17)
    rows = [
        said(900 + 9 * turn + random.uniform(0, 8), f"+3363998{n:04}", "essai de la ligne, test")
        for n in range(12)
        for turn in range(12)
    ]
    people = [
        said(41.0 * n, f"+3363997{n:04}", f"bonjour, je suis {n} de mardi") for n in range(40)
    ]
    for kind, stage in ((MessageKind.SMS, "attack"), (MessageKind.CHAT, "notice")):
        sent = [
            row._replace(message=msgspec.structs.replace(row.message, kind=kind))
            for row in ordered(rows, people)
        ]
        watched = watch(sent)
        (raid,) = watched.of_stage(stage)
        assert len(watched.raids) == 1
        assert raid.kind is RaidKind.FLOOD
        if stage == "attack":
            assert {member.account for member in raid.members} == {
                f"+3363998{n:04}" for n in range(12)
            }
