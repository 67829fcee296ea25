"""The score of a text: the classifier and the term lists, on one scale.

Rules of this module:

1. Scale of the contract: monotone, 0.5 exactly at the shipped threshold of the text's language.
2. The label is the higher of what the classifier and the lists say. A list does not flag what the
   classifier is sure is no abuse (about an object, untargeted, quoted, reclaimed); a single word of
   hate or insult does not flag what the classifier finds unlikely.
3. Long texts are read in windows, hidden ones in a second view as well; the highest counts: what is
   written around abuse does not thin it out.
4. Without weights the lists speak alone.
5. Work and memory are bounded by the text: windows go to the classifier in portions, of the hits
   of the lists only the best of each label is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rempart.detect.text.features import BUCKETS, features
from rempart.detect.text.lists import Best, Found, shipped_lists
from rempart.detect.text.model import (
    ALL_HEADS,
    HEADS,
    LANGUAGE_HEADS,
    LANGUAGES,
    Calibration,
    Weights,
    damping,
    load,
)
from rempart.detect.text.views import second_views, signs
from rempart.model import THRESHOLD, Label

LABELS: Final = (
    Label.HATE,
    Label.INSULT,
    Label.THREAT,
    Label.SEXUAL,
    Label.SELF_HARM_INCITEMENT,
)
WINDOW: Final = 300
_STEP: Final = 200
_PORTION: Final = 1 << 18
"""Characters that are folded, listed and scored in one go."""

_HARMLESS: Final = ("counter_or_quote", "reclaimed", "profanity_untargeted", "object_target")
_SURE: Final = 0.9
_NOTHING: Final = 0.25
_BY_WORD: Final = (Label.HATE, Label.INSULT)
_UNLIKELY: Final = 0.15
_BY_WORD_COLUMNS: Final = [LABELS.index(label) for label in _BY_WORD]
_UNTARGETED: Final = [HEADS.index("profanity_untargeted"), HEADS.index("object_target")]
_OVERRULED: Final = 0.45
_ABBREVIATED: Final = 3

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
    the buckets `indices` (uint32[n], each once), `offset` float32[len(ALL_HEADS)] to every logit
    (see `learning`)."""

    indices: NDArray[np.uint32]
    values: NDArray[np.float32]
    offset: NDArray[np.float32]


class Rows(NamedTuple):
    """What the classifier read: row `r` is `texts[r]`, belongs to text `owner[r]`, begins at
    `begins[r]` of its fold and is, from row `views` on, the second view of `seen[r - views]`."""

    texts: list[str]
    owner: NDArray[np.intp]
    begins: list[int]
    views: int
    seen: list[str]


class Read(NamedTuple):
    """A score with what it rests on. `model` float32[rows, len(LABELS)], None without weights;
    `best` what the lists found."""

    scored: Scored
    rows: Rows
    model: Scores | None
    best: Best


@cache
def shipped_weights() -> Weights | None:
    """The weights in the package, or None while there are none.

    Raises:
        WeightsError: the file of the package was cut or altered.
    """
    path = resources.files("rempart.detect.text").joinpath("data", "weights.bin")
    return load(path.read_bytes()) if path.is_file() else None


