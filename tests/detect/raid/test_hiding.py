"""What hides from filters, and what merely looks unusual."""

from __future__ import annotations

import pytest

from rempart.detect.raid.hiding import hides

SENTENCE = "nobody here wants to see you again"


@pytest.mark.parametrize(
    "text",
    [
        "nobo\u200bdy he\u2060re wants you",
        "nobody h\U000e0065ere wants you",
        "n\u043eb\u043edy her\u0435 wants you",
        "n\uff4fb\uff4fdy here wants you",
        "n\u0334o\u0336b\u0335o\u0337dy here wants you",
        "n0body h3re w4nts you",
        "n o b o d y here wants you",
    ],
)
def test_what_nobody_types_by_accident_hides(text: str) -> None:
    assert hides(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        SENTENCE,
        SENTENCE.upper(),
        "personne ne t\u2019attend ici, va-t\u2019en \xe9t\xe9 comme hiver",
        "Cafe\u0301 creme\u0301 d\xe9ja\u0300",  # accents that compose
        "h264 and win10 on the 2nd i5, 1080p",
        "fl0m is live, fl0mPog fl0mHeart fl0m",  # one name, over and over
        "\u043f\u0440\u0438\u0432\u0435\u0442 everybody",  # two alphabets, a word each
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 family",  # joiners in emoji
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # a joiner that Persian needs
        "a b test, and i am in",
        "\u200b" * 2_000,
    ],
)
def test_what_writing_needs_does_not(text: str) -> None:
    assert not hides(text)
