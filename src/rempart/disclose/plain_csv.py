"""CSV that a spreadsheet opens and does not run: RFC 4180, UTF-8, lines that end in CR LF.

A cell that begins like a formula gets an apostrophe before it (OWASP, CSV injection): nobody's
words become a command of the reader's machine. What is not seen before it is no cover. Numbers are
written plainly, a dot as the mark.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

Cell = str | int | float | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the full-width forms, which some spreadsheets read as the plain ones."""
_UNSEEN = (
    " \u00a0\u200b\u200c\u200d\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def written(value: Cell) -> str:
    """As it stands in the file. None is an empty cell; a float has no exponent."""
    if value is None:
        return ""
    if isinstance(value, str):
        return "'" + value if value.lstrip(_UNSEEN).startswith(_FORMULA) else value
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)


def csv_bytes(rows: Iterable[Sequence[Cell]]) -> bytes:
    """The whole file."""
    out = StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows([written(value) for value in row] for row in rows)
    return out.getvalue().encode()
