"""What each family of generated sentences is worth: trained again without it.

A figure that falls far when one family is left out rests on that family's frames, not on the
language. Judged on held-out frames of all families, the one left out among them, and on the test
file. Each run is judged at its own best threshold (highest macro-F1), so that only what was learned
is compared; a figure at the shipped threshold is lower.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
import numpy as np

from rempart.detect.text.features import Features
from rempart.detect.text.model import HEADS, Weights
from rempart.train.build import GENERATED, Material, text_features, trained_weights
from rempart.train.calibrate import best_limit
from rempart.train.corpus import UNKNOWN, Corpus, Row, corpus
from rempart.train.figures import figures
from rempart.train.trainer import Floats, Plan

Progress = Callable[[str, int, int], object]


class Left(msgspec.Struct, frozen=True):
    """Macro-F1 when `family` is left out (empty: none is): of hate on held-out frames per language,
    of hate and of abuse on the test file (mean over its sets)."""

    family: str
    hate_en: float
    hate_fr: float
    sets_hate: float
    sets_abuse: float


def left_out(
    found: Material,
    test: Iterable[Row],
    plan: Plan,
    families: Sequence[str],
    progress: Progress,
) -> Iterator[Left]:
    """First with all families, then without each. One training run each."""
    judged = corpus(test)
    inputs = (text_features(found.held_out.texts), text_features(judged.texts))
    names = ("", *families)
    for done, family in enumerate(names):
        progress("families", done, len(names))
        groups = np.array(found.rows.groups)
        kept = found.rows.rows(groups != f"{GENERATED}/{family}")
        weights = trained_weights(found._replace(rows=kept), plan)
        yield _left(family, weights, found.held_out, inputs[0], judged, inputs[1])
    progress("families", len(names), len(names))


def _left(
    family: str, weights: Weights, held_out: Corpus, frames: Features, test: Corpus, texts: Features
) -> Left:
    own, foreign = weights.logits(frames), weights.logits(texts)
    langs = np.array(held_out.langs)
    hate, abusive, insult = (HEADS.index(head) for head in ("hate", "abusive", "insult"))
    per_lang = [
        _best(own[langs == lang, hate], held_out.labels[langs == lang, hate])
        for lang in ("en", "fr")
    ]
    sets = np.array(test.groups)
    means = []
    for column, head in ((hate, hate), (insult, abusive)):
        values = [
            _best(foreign[sets == name, column], test.labels[sets == name, head])
            for name in sorted(set(test.groups))
        ]
        known = [value for value in values if value]
        means.append(sum(known) / max(1, len(known)))
    rounded = [round(value, 4) for value in (*per_lang, *means)]
    return Left(family, *rounded)


def _best(logits: Floats, labels: np.ndarray) -> float:
    known = labels != UNKNOWN
    truth = labels[known] == 1
    if truth.all() or not truth.any():
        return 0.0
    limit = best_limit(logits[known], truth)
    return figures((logits[known] >= limit).astype(np.float32), truth).macro_f1 or 0.0
