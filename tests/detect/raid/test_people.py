"""People with own words: a dogpile; rage at a game, a joke and a piece of news are none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

import msgspec
from tests.detect.raid.test_operator import BEGIN, Row, chat, ordered, said

from rempart.detect.interface import EventObservation, Observation
from rempart.detect.raid.operator import RaidOperator
from rempart.model import Account, Event, EventKind, Message, RaidKind, RaidStage

Watch = Callable[..., object]

NAMES = ("clown", "loser", "idiot", "moron", "creep", "weirdo", "parasite", "fool")
MISHAPS = ("one shot", "frozen again", "lost my save", "hit through the wall", "no drop", "why")


def name_of(kind: str, number: int) -> str:
    """Names that are no family."""
    return "".join(Random(f"{kind}{number}").choices("abdegiklmnoprstuvz", k=8))


def scolding(random: Random) -> str:
    """Own words each time: random ones, because a list of phrases is soon a shared wording."""
    own = ["".join(random.choices("abdegiklmnoprstuvz", k=6)) for _ in range(4)]
    return f"you {' '.join(own)} {random.choice(NAMES)}"


def rage(random: Random) -> str:
    return f"{random.choice(MISHAPS)}, stupid {random.choice(('boss', 'lag', 'camera'))} you idiot"


def crowd(
    random: Random, text: Callable[[Random], str], count: int = 20, at: float = 900.0
) -> list[Observation]:
    rows = []
    for number in range(count):
        start = at + 300 * random.betavariate(1.3, 3)
        rows += [
            said(
                start + 30 * turn,
                name_of("guest", number),
                text(random),
                abusive=random.random() < 0.6,
            )
            for turn in range(3)
        ]
    return rows


def test_a_small_dogpile_is_an_attack_and_names_its_people(watch: Watch) -> None:
    random = Random(1)
    (raid,) = watch(ordered(chat(random, 1500), crowd(random, scolding))).of_stage("attack")
    guests = {name_of("guest", number) for number in range(20)}
    named = {member.account for member in raid.members}
    assert raid.kind is RaidKind.DOGPILE
    assert raid.detected_at is not None
    assert raid.detected_at <= BEGIN + timedelta(seconds=1080)
    assert named <= guests
    assert len(named) >= 15


def test_the_same_crowd_raging_at_the_game_is_none(watch: Watch) -> None:
    random = Random(1)
    watched = watch(ordered(chat(random, 1500), crowd(random, rage)))
    assert not watched.of_stage("attack")


JEST = "you are a pathetic clown and you will never win, you absolute loser"


def known(count: int, per_day: int) -> list[Observation]:
    """People who were here yesterday."""
    random = Random(2)
    return [
        said(
            60.0 * n + 7 * number, name_of("known", number), f"hello {random.random()} from me {n}"
        )
        for number in range(count)
        for n in range(per_day)
    ]


def test_an_insult_shared_in_jest_is_none_and_insistence_is(watch: Watch) -> None:
    """Aged accounts that go on are an attack; the same people once are a joke."""
    tomorrow = 86_400.0

    def pasted(times: int) -> list[Row]:
        rows = [
            said(
                tomorrow + 2.0 * number + 15.0 * turn, name_of("known", number), JEST, abusive=True
            )
            for number in range(12)
            for turn in range(times)
        ]
        return ordered(known(12, 4), chat(Random(3), 900, start=tomorrow - 600), rows)

    assert not watch(pasted(1)).of_stage("attack")
    (raid,) = watch(pasted(4)).of_stage("attack")
    assert len(raid.members) == 12


LINK = "https://see-this.site/a1"


def posted(times: int, count: int = 12) -> list[Observation]:
    return [
        said(900.0 + 3.0 * number + 20.0 * turn, f"new{number}", f"look at this {turn} {LINK}")
        for number in range(count)
        for turn in range(times)
    ]


def test_a_link_pushed_by_newcomers_is_a_link_raid_and_news_is_none(watch: Watch) -> None:
    """Without any account's date: each posts it again and again, or once."""
    talk = chat(Random(4), 1200)
    assert not watch(ordered(talk, posted(1))).of_stage("attack")
    (raid,) = watch(ordered(talk, posted(4))).of_stage("attack")
    assert raid.kind is RaidKind.LINK_RAID
    assert any("posted the same link" in reason for reason in raid.reasons)
    assert {member.account for member in raid.members} == {f"new{n}" for n in range(12)}


