"""What a person called fine gives a notice next time, and shields nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random

import pytest
from tests.detect.raid.test_operator import BEGIN, Row, chat, ordered, said

from rempart.detect.interface import Detections, Observation
from rempart.detect.raid.operator import RaidOperator
from rempart.detect.raid.state import DAY_MS, TargetState
from rempart.model import Label, Raid, RaidKind, RaidStage

PASTA = (
    "you absolute donkey could not find the exit of a round room with a map",
    "lea you absolute donkey could not find the exit of a round room with two maps",
)
OTHER = (
    "pack your things and leave this place today, nobody wants you",
    "your whole stream is a joke and so are you, go away for good",
)
DAY = 86_400.0
WORDS = tuple(f"{a}{b}rious" for a in "bcdfghjklm" for b in "aeiou")


class Channel:
    """One target over days, as the engine drives it: steps, and lessons between them."""

    def __init__(self) -> None:
        self.operator = RaidOperator()
        self.state: TargetState = self.operator.fresh("twitch/lea")
        self.raids: dict[str, Raid] = {}

    def hear(self, rows: Sequence[Row], step: int = 100) -> list[Raid]:
        """The raids that began in these rows, in their last picture."""
        told: dict[str, Raid] = {}
        for start in range(0, len(rows), step):
            self.state, found = self.operator.step(self.state, rows[start : start + step])
            told |= _last(found)
        new = [raid for id, raid in told.items() if id not in self.raids]
        self.raids |= told
        return new

    def was_fine(self, raid: Raid, texts: Sequence[str]) -> None:
        self.state = self.operator.teach(self.state, raid, texts)


def _last(found: Detections) -> dict[str, Raid]:
    return {change.raid.id: change.raid for change in found.changes}


def wave(
    random: Random,
    at: float,
    name: str,
    texts: Sequence[str] = PASTA,
    count: int = 25,
    age: int | None = 500,
    **more: object,
) -> list[Observation]:
    """Everybody writes it four or five times within two minutes."""
    rows = []
    for number in range(count):
        created = BEGIN - timedelta(days=age + number % 90) if age is not None else None
        for turn in range(random.randint(4, 5)):
            text = f"{random.choice(texts)}{'!' * random.randrange(3)}"
            when = at + 24 * turn + random.uniform(0, 20)
            rows.append(
                said(when, f"{name}{number}", text, abusive=True, created=created, **more)  # type: ignore[arg-type]
            )
    return rows


def visitors(at: float, name: str = "fan", count: int = 25) -> list[Observation]:
    """The same people said something harmless on the day before."""
    made = BEGIN - timedelta(days=500)
    return [
        said(at + 30.0 * n, f"{name}{n % count}", f"good evening number {n}", created=made)
        for n in range(2 * count)
    ]


@pytest.fixture
def taught() -> Channel:
    """A channel where a wave was taken for an attack and a person said that it was fine."""
    random = Random(4)
    channel = Channel()
    rows = ordered(visitors(-DAY), chat(random, 1500), wave(random, 1000, "fan"))
    (raid,) = [raid for raid in channel.hear(rows) if raid.stage is RaidStage.ATTACK]
    channel.was_fine(raid, PASTA)
    return channel


def stages(channel: Channel, rows: Sequence[Observation]) -> set[RaidStage]:
    """What comes of these rows on the next evening, in the midst of ordinary chat."""
    random = Random(9)
    return {raid.stage for raid in channel.hear(ordered(chat(random, 1500, start=DAY), list(rows)))}


def test_the_same_wording_by_the_same_crowd_is_a_notice(taught: Channel) -> None:
    rows = wave(Random(5), DAY + 1000, "fan")
    random = Random(9)
    (raid,) = taught.hear(ordered(chat(random, 1500, start=DAY), rows))
    assert raid.stage is RaidStage.NOTICE
    assert "said of this wording" in raid.reasons[0]


def test_without_the_lesson_it_is_an_attack_again() -> None:
    random = Random(4)
    channel = Channel()
    channel.hear(ordered(visitors(-DAY), chat(random, 1500), wave(random, 1000, "fan")))
    assert RaidStage.ATTACK in stages(channel, wave(Random(5), DAY + 1000, "fan"))


def test_others_of_the_same_kind_may_say_it_too(taught: Channel) -> None:
    assert stages(taught, wave(Random(5), DAY + 1000, "pal")) == {RaidStage.NOTICE}


@pytest.mark.parametrize(
    "rows",
    [
        wave(Random(5), DAY + 1000, "fan", OTHER),
        wave(Random(5), DAY + 1000, "fan", labels=frozenset({Label.THREAT})),
        wave(Random(5), DAY + 1000, "fan", [f"{text} see bad.example.com/x" for text in PASTA]),
        wave(Random(5), DAY + 1000, "hoss", age=2),
        wave(Random(5), DAY + 1000, "new", age=None),
    ],
    ids=["other words", "a threat", "a link", "a fresh cohort", "nobody known, no dates"],
)
def test_what_the_lesson_is_not_about_is_an_attack_as_before(
    taught: Channel, rows: list[Observation]
) -> None:
    assert RaidStage.ATTACK in stages(taught, rows)


def test_attackers_who_hide_among_the_jest_are_found(taught: Channel) -> None:
    random = Random(9)
    jest = wave(Random(5), DAY + 1000, "fan")
    attack = wave(Random(6), DAY + 1000, "sneak", OTHER, count=15)
    raids = taught.hear(ordered(chat(random, 1500, start=DAY), jest, attack))
    (raid,) = [raid for raid in raids if raid.stage is RaidStage.ATTACK]
    named = {member.account for member in raid.members}
    assert {f"sneak{n}" for n in range(15)} <= named
    assert not any(account.startswith("fan") for account in named)


def test_a_lesson_fades(taught: Channel) -> None:
    late = 40 * DAY
    rows = ordered(
        visitors(late - DAY),
        chat(Random(9), 1500, start=late),
        wave(Random(5), late + 1000, "fan"),
    )
    assert RaidStage.ATTACK in {raid.stage for raid in taught.hear(rows)}


def test_lessons_are_dumped_and_bounded(taught: Channel) -> None:
    operator = taught.operator
    raid = Raid(
        "r-x", "twitch", "lea", "lea", RaidStage.ATTACK, RaidKind.BOT_RAID, BEGIN, BEGIN
    )  # fmt: skip
    before = len(operator.dump(taught.state))
    for number in range(40):
        texts = [f"{number} {word} wording that is told here for the first time" for word in WORDS]
        taught.was_fine(raid, texts)
    blob = operator.dump(taught.state)
    assert operator.dump(operator.load(blob)) == blob
    assert len(blob) - before <= 12_000
    again = operator.load(blob)
    assert [frozenset(lesson.keys) for lesson in again.data.lessons] == again.taught
    assert all(lesson.at <= again.data.clock for lesson in again.data.lessons)
    assert again.data.lessons[-1].at % DAY_MS == again.data.clock % DAY_MS


@pytest.mark.parametrize("step", [1, 7, 1_000])
def test_how_the_stream_is_cut_changes_nothing(step: int) -> None:
    blobs = set()
    for cut in (step, 100):
        random = Random(4)
        channel = Channel()
        rows = ordered(visitors(-DAY), chat(random, 1500), wave(random, 1000, "fan"))
        raids = channel.hear(rows, cut)
        channel.was_fine(raids[-1], PASTA)
        channel.hear(
            ordered(chat(Random(9), 600, start=DAY), wave(Random(5), DAY + 300, "fan")), cut
        )
        blobs.add(channel.operator.dump(channel.state))
    assert len(blobs) == 1
