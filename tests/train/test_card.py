"""The shipped model card is the one the command writes, for the shipped weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from rempart.detect.text.scoring import shipped_weights
from rempart.train import card
from rempart.train.evasion import Loss
from rempart.train.figures import figures
from rempart.train.suite import Line, Table

CARD = Path(__file__).resolve().parents[2] / "docs" / "model-card.md"


def test_the_card_of_the_docs_has_the_words_and_thresholds_of_the_program() -> None:
    text = CARD.read_text("utf-8")
    weights = shipped_weights()
    assert weights is not None
    for name in ("card_head", "card_figures", "card_limits"):
        assert card.prose(name) in text
    assert f"Weights `{weights.version}`" in text
    assert card._thresholds(weights) in text


def test_every_set_and_licence_stands_in_the_card_of_the_docs() -> None:
    text = CARD.read_text("utf-8")
    for name, licence in card.LICENCES.values():
        assert f"| {name} |" in text
        assert licence in text


def test_figures_stand_with_their_rows_and_intervals() -> None:
    weights = shipped_weights()
    assert weights is not None
    judged = figures(np.array([0.9, 0.2, 0.7, 0.1]), np.array([True, True, False, False]))
    clean = figures(np.array([0.9] + [0.1] * 199), np.zeros(200, bool))
    table = Table(
        [Line("set", "mhs", "en", "hate", judged), Line("clean", "irc", "en", "abuse", clean)],
        [Loss("leet", 0.5, 0.125)],
    )
    text = card.card(weights, {("mhs", "en"): 7, ("generated/sms", "fr"): 5}, table, 3)
    assert "| Measuring Hate Speech | English | 7 | CC-BY-4.0 |" in text
    assert "| sentences written and generated for this project | French | 5 | Apache-2.0 |" in text
    assert "| mhs | en | hate | 4 (2) | 0.50 [0.09–0.91] | 0.50" in text
    assert "| irc | en | abuse | 200 | 0.50 [0.09–2.78] |" in text
    assert "| leet | 50.0 | 12.5 |" in text
    assert ", seed 3." in text
