"""The score of a text: the classifier and the term lists, on one scale.

Rules of this module:

1. Scale of the contract: monotone, 0.5 exactly at the shipped threshold of the text's language.
2. The label is the higher of what the classifier and the lists say. A list's word alone does not
   flag what the classifier is sure is no abuse (about an object, untargeted, quoted, reclaimed).
3. Long texts are read in windows, hidden ones in a second view as well; the highest counts.
4. Without weights the lists speak alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rempart.detect.text.lists import Best, ListReader
from rempart.detect.text.model import (
    ALL_HEADS,
    HEADS,
    LANGUAGE_HEADS,
    LANGUAGES,
    Calibration,
    Weights,
    load,
)
from rempart.model import Label

LABELS: Final = (
    Label.HATE,
    Label.INSULT,
    Label.THREAT,
    Label.SEXUAL,
    Label.SELF_HARM_INCITEMENT,
)
Scores = NDArray[np.float32]


class Scored(NamedTuple):
    """`labels` float32[texts, len(LABELS)] on the scale of the contract (0.5: the threshold of the
    language); `probability`, of the same shape, the chance that a reader would agree; `languages`
    the language of each text, one of `model.LANGUAGES`."""

    labels: Scores
    probability: Scores
    languages: list[str]


class Delta(NamedTuple):
    """What a site learned: `values` float32[n, len(ALL_HEADS)] are added to the scaled weights of
    the buckets `indices` (uint32[n], rising)."""

    indices: NDArray[np.uint32]
    values: NDArray[np.float32]


@cache
def shipped_weights() -> Weights | None:
    """The weights in the package, or None while there are none."""
    path = resources.files("rempart.detect.text").joinpath("data", "weights.bin")
    return load(path.read_bytes()) if path.is_file() else None


class TextScorer:
    """Scores folded texts. Pure; safe to share between threads."""

    def __init__(self, weights: Weights | None = None, delta: Delta | None = None) -> None:
        self._weights = weights or shipped_weights()
        self._delta = delta
        self._lists = ListReader()
        if self._weights is not None:
            self._scale = _Scale(self._weights)

    def score(self, folds: Sequence[str]) -> Scored:
        """The scores of many texts, in order."""
        return self.combine(folds, self._lists.read(folds))

    def combine(self, folds: Sequence[str], best: Best) -> Scored:
        labels = np.zeros((len(folds), len(LABELS)), np.float32)
        probability = np.zeros_like(labels)
        languages = ["other"] * len(folds)
        if self._weights is not None and folds:
            logits = self._weights.read(folds)
            labels, probability, languages = self._scale.read(logits)
        for index, found in best.items():
            for column, label in enumerate(LABELS):
                if label in found:
                    labels[index, column] = max(labels[index, column], found[label].score)
                    probability[index, column] = max(probability[index, column], found[label].score)
        return Scored(labels, probability, languages)


class _Scale:
    """From logits to the scale of the contract."""

    def __init__(self, weights: Weights) -> None:
        shape = (len(LANGUAGES), len(LABELS))
        self._threshold = np.zeros(shape, np.float32)
        self._slope = np.ones(shape, np.float32)
        self._offset = np.zeros(shape, np.float32)
        default = weights.calibration.get("other", {})
        for row, language in enumerate(LANGUAGES):
            heads = weights.calibration.get(language, default)
            for column, label in enumerate(LABELS):
                one = heads.get(label.value, Calibration(0.0))
                self._threshold[row, column] = one.threshold
                self._slope[row, column] = one.slope
                self._offset[row, column] = one.offset
        self._mix = np.zeros((len(ALL_HEADS), len(LABELS)), np.float32)
        for column, label in enumerate(LABELS):
            for head, amount in weights.mix.get(label.value, {}).items():
                self._mix[HEADS.index(head), column] = amount
        self._mixes = bool(self._mix.any())

    def read(self, logits: Scores) -> Scored:
        raw: Scores = logits[:, : len(LABELS)]
        if self._mixes:
            raw = np.asarray(raw + np.maximum(logits, 0) @ self._mix, np.float32)
        codes = _languages(logits)
        slope = self._slope[codes]
        labels = _sigmoid(slope * (raw - self._threshold[codes]))
        probability = _sigmoid(slope * raw + self._offset[codes])
        return Scored(labels, probability, [LANGUAGES[code] for code in codes.tolist()])


def _languages(logits: Scores) -> NDArray[np.intp]:
    heads = logits[:, len(HEADS) : len(HEADS) + len(LANGUAGE_HEADS)]
    best = heads.argmax(axis=1)
    sure = np.take_along_axis(heads, best[:, None], axis=1)[:, 0] > 0
    return np.where(sure, best, LANGUAGES.index("other"))


def _sigmoid(values: Scores) -> Scores:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))), np.float32)
