"""Published reports as everybody reads them: periods, versions, files with their hashes, changes.

Rules kept here:

1. Only what is published is here; nothing tells that a draft exists, or who published.
2. A version that was taken from view stays in the list, with its hash, the day and the reason.
3. A version never changes, so that what is read of one is kept (`Shelf`); what was taken from view
   is asked anew each time.
"""

from __future__ import annotations

import csv
import io
from collections import OrderedDict
from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from threading import Lock
from typing import Final, NamedTuple

import msgspec

from rempart.cases.dated import today
from rempart.cases.entries import at_time
from rempart.disclose.yearly.changes import CHANGES
from rempart.disclose.yearly.files import digest, unpacked
from rempart.disclose.yearly.withdrawing import in_force
from rempart.log.commit import base64url, strict_json
from rempart.store.interface import Tables
from rempart.store.interface.history import WithdrawalRow, YearlyRow

YEARS_KEPT: Final = 5
TEXTS_SHEET: Final = "11_qualitative.csv"
ENTRY: Final = "yearly-report"
_KEPT: Final = 8
_INDICATOR, _VALUE = 3, 4
RECOMPUTE: Final = (
    "for f in $(ls | LC_ALL=C sort); do"
    """ printf '%s\\n%s\\n' "$f" "$(sha256sum < "$f" | cut -d' ' -f1)"; done | sha256sum"""
)
"""Run where the zip was unpacked: gives the hash that stands in the log (`files.digest`)."""


class Withdrawn(msgspec.Struct, frozen=True):
    """`confirmed` by a second person; else it comes back at `until`."""

    at: datetime
    reason: str
    confirmed: bool
    until: datetime | None


class VersionLine(msgspec.Struct, frozen=True):
    """`changed`: cells that differ from the version before; `index`: of its entry in the log;
    `sha256`: over names and contents of all files, as the entry has it; `as_of`: entries it was
    counted from; `template`: the day from which its form holds."""

    version: int
    published: date
    kept_until: date
    reason: str
    as_of: int
    template: str
    language: str
    changed: int
    sha256: str
    index: int
    withdrawn: Withdrawn | None


class PeriodLines(msgspec.Struct, frozen=True):
    """`versions`: the newest first. `period` is also the path of its pages."""

    period: str
    first_day: date
    last_day: date
    versions: list[VersionLine]


class FileLine(msgspec.Struct, frozen=True):
    name: str
    size: int
    sha256: str


class ChangeLine(msgspec.Struct, frozen=True):
    """One cell; `row` counts from 1 without the header."""

    sheet: str
    row: int
    column: str
    before: str
    after: str


class QualitativeText(msgspec.Struct, frozen=True):
    """`number`: of the indicator, whose words are those of the template."""

    number: int
    indicator: str
    text: str


class EntryOpened(msgspec.Struct, frozen=True):
    """`disclosure` (RFC 9901): its digest stands in the leaf that `/api/v1/log/proof/<index>`
    gives. Empty: what the entry says can no longer be opened."""

    index: int
    disclosure: str


class Summary(NamedTuple):
    sha256: str
    changed: int


class Contents(NamedTuple):
    """What follows from the files of one version alone."""

    files: list[FileLine]
    changes: list[ChangeLine]
    texts: list[QualitativeText]
    summary: Summary


class Shelf:
    """What was read of the versions asked for last, and two words about each. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, int], Contents] = OrderedDict()
        self._summaries: dict[tuple[str, int], Summary] = {}

    def contents(self, tables: Tables, row: YearlyRow) -> Contents:
        key = (row.period, row.version)
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                found = self._kept[key] = _contents(tables.history.yearly_files(*key) or b"")
                self._summaries[key] = found.summary
                if len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return found

    def summary(self, tables: Tables, row: YearlyRow) -> Summary:
        known = self._summaries.get((row.period, row.version))
        return known or self.contents(tables, row).summary


def periods(tables: Tables, shelf: Shelf, at_ms: int) -> list[PeriodLines]:
    """Every published period, the newest first."""
    hidden = in_force(tables.history.withdrawals(), at_ms)
    by_period: dict[str, list[VersionLine]] = {}
    for row in tables.history.yearly():
        line = _line(row, shelf.summary(tables, row), hidden.get((row.period, row.version)))
        by_period.setdefault(row.period, []).insert(0, line)
    return [_of_period(period, lines) for period, lines in by_period.items()]


def opened(tables: Tables, row: YearlyRow) -> EntryOpened:
    """The part of its entry that everybody may open."""
    for body in tables.log.bodies(row.seq):
        if strict_json(body)[1] == ENTRY:
            return EntryOpened(row.seq, base64url(body).decode())
    return EntryOpened(row.seq, "")


def _of_period(period: str, lines: list[VersionLine]) -> PeriodLines:
    first, _, last = period.partition("/")
    return PeriodLines(period, date.fromisoformat(first), date.fromisoformat(last), lines)


def _line(row: YearlyRow, found: Summary, hidden: WithdrawalRow | None) -> VersionLine:
    day = today(row.at_ms)
    return VersionLine(
        row.version,
        day,
        _years_later(day, YEARS_KEPT),
        row.reason,
        row.as_of,
        row.template,
        row.language,
        found.changed,
        found.sha256,
        row.seq,
        None if hidden is None else _withdrawn(hidden),
    )


def _withdrawn(row: WithdrawalRow) -> Withdrawn:
    confirmed = row.confirmed_by is not None
    until = None if confirmed else at_time(row.until_ms)
    return Withdrawn(at_time(row.at_ms), row.reason, confirmed, until)


def _years_later(day: date, years: int) -> date:
    """29 February becomes 1 March: never a day less."""
    if (day.month, day.day) == (2, 29):
        return date(day.year + years, 3, 1)
    return day.replace(year=day.year + years)


def _contents(packed: bytes) -> Contents:
    files = unpacked(packed)
    changes = [
        ChangeLine(row[0], int(row[1]), row[2], row[3], row[4]) for row in _rows(files, CHANGES)
    ]
    return Contents(
        [FileLine(name, len(data), sha256(data).hexdigest()) for name, data in files.items()],
        changes,
        [
            QualitativeText(number, row[_INDICATOR].strip(), row[_VALUE])
            for number, row in enumerate(_rows(files, TEXTS_SHEET), 1)
            if len(row) > _VALUE and row[_VALUE].strip()
        ],
        Summary(digest(files), len(changes)),
    )


def _rows(files: Mapping[str, bytes], name: str) -> list[list[str]]:
    """Without the header."""
    text = files.get(name, b"").decode()
    return list(csv.reader(io.StringIO(text, newline="")))[1:]
