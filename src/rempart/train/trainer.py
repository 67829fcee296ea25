"""Trains the embedded classifier: a linear model of hashed features with many heads.

Rules of this module:

1. AdaGrad (Duchi, Hazan and Singer 2011) over fixed batches in a shuffled order; logistic loss per
   head, summed over the heads that a row knows. A low rate keeps the tail of clean text clean
   (research: rate 0.05–0.1, five passes).
2. Deterministic: one process, no BLAS, sums in a fixed order; the same rows and seed give the same
   weights to the bit on one kind of machine.
3. What is trained is what runs: a logit is `bias + sum of weights * damping`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rempart.detect.text.features import BUCKETS, Features
from rempart.detect.text.model import ALL_HEADS, damping
from rempart.train.corpus import UNKNOWN

Floats = NDArray[np.float32]


class Plan(NamedTuple):
    """How to train; the defaults are those of the shipped weights."""

    seed: int = 0
    passes: int = 4
    rate: float = 0.1
    batch: int = 128
    decay: float = 2e-3


class Trained(NamedTuple):
    """`weights` [BUCKETS, heads] and `bias` [heads], before they are rounded to int8."""

    weights: Floats
    bias: Floats


class _Slice(NamedTuple):
    """A batch with its buckets numbered 0…: each pass uses it again.

    `buckets`: the different ones, rising. `local`: each feature's number among them, text by text.
    `order`: the features by bucket; `runs`: where each bucket begins in that order. `row`: of each
    feature in that order, its text.
    """

    buckets: NDArray[np.int64]
    local: NDArray[np.int32]
    starts: NDArray[np.int64]
    row: NDArray[np.int32]
    runs: NDArray[np.int64]
    damped: Floats
    truth: Floats
    weight: Floats


def _untold(*_: object) -> None:
    """Progress that nobody sees."""


def train(
    features: Features,
    labels: NDArray[np.int8],
    weight: Floats,
    plan: Plan | None = None,
    progress: Callable[[int], object] = _untold,
    never_up: NDArray[np.bool_] | None = None,
) -> Trained:
    """Weights and bias from the features of n texts, labels [n, heads] (−1: unknown) and a weight
    for each text [n, heads]. `progress` is called with the number of rows after each batch. Where
    `never_up` [BUCKETS, heads] is true a weight stays at nought or below."""
    plan = plan or Plan()
    rng = np.random.default_rng(plan.seed)
    slices = list(_slices(features, labels, weight, plan, rng))
    weights = np.zeros((BUCKETS, len(ALL_HEADS)), np.float32)
    squares = np.full((BUCKETS, len(ALL_HEADS)), 1e-4, np.float32)
    bounded: NDArray[np.bool_] = np.zeros(BUCKETS, np.bool_)
    if never_up is not None:
        bounded = np.asarray(never_up.any(axis=1), np.bool_)
    bias = np.zeros(len(ALL_HEADS), np.float32)
    bias_squares = np.full(len(ALL_HEADS), 1.0, np.float32)
    for _ in range(plan.passes):
        for place in rng.permutation(len(slices)).tolist():
            part = slices[place]
            own = weights[part.buckets]
            sums = np.add.reduceat(own[part.local], part.starts, axis=0)
            logits = sums * part.damped[:, None] + bias
            slope = (1 / (1 + np.exp(-np.clip(logits, -30, 30))) - part.truth) * part.weight
            pull = slope.sum(axis=0)
            bias_squares += pull * pull
            bias -= plan.rate * pull / np.sqrt(bias_squares)
            spread = (slope * part.damped[:, None])[part.row]
            pulls = np.add.reduceat(spread, part.runs, axis=0) + plan.decay * own
            known = squares[part.buckets] + pulls * pulls
            squares[part.buckets] = known
            own -= plan.rate * pulls / np.sqrt(known)
            held = np.flatnonzero(bounded[part.buckets])
            if never_up is not None and len(held):
                never = never_up[part.buckets[held]]
                own[held] = np.where(never, np.minimum(own[held], 0), own[held])
            weights[part.buckets] = own
            progress(len(part.starts))
    return Trained(weights, bias)


def _slices(
    features: Features,
    labels: NDArray[np.int8],
    weight: Floats,
    plan: Plan,
    rng: np.random.Generator,
) -> Iterator[_Slice]:
    counts = np.diff(features.starts)
    rows = rng.permutation(np.flatnonzero(counts > 0))
    damped = damping(counts)
    for first in range(0, len(rows), plan.batch):
        chosen = rows[first : first + plan.batch]
        taken = counts[chosen]
        starts = np.concatenate(([0], np.cumsum(taken)[:-1])).astype(np.int64)
        place = np.arange(int(taken.sum())) + np.repeat(features.starts[chosen] - starts, taken)
        indices = features.indices[place]
        order = np.argsort(indices, kind="stable")
        ranked = indices[order]
        new = np.concatenate(([True], ranked[1:] != ranked[:-1]))
        local = np.empty(len(indices), np.int32)
        local[order] = np.cumsum(new) - 1
        truth = labels[chosen]
        yield _Slice(
            ranked[new].astype(np.int64),
            local,
            starts,
            np.repeat(np.arange(len(chosen), dtype=np.int32), taken)[order],
            np.flatnonzero(new),
            damped[chosen],
            (truth == 1).astype(np.float32),
            np.where(truth == UNKNOWN, 0, weight[chosen]).astype(np.float32),
        )


def joined(parts: Sequence[Features]) -> Features:
    """Features of many batches as one."""
    indices = np.concatenate([part.indices for part in parts])
    ends = np.cumsum(np.concatenate([np.diff(part.starts) for part in parts]))
    return Features(indices, np.concatenate(([0], ends)).astype(np.int64))


def rounded(trained: Trained, reach: float = 1.0) -> tuple[NDArray[np.int8], Floats]:
    """The weights as int8 and the scale of each head. `reach`: the share of the largest weight
    that 127 stands for; what lies beyond is cut to it."""
    largest = np.abs(trained.weights).max(axis=0) * reach
    scale = (np.where(largest > 0, largest, 1) / 127).astype(np.float32)
    steps = np.clip(np.rint(trained.weights / scale), -127, 127)
    return steps.astype(np.int8), scale
