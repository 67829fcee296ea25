"""Learning on site: from decisions of people to a small, bounded change of the shipped weights.

Rules of this module:

1. The shipped weights are never touched. What is learned is a *delta* on a few buckets, of bounded
   size, that can be taken away again: then every score is what it was.
2. The delta is found by logistic regression on the scale of the contract (margin 0: the threshold),
   starting from what the shipped weights say, with a penalty on its size, by full-batch AdaGrad
   (Duchi, Hazan & Singer 2011). Deterministic.
3. No single person teaches alone: the lessons of one reviewer weigh at most as much as those of all
   the others together, as soon as there are others, and one update takes only so many of each.
4. After each update the label's offset is set so that no more of the clean samples are flagged than
   before. Learning more insults must not mean flagging more ordinary talk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rempart.detect.text.features import BUCKETS, features
from rempart.detect.text.model import ALL_HEADS, HEADS, damping
from rempart.detect.text.scoring import LABELS, Delta, TextScorer
from rempart.model import THRESHOLD, Label

MOST_LESSONS: Final = 5_000
MOST_PER_REVIEWER: Final = 500
MOST_BUCKETS: Final = 40_000
ROUNDS: Final = (15, 25)
RATE: Final = (0.1, 0.25)
PENALTY: Final = 0.3
FEW: Final = 50
MANY: Final = 200
"""A handful of decisions must be heard, a thousand must not be learned by heart: rounds and rate
are the first number plus a part of the second that fades beyond `FEW` lessons, the penalty grows
until there are `MANY`. Measured on sets of the test file as if each were a site (docs/words.md)."""
CLEAR: Final = -2.5
"""What is this far below the threshold needs no lesson that it is fine."""
BOUND: Final = 2.5
"""No bucket's weight changes by more than this (logits, before the division by the root of the
number of features)."""
_FINE: Final = HEADS.index("profanity_untargeted")
"""What people said is fine is harmless: so a listed word in it does not flag alone."""

Vector = NDArray[np.float32]


class Lesson(NamedTuple):
    """One decision about one message. `labels`: True where people said it is that, False where it
    is not; labels that the decision says nothing of are absent. `reviewer`: who decided."""

    fold: str
    labels: Mapping[Label, bool]
    reviewer: str

    @property
    def fine(self) -> bool:
        """People said there is nothing wrong with it."""
        return bool(self.labels) and not any(self.labels.values())


class Learned(NamedTuple):
    """`used` of the lessons given; `before` and `after`: share of the clean samples flagged."""

    delta: Delta
    used: int
    before: float
    after: float


def learn(
    scorer: TextScorer, lessons: Sequence[Lesson], clean: Sequence[str] = ()
) -> Learned | None:
    """The delta that `lessons` call for, on top of the weights of `scorer` (which has no delta of
    its own); `clean` are folds of ordinary messages of this place. None: there is nothing to learn
    from, or there are no weights."""
    chosen = choose(lessons)
    if scorer.weights is None or not chosen:
        return None
    found = features([lesson.fold for lesson in chosen])
    rows = _Rows.of(found.indices, found.starts)
    importance = _importance(chosen)
    margins = _margins(scorer, [lesson.fold for lesson in chosen])
    values = np.zeros((len(rows.buckets), len(ALL_HEADS)), np.float32)
    for column, label in enumerate(LABELS):
        targets, known = _targets(chosen, label)
        if known.any():
            values[:, column] = _fit(rows, margins[:, column], targets, importance * known)
    fine = np.array([lesson.fine for lesson in chosen])
    if fine.any():
        start = scorer.logits([lesson.fold for lesson in chosen])[:, _FINE] - _SURELY_FINE
        values[:, _FINE] = _fit(rows, start, np.where(fine, 1.0, 0.0), importance * fine)
    kept = _strongest(values)
    offset = np.zeros(len(ALL_HEADS), np.float32)
    delta = Delta(rows.buckets[kept], values[kept], offset)
    return _recalibrated(scorer, delta, len(chosen), clean)


_SURELY_FINE: Final = np.float32(3.0)


def choose(lessons: Sequence[Lesson]) -> list[Lesson]:
    """The newest lessons that fit into one update: each text of each reviewer once (the last word
    counts), so many of one reviewer, so many in all. In the order given."""
    seen: set[tuple[str, str]] = set()
    counts: Counter[str] = Counter()
    chosen: list[Lesson] = []
    for lesson in reversed(lessons):
        name = (lesson.reviewer, lesson.fold)
        if not lesson.labels or not lesson.fold.strip() or name in seen:
            continue
        if counts[lesson.reviewer] >= MOST_PER_REVIEWER or len(chosen) >= MOST_LESSONS:
            continue
        seen.add(name)
        counts[lesson.reviewer] += 1
        chosen.append(lesson)
    chosen.reverse()
    return chosen


class _Rows(NamedTuple):
    """The lessons' features on the buckets they use: `slots` into `buckets`, `owner` the lesson of
    each, `share` one over the root of the lesson's number of features."""

    buckets: NDArray[np.uint32]
    slots: NDArray[np.intp]
    owner: NDArray[np.intp]
    share: Vector
    lessons: int

    @classmethod
    def of(cls, indices: NDArray[np.uint32], starts: NDArray[np.int64]) -> _Rows:
        buckets, slots = _dense(indices, BUCKETS)
        sizes = np.diff(starts)
        owner = np.repeat(np.arange(len(sizes)), sizes)
        return cls(buckets.astype(np.uint32), slots, owner, damping(sizes)[owner], len(sizes))


