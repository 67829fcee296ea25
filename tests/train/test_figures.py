"""The figures, against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rempart.train.figures import auc, bins, figures, wilson


def test_figures_by_hand() -> None:
    # Three of four positives flagged, one of four negatives: hits 3, false 1, missed 1, right 3.
    scores = np.array([0.9, 0.8, 0.5, 0.2, 0.7, 0.4, 0.3, 0.1])
    truth = np.array([1, 1, 1, 1, 0, 0, 0, 0], bool)
    found = figures(scores, truth, scores)
    assert (found.rows, found.positives, found.flagged) == (8, 4, 4)
    assert found.precision == found.recall == found.f1 == found.macro_f1 == 0.75
    assert found.flag_rate == 0.5
    assert found.false_alarm_rate == 0.25
    # Pairs won: 0.9, 0.8 beat all four; 0.5 beats three; 0.2 beats one: 12 of 16.
    assert found.auc == 0.75
    assert found.auc_interval is not None
    assert found.auc_interval[0] < 0.75 < found.auc_interval[1]


def test_calibration_by_hand() -> None:
    probability = np.array([0.05, 0.05, 0.95, 0.95])
    truth = np.array([0, 1, 1, 1], bool)
    found = figures(probability, truth, probability)
    # Two bins of two: |0.05 − 0.5| and |0.95 − 1|.
    assert found.ece == pytest.approx((0.45 + 0.05) / 2)
    assert [(one.rows, one.said, one.true) for one in bins(probability, truth)] == [
        (2, 0.05, 0.5),
        (2, 0.95, 1.0),
    ]


@pytest.mark.parametrize(
    ("hits", "rows", "low", "high"),
    [(5, 10, 0.2366, 0.7634), (0, 20, 0.0, 0.1611), (20, 20, 0.8389, 1.0), (0, 0, 0.0, 1.0)],
)
def test_wilson(hits: int, rows: int, low: float, high: float) -> None:
    assert wilson(hits, rows) == pytest.approx((low, high), abs=1e-4)


def test_ties_count_half() -> None:
    assert auc(np.array([1.0, 1.0]), np.array([True, False])) == 0.5


def test_an_empty_group_has_no_figures() -> None:
    found = figures(np.zeros(0), np.zeros(0, bool))
    assert (found.rows, found.flag_rate) == (0, 0.0)
    assert found.precision is found.recall is found.auc is found.ece is found.macro_f1 is None


def test_a_group_of_one_class_has_no_macro_f1_and_no_auc() -> None:
    found = figures(np.array([0.1, 0.9]), np.array([False, False]))
    assert found.macro_f1 is found.auc is found.recall is None
    assert found.false_alarm_rate == 0.5
