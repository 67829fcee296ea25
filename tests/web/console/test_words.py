"""Language, numbers and durations as people write them."""

from __future__ import annotations

import re

import pytest

from rempart.cases.raids.raid_reasons import FRENCH, reason_in
from rempart.detect.campaign import reasons as campaign
from rempart.detect.raid import reasons as raid
from rempart.web.console.words import duration, number, percent, pick_language

EVERY_REASON = [
    *raid.RAID_SENTENCES.values(),
    *(sentence for _, sentence in raid.MEMBER_SENTENCES),
    *campaign.SENTENCES.values(),
    *(sentence for _, sentence in campaign.MEMBER_SENTENCES),
]
"""The template of every reason that a detector can give."""


@pytest.mark.parametrize(
    ("cookie", "accept", "language"),
    [
        ("fr", "en", "fr"),
        (None, "fr-CA,fr;q=0.9,en;q=0.5", "fr"),
        (None, "de,en;q=0.3,fr;q=0.2", "en"),
        (None, "de", "en"),
        ("xx", "fr;q=x, fr;q=0.1", "fr"),
        (None, None, "en"),
    ],
)
def test_the_cookie_wins_then_the_browser(
    cookie: str | None, accept: str | None, language: str
) -> None:
    assert pick_language(cookie, accept) == language


def test_a_share_is_never_rounded_up_to_certainty() -> None:
    assert percent(0.9999, "en") == "99%"
    assert percent(1.0, "fr") == "100\u202f%"


def test_numbers_are_grouped_in_each_language() -> None:
    assert number(12345, "en") == "12,345"
    assert number(12345, "fr") == "12\u202f345"
    assert number(2.6, "fr") == "2,6"


def test_durations() -> None:
    assert [duration(s) for s in (0, 59, 61, 600, 3700)] == [
        "0\u00a0s",
        "59\u00a0s",
        "1\u00a0min\u00a001",
        "10\u00a0min",
        "1\u00a0h\u00a001",
    ]


def test_every_reason_a_detector_can_give_has_its_french() -> None:
    assert [template for template in EVERY_REASON if template not in FRENCH] == []


def test_a_reason_keeps_its_numbers_in_french() -> None:
    sentence = "13 accounts sent 13 abusive messages within 120 s, usual: 5.5"
    said = reason_in(sentence, "fr")
    assert "5,5" in said
    assert "120" in said
    assert reason_in("something new", "fr") == "something new"


@pytest.mark.parametrize(
    ("sentence", "english", "french"),
    [
        (
            "the same target within 1 days",
            "the same target within 1 day",
            "la même cible en 1 jour",
        ),
        (
            "1 accounts took part in an earlier attack",
            "1 account took part in an earlier attack",
            "1 compte a pris part à une attaque précédente",
        ),
        (
            "hostile messages on 11 of 21 days",
            "hostile messages on 11 of 21 days",
            "messages hostiles 11 jours sur 21",
        ),
    ],
)
def test_one_of_something_is_said_in_the_singular(sentence: str, english: str, french: str) -> None:
    assert reason_in(sentence, "en") == english
    assert reason_in(sentence, "fr") == french


@pytest.mark.parametrize("template", EVERY_REASON)
def test_every_reason_keeps_all_its_numbers_in_french(template: str) -> None:
    """Each slot gets a number of its own; all of them stand in the French sentence."""
    slots = re.findall(r"\{(\d+):\.(\d)f\}", template)
    numbers = [float(f"{place + 3}.25") for place in range(len(slots))]
    english = template.format(*numbers)
    french = reason_in(english, "fr")
    assert french != english
    for given, (_, digits) in zip(numbers, slots, strict=True):
        assert f"{given:.{digits}f}".replace(".", ",") in french
