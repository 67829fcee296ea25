"""Figures of quality, from scores and truth. Pure arithmetic; every share comes with its interval.

Sources: Wilson 1927 (interval of a share); Hanley and McNeil 1982 (interval of an AUC); Guo et al.
2017 (expected calibration error, equal-width bins). The interval of macro-F1 is a percentile
bootstrap over the four counts.
"""

from __future__ import annotations

import math
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rempart.model import THRESHOLD

_Z: Final = 1.959964
_BINS: Final = 10
_RESAMPLES: Final = 400

Interval = tuple[float, float]


class Bin(msgspec.Struct, frozen=True):
    """Of the rows whose probability is in [low, high): how many, what was said, what was true."""

    low: float
    high: float
    rows: int
    said: float
    true: float


class Figures(msgspec.Struct, frozen=True):
    """Quality on one group at the shipped threshold. A figure that the group cannot give (no
    positive row, nothing flagged, no probability) is None; intervals are of 95 %."""

    rows: int
    positives: int
    flagged: int
    flag_rate: float
    flag_rate_interval: Interval
    precision: float | None
    precision_interval: Interval | None
    recall: float | None
    recall_interval: Interval | None
    f1: float | None
    accuracy: float
    false_alarm_rate: float | None
    false_alarm_interval: Interval | None
    macro_f1: float | None
    macro_f1_interval: Interval | None
    auc: float | None
    auc_interval: Interval | None
    ece: float | None
    bins: list[Bin]


def wilson(hits: int, rows: int) -> Interval:
    """The 95 % interval of a share; (0, 1) when there are no rows."""
    if not rows:
        return 0.0, 1.0
    share = hits / rows
    centre = (share + _Z * _Z / (2 * rows)) / (1 + _Z * _Z / rows)
    half = (
        _Z / (1 + _Z * _Z / rows) * math.sqrt(share * (1 - share) / rows + (_Z / (2 * rows)) ** 2)
    )
    return max(0.0, round(centre - half, 4)), min(1.0, round(centre + half, 4))


def auc(scores: NDArray[np.floating], truth: NDArray[np.bool_]) -> float | None:
    """The chance that a positive row scores above a negative one, ties counted half."""
    positives = int(truth.sum())
    negatives = len(truth) - positives
    if not positives or not negatives:
        return None
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    above = float(ranks[place][truth].sum()) - positives * (positives + 1) / 2
    return above / (positives * negatives)


def _auc_interval(area: float, positives: int, negatives: int) -> Interval:
    first = area / (2 - area)
    second = 2 * area * area / (1 + area)
    spread = (
        area * (1 - area)
        + (positives - 1) * (first - area * area)
        + (negatives - 1) * (second - area * area)
    ) / (positives * negatives)
    half = _Z * math.sqrt(max(spread, 0))
    return max(0.0, round(area - half, 4)), min(1.0, round(area + half, 4))


def _f1(hits: float, false: float, missed: float) -> float:
    return 2 * hits / (2 * hits + false + missed) if hits + false + missed else 0.0


def _macro(hits: float, false: float, missed: float, right: float) -> float:
    return (_f1(hits, false, missed) + _f1(right, missed, false)) / 2


def _macro_interval(counts: tuple[int, int, int, int]) -> Interval:
    rows = sum(counts)
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(rows, [count / rows for count in counts], size=_RESAMPLES)
    values = sorted(_macro(*line) for line in drawn.tolist())
    return round(values[int(0.025 * _RESAMPLES)], 4), round(values[int(0.975 * _RESAMPLES)], 4)


def bins(probability: NDArray[np.floating], truth: NDArray[np.bool_]) -> list[Bin]:
    """The reliability bins that are not empty, by rising probability."""
    place = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    found = []
    for number in range(_BINS):
        inside = place == number
        if inside.any():
            found.append(
                Bin(
                    number / _BINS,
                    (number + 1) / _BINS,
                    int(inside.sum()),
                    round(float(probability[inside].mean()), 4),
                    round(float(truth[inside].mean()), 4),
                )
            )
    return found


def figures(
    scores: NDArray[np.floating],
    truth: NDArray[np.bool_],
    probability: NDArray[np.floating] | None = None,
) -> Figures:
    """All figures of one group: scores [n] (contract scale), truth [n], probability [n] or None.

    An empty group gives zero rows and no figures.
    """
    rows, positives = len(truth), int(truth.sum())
    flags = scores >= THRESHOLD
    flagged = int(flags.sum())
    hits = int((flags & truth).sum())
    false, missed = flagged - hits, positives - hits
    right = rows - hits - false - missed
    negatives = rows - positives
    area = auc(scores, truth)
    both = bool(positives and negatives)
    reliability = bins(probability, truth) if probability is not None and rows else []
    return Figures(
        rows=rows,
        positives=positives,
        flagged=flagged,
        flag_rate=_share(flagged, rows) or 0.0,
        flag_rate_interval=wilson(flagged, rows),
        precision=_share(hits, flagged),
        precision_interval=wilson(hits, flagged) if flagged else None,
        recall=_share(hits, positives),
        recall_interval=wilson(hits, positives) if positives else None,
        f1=round(_f1(hits, false, missed), 4) if positives else None,
        accuracy=_share(hits + right, rows) or 0.0,
        false_alarm_rate=_share(false, negatives),
        false_alarm_interval=wilson(false, negatives) if negatives else None,
        macro_f1=round(_macro(hits, false, missed, right), 4) if both else None,
        macro_f1_interval=_macro_interval((hits, false, missed, right)) if both else None,
        auc=None if area is None else round(area, 4),
        auc_interval=None if area is None else _auc_interval(area, positives, negatives),
        ece=round(sum(b.rows * abs(b.said - b.true) for b in reliability) / rows, 4)
        if reliability
        else None,
        bins=reliability,
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
