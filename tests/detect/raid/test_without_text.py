"""Raids that say nothing: only a picture, or only names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

import msgspec
import pytest
from tests.detect.raid.test_operator import BEGIN, chat, ordered, said

from rempart.detect.interface import Observation
from rempart.model import Media

Watch = Callable[..., object]
PICTURE = (Media("p1", sha256="ab" * 32),)


def wave(
    random: Random,
    names: list[str],
    *,
    age: int,
    each: int = 5,
    text: Callable[[int], str] = lambda _: "",
    media: tuple[Media, ...] = (),
) -> list[Observation]:
    rows = []
    for number, name in enumerate(names):
        created = BEGIN - timedelta(days=age + (number * 37 % 400 if age > 30 else 0))
        for turn in range(each):
            row = said(900 + 9 * turn + random.uniform(0, 8), name, text(turn), created=created)
            rows.append(row._replace(message=msgspec.structs.replace(row.message, media=media)))
    return rows


def people(count: int) -> list[str]:
    random = Random(7)
    return ["".join(random.choices("abcdefghiklmnoprstuvz", k=8)) for _ in range(count)]


def test_one_picture_by_accounts_made_for_it_is_an_attack(watch: Watch) -> None:
    names = people(15)
    rows = wave(Random(1), names, age=3, media=PICTURE)
    (raid,) = watch(ordered(chat(Random(2), 1200), rows)).of_stage("attack")
    assert {member.account for member in raid.members} == set(names)
    assert any("same picture or file" in reason for reason in raid.reasons)
    assert all("same picture or file" in " ".join(m.reasons) for m in raid.members)


@pytest.mark.parametrize("age", [400, 900])
def test_a_sticker_that_everybody_posts_is_a_notice(watch: Watch, age: int) -> None:
    rows = wave(Random(1), people(15), age=age, media=PICTURE)
    watched = watch(ordered(chat(Random(2), 1200), rows))
    assert len(watched.of_stage("notice")) == 1
    assert len(watched.raids) == 1


def test_names_that_speak_of_the_target_are_an_attack(watch: Watch) -> None:
    """Each says something else and harmless, at the pace of a program."""
    names = [f"go_away_lea_{n}" for n in range(14)]
    random = Random(3)

    def talk(_: int) -> str:
        return " ".join(random.choices(("hm", "so", "well", "aha", "oh", "ok", "right"), k=2))

    rows = wave(Random(1), names, age=3, text=talk)
    (raid,) = watch(ordered(chat(Random(2), 1200), rows)).of_stage("attack")
    assert {member.account for member in raid.members} == set(names)
    assert any("speak of the target" in reason for reason in raid.reasons)


def test_fans_who_carry_her_name_are_left_in_peace(watch: Watch) -> None:
    names = [f"lea_{word}" for word in ("fan", "crew", "club", "army", "love", "squad", "friend")]
    rows = wave(Random(1), names, age=400, each=3, text=lambda turn: f"hello number {turn}")
    watched = watch(ordered(chat(Random(2), 1200), rows))
    assert watched.of_stage("attack") == []
    assert watched.of_stage("suspect") == []
