"""The points of a survival curve in an SVG of 668 by 240. Pure.

Time goes by steps of equal width (10 min, 1 h, 6 h, 1 day, 7 days, 30 days, 90 days), so that the
first minutes and the last weeks are both to be seen.
"""

from __future__ import annotations

from bisect import bisect_left

from rempart.cases.figures import Survival

STEPS = (0, 10, 60, 360, 1_440, 10_080, 43_200, 129_600)
LEFT, WIDTH, TOP, HEIGHT = 44.0, 83.0, 20.0, 180.0


def curve_points(one: Survival) -> str:
    """A step line; it ends where the last wait was watched to."""
    found: list[str] = []
    before = 1.0
    for point in one.curve:
        x = _x(point.minutes)
        if found:
            found.append(f"{x:.1f},{_y(before):.1f}")
        found.append(f"{x:.1f},{_y(point.waiting):.1f}")
        before = point.waiting
    if one.open:
        found.append(f"{_x(one.watched):.1f},{_y(before):.1f}")
    return " ".join(found)


def _x(minutes: int) -> float:
    place = bisect_left(STEPS, minutes)
    if place == 0:
        return LEFT
    if place == len(STEPS):
        return LEFT + WIDTH * (len(STEPS) - 1)
    low, high = STEPS[place - 1], STEPS[place]
    return LEFT + WIDTH * (place - 1 + (minutes - low) / (high - low))


def _y(share: float) -> float:
    return TOP + (1.0 - share) * HEIGHT
