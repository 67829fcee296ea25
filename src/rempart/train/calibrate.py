"""Sets the thresholds and the probabilities of the shipped weights, per language and label.

Rules of this module:

1. A threshold is set on text that was not trained on. It is the lowest margin at which clean text
   (chat and sentences without abuse) is flagged no more often than its budget allows, and never
   below the margin at which labelled text is told apart best: what gains nothing is not flagged.
2. The probability is Platt's (1999) with his smoothed targets: a logistic curve through the margins
   of labelled rows, rising always, so that order is never changed.
3. Where a language has too little labelled text for a label, what was learned on all languages
   serves; its threshold is still its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

_ENOUGH: Final = 40
_LEAST_SLOPE: Final = 0.05
_STEPS: Final = 60
_FALL: Final = 4.0

Floats = NDArray[np.float32]


class Curve(NamedTuple):
    """`probability = sigmoid(slope · margin + intercept)`; slope > 0."""

    slope: float
    intercept: float


def platt(margins: Floats, truth: NDArray[np.bool_]) -> Curve | None:
    """The curve through labelled margins [n]; None when one class has too few rows. Newton's
    method on two parameters."""
    positives = int(truth.sum())
    negatives = len(truth) - positives
    if min(positives, negatives) < _ENOUGH:
        return None
    high, low = (positives + 1) / (positives + 2), 1 / (negatives + 2)
    wanted = np.where(truth, high, low)
    x = margins.astype(np.float64)
    slope, intercept = 1.0, 0.0
    for _ in range(_STEPS):
        said = 1 / (1 + np.exp(-np.clip(slope * x + intercept, -30, 30)))
        error, spread = said - wanted, np.maximum(said * (1 - said), 1e-9)
        down = np.array([(error * x).sum() + 1e-3 * (slope - 1), error.sum()])
        bend = np.array(
            [
                [(spread * x * x).sum() + 1e-3, (spread * x).sum()],
                [(spread * x).sum(), spread.sum()],
            ]
        )
        step = np.linalg.solve(bend, down)
        step *= min(1.0, 2.0 / max(1e-9, float(np.abs(step).max())))
        slope, intercept = slope - float(step[0]), intercept - float(step[1])
        if float(np.abs(step).max()) < 1e-7:
            break
    return Curve(max(slope, _LEAST_SLOPE), intercept)


def clean_limit(margins: Floats, budget: float) -> float:
    """The lowest margin at which at most the share `budget` of clean rows [n] is flagged.
    −infinity without rows."""
    if not len(margins):
        return -np.inf
    ranked = np.sort(margins)[::-1]
    allowed = int(len(ranked) * budget)
    if allowed >= len(ranked):
        return -np.inf
    # Just above the first row that may not be flagged.
    return float(np.nextafter(ranked[allowed], np.float32(np.inf)))


def steepness(limit: float, usual: float) -> float:
    """How steeply a score falls below its threshold: the usual clean text gets 0.02. So the scores
    of different labels can be compared, and the highest of them ranks texts."""
    return min(8.0, max(0.25, _FALL / max(1e-3, limit - usual)))


def best_limit(margins: Floats, truth: NDArray[np.bool_], weight: Floats | None = None) -> float:
    """The margin at which macro-F1 is highest; `weight` [n] balances sets of different sizes.
    −infinity when a class is missing."""
    if truth.all() or not truth.any():
        return -np.inf
    weight = np.ones(len(margins), np.float32) if weight is None else weight
    order = np.argsort(-margins, kind="stable")
    weights = weight[order].astype(np.float64)
    ranked, known = margins[order], truth[order]
    hits = np.cumsum(weights * known)
    false = np.cumsum(weights * ~known)
    missed = hits[-1] - hits
    right = false[-1] - false
    macro = hits / (2 * hits + false + missed) + right / np.maximum(
        2 * right + false + missed, 1e-9
    )
    last = np.concatenate((ranked[1:] != ranked[:-1], [True]))
    best = int(np.argmax(np.where(last, macro, -1)))
    return float(ranked[best])


def threshold(clean: Mapping[str, Floats], budgets: Mapping[str, float], best: float) -> float:
    """The higher one of what the labelled rows ask for and what each clean set allows."""
    limits = [clean_limit(margins, budgets[name]) for name, margins in clean.items()]
    return max([best, *limits])