class TextScorer:
    """Scores folded texts. Pure; safe to share between threads."""

    def __init__(self, weights: Weights | None = None, delta: Delta | None = None) -> None:
        self.weights = weights if weights is not None else shipped_weights()
        self._delta = None if delta is None else _Learned(delta)
        self._lists = shipped_lists()
        self._scale = None if self.weights is None else _Scale(self.weights)

    def steepness(self, languages: Sequence[str]) -> Scores:
        """float32[len(languages), len(LABELS)]: the logit of a score is so many times as far from
        the threshold as the classifier's own logit; ones without weights."""
        if self._scale is None:
            return np.ones((len(languages), len(LABELS)), np.float32)
        return self._scale.steepness[[LANGUAGES.index(name) for name in languages]]

    def score(self, folds: Sequence[str]) -> Scored:
        """The scores of many texts, in order."""
        parts = [self.read(folds[first:last]).scored for first, last in portions(folds)]
        if len(parts) == 1:
            return parts[0]
        return Scored(
            np.concatenate([np.zeros((0, len(LABELS)), np.float32), *(p.labels for p in parts)]),
            np.concatenate(
                [np.zeros((0, len(LABELS)), np.float32), *(p.probability for p in parts)]
            ),
            [language for part in parts for language in part.languages],
        )

    def logits(self, folds: Sequence[str]) -> Scores:
        """float32[texts, len(ALL_HEADS)]: of each fold as it stands, with what was learned.

        Raises:
            ValueError: there are no weights.
        """
        return self._logits(folds)[0]

    def _logits(self, folds: Sequence[str]) -> tuple[Scores, NDArray[np.bool_]]:
        if self.weights is None:
            raise ValueError("there are no weights: train them or give them")
        found, aimed = self.weights.read_aim(folds)
        return (found if self._delta is None else self._delta.added(folds, found)), aimed

    def weight(self, buckets: NDArray[np.int64], column: int) -> NDArray[np.float64]:
        """float64[buckets]: the scaled weights of one head, with what was learned.

        Raises:
            ValueError: there are no weights.
        """
        if self.weights is None:
            raise ValueError("there are no weights: train them or give them")
        scaled: NDArray[np.float64] = self.weights.weights[buckets, column] * float(
            self.weights.scale[column]
        )
        return scaled if self._delta is None else scaled + self._delta.of(buckets, column)

    def read(self, folds: Sequence[str]) -> Read:
        """As `score`, with what the score rests on; for portions that fit into memory."""
        asking = signs(folds)
        best, respelt, blanked = self._lists.read(folds, asking)
        if blanked:
            # In a harmless phrase nothing is flagged: the classifier does not read it either.
            folds = [blanked.get(row, fold) for row, fold in enumerate(folds)]
        if self._scale is None:
            rows = Rows([], np.zeros(0, np.intp), [], 0, [])
            zero = np.zeros((len(folds), len(LABELS)), np.float32)
            scored = Scored(zero, zero.copy(), ["other"] * len(folds))
            self._take_lists(scored, best, None)
            return Read(scored, rows, None, best)
        rows = _rows(folds, asking, respelt)
        logits, aimed = self._logits(rows.texts)
        first = _firsts(rows, len(folds))
        codes = _languages(logits[first])
        labels, probability = self._scale.read(logits, codes[rows.owner], aimed)
        most, chance = labels[first], probability[first]
        if len(rows.texts) > len(folds):
            np.maximum.at(most, rows.owner, labels)
            np.maximum.at(chance, rows.owner, probability)
        scored = Scored(most, chance, [LANGUAGES[code] for code in codes.tolist()])
        if best:
            self._take_lists(scored, best, _harmless(logits[first]))
        return Read(scored, rows, labels, best)

    @staticmethod
    def _take_lists(scored: Scored, best: Best, harmless: NDArray[np.bool_] | None) -> None:
        for index, found in best.items():
            for label, (listed, hit) in found.items():
                column, score = LABELS.index(label), listed
                if harmless is not None:
                    said = scored.labels[index, column]
                    alone = label in _BY_WORD and " " not in hit.term.text
                    # of "fdp" or "ntm" no corpus says much: the list knows better
                    alone = alone and len(hit.term.text) > _ABBREVIATED
                    if (alone and said < _UNLIKELY) or (harmless[index] and said < _NOTHING):
                        score = min(listed, _OVERRULED)
                        found[label] = Found(score, hit)
                scored.labels[index, column] = max(scored.labels[index, column], score)
                scored.probability[index, column] = max(scored.probability[index, column], score)


def portions(folds: Sequence[str]) -> list[tuple[int, int]]:
    """Ranges of texts that hold some `_PORTION` characters each; one text is never cut."""
    if sum(map(len, folds)) <= _PORTION:
        return [(0, len(folds))]
    cuts, filled = [0], 0
    for index, fold in enumerate(folds):
        if filled and filled + len(fold) > _PORTION:
            cuts.append(index)
            filled = 0
        filled += len(fold)
    return list(zip(cuts, [*cuts[1:], len(folds)], strict=True))


def _rows(folds: Sequence[str], asking: Mapping[int, int], respelt: Mapping[int, str]) -> Rows:
    texts, owner, begins = list(folds), list(range(len(folds))), [0] * len(folds)
    spelt: Mapping[int, str] = respelt
    if max(map(len, folds), default=0) > WINDOW:
        texts, owner, begins = [], [], []
        for index, fold in enumerate(folds):
            for begin in range(0, max(1, len(fold) - (WINDOW - _STEP)), _STEP):
                texts.append(fold[begin : begin + WINDOW])
                owner.append(index)
                begins.append(begin)
        asking = {row: asking[index] for row, index in enumerate(owner) if index in asking}
        spelt = {
            row: respelt[index][begins[row] : begins[row] + WINDOW]
            for row, index in enumerate(owner)
            if index in respelt
        }
    plain = len(texts)
    hidden, views = second_views(texts, asking, spelt)
    seen = [spelt.get(row, texts[row]) for row in hidden]
    texts += views
    owner += [owner[row] for row in hidden]
    begins += [begins[row] for row in hidden]
    return Rows(texts, np.array(owner, np.intp), begins, plain, seen)


