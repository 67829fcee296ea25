"""Both languages say the same things, with the same places to fill in."""

from __future__ import annotations

import re

from rempart.disclose.dossier.document.glyphs import shown
from rempart.disclose.dossier.document.words import LANGUAGES, Words, texts


def test_both_languages_have_the_same_words_with_the_same_places():
    english, french = texts("en"), texts("fr")
    assert set(english) == set(french)
    for key, text in english.items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", french[key])), key


def test_every_character_of_them_has_a_shape_in_the_shipped_font():
    for language in LANGUAGES:
        for text in texts(language).values():
            assert all(ord(char) in shown() for char in text), text


def test_one_and_many_follow_the_language():
    assert Words("en", "UTC").n("messages", 0) == "0 messages"
    assert Words("fr", "UTC").n("messages", 0) == "0 message"
    assert Words("fr", "UTC").n("messages", 1_234) == "1\xa0234 messages"


def test_a_local_time_tells_its_distance_from_utc():
    from datetime import UTC, datetime

    words = Words("fr", "Europe/Paris")
    assert words.both(datetime(2026, 7, 1, 20, 14, 3, tzinfo=UTC)) == (
        "2026-07-01 20:14:03   22:14:03 +02:00"
    )
    assert words.both(datetime(2026, 7, 1, 23, 0, 0, tzinfo=UTC)) == (
        "2026-07-01 23:00:00   2026-07-02 01:00:00 +02:00"
    )
    assert Words("fr", "Nowhere/City").both(datetime(2026, 7, 1, tzinfo=UTC)) == (
        "2026-07-01 00:00:00"
    )
