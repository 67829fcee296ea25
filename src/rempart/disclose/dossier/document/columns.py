"""Widths of a table's columns, from what stands in them: no word is cut, nothing leaves the page,
and a narrow table stays narrow, so that the eye finds the way across.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

PAGE_MM: Final = 164.0
"""Between the margins of the template."""
_WIDEST_MM: Final = 118.0
_LONGEST_WORD_MM: Final = 46.0
_COMFORT: Final = 1.5
"""What would take so many pages beside each other is set in the small type."""
_BREAKS: Final = re.compile(r"[\s\u200b]+|(?<=[^\W\d]-)")

Cells = Sequence[str | dict[str, str]]


class _Type(NamedTuple):
    """Millimetres: a letter of a single word (its capitals count), one of a line, the gap."""

    word: float
    line: float
    gap: float


_PLAIN: Final = _Type(1.65, 1.52, 4.3)
_SMALL: Final = _Type(1.36, 1.26, 2.3)


class Layout(NamedTuple):
    """`widths`: one for each column, such as "21.5mm", together at most the page."""

    widths: list[str]
    small: bool


def layout(head: Sequence[str], rows: Sequence[Cells]) -> Layout:
    columns = [[name, *(_text(row[place]) for row in rows)] for place, name in enumerate(head)]
    least, wanted = _needs(columns, _PLAIN)
    small = sum(least) > PAGE_MM or sum(wanted) > _COMFORT * PAGE_MM
    if small:
        least, wanted = _needs(columns, _SMALL)
    return Layout([f"{width:.1f}mm" for width in _fitted(least, wanted)], small)


def _needs(columns: list[list[str]], kind: _Type) -> tuple[list[float], list[float]]:
    """Of each column: the width below which a word is cut, and that at which no line is broken."""
    least: list[float] = []
    wanted: list[float] = []
    for texts in columns:
        word = max(len(part) for text in texts for part in _BREAKS.split(text))
        least.append(min(word * kind.word, _LONGEST_WORD_MM) + kind.gap)
        longest = min(max(map(len, texts)) * kind.line, _WIDEST_MM) + kind.gap
        wanted.append(max(least[-1], longest))
    return least, wanted


def _fitted(least: list[float], wanted: list[float]) -> list[float]:
    if sum(wanted) <= PAGE_MM:
        return wanted
    free = PAGE_MM - sum(least)
    if free <= 0:
        return [width * PAGE_MM / sum(least) for width in least]
    more = [want - low for low, want in zip(least, wanted, strict=True)]
    return [low + free * part / sum(more) for low, part in zip(least, more, strict=True)]


def _text(cell: str | dict[str, str]) -> str:
    return cell if isinstance(cell, str) else next(iter(cell.values()), "")
