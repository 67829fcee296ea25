"""Whom abuse is meant for: the same words said to a person and shouted at a boss."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rempart.detect.raid.aim import Aim, aim_of, names_of
from rempart.model import Account, Label, Message

INSULT = frozenset({Label.INSULT})


@pytest.mark.parametrize(
    "text",
    [
        "you are such a clown",
        "you're an idiot, you broke our server",
        "lea is a loser",
        "your whole stream is trash you moron",
        "she is an idiot",
        "shut up loser",
        "t'es qu'une idiote",
        "ferme ta gueule",
        "nobody likes you, idiot",
    ],
)
def test_a_person_is_meant(text: str) -> None:
    assert aim_of(text, INSULT, {"lea"}) is Aim.PERSON


@pytest.mark.parametrize(
    "text",
    [
        "you stupid boss",
        "are you stupid ref?",
        "asshole devs, the hitbox again",
        "fuck this lag",
        "quel arbitre de merde, abruti",
        "espece de jeu debile",
        "go to hell matchmaking",
    ],
)
def test_a_thing_is_meant(text: str) -> None:
    assert aim_of(text, INSULT, {"lea"}) is Aim.THING


def test_swearing_at_nothing_is_meant_for_nobody() -> None:
    assert aim_of("what an asshole move lol", INSULT, {"lea"}) is Aim.OPEN


def test_hate_is_meant_for_people_and_swearing_at_a_thing_is_not_for_that_it_looks_hateful() -> (
    None
):
    assert aim_of("no zorbs in this game", frozenset({Label.HATE}), ()) is Aim.PERSON
    both = frozenset({Label.HATE, Label.INSULT})
    assert aim_of("zorbs are filth", both, ()) is Aim.PERSON
    assert aim_of("you are filth, blind like the referee", both, ()) is Aim.PERSON
    assert aim_of("blind idiots, our defence is a disgrace", both, ()) is Aim.THING


def test_the_target_is_known_by_the_words_of_its_names() -> None:
    sent = datetime(2026, 3, 1, tzinfo=UTC)
    message = Message("m", "p", "lea_live", sent, Account("a"), "x", targets=("Lea Martin",))
    assert names_of(message) == {"lea", "martin"}
