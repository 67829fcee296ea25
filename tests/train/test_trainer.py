"""The same rows and seed give the same weights; what nobody labelled teaches nothing."""

from __future__ import annotations

import numpy as np

from rempart.detect.text.features import features
from rempart.detect.text.fold import fold
from rempart.detect.text.model import ALL_HEADS, HEADS, Weights, dump, load
from rempart.train.build import blended
from rempart.train.corpus import Corpus, Row, corpus
from rempart.train.trainer import Plan, Trained, rounded, train

_NICE = ("lovely", "great", "kind", "warm", "quiet")
_RUDE = ("stupid", "ugly", "rotten", "vile", "nasty")
_WHO = ("you", "she", "he", "my friend", "our team", "the guest", "this boy", "that girl")


def small() -> Corpus:
    rows = [
        Row(f"{who} {verb} {word} today", "en", "a", {"insult": int(word in _RUDE)})
        for who in _WHO
        for verb in ("is", "looks", "was")
        for word in (*_NICE, *_RUDE)
    ]
    return corpus(rows)


def trained(seed: int) -> Trained:
    rows = small()
    weight = np.ones(rows.labels.shape, np.float32)
    return train(features(fold(rows.texts)), rows.labels, weight, Plan(seed=seed, batch=16))


def test_the_same_seed_gives_the_same_weights_and_another_seed_others() -> None:
    first, again, other = trained(3), trained(3), trained(4)
    assert first.weights.tobytes() == again.weights.tobytes()
    assert first.bias.tobytes() == again.bias.tobytes()
    assert first.weights.tobytes() != other.weights.tobytes()


def test_a_head_that_no_row_knows_learns_nothing() -> None:
    weights = trained(0).weights
    assert not weights[:, HEADS.index("sexual")].any()
    assert not weights[:, HEADS.index("counter_or_quote")].any()
    assert weights[:, HEADS.index("insult")].any()


def test_rounded_weights_judge_a_sentence_that_was_not_learned() -> None:
    found = blended(trained(0))
    steps, scale = rounded(found)
    weights = load(dump(Weights(steps, scale, found.bias, "test")))
    logits = weights.logits(features(fold(["your cousin is stupid", "your cousin is lovely"])))
    exact = found.weights
    insult = HEADS.index("insult")
    assert logits[0, insult] > logits[1, insult]
    assert np.abs(exact - steps * scale).max() <= scale.max() / 2 + 1e-6
    assert logits.shape == (2, len(ALL_HEADS))


def test_a_row_of_no_weight_teaches_nothing() -> None:
    rows = small()
    weight = np.zeros(rows.labels.shape, np.float32)
    found = train(features(fold(rows.texts)), rows.labels, weight, Plan(passes=1))
    assert not found.weights.any()
