"""The few kinds of blocks a document is made of: data for the templates, never markup.

What stands in a block is text. `said` marks a stranger's words, which the page sets in another
type; everything is passed as JSON and shown as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Block = dict[str, Any]


def heading(text: str, level: int = 1, key: str = "") -> Block:
    return {"t": "heading", "text": text, "level": level, "key": key}


def paragraph(text: str) -> Block:
    return {"t": "paragraph", "text": text}


def note(text: str) -> Block:
    return {"t": "note", "text": text}


def bullets(items: Sequence[str], *, numbered: bool = False) -> Block:
    return {"t": "list", "items": list(items), "numbered": numbered}


def said(text: str) -> dict[str, str]:
    """A stranger's words in a cell."""
    return {"said": text}


def facts(rows: Sequence[tuple[str, str | dict[str, str]]]) -> Block:
    return {"t": "facts", "rows": [list(row) for row in rows if row[1]]}


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str | dict[str, str]]],
    columns: Sequence[str],
    *,
    right: Sequence[int] = (),
    small: bool = False,
) -> Block:
    """`columns`: widths, such as "auto", "1fr" or "30mm"; `right`: places of columns of numbers;
    `small`: in the small type, for many columns."""
    return {
        "t": "table",
        "head": list(head),
        "rows": [list(row) for row in rows],
        "columns": list(columns),
        "right": list(right),
        "small": small,
    }


def bars(
    own: Sequence[int],
    others: Sequence[int] | None = None,
    *,
    axis: list[dict[str, Any]],
    caption: str,
    alt: str,
    marks: Sequence[dict[str, Any]] = (),
    legend: Sequence[str] = (),
) -> Block:
    """Black bars, in front of hatched ones (`others`). `axis`, `marks`: labels with places in
    [0, 1]; `alt`: what one hears who does not see it."""
    top = _top(max([*own, *(others or []), 1]))
    return {
        "t": "bars",
        "own": list(own),
        "others": None if others is None else list(others),
        "top": top,
        "scale": [{"at": at / 2, "label": f"{top * at / 2:g}"} for at in range(3)],
        "axis": axis,
        "marks": list(marks),
        "legend": list(legend),
        "caption": caption,
        "alt": alt,
    }


def under_bars(names: Sequence[str], most: int = 5) -> list[dict[str, Any]]:
    """The axis of bars that have names: at most so many of them, the first and the last too."""
    last = len(names) - 1
    places = sorted({round(tick * last / max(1, most - 1)) for tick in range(most)})
    return [{"at": (at + 0.5) / len(names), "label": names[at]} for at in places]


def between(labels: Sequence[str]) -> list[dict[str, Any]]:
    """The axis of a span of time: the labels at even distances, from its begin to its end."""
    return [{"at": at / (len(labels) - 1), "label": label} for at, label in enumerate(labels)]


def _top(most: int) -> int:
    """The next round number that can be halved."""
    size = 1
    while True:
        for step in (2, 4, 6, 8, 10):
            if most <= step * size:
                return step * size
        size *= 10
