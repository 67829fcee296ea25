"""Intervals and percentiles, exact enough for a table and free of dependencies."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence


def wilson(hits: int, runs: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson score interval of a share, 95 % by default."""
    if runs == 0:
        return 0.0, 1.0
    share = hits / runs
    middle = share + z * z / (2 * runs)
    spread = z * math.sqrt(share * (1 - share) / runs + z * z / (4 * runs * runs))
    scale = 1 + z * z / runs
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def poisson_bounds(events: int, level: float = 0.95) -> tuple[float, float]:
    """Exact (Garwood) two-sided interval of a Poisson mean after seeing `events`."""
    tail = (1 - level) / 2
    low = 0.0 if events == 0 else _solve(lambda mean: 1 - _below(events - 1, mean) - tail, events)
    high = _solve(lambda mean: tail - _below(events, mean), events)
    return low, high


def _below(events: int, mean: float) -> float:
    """P(X <= events) for a Poisson X."""
    term = total = math.exp(-mean)
    for count in range(1, events + 1):
        term *= mean / count
        total += term
    return total


def _solve(rising: Callable[[float], float], events: int) -> float:
    """The root of a rising function, by halving."""
    low, high = 0.0, 10.0 + 4.0 * events
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value with at least this share at or below it; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
