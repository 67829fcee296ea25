"""Intervals against values that textbooks print."""

from __future__ import annotations

import pytest
from tests.evaluate.figures import percentile, poisson_bounds, wilson


@pytest.mark.parametrize(
    ("hits", "runs", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (299, 300, 0.9814, 0.9994),
    ],
)
def test_wilson_interval(hits: int, runs: int, low: float, high: float) -> None:
    assert wilson(hits, runs) == pytest.approx((low, high), abs=2e-4)


@pytest.mark.parametrize(
    ("events", "low", "high"),
    [(0, 0.0, 3.6889), (1, 0.0253, 5.5716), (2, 0.2422, 7.2247), (10, 4.7954, 18.3904)],
)
def test_exact_poisson_bounds(events: int, low: float, high: float) -> None:
    assert poisson_bounds(events) == pytest.approx((low, high), abs=1e-3)


def test_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.0
    assert percentile([float(n) for n in range(1, 101)], 0.95) == 95.0
    assert percentile([], 0.5) is None