def _dense(numbers: NDArray[Any], size: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The different numbers below `size`, rising, and the place of each given one among them."""
    met = np.zeros(size, np.bool_)
    met[numbers] = True
    used = np.flatnonzero(met)
    place = np.zeros(size, np.intp)
    place[used] = np.arange(len(used))
    return used, place[numbers]


def _fit(rows: _Rows, margin: Vector, targets: Vector, importance: Vector) -> Vector:
    """Weights per bucket that bring the margins to the right side."""
    taught = (importance > 0) & ((targets > 0) | (margin > CLEAR))
    values = np.zeros(len(rows.buckets), np.float64)
    lessons = int(taught.sum())
    if not lessons:
        return values.astype(np.float32)
    mine = taught[rows.owner]
    used, slots = _dense(rows.slots[mine], len(rows.buckets))
    number = np.cumsum(taught) - 1
    owner, share = number[rows.owner[mine]], rows.share[mine]
    start, wanted, weight = margin[taught], targets[taught], importance[taught]
    few = FEW / (FEW + lessons)
    rounds = round(ROUNDS[0] + ROUNDS[1] * few)
    rate = RATE[0] + RATE[1] * few
    penalty = PENALTY * lessons / (lessons + MANY)
    found = np.zeros(len(used), np.float64)
    grown = np.full(len(used), 1e-8)
    for _ in range(rounds):
        shift = np.bincount(owner, found[slots] * share, lessons)
        chance = 1 / (1 + np.exp(-np.clip(start + shift, -30, 30)))
        pull = (chance - wanted) * weight
        slope = np.bincount(slots, pull[owner] * share, len(used)) + penalty * found
        grown += slope * slope
        found -= rate * slope / np.sqrt(grown)
        np.clip(found, -BOUND, BOUND, out=found)
    values[used] = found
    return values.astype(np.float32)


def _importance(lessons: Sequence[Lesson]) -> Vector:
    """How much each lesson counts: one reviewer never more than all the others together."""
    counts = Counter(lesson.reviewer for lesson in lessons)
    total = len(lessons)
    weight = {
        reviewer: min(1.0, (total - count) / count) if total > count else 1.0
        for reviewer, count in counts.items()
    }
    return np.array([weight[lesson.reviewer] for lesson in lessons], np.float32)


def _targets(lessons: Sequence[Lesson], label: Label) -> tuple[Vector, NDArray[np.bool_]]:
    said = [lesson.labels.get(label) for lesson in lessons]
    known = np.array([value is not None for value in said])
    return np.array([1.0 if value else 0.0 for value in said], np.float32), known


def _margins(scorer: TextScorer, folds: Sequence[str]) -> Vector:
    """How far each text is above the threshold of each label, in logits of the classifier."""
    scored = scorer.score(folds)
    return _logit(scored.labels) / scorer.steepness(scored.languages)


def _logit(scores: Vector) -> Vector:
    held = np.clip(scores.astype(np.float64), 1e-4, 1 - 1e-4)
    return np.asarray(np.log(held / (1 - held)), np.float32)


def _strongest(values: NDArray[np.float32]) -> NDArray[np.intp]:
    """The buckets worth keeping, rising."""
    size = np.abs(values).max(axis=1, initial=0.0)
    kept = np.flatnonzero(size > 1e-3)
    if len(kept) > MOST_BUCKETS:
        kept = np.sort(kept[np.argsort(-size[kept], kind="stable")[:MOST_BUCKETS]])
    return kept


def _recalibrated(scorer: TextScorer, delta: Delta, used: int, clean: Sequence[str]) -> Learned:
    """With the offset under which no more of the clean samples are flagged than before."""
    if not clean:
        return Learned(delta, used, 0.0, 0.0)
    base = scorer.score(clean).labels
    offset = delta.offset.copy()
    above = _margins(TextScorer(scorer.weights, delta), clean)
    for column in range(len(LABELS)):
        allowed = int((base[:, column] >= THRESHOLD).sum())
        raised = np.sort(above[:, column])[::-1]
        if allowed < len(raised) and raised[allowed] >= 0:
            offset[column] = -raised[allowed] - 1e-3
    delta = delta._replace(offset=offset)
    after = TextScorer(scorer.weights, delta).score(clean).labels
    flagged = [(rows.max(axis=1) >= THRESHOLD).mean() for rows in (base, after)]
    return Learned(delta, used, float(flagged[0]), float(flagged[1]))