def test_a_link_of_accounts_made_last_week_is_seen_sooner(watch: Watch) -> None:
    made = BEGIN - timedelta(days=6)
    rows = [
        row._replace(message=_made(row, made + timedelta(hours=2 * place)))
        for place, row in enumerate(posted(1))
    ]
    (raid,) = watch(ordered(chat(Random(4), 1200), rows)).of_stage("attack")
    assert raid.kind is RaidKind.LINK_RAID


def _made(row: Observation, at: datetime) -> Message:
    author = msgspec.structs.replace(row.message.author, created_at=at)
    return msgspec.structs.replace(row.message, author=author)


def _by(row: Observation, account: str) -> Message:
    author = Account(account, account)
    return msgspec.structs.replace(row.message, id=f"{account}-{row.message.id}", author=author)


def told(kind: EventKind, at: float, account: str | None = None) -> EventObservation:
    when = BEGIN + timedelta(seconds=at)
    return EventObservation(0, Event(kind, f"e{at}", "twitch", "lea", when, account))


def with_event(rows: list[Row], event: EventObservation) -> list[Row]:
    at = event.event.at
    place = sum(isinstance(row, Observation) and row.message.sent_at < at for row in rows)
    mixed = [*rows[:place], event, *rows[place:]]
    return [row._replace(position=position) for position, row in enumerate(mixed)]


def test_a_promotion_asks_for_more(watch: Watch) -> None:
    """Twice the same link from everybody who came by an advertisement is no attack."""
    rows = ordered(chat(Random(4), 1200), posted(2))
    assert watch(rows).of_stage("attack")
    assert not watch(with_event(rows, told(EventKind.PROMOTION, 600))).of_stage("attack")


def test_wording_of_somebody_banned_is_hostile_when_it_comes_back(watch: Watch) -> None:
    text = "the harbour committee keeps a list of everybody in this room"
    first = [said(300.0, "banned", text)]
    back = [
        said(1000.0 + 4 * n + 12 * turn, f"back{n}", text) for n in range(8) for turn in range(2)
    ]
    rows = ordered(chat(Random(5), 1300), first, back)
    assert not watch(rows).of_stage("attack")
    (raid,) = watch(with_event(rows, told(EventKind.BAN, 310, "banned"))).of_stage("attack")
    assert {member.account for member in raid.members} >= {f"back{n}" for n in range(8)}


def test_a_raid_is_told_of_every_ten_seconds_with_the_numbers_of_now() -> None:
    random = Random(1)
    rows = ordered(chat(random, 1500), crowd(random, scolding, count=40))
    operator = RaidOperator()
    _, found = operator.step(operator.fresh("twitch/lea"), rows)
    attacks = [c.raid for c in found.changes if c.raid.stage is RaidStage.ATTACK]
    times = [raid.end for raid in attacks]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    until = BEGIN + timedelta(seconds=1100)
    busy = [gap for gap, raid in zip(gaps, attacks, strict=False) if raid.end < until]
    assert max(busy) <= timedelta(seconds=20)
    last = attacks[-1]
    abusive = sum("abusive" in " ".join(member.reasons) for member in last.members)
    assert any(reason.startswith(f"{abusive} people were hostile") for reason in last.reasons)


def test_who_takes_a_regulars_name_is_named_for_it(watch: Watch) -> None:
    """Another account, made today, whose name reads like that of somebody who belongs here."""
    regular = [row._replace(message=_by(row, "Marlene")) for row in chat(Random(7), 1200)[::15]]
    fakes = [
        said(2000.0 + 5 * n + 20 * turn, name, f"{JEST} {turn}", abusive=True)
        for n, name in enumerate(("Mar1ene", "MarIene", "oberon", "quill", "tadpole", "zinc"))
        for turn in range(3)
    ]
    (raid,) = watch(ordered(chat(Random(6), 2100), regular, fakes)).of_stage("attack")
    posing = {
        member.account
        for member in raid.members
        if any("name looks like" in reason for reason in member.reasons)
    }
    assert posing == {"Mar1ene", "MarIene"}
