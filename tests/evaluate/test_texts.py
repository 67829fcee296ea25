"""The grammars: what the evaluation's figures lean on must be true of its texts."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import combinations
from random import Random

import pytest
from tests.evaluate import (
    mutation,
    texts_people_seen,
    texts_people_unseen,
    texts_seen,
    texts_unseen,
)
from tests.evaluate.grammar import Grammar

from rempart.detect.interface import Batch
from rempart.detect.raid.fingerprint import fingerprints
from rempart.detect.text.detector import TextDetector
from rempart.detect.text.fold import fold
from rempart.model import THRESHOLD, Account, Message

SEEN = Grammar(texts_seen.HOSTILE, texts_seen.HARMLESS, texts_people_seen.PEOPLE)
UNSEEN = Grammar(texts_unseen.HOSTILE, texts_unseen.HARMLESS, texts_people_unseen.PEOPLE)
BOTH = pytest.mark.parametrize("grammar", [SEEN, UNSEEN], ids=["seen", "unseen"])


def texts(grammar: Grammar, symbol: str, count: int = 200) -> list[str]:
    rng = Random(symbol)
    return [
        grammar.say(rng, symbol, name="lea", link="x.example/a", number="3") for _ in range(count)
    ]


def flagged(found: list[str]) -> float:
    now = datetime(2020, 1, 1, tzinfo=UTC)
    rows = [Message(str(n), "p", "c", now, Account("a"), text) for n, text in enumerate(found)]
    hits = {
        index
        for index, signal in TextDetector().detect(Batch(rows, fold(found)))
        if signal.score >= THRESHOLD
    }
    return len(hits) / len(found)


@BOTH
@pytest.mark.parametrize("symbol", ["human.en", "human.fr"])
def test_texts_of_people_differ_as_real_ones_do(grammar: Grammar, symbol: str) -> None:
    """Of real abusive messages gathered by subject, 2-3 % of pairs share a fingerprint (0.2-0.5 %
    where no subject binds them). A grammar that repeats itself would make diverse attacks easy."""
    keys = [set(found.keys) for found in fingerprints(fold(texts(grammar, symbol)))]
    pairs = [bool(a & b) for a, b in combinations(keys, 2)]
    assert sum(pairs) / len(pairs) < 0.06


@BOTH
def test_lists_know_the_texts_of_bots_and_a_part_of_what_people_write(grammar: Grammar) -> None:
    for symbol in ("hit.en", "hit.fr"):
        assert flagged(texts(grammar, symbol)) >= 0.97
    for symbol in ("human.en", "human.fr"):
        assert 0.4 <= flagged(texts(grammar, symbol)) <= 0.95


@BOTH
def test_harmless_texts_are_harmless_and_rage_is_rude(grammar: Grammar) -> None:
    for symbol in ("hype", "friendly", "news", "workshop", "hello", "vote", "chat", "lure"):
        # a classifier is no list: now and then it misreads a harmless line, as it does in real chat
        assert flagged(texts(grammar, symbol)) <= 0.02, symbol
    assert flagged(texts(grammar, "rage")) > 0.15
    assert flagged(texts(grammar, "irony")) > 0.4


def test_held_out_frames_are_other_frames() -> None:
    for symbol in (
        "hit.en",
        "miss.en",
        "hit.fr",
        "lure",
        "hype",
        "rage",
        "irony",
        "workshop",
        "spite.en",
    ):
        seen = set(
            texts_seen.HOSTILE.get(symbol)
            or {**texts_seen.HARMLESS, **texts_people_seen.PEOPLE}[symbol]
        )
        other = set(
            texts_unseen.HOSTILE.get(symbol)
            or {**texts_unseen.HARMLESS, **texts_people_unseen.PEOPLE}[symbol]
        )
        shared = {
            text for text in seen & other if not text.startswith("<emote>") and "<" not in text
        }
        assert not shared, symbol
    assert not set(mutation.SEEN[0] + mutation.SEEN[1]) & set(
        mutation.UNSEEN[0] + mutation.UNSEEN[1]
    )


@pytest.mark.parametrize("unseen", [False, True])
def test_mutation_levels(unseen: bool) -> None:
    text, words = "nobody likes you lea, go back to the velnari", ("table", "river", "green")
    assert mutation.mutate(Random(1), text, 0, words, unseen=unseen) == text
    for level in (1, 2, 3):
        variants = {
            mutation.mutate(Random(n), text, level, words, unseen=unseen) for n in range(60)
        }
        assert len(variants) > 45, level
        assert mutation.mutate(Random(5), text, level, words, unseen=unseen) in variants
