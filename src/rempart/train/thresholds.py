"""The thresholds of trained weights: on held-back rows, held-out frames and clean chat.

Rules of this module:

1. Everything is judged by the scorer itself: windows, second views, what is taken off where nobody
   is meant. The lists join in when the share of flagged clean text is counted.
2. The budgets below are what people were promised: technical chat and clean sentences are flagged
   no more often, nor are sentences that only name a group of people.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rempart.detect.text.fold import fold
from rempart.detect.text.model import HEADS, Calibration, Weights
from rempart.detect.text.scoring import LABELS, TextScorer, flagged
from rempart.model import Label
from rempart.train import calibrate
from rempart.train.corpus import CLEAN_SETS, UNKNOWN, Corpus
from rempart.train.trainer import Floats

SENTENCES: Final = "commonvoice_fr"
# The share of clean messages that each label may flag.
BUDGETS: Final[dict[str, dict[str, float]]] = {
    "hate": {"chat": 0.002, "sentences": 0.004},
    "insult": {"chat": 0.002, "sentences": 0.003},
    "threat": {"chat": 0.0008, "sentences": 0.001},
    "sexual": {"chat": 0.0006, "sentences": 0.0008},
    "self_harm_incitement": {"chat": 0.0006, "sentences": 0.0008},
}
TOTAL: Final = {"chat": 0.004, "sentences": 0.008}
"""The share of clean messages that all labels and lists together may flag."""
NEUTRAL: Final = "generated/identity_neutral"
NEUTRAL_BUDGET: Final = {"hate": 0.026, "insult": 0.01}
"""Of held-out sentences that only name a group of people, a label may flag so many."""
_NEUTRAL_ELSE: Final = 0.003
NEVER: Final = 30.0
"""The threshold of a label that nothing was learned of."""
_LEAST_SHARE: Final = 0.05
_TRUTH: Final = {Label.INSULT: "abusive"}
"""An insult is judged by the roll-up: most sets label nothing finer."""


def margins(raw: Weights, texts: Iterable[str], size: int = 1_000) -> Floats:
    """Logits of the labels as the scorer makes them, before thresholds and without lists
    [n, LABELS]: windows, second views and all. `raw` has no calibration yet."""
    scorer = TextScorer(raw)
    folds = fold(list(texts))
    parts = [np.zeros((0, len(LABELS)), np.float32)]
    for at in range(0, len(folds), size):
        part = folds[at : at + size]
        read = scorer.read(part)
        assert read.model is not None
        most = np.zeros((len(part), len(LABELS)), np.float32)
        np.maximum.at(most, read.rows.owner, read.model)
        # Without calibration a score is the sigmoid of its logit.
        most = np.clip(most, 1e-12, 1 - 1e-6)
        parts.append(np.log(most / (1 - most)))
    return np.concatenate(parts)


def fitted(raw: Weights, rows: Corpus, held_out: Corpus, chat: list[str]) -> Weights:
    """The weights with thresholds such that of clean chat and of clean sentences no more than
    `TOTAL` is flagged by the whole scorer (lists and second view too)."""
    back = rows.rows(rows.held_back)
    sample = _Margins(raw, (back, held_out), chat)
    sentences = [
        text for text, group in zip(back.texts, back.groups, strict=True) if group == SENTENCES
    ]
    share = 1.0
    while True:
        weights = replace(raw, calibration=thresholds(sample, share))
        rates = {
            "chat": _flag_rate(weights, chat),
            "sentences": _flag_rate(weights, sentences),
        }
        if share < _LEAST_SHARE or all(rates[name] <= TOTAL[name] for name in rates):
            return weights
        share *= 0.8


def _flag_rate(weights: Weights, texts: list[str]) -> float:
    scored = TextScorer(weights).score(fold(texts))
    return len(flagged(scored)) / max(1, len(texts))


class _Margins:
    """Margins and truth of everything thresholds are set on."""

    def __init__(self, raw: Weights, parts: Sequence[Corpus], chat: list[str]) -> None:
        self.said = np.concatenate([margins(raw, part.texts) for part in parts])
        self.labels = np.concatenate([part.labels for part in parts])
        self.langs = np.array([lang for part in parts for lang in part.langs])
        self.groups = np.array([group for part in parts for group in part.groups])
        self.chat = margins(raw, chat)


def thresholds(sample: _Margins, share: float = 1.0) -> dict[str, dict[str, Calibration]]:
    """Calibration per language and label, with `share` of the budgets. Other languages have the
    highest threshold of all: of them nothing is known."""
    table = {
        lang: {
            label.value: _calibration(sample, lang, column, share)
            for column, label in enumerate(LABELS)
        }
        for lang in ("en", "fr", "de")
    }
    table["other"] = {
        label.value: max((heads[label.value] for heads in table.values()), key=lambda c: c[0])
        for label in LABELS
    }
    return table


def _calibration(sample: _Margins, lang: str, column: int, share: float) -> Calibration:
    label = LABELS[column]
    truth = sample.labels[:, HEADS.index(_TRUTH.get(label, label.value))]
    said, chat = sample.said[:, column], sample.chat[:, column]
    known = truth != UNKNOWN
    own = known & (sample.langs == lang)
    if not (truth[own] == 1).any():
        own = known
    if not (truth[own] == 1).any():
        return Calibration(NEVER)
    # Chat is mostly clean: a probability that never saw any would promise too much.
    calm = chat[:: max(1, 2 * len(chat) // int(own.sum()))]
    curve = calibrate.platt(
        np.concatenate((said[own], calm)),
        np.concatenate((truth[own] == 1, np.zeros(len(calm), bool))),
    ) or calibrate.platt(said[known], truth[known] == 1)
    slope, offset = curve or calibrate.Curve(1.0, 0.0)
    clean = {"sentences": said[sample.groups == SENTENCES]} if lang == "fr" else {"chat": chat}
    calm_rows = np.concatenate(list(clean.values()))
    usual = float(np.median(calm_rows)) if len(calm_rows) else 0.0
    budgets = {name: share * part for name, part in BUDGETS[label.value].items()}
    clean["neutral"] = said[(sample.groups == NEUTRAL) & (sample.langs == lang)]
    budgets["neutral"] = NEUTRAL_BUDGET.get(label.value, _NEUTRAL_ELSE)
    judged = own & ~np.isin(sample.groups, list(CLEAN_SETS))
    weight = _balance(sample.groups[judged], truth[judged] == 1)
    best = calibrate.best_limit(said[judged], truth[judged] == 1, weight)
    limit = _rounded_up(max(calibrate.threshold(clean, budgets, best), -NEVER))
    steepness = calibrate.steepness(limit, usual)
    return Calibration(limit, round(slope, 4), round(offset, 4), round(steepness, 4))


def _rounded_up(limit: float) -> float:
    """To four places, never down: many texts without features share one margin."""
    return math.ceil(limit * 10_000 + 1e-3) / 10_000


def _balance(groups: NDArray[np.str_], truth: NDArray[np.bool_]) -> Floats:
    """A weight per row: each group counts by the root of its size, both classes count the same."""
    _, place, counts = np.unique(groups, return_inverse=True, return_counts=True)
    weight = 1 / np.sqrt(counts[place])
    for one in (truth, ~truth):
        if one.any():
            weight[one] /= weight[one].sum()
    return weight.astype(np.float32)
