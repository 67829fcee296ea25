"""Published versions: marked, dated, each with its reason, never changed, all of them kept.

Rules kept here:

1. A version is a row of the store with all its files, and an entry of the log with their hash, in
   one transaction. Nothing deletes one: five years are the least (Annex II), not the most.
2. The second version and every later one says why, and brings `changes.csv`: each cell that is
   otherwise than in the version before, with the reason and the day.
3. What the entry says of the report is opened to everybody (see `public`); who published it is a
   disclosure of its own, which is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from typing import NamedTuple

from rempart.cases.dated import today
from rempart.cases.entries import clean, entry, record, rfc3339
from rempart.disclose.history import Period, read_history
from rempart.disclose.yearly.changes import Change, changes
from rempart.disclose.yearly.files import csv_set, digest, file_set, packed, unpacked
from rempart.disclose.yearly.report import Provider, Report, draw_up
from rempart.disclose.yearly.workbook import workbook_bytes
from rempart.errors import InputError, MissingExtraError
from rempart.store.interface import Tables
from rempart.store.interface.history import YearlyRow

LONGEST_REASON = 2_000
PUBLISHED_BY = "yearly-report-by"
PHASES = (READING, COUNTING, WRITING) = ("reading", "counting", "writing")


class Drawn(NamedTuple):
    """A report with its files. `changes`: to the version published before; `version`: the number it
    has, or would have; `reason`: why there is a new one."""

    report: Report
    files: dict[str, bytes]
    changes: list[Change]
    version: int
    reason: str = ""


def draft(
    tables: Tables,
    period: Period,
    provider: Provider,
    *,
    published: date | None = None,
    as_of: int | None = None,
    known: int | None = None,
    reason: str = "",
    told: Callable[[str], object] = lambda _: None,
) -> Drawn:
    """The report of a period, beside the version before it. Reads only. `as_of`: the size of the
    log it is counted from; None: now. `known`: only versions published before this size are
    beside it; None: all. `told`: which of `PHASES` begins."""
    told(READING)
    history = read_history(tables, as_of)
    told(COUNTING)
    versions = [row for row in tables.history.yearly() if known is None or row.seq < known]
    before = [row for row in versions if row.period == period.cell]
    earlier = [row for row in versions if row.period < period.cell]
    previous = before[-1] if before else max(earlier, key=_when, default=None)
    report = draw_up(
        history,
        period,
        provider,
        published=published,
        previous=None if previous is None else today(previous.at_ms, period.time_zone),
    )
    old = files_of(tables, before[-1]) if before else {}
    when = "" if published is None else published.isoformat()
    changed = changes(old, csv_set(report), reason, when) if before else []
    told(WRITING)
    workbook: bytes | None = None
    with suppress(MissingExtraError):
        workbook = workbook_bytes(report, changed)
    files = file_set(report, tables.history.queries(), changed, workbook=workbook)
    return Drawn(report, files, changed, len(before) + 1, reason)


def final(
    tables: Tables,
    period: Period,
    provider: Provider,
    reason: str,
    at_ms: int,
    told: Callable[[str], object] = lambda _: None,
    *,
    as_of: int | None = None,
) -> Drawn:
    """The report as it is to be published at this moment. Reads only: it may take a while, and
    nobody who writes waits for it. InputError: a second version without a reason, or a period that
    goes on."""
    reason = clean(reason).strip()
    if tables.history.yearly(period.cell) and not reason:
        raise InputError("a new version says why it replaces the one before", where="reason")
    if len(reason) > LONGEST_REASON:
        raise InputError(f"at most {LONGEST_REASON} characters", where="reason")
    if at_ms < period.end_ms:
        raise InputError(
            "this period is not over yet",
            where=period.cell,
            next_step="look at the draft; publish it after the last day",
        )
    day = today(at_ms, period.time_zone)
    return draft(tables, period, provider, published=day, as_of=as_of, reason=reason, told=told)


def publish(tables: Tables, drawn: Drawn, by: str, at_ms: int) -> YearlyRow:
    """Writes a version that `final` has drawn up. ConflictError: somebody was faster."""
    report = drawn.report
    template = report.template.valid_from.isoformat()
    told = {
        "period": report.period.cell,
        "version": drawn.version,
        "reason": drawn.reason,
        "language": report.provider.language,
        "at": rfc3339(at_ms),
        "as_of": report.as_of,
        "template": template,
        "sha256": digest(drawn.files),
        "changed": len(drawn.changes),
    }
    seq = record(tables, [(None, entry("yearly-report", told, (PUBLISHED_BY, {"by": by})))])
    row = YearlyRow(
        report.period.cell,
        drawn.version,
        at_ms,
        by,
        drawn.reason,
        report.as_of,
        template,
        seq,
        report.provider.language,
    )
    tables.history.put_yearly(row, packed(drawn.files))
    return row


def files_of(tables: Tables, row: YearlyRow) -> Mapping[str, bytes]:
    """The files of a published version, byte for byte as they were published."""
    found = tables.history.yearly_files(row.period, row.version)
    return {} if found is None else unpacked(found)


def _when(row: YearlyRow) -> int:
    return row.at_ms
