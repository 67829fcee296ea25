"""Reads all that a dossier is drawn from, in one moment, as of a size of the log."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from rempart.cases.terms import Terms
from rempart.cases.versions import text_of
from rempart.disclose.history import Figures, History, Period, read_history
from rempart.disclose.history.period import months_of
from rempart.log.tiles import root_at
from rempart.store.interface import Tables
from rempart.store.interface.court import AlarmRow, ChangeRow, ClockRow, FailureRow, QueueRow
from rempart.store.interface.history import Numbers, ReportDetails
from rempart.store.interface.referrals import ReferralRow
from rempart.store.interface.terms import TermsRow
from rempart.store.interface.versions import VersionKind


class Perimeter(NamedTuple):
    """`offences`: harms of the taxonomy; empty: all. `jurisdiction`: two capital letters: orders
    and transmissions of its authorities alone, for nothing else states a country; empty: all."""

    offences: tuple[str, ...] = ()
    jurisdiction: str = ""


class Published(NamedTuple):
    row: TermsRow
    terms: Terms


class Read(NamedTuple):
    """`root`: of the log's tree at `as_of`, hex. `bodies`: text of each version of the rules."""

    provider: str
    language: str
    history: History
    details: ReportDetails
    figures: Figures
    period: Period
    months: list[Period]
    perimeter: Perimeter
    harms: tuple[str, ...] | None
    as_of: int
    root: str
    unanswered: Numbers
    clocks: list[ClockRow]
    failures: list[FailureRow]
    alarms: list[AlarmRow]
    queues: list[QueueRow]
    changes: list[ChangeRow]
    bodies: Mapping[str, str]
    terms: list[Published]
    referrals: list[ReferralRow]
    queries: Mapping[str, str]


def read(
    tables: Tables,
    provider: str,
    language: str,
    period: Period,
    perimeter: Perimeter,
    as_of: int | None = None,
) -> Read:
    history = read_history(tables, as_of)
    size = history.as_of
    changes = tables.court.changes(size)
    return Read(
        provider=provider,
        language=language,
        history=history,
        details=tables.history.report_details(size),
        figures=Figures(history, period),
        period=period,
        months=months_of(period),
        perimeter=perimeter,
        harms=perimeter.offences or None,
        as_of=size,
        root=root_at(size, tables.log.tile).hex(),
        unanswered=tables.court.unanswered(size),
        clocks=tables.court.clocks(size, period.begin_ms, period.end_ms),
        failures=tables.court.failures(size, period.begin_ms, period.end_ms),
        alarms=tables.court.alarms(size, period.begin_ms, period.end_ms),
        queues=tables.court.queues(size),
        changes=changes,
        bodies={
            one.id: text_of(tables, one.id) for one in changes if one.kind is VersionKind.RULES
        },
        terms=[
            Published(row, msgspec.json.decode(row.content, type=Terms))
            for row in tables.terms.versions()
            if row.seq < size
        ],
        referrals=tables.referrals.stood(size),
        queries={**tables.history.queries(), **tables.court.queries(), **_OTHER},
    )


_OTHER: Mapping[str, str] = {
    "dated": "SELECT seq, kind, key, from_day, until, value, by, at_ms FROM dated"
    " WHERE seq < :as_of ORDER BY seq",
    "orders": "SELECT * FROM authority_order LEFT JOIN authority_order_was USING (id)"
    " WHERE seq < :as_of ORDER BY received_ms -- of each the first state that was written over"
    " at or after :as_of, else its state now",
    "disputes": "SELECT * FROM dispute LEFT JOIN dispute_was USING (id) -- likewise",
    "misuse": "SELECT * FROM misuse_suspension WHERE seq < :as_of",
    "misuse_warning": "SELECT what, at_ms, seq FROM misuse_warning WHERE seq < :as_of",
    "terms": "SELECT * FROM terms WHERE seq < :as_of ORDER BY version",
    "referrals": "SELECT * FROM referral LEFT JOIN referral_was USING (id) WHERE seq < :as_of"
    " ORDER BY seq -- likewise",
}


def difference(before: str, after: str) -> list[tuple[str, str]]:
    """Lines that went (`-`) and came (`+`), with the places they lie at."""
    found: list[tuple[str, str]] = []
    for line in difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""):
        if line.startswith(("---", "+++")) and not found:
            continue
        found.append((line[0], line[1:] if line[0] in "+-" else line))
    return found


def lines_of(content: bytes) -> str:
    """JSON in lines, to compare two of them."""
    return json.dumps(json.loads(content), ensure_ascii=False, indent=1, sort_keys=True)
