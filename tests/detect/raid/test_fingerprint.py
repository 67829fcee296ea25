"""Fingerprints survive mutation, and are the same in whatever batch a text stands."""

from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.detect.raid.fingerprint import EMPTY, GRAM, KEEP, MAX_TEXT, fingerprints
from rempart.detect.text.fold import fold

TEXT = "nobody in this channel wants to see you here again loser"


@pytest.mark.parametrize(
    ("mutated", "least"),
    [
        (TEXT.upper() + "!!!", 5),
        ("n0b0dy in th1s ch4nnel w4nts t0 s33 y0u h3re 4gain l0ser", 5),
        ("n o b o d y  in this channel  w-a-n-t-s to see you here again loser", 5),
        ("nоbоdy in thіs chаnnel wаnts tо see yоu hеre agаin lоser", 5),
        ("no\u200bbody in this chan\u200bnel wants to see you here again lo\u200bser", 5),
        ("nooobody in this channel waaants to seeee you here again loserrr", 5),
        ("nobody xkqj in this channel wants vvbn to see you here again loser", 2),
        ("hey everyone " + TEXT + " zzkqy", 2),
    ],
    ids=["case", "leet", "spacing", "homoglyphs", "zero-width", "repeats", "inserted", "around"],
)
def test_mutations_keep_keys(mutated: str, least: int) -> None:
    original, other = fingerprints(fold([TEXT, mutated]))
    assert len(set(original.keys) & set(other.keys)) >= least


def test_other_texts_have_other_keys() -> None:
    texts = [
        TEXT,
        "the new patch made the game a lot faster on my machine",
        "did you see that goal",
    ]
    first, second, third = fingerprints(fold(texts))
    assert not set(first.keys) & set(second.keys)
    assert not set(second.keys) & set(third.keys)


def test_short_texts_have_one_key_for_the_whole() -> None:
    ha, hal, hall = fingerprints(["ha", "hal", "hale"])
    assert ha == EMPTY
    assert len(hal.keys) == len(hall.keys) == 1
    assert hal.keys != hall.keys


def test_the_hash_never_changes_between_versions_of_python() -> None:
    """Recorded evidence must be found again: change the version of the operator with these."""
    (print_,) = fingerprints(["you are a loser go away from here"])
    assert print_.keys == (503671364, 661543530, 705295125, 863129952, 1320566554)


@given(st.lists(st.text(max_size=30), max_size=8), st.integers(0, 8))
def test_neighbours_change_nothing(texts: list[str], cut: int) -> None:
    folds = fold(texts)
    whole = fingerprints(folds)
    assert whole == fingerprints(folds[:cut]) + fingerprints(folds[cut:])
    assert whole == [fingerprints([one])[0] for one in folds]
    for print_ in whole:
        assert list(print_.keys) == sorted(set(print_.keys))
        assert len(print_.keys) <= KEEP


def test_long_texts_are_cut() -> None:
    base = "ab cd " * 200
    long, longer = fingerprints([base + "x" * 10, base + "y" * 60_000])
    assert len(base) > MAX_TEXT
    assert long == longer


@given(
    st.lists(st.sampled_from(["ab", "cde", "nobody wants you here", "x"]), min_size=1, max_size=60)
)
def test_texts_that_repeat_themselves_have_all_their_keys(words: list[str]) -> None:
    """What is left out of the sorting changes nothing: each gram is the only key of itself."""
    text = " ".join(words)
    skeleton = "".join(letter for letter, _ in groupby(text.replace(" ", "")))
    grams = fingerprints([skeleton[place : place + GRAM] for place in range(len(skeleton) - 6)])
    (print_,) = fingerprints([text])
    if grams:
        assert print_.keys == tuple(sorted({one.keys[0] for one in grams})[:KEEP])


def test_more_texts_than_are_taken_at_once() -> None:
    texts = [f"{TEXT} {number} {'again ' * (number % 40)}" for number in range(1_203)]
    assert fingerprints(texts) == [fingerprints([text])[0] for text in texts]
