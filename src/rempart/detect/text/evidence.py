"""Why the classifier says so: the n-grams that weigh most, exactly, and where they stand.

Rules of this module:

1. The model is linear: what a feature adds to a logit is its weight, scaled, times the damping of
   the text's length (`model.damping`); nothing here is an estimate.
2. The *why* names the strongest n-grams with that number, strongest first, short enough for a
   statement of reasons. Parts of a word that is named already are left out.
3. The span covers the strongest word and the words beside it that bear part of the weight: what
   speaks for the label is spread evenly over the letters it was read from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rempart.detect.text.features import Block, blocks, shown
from rempart.detect.text.model import damping

WeightOf = Callable[[NDArray[np.int64], int], NDArray[np.float64]]
"""(buckets, column) to their scaled weights: `TextScorer.weight`."""

_NAMED: Final = 3
_LONGEST: Final = 40
_BESIDE: Final = 0.25
_MUCH: Final = 0.4
_REACH: Final = 6
_GRAMS: Final = (3, 4, 5)


class Evidence(NamedTuple):
    """`[start, end)` in the text that was read; `why` for people."""

    start: int
    end: int
    why: str


class Question(NamedTuple):
    """Which column of the weights, for the text number `text`."""

    text: int
    column: int


def strongest(
    texts: Sequence[str], questions: Sequence[Question], weight: WeightOf
) -> list[Evidence | None]:
    """The evidence for each question, in order; None where a text has no words at all."""
    found = blocks(texts)
    begins = np.zeros(len(texts), np.int64)
    np.cumsum([len(text) + 1 for text in texts[:-1]], out=begins[1:])
    # In the joined texts a separator stands before each.
    return [
        _answer(texts[ask.text], _of_text(found, ask.text, int(begins[ask.text]) + 1), ask, weight)
        for ask in questions
    ]


def _of_text(found: Sequence[Block], text: int, begin: int) -> tuple[NDArray[np.int64], ...]:
    """(bucket, start, end, kind) of the features of one text, places in the text."""
    columns: list[tuple[NDArray[np.int64], ...]] = []
    for kind, block in enumerate(found):
        part = slice(int(block.bounds[text]), int(block.bounds[text + 1]))
        size = part.stop - part.start
        columns.append(
            (
                block.indices[part].astype(np.int64),
                block.starts[part] - begin,
                block.ends[part] - begin,
                np.full(size, kind, np.int64),
            )
        )
    return tuple(np.concatenate(rows) for rows in zip(*columns, strict=True))


def _answer(
    text: str, read: tuple[NDArray[np.int64], ...], ask: Question, weight: WeightOf
) -> Evidence | None:
    buckets, starts, ends, kinds = read
    if not len(buckets):
        return None
    starts, ends = np.maximum(starts, 0), np.minimum(ends, len(text))
    shares = weight(buckets, ask.column) * float(damping(np.array([len(buckets)]))[0])
    # What stands twice counts twice and is named once.
    distinct, place_of = np.unique(buckets, return_index=True)
    totals = np.bincount(np.searchsorted(distinct, buckets), shares)
    named: list[tuple[int, int]] = []
    reasons: list[str] = []
    for rank in np.argsort(-totals, kind="stable").tolist():
        if totals[rank] <= 0 or len(reasons) == _NAMED:
            break
        place = int(place_of[rank])
        start, end, kind = int(starts[place]), int(ends[place]), int(kinds[place])
        core = len(text[start:end].strip())
        if kind in _GRAMS and any(
            start + core >= first and end - core <= last for first, last in named
        ):
            continue
        named.append((start, end))
        reasons.append(f'"{shown(text, start, end, kind)[:_LONGEST]}" {totals[rank]:+.2f}')
    words = kinds == 0
    spoken = np.maximum(shares, 0)
    start, end = _span(len(text), starts, ends, spoken, starts[words], ends[words])
    return Evidence(start, end, f"model: {', '.join(reasons)}" if reasons else "model")


def _span(
    length: int,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    shares: NDArray[np.float64],
    word_starts: NDArray[np.int64],
    word_ends: NDArray[np.int64],
) -> tuple[int, int]:
    density = np.zeros(length + 1)
    each = shares / np.maximum(ends - starts, 1)
    np.add.at(density, starts, each)
    np.add.at(density, ends, -each)
    mass = np.concatenate(([0.0], np.cumsum(np.cumsum(density))))
    weight = mass[word_ends] - mass[word_starts]
    best = int(weight.argmax())
    top = max(float(weight[best]), 0.0)
    first = _furthest(weight[best::-1], top)
    last = _furthest(weight[best:], top)
    return int(word_starts[best - first]), int(word_ends[best + last])


def _furthest(weight: NDArray[np.float64], top: float) -> int:
    """How many words to go from the strongest: as long as they bear a part, and over others to one
    that bears much."""
    near = weight[: _REACH + 1]
    much = np.flatnonzero(near >= _MUCH * top)
    part = near >= _BESIDE * top
    joined = int(part.argmin()) - 1 if not part.all() else len(part) - 1
    return max(joined, int(much[-1]))
