"""Taking one account out of what others wrote, however much it wrote itself."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from rempart.cases.erasure.forgetting import MARK, Forgotten
from rempart.cases.erasure.phrases import Phrases

LETTERS = st.text("abcé _", max_size=30)


def forgotten(*texts: str, names: tuple[str, ...] = ("Zorglubine",)) -> Forgotten:
    return Forgotten("twitch", "qz7781", "erased-1", names, texts)


def test_short_messages_of_hers_are_taken_out_of_a_note() -> None:
    subject = forgotten("trifouille 77", "trifouille 77 encore", "ok")
    note = "She wrote « trifouille 77 », then again trifouille 77, and ok."
    assert subject.words(note) == f"She wrote « {MARK} », then again {MARK}, and ok."


def test_the_longer_of_two_messages_is_taken_out_whole() -> None:
    subject = forgotten("trifouille", "trifouille-machin")
    assert subject.words("It said trifouille-machinal.") == f"It said {MARK}al."


def test_names_are_whole_words_in_any_case() -> None:
    subject = forgotten(names=("Zorglubine", "İstanbul", "Zoé"))
    assert subject.words("zorglubine, ZOÉ! and Zoémi") == "erased-1, erased-1! and Zoémi"
    assert subject.words("in İstanbul: qz7781_2 is not qz7781") == (
        "in erased-1: qz7781_2 is not erased-1"
    )


def test_who_had_thousands_of_names_is_found_by_each() -> None:
    names = tuple(f"Name {number}" for number in range(5_000))
    subject = forgotten(names=names)
    assert subject.named_in(b'{"reason": "it was Name 4321 again"}')
    assert not subject.named_in(b'{"reason": "it was someone else"}')
    assert subject.words("Name 4321 and Name 43210") == "erased-1 and Name 43210"
    assert subject.in_id("https://example.org/@name 77/5")
    assert not subject.in_id("https://example.org/5")


@example([" _b", " _b_"], " _b")
@given(st.lists(LETTERS, max_size=60), LETTERS)
def test_phrases_are_found_as_one_by_one(phrases: list[str], text: str) -> None:
    known: Phrases[str] = Phrases(3)
    for phrase in phrases:
        known.add(phrase)
    taken = sorted({one for one in phrases if len(one) >= 3}, key=len, reverse=True)
    assert known.among(text) == any(one in text for one in taken)
    for whole, pattern in ((False, "{}"), (True, r"(?<!\w)(?:{})(?!\w)")):
        expected = [
            found.span()
            for found in re.finditer(pattern.format("|".join(map(re.escape, taken))), text)
            if taken
        ]
        assert list(known.spans(text, whole_words=whole)) == expected
