"""What a new version of a published report changed: cell by cell, with the reason. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Final, NamedTuple

CHANGES: Final = "changes.csv"
_SHEET_END: Final = ".csv"
_AROUND: Final = 40


class Change(NamedTuple):
    """`row` counts from 1 without the header, `column` is its header, `before` or `after` empty
    where the cell was blank or the row was not there."""

    sheet: str
    row: int
    column: str
    before: str
    after: str
    reason: str
    date: str


def changes(
    before: Mapping[str, bytes], after: Mapping[str, bytes], reason: str, date: str
) -> list[Change]:
    """Between the CSV sets of two versions. Sheet 1 names the days of publication, which always
    differ; they are listed like everything else."""
    found: list[Change] = []
    for name, data in after.items():
        if not name.endswith(_SHEET_END) or name == CHANGES:
            continue
        old, new = _rows(before.get(name, b"")), _rows(data)
        header = (new or old)[0]
        for place in range(1, max(len(old), len(new))):
            left = old[place] if place < len(old) else [""] * len(header)
            right = new[place] if place < len(new) else [""] * len(header)
            found += [
                Change(name[: -len(_SHEET_END)], place, column, was, now, reason, date)
                for column, was, now in zip(header, left, right, strict=False)
                if was != now
            ]
    return found


def excerpts(before: str, after: str) -> tuple[str, str]:
    """The parts of two long texts that differ, with some words around them: two texts of a page
    that begin alike would otherwise look the same where they are cut."""
    shorter = min(len(before), len(after))
    start = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    rest = shorter - start
    end = next((n for n in range(rest) if before[-1 - n] != after[-1 - n]), rest)
    return _part(before, start, end), _part(after, start, end)


def _part(text: str, start: int, end: int) -> str:
    begin, stop = max(0, start - _AROUND), min(len(text), len(text) - end + _AROUND)
    return ("…" if begin else "") + text[begin:stop] + ("…" if stop < len(text) else "")


def _rows(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))
