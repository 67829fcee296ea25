"""Text families: disguises of one sentence are one family, and each disguise is told."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.cases.raids.families import COMPARED, Written, differences, families

SENTENCE = "go away loser, nobody wants you"


def told(text: str, example: str = SENTENCE) -> list[tuple[str, str, str]]:
    return [
        (piece.kind, piece.text, piece.instead)
        for piece in differences(example, text)
        if piece.kind != "same"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SENTENCE, []),
        (SENTENCE.upper(), []),
        ("go aw\u0430y loser, nobody wants you", [("alike", "\u0430", "a")]),
        ("go away lo\u200bser, nobody wants you", [("hidden", "⟨ZWSP⟩", "")]),
        ("go away \u202eloser, nobody wants you", [("hidden", "⟨RLO⟩", "")]),
        ("go away l0ser, nobody wants you", [("changed", "0", "o")]),
        ("go away loser, nobody wants you!!", [("added", "!!", "")]),
        ("go away loser, nobody wnts you", [("missing", "", "a")]),
        ("go away, nobody wants you", [("missing", "", " loser")]),
    ],
)
def test_a_difference_is_told_by_its_kind(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert told(text) == expected


def test_disguises_are_one_family_and_other_sentences_are_not() -> None:
    found = families(
        [
            Written("b1", SENTENCE),
            Written("b2", SENTENCE),
            Written("b1", "g\u043e  away lo\u200bser, nobody wants you!"),
            Written("b3", "GO AWAY L.O.S.E.R nobody wants you"),
            Written("b4", "we all laugh about your boring stream"),
            Written("b5", "we all l4ugh about your boring stream"),
            Written("fan", "what a great run today"),
            Written("b6", "   "),
        ]
    )
    assert [(f.name, f.messages, f.accounts) for f in found] == [
        ("A", 4, ["b1", "b2", "b3"]),
        ("B", 2, ["b4", "b5"]),
    ]
    assert found[0].example == SENTENCE
    assert len(found[0].variants) == 2


def test_the_example_is_the_plain_one_although_the_disguised_is_written_a_little_more() -> None:
    hidden = "go a\u200bway loser, nobody wants you"
    texts = [hidden, hidden, hidden, SENTENCE, SENTENCE, SENTENCE + "!"]
    (found,) = families(Written(f"b{n}", text) for n, text in enumerate(texts))
    assert found.example == SENTENCE
    assert [variant.messages for variant in found.variants] == [3, 1]


def test_a_family_says_how_many_variants_it_does_not_show() -> None:
    (found,) = families(Written(f"b{n}", f"{SENTENCE} {n}{n}") for n in range(20))
    assert len(found.variants) == 6
    assert found.more_variants == 13


TEXTS = st.text(
    st.sampled_from("abcdefg hij.,\u200b\u202e\u0430\u0435é0\U0001f600\ud800"), max_size=60
)


@given(TEXTS, TEXTS)
def test_the_runs_of_a_variant_put_both_texts_together_again(example: str, text: str) -> None:
    """Apart from what is hidden: runs without it give the variant; with what stands instead of
    them they give the example."""
    hidden = "\u200b\u202e\ud800"
    pieces = [piece for piece in differences(example, text) if piece.kind != "hidden"]
    visible = "".join(char for char in text if char not in hidden)
    assert "".join(piece.text for piece in pieces) == visible
    before = "".join(piece.text if piece.kind == "same" else piece.instead for piece in pieces)
    bare = "".join(char for char in before if char not in hidden)
    assert bare.casefold() == "".join(c for c in example if c not in hidden).casefold()


@given(st.lists(st.tuples(st.sampled_from(["u1", "u2", "u3"]), TEXTS), max_size=30))
def test_every_message_counts_at_most_once_and_nothing_is_invented(
    rows: list[tuple[str, str]],
) -> None:
    written = [Written(*row) for row in rows]
    found = families(written)
    assert sum(family.messages for family in found) <= len(written)
    texts = {row.text[:COMPARED] for row in written}
    assert all(family.example in texts for family in found)
    assert families(written) == found


def test_ten_thousand_characters_and_a_flood_of_unlike_texts_cost_little() -> None:
    words = random.Random(1)
    flood = [
        Written(f"u{n}", "".join(words.choices("abcdefghijklmnop ", k=10_000))) for n in range(200)
    ]
    assert families(flood) == []
