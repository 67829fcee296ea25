"""Thresholds keep to the budget of clean text; probabilities never change the order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.train import calibrate

MARGINS = st.lists(st.floats(-8, 8, width=32), min_size=1, max_size=300)


@given(MARGINS, st.sampled_from([0.0, 0.003, 0.01, 0.1, 0.5]))
def test_clean_text_is_flagged_no_more_often_than_its_budget(
    margins: list[float], budget: float
) -> None:
    clean = np.array(margins, np.float32)
    limit = calibrate.clean_limit(clean, budget)
    assert (clean >= np.float32(limit)).mean() <= budget


def test_texts_that_share_a_margin_are_flagged_together_or_not_at_all() -> None:
    clean = np.array([0.5] * 10 + [-1.0] * 90, np.float32)
    assert not (clean >= np.float32(calibrate.clean_limit(clean, 0.05))).any()


def test_the_best_limit_parts_two_heaps() -> None:
    margins = np.array([-3, -2, -1, 2, 3, 4], np.float32)
    truth = np.array([0, 0, 0, 1, 1, 1], bool)
    assert calibrate.best_limit(margins, truth) == 2


def test_a_missing_class_asks_for_no_limit() -> None:
    margins = np.array([1, 2], np.float32)
    assert calibrate.best_limit(margins, np.array([True, True])) == -np.inf
    assert calibrate.clean_limit(np.zeros(0, np.float32), 0.01) == -np.inf


def test_the_highest_claim_wins() -> None:
    clean = {"chat": np.linspace(-5, 1, 1000, dtype=np.float32)}
    limit = calibrate.threshold(clean, {"chat": 0.01}, -2.0)
    assert 0.9 < limit < 1.0
    assert calibrate.threshold(clean, {"chat": 0.01}, 3.0) == 3.0


@given(st.integers(0, 2**32 - 1))
def test_the_probability_rises_with_the_margin_whatever_the_labels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    margins = rng.normal(size=300).astype(np.float32)
    curve = calibrate.platt(margins, rng.random(300) < 0.4)
    assert curve is None or curve.slope > 0


def test_the_probability_is_that_of_the_rows() -> None:
    rng = np.random.default_rng(1)
    margins = rng.normal(size=20_000).astype(np.float32) * 2
    truth = rng.random(20_000) < 1 / (1 + np.exp(-(1.5 * margins - 0.7)))
    curve = calibrate.platt(margins, truth)
    assert curve is not None
    assert curve.slope == pytest.approx(1.5, abs=0.1)
    assert curve.intercept == pytest.approx(-0.7, abs=0.1)


def test_too_few_rows_give_no_probability() -> None:
    assert calibrate.platt(np.ones(50, np.float32), np.arange(50) < 10) is None
