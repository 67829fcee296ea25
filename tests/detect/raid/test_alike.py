"""Harm among accounts that are alike: told from the crowd around them, and from a class."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

from tests.detect.raid.test_operator import BEGIN, Row, chat, ordered, said
from tests.detect.raid.test_people import name_of

from rempart.detect.interface import Observation

Watch = Callable[..., object]

MADE = BEGIN - timedelta(days=3)
AT = 900.0
SLOGAN = "we all came over from the other harbour"
TWINS = str.maketrans("aeo", "\u0430\u0435\u043e")


def shouting(random: Random, count: int = 150) -> list[Observation]:
    """Strangers of every age who shout, and now and then swear."""
    return [
        said(
            AT + 30 * random.random(),
            name_of("fan", number),
            f"{random.choice(('go', 'yes', 'wow'))} {name_of('shout', number)}",
            abusive=number % 12 == 0,
            created=BEGIN - timedelta(days=200 + 9 * number),
        )
        for number in range(count)
    ]


def alike(
    count: int, hostile: int, *, hiding: int = 0, gap: float = 1.0, text: str = SLOGAN
) -> list[Observation]:
    """Accounts made on one day that say one thing; the first few are hostile, or hide it."""
    return [
        said(
            AT + 5 + gap * number,
            name_of("made", number),
            text.translate(TWINS) if number < hiding else text,
            abusive=number < hostile,
            created=MADE + timedelta(minutes=number),
        )._replace(fold=text)
        for number in range(count)
    ]


def test_a_raid_does_not_drown_in_a_shouting_crowd(watch: Watch) -> None:
    random = Random(4)
    rows: list[Row] = ordered(chat(random, 1200), shouting(random), alike(14, 6))
    (raid,) = watch(rows).of_stage("attack")
    assert raid.detected_after_messages is not None
    assert raid.detected_after_messages <= 12
    assert {member.account for member in raid.members} <= {name_of("made", n) for n in range(14)}
    assert any(reason.endswith("of this kind are hostile") for reason in raid.reasons)


def test_who_hides_the_same_wording_needs_no_insult_to_be_seen(watch: Watch) -> None:
    (raid,) = watch(ordered(chat(Random(5), 1200), alike(14, 0, hiding=9))).of_stage("attack")
    assert any("hide from filters" in reason for reason in raid.reasons)
    assert not watch(ordered(chat(Random(5), 1200), alike(14, 0))).of_stage("attack")


def test_hiding_alone_by_people_of_every_age_is_no_attack(watch: Watch) -> None:
    """A fashion: everybody writes the stream's slogan in fancy letters."""
    rows = [
        said(
            AT + number,
            name_of("fan", number),
            SLOGAN.translate(TWINS),
            created=BEGIN - timedelta(days=200 + 9 * number),
        )._replace(fold=SLOGAN)
        for number in range(20)
    ]
    assert not watch(ordered(chat(Random(6), 1200), rows)).of_stage("attack")


def test_a_class_of_forty_in_which_four_swear_is_none(watch: Watch) -> None:
    random = Random(7)
    pupils = alike(40, 0, gap=6.0)
    swearing = [
        said(row + 5, name_of("made", n), f"this pen is {name_of('word', n)}", abusive=True,
             created=MADE + timedelta(minutes=n))
        for n, row in ((3, AT + 60), (9, AT + 90), (17, AT + 150), (25, AT + 200))
    ]  # fmt: skip
    assert not watch(ordered(chat(random, 1500), pupils, swearing)).of_stage("attack")
