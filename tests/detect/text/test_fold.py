"""The fold undoes hiding, in linear time, and every span leads back to the original."""

from __future__ import annotations

import unicodedata
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.detect.text.fold import MAX_EXPANSION, fold, fold_one, original_span

HIDDEN = [
    "IDIOT",
    "ïdíõt",
    "i\u0308diot",
    "іdіоt",  # Cyrillic
    "ιdιοτ",  # Greek
    "ｉｄｉｏｔ",  # fullwidth
    "𝕚𝕕𝕚𝕠𝕥",
    "𝓲𝓭𝓲𝓸𝓽",
    "ⓘⓓⓘⓞⓣ",
    "🅸🅳🅸🅾🆃",
    "🇮🇩🇮🇴🇹",
    "i\u200bd\u200ci\u200do\u2060t",
    "i\U000e0064diot",  # tag block
    "\u202eidiot\u202c",
    "i\u0336d\u0336i\u0336o\u0336t\u0336",
    "id\x00i\x07ot",
    "i\u00addiot",
    "i\u3164diot",
]


@pytest.mark.parametrize("text", HIDDEN, ids=ascii)
def test_hiding_is_undone(text: str) -> None:
    assert fold_one(text) == "idiot"
    start, end = original_span(text, 0, 5)
    assert fold_one(text[start:end]) == "idiot"


def test_ordinary_letters_of_other_languages_stay_readable() -> None:
    assert fold(["Œuf à la coque, ß", "こんにちは", "한국어"]) == [
        "oeuf a la coque, ss",
        "こんにちは",
        "한국어",
    ]


def test_the_look_of_a_letter_goes_before_its_origin() -> None:
    """Lunate sigma decomposes to a sigma and is read as a c; a Roman fifty is read as an l."""
    assert fold_one("ϲⅼоwn") == "clown"


def test_lines_become_spaces_so_that_a_text_stays_one_text() -> None:
    assert fold_one("a\r\nb\tc\u2028d\u00a0e") == "a  b c d e"


@pytest.mark.parametrize(
    ("text", "length"),
    [("e" + "\u0301" * 200_000, 1), ("\ufdfa" * 100_000, MAX_EXPANSION * 100_000)],
    ids=["combining marks", "U+FDFA"],
)
def test_costly_text_stays_cheap_and_short(text: str, length: int) -> None:
    """FAULTS rows 7 and 8. The bound is 20 ms for row 7; what is asserted is far above it, so that
    a busy machine never fails the test, and far below the 44 s of the unguarded way."""
    begin = process_time()
    folded = fold_one(text)
    assert process_time() - begin < 1.0
    assert len(folded) == length


def test_a_span_leaves_hidden_neighbours_out_and_hidden_insides_in() -> None:
    text = "\u200ban \u200bi\u200bdiot\u200b!"
    start, end = original_span(text, 3, 8)
    assert text[start:end] == "i\u200bdiot"


@given(st.text(max_size=60))
def test_output_is_bounded_and_made_character_by_character(text: str) -> None:
    folded = fold_one(text)
    assert len(folded) <= MAX_EXPANSION * len(text)
    assert folded == "".join(fold([*text]))


@given(st.text(max_size=40), st.integers(0, 60), st.integers(1, 20))
def test_the_original_span_folds_to_what_was_found(text: str, start: int, length: int) -> None:
    folded = fold_one(text)
    end = min(start + length, len(folded))
    if start >= end:
        return
    first, last = original_span(text, start, end)
    assert 0 <= first < last <= len(text)
    assert folded[start:end] in fold_one(text[first:last])


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=50))
def test_plain_ascii_is_only_lowered(text: str) -> None:
    assert fold_one(text) == text.lower()


@given(st.text(max_size=30))
def test_composed_and_decomposed_writing_fold_alike(text: str) -> None:
    no_singletons = unicodedata.normalize("NFC", text)
    decomposed = unicodedata.normalize("NFD", no_singletons)
    if any("\uac00" <= char <= "\ud7a3" for char in no_singletons):
        return
    assert fold_one(no_singletons) == fold_one(decomposed)
