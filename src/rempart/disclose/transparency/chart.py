"""Bars of a chart that is drawn by the server: where each stands and how high it is. Pure.

Two series side by side, told apart by a filled and an outlined bar, never by colour alone; the
table below holds the numbers. A hidden count has no bar but a mark.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

WIDTH, HEIGHT, LEFT, TOP = 720, 200, 44, 12


class Bar(msgspec.Struct, frozen=True):
    """Of one month: `x` of the pair, the width of one bar, and for each series its top and height;
    None: hidden."""

    label: str
    x: float
    width: float
    first: tuple[float, float] | None
    second: tuple[float, float] | None


class Bars(msgspec.Struct, frozen=True):
    """`lines`: height and number of each line of the grid."""

    bars: list[Bar]
    lines: list[tuple[float, int]]


def bars(rows: Sequence[tuple[str, int | None, int | None]]) -> Bars:
    most = max((count for row in rows for count in row[1:] if count), default=0)
    top = _round_up(most)
    step = (WIDTH - LEFT) / max(1, len(rows))
    width = round(step * 0.34, 1)
    drawn = [
        Bar(
            label,
            round(LEFT + place * step + step * 0.14, 1),
            width,
            _bar(first, top),
            _bar(second, top),
        )
        for place, (label, first, second) in enumerate(rows)
    ]
    marks = sorted({0, top // 2, top})
    return Bars(drawn, [(_y(mark, top), mark) for mark in marks])


def _bar(count: int | None, top: int) -> tuple[float, float] | None:
    if count is None:
        return None
    y = _y(count, top)
    return y, round(TOP + HEIGHT - y, 1)


def _y(count: int, top: int) -> float:
    return round(TOP + HEIGHT * (1 - count / top), 1)


def _round_up(count: int) -> int:
    """The next 10, 20, 50, 100 …, so that the lines of the grid have round numbers."""
    size = 10
    while True:
        for factor in (1, 2, 5):
            if count <= size * factor:
                return size * factor
        size *= 10
