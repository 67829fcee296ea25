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
    head: Sequence[str], rows: Sequence[Sequence[str | dict[str, str]]], columns: Sequence[str]
) -> Block:
    """`columns`: widths, such as "auto", "1fr" or "30mm"."""
    return {
        "t": "table",
        "head": list(head),
        "rows": [list(row) for row in rows],
        "columns": list(columns),
    }