def _firsts(rows: Rows, count: int) -> NDArray[np.intp]:
    """The first row of each text: its beginning, as it stands."""
    return np.asarray(np.searchsorted(rows.owner[: rows.views], np.arange(count)), np.intp)


def _harmless(logits: Scores) -> NDArray[np.bool_]:
    """Where the classifier is sure that what was said is no abuse of a person."""
    columns = [HEADS.index(head) for head in _HARMLESS]
    return np.asarray(_sigmoid(logits[:, columns]).max(axis=1) >= _SURE, np.bool_)


class _Learned:
    """A delta, ready to be added."""

    def __init__(self, delta: Delta) -> None:
        if delta.values.shape != (len(delta.indices), len(ALL_HEADS)):
            raise ValueError(f"a delta has {len(ALL_HEADS)} values for each bucket")
        self._slot = np.full(BUCKETS, -1, np.int32)
        self._slot[delta.indices] = np.arange(len(delta.indices))
        # One row of nought at the end, for buckets that were not touched.
        self._values = np.vstack([delta.values, np.zeros((1, len(ALL_HEADS)), np.float32)])
        self._offset = delta.offset

    def of(self, buckets: NDArray[np.int64], column: int) -> Scores:
        """float32[buckets]: what is added to the scaled weights of one head."""
        return np.asarray(self._values[self._slot[buckets], column], np.float32)

    def added(self, folds: Sequence[str], logits: Scores) -> Scores:
        indices, starts = features(folds)
        slots = self._slot[indices]
        met = np.flatnonzero(slots >= 0)
        if not len(met):
            return np.asarray(logits + self._offset, np.float32)
        counts = np.diff(starts)
        owner = np.searchsorted(starts, met, side="right") - 1
        sums = np.zeros_like(logits)
        np.add.at(sums, owner, self._values[slots[met]])
        return np.asarray(logits + sums * damping(counts)[:, None] + self._offset, np.float32)


class _Scale:
    """From logits to the scale of the contract."""

    def __init__(self, weights: Weights) -> None:
        shape = (len(LANGUAGES), len(LABELS))
        self._threshold = np.zeros(shape, np.float32)
        self._slope = np.ones(shape, np.float32)
        self.steepness = np.ones(shape, np.float32)
        self._offset = np.zeros(shape, np.float32)
        default = weights.calibration.get("other", {})
        for row, language in enumerate(LANGUAGES):
            heads = weights.calibration.get(language, default)
            for column, label in enumerate(LABELS):
                one = heads.get(label.value, Calibration(0.0))
                self._threshold[row, column] = one.threshold
                self._slope[row, column] = one.slope
                self.steepness[row, column] = one.steepness
                self._offset[row, column] = one.offset
        self._unaimed = np.array(
            [weights.unaimed.get(label.value, 0.0) for label in LABELS], np.float32
        )
        self._mix = [
            (column, HEADS.index(head), np.float32(amount))
            for column, label in enumerate(LABELS)
            for head, amount in sorted(weights.mix.get(label.value, {}).items())
        ]

    def read(
        self, logits: Scores, codes: NDArray[np.intp], aimed: NDArray[np.bool_]
    ) -> tuple[Scores, Scores]:
        """(labels, probability) of each row, whose language is `codes[row]`."""
        # Added up one by one: a matrix product may depend on the number of rows.
        raw: Scores = logits[:, : len(LABELS)].copy()
        for column, head, amount in self._mix:
            raw[:, column] += amount * np.maximum(logits[:, head], 0)
        raw -= self._unaimed * ~aimed[:, None]
        # Strong words, nobody meant: the surer the heads are of that, the less of these labels.
        swearing = np.maximum(logits[:, _UNTARGETED].max(axis=1), 0) * ~aimed
        raw[:, _BY_WORD_COLUMNS] -= swearing[:, None]
        labels = _sigmoid(self.steepness[codes] * (raw - self._threshold[codes]))
        probability = _sigmoid(self._slope[codes] * raw + self._offset[codes])
        return labels, probability


def _languages(logits: Scores) -> NDArray[np.intp]:
    heads = logits[:, len(HEADS) : len(HEADS) + len(LANGUAGE_HEADS)]
    best = heads.argmax(axis=1)
    sure = heads.max(axis=1, initial=-1.0) > 0
    return np.asarray(np.where(sure, best, LANGUAGES.index("other")), np.intp)


def _sigmoid(values: Scores) -> Scores:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))), np.float32)


def flagged(scored: Scored) -> NDArray[np.intp]:
    """Numbers of the texts in which some label reaches the threshold, rising."""
    return np.flatnonzero(scored.labels.max(axis=1, initial=0.0) >= THRESHOLD)
