"""Head 3: reports, criteria and removals. Pure; counted from the shared columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rempart.disclose.court.read import Read
from rempart.disclose.court.table import Empty, Table, grid, hours, table
from rempart.disclose.history.complaints import About, complaints, disputes
from rempart.disclose.history.figures import ACTING
from rempart.disclose.plain_csv import Cell
from rempart.store.interface.history import NONE, Flags, Numbers, Positions

FORM, API, PLATFORM, FLAGGER, UNKNOWN = CHANNELS = (
    "form",
    "api",
    "platform",
    "trusted_flagger",
    "not_recorded",
)
"""By which way a report came, each report in one of them."""
OUTCOMES: Final = ("removed", "hidden", "restricted", "acted", "none", "open")
_REMOVED: Final = ("remove",)
_HIDDEN: Final = ("hide", "hold")
_DAY: Final = 86_400_000
AGES: Final = (("under_1_day", _DAY), ("under_7_days", 7 * _DAY), ("under_30_days", 30 * _DAY))
_OLDER: Final = "from_30_days"


_Choices = NDArray[np.int8]
"""One of a few, for each of millions of reports."""


class Reports:
    """The reports of the period and perimeter, with what became of each."""

    def __init__(self, read: Read) -> None:
        self.read = read
        columns, figures = read.history.columns, read.figures
        reports = columns.reports
        self.columns = columns
        self.chosen: Flags = figures.in_period.copy()
        if read.harms is not None:
            self.chosen &= reports.category.is_(*read.harms)
        self.rows: Positions = np.flatnonzero(self.chosen).astype(np.int32)
        self.harm: Positions = reports.category.codes[self.rows]
        self.harms = reports.category.names
        begins = np.array([month.begin_ms for month in read.months], np.int64)
        self.begins = begins
        self.received: Numbers = reports.received_ms[self.rows]
        self.month = self.month_of(self.received)
        self.channel = self._channels()
        self._judge(figures.notice_case[self.rows])

    def month_of(self, ms: Numbers) -> NDArray[np.int16]:
        found: NDArray[np.int16] = np.searchsorted(self.begins, ms, "right").astype(np.int16)
        found -= 1
        return found

    def _channels(self) -> _Choices:
        via = self.read.details.via
        found = np.full(len(self.rows), CHANNELS.index(UNKNOWN), np.int8)
        for name in (FORM, API, PLATFORM):
            found[via.is_(name)[self.rows]] = CHANNELS.index(name)
        found[self.read.figures.flagged[self.rows]] = CHANNELS.index(FLAGGER)
        return found

    def _judge(self, case: Positions) -> None:
        """Of each report, with its case: its outcome, and when the case was first decided (`NONE`:
        it is open)."""
        columns = self.columns
        decided, said, cases = columns.decisions, columns.statements, columns.cases
        count = len(cases.root)
        first = np.full(count, NONE, np.int64)
        begun = np.flatnonzero(decided.replaces == NONE)
        first[cases.root[decided.case[begun]]] = decided.decided_ms[begun]
        acting = np.zeros(count, np.bool_)
        stands = ~decided.replaced
        acted = stands & decided.outcome.is_(*ACTING)
        acting[cases.root[decided.case[acted]]] = True
        rank = np.zeros(count, np.int32)
        known = said.imposes & (said.case >= 0)
        kinds = np.where(said.kind.is_(*_REMOVED), 3, np.where(said.kind.is_(*_HIDDEN), 2, 1))
        np.maximum.at(rank, cases.root[said.case[known]], kinds[known].astype(np.int32))
        self.decided_ms: Numbers = first[case]
        outcome: _Choices = np.full(len(self.rows), OUTCOMES.index("open"), np.int8)
        done = self.decided_ms != NONE
        outcome[done] = OUTCOMES.index("none")
        for name, value in (("acted", 0), ("restricted", 1), ("hidden", 2), ("removed", 3)):
            chosen = done & acting[case] & (rank[case] == value)
            outcome[chosen] = OUTCOMES.index(name)
        self.outcome = outcome

    def waits(self, chosen: Flags) -> Numbers:
        """Time from each chosen report to the decision of its case; what had been decided counts
        0."""
        kept = chosen & (self.decided_ms != NONE)
        found: Numbers = np.maximum(self.decided_ms[kept] - self.received[kept], 0)
        return found

    def names(self) -> list[tuple[int, str]]:
        """Codes and names of the offences that occur or were asked for, by name."""
        there = set(np.unique(self.harm).tolist())
        wanted = set(self.read.harms or ())
        return sorted(
            (
                (code, name)
                for code, name in enumerate(self.harms)
                if code in there or name in wanted
            ),
            key=lambda one: one[1],
        )


def head_3(read: Read) -> Iterator[Table]:
    reports = Reports(read)
    yield from _received(reports)
    yield from _distinct(reports)
    yield from _criteria(read)
    yield from _outcomes(reports)
    yield from _restrictions(read)
    yield from _reversals(read)
    yield from _silence(reports)


def _received(reports: Reports) -> Iterator[Table]:
    months = [month.cell[:7] for month in reports.read.months]
    shape = (len(reports.harms), len(months), len(CHANNELS))
    counted = grid(shape, reports.harm, reports.month, reports.channel)
    names = reports.names()
    figure = "notice channel"
    totals = [int(one) for one in counted.sum((0, 1))]
    rows: list[list[Cell]] = [
        [name, *(int(one) for one in counted[code].sum(0)), int(counted[code].sum())]
        for code, name in names
    ]
    rows.append(["all", *totals, sum(totals)])
    yield table("3.1-offences", f"offence {' '.join(CHANNELS)} reports", rows, figure)
    by_month = counted.sum(0)
    yield table(
        "3.1-months",
        f"month {' '.join(CHANNELS)} reports",
        (
            [month, *(int(one) for one in by_month[place]), int(by_month[place].sum())]
            for place, month in enumerate(months)
        ),
        figure,
    )
    yield table(
        "3.1-reports",
        "month offence channel reports",
        (
            [month, name, channel, int(counted[code, place, way])]
            for place, month in enumerate(months)
            for code, name in names
            for way, channel in enumerate(CHANNELS)
            if counted[code, place, way]
        ),
        figure,
    )
    languages = reports.read.details.language
    spoken = np.bincount(languages.codes[reports.rows], minlength=len(languages.names)).tolist()
    yield table(
        "3.1-languages",
        "language reports",
        sorted(
            (
                (name, number)
                for name, number in zip(languages.names, spoken, strict=True)
                if number
            ),
        ),
        "notice",
    )
    yield _internal(reports, months)


def _internal(reports: Reports, months: list[str]) -> Table:
    """Cases that no report opened: what detection or a moderator brought before a person."""
    read, columns = reports.read, reports.columns
    decided, cases = columns.decisions, columns.cases
    reported = np.zeros(len(cases.root), np.bool_)
    reported[read.figures.notice_case] = True
    chosen = (
        read.figures.decided_in_period
        & decided.because.is_("")
        & ~reported[cases.root[decided.case]]
    )
    if read.harms is not None:
        chosen &= decided.harm.is_(*read.harms)
    month = reports.month_of(decided.decided_ms[chosen])
    counted = grid((len(months), len(decided.harm.names)), month, decided.harm.codes[chosen])
    rows: list[list[Cell]] = [
        [months[place], decided.harm.names[code], int(counted[place, code])]
        for place in range(len(months))
        for code in sorted(range(len(decided.harm.names)), key=lambda c: decided.harm.names[c])
        if counted[place, code]
    ]
    return table("3.1-internal", "month offence cases", rows, "internal_flag")


def _distinct(reports: Reports) -> Iterator[Table]:
    items, details = reports.columns.reports.items, reports.read.details
    everything = np.ones(len(reports.rows), np.bool_)
    rows: list[list[Cell]] = []
    for name, chosen in [
        *((name, reports.harm == code) for code, name in reports.names()),
        ("all", everything),
    ]:
        own = reports.rows[chosen]
        rows.append(
            [
                name,
                len(own),
                int(items[own].sum()),
                _distinct_in(details.thing[own]),
                _distinct_in(details.reporter[own]),
                int((details.reporter[own] == 0).sum()),
            ]
        )
    head = "offence reports items distinct_items distinct_reporters reporters_unknown"
    yield table("3.2-distinct", head, rows, "notice_items distinct")


def _distinct_in(values: Numbers) -> int:
    """How many different ones; 0 is none of them. Sorts its argument: there are millions."""
    values.sort()
    new = np.ones(len(values), np.bool_)
    np.not_equal(values[1:], values[:-1], out=new[1:])
    return int((new & (values != 0)).sum())


def _criteria(read: Read) -> Iterator[Table]:
    language = read.language
    rows: list[list[Cell]] = []
    for one in read.terms:
        if one.row.from_ms >= read.period.end_ms:
            continue
        for harm in one.terms.forbidden:
            if read.harms is None or harm.harm in read.harms:
                law, term = harm.law.get(language, ""), harm.term.get(language, "")
                rows.append([one.row.version, "offence", harm.harm, "", law, term])
        for rule in one.terms.rules:
            what = rule.what.get(language, "")
            rows.append([one.row.version, "rule", rule.id, rule.version, "", what])
    head = "terms_version criterion id version law text"
    yield table("3.3-criteria", head, rows, "criteria", Empty.UNDECLARED)
    said = read.history.columns.statements
    chosen = read.figures.imposed
    if read.harms is not None:
        chosen = chosen & said.harm.is_(*read.harms)
    used: list[list[Cell]] = []
    for code, name in sorted(enumerate(said.rule.names), key=lambda one: one[1]):
        own = chosen & (said.rule.codes == code)
        if own.any():
            used.append([name or "by_hand", int(own.sum())])
    yield table("3.3-applied", "rule restrictions", used, "restriction")


def _outcomes(reports: Reports) -> Iterator[Table]:
    rows: list[list[Cell]] = []
    everything = np.ones(len(reports.rows), np.bool_)
    for name, own in [
        *((name, reports.harm == code) for code, name in reports.names()),
        ("all", everything),
    ]:
        found = np.bincount(reports.outcome[own], minlength=len(OUTCOMES)).tolist()
        waits = reports.waits(own)
        rows.append([name, int(own.sum()), *found, hours(waits, 0.5), hours(waits, 0.9)])
    head = f"offence reports {' '.join(OUTCOMES)} median_hours p90_hours"
    yield table("3.4-outcomes", head, rows, "report_outcome")
    months: list[list[Cell]] = []
    for place, month in enumerate(reports.read.months):
        own = reports.month == place
        found = np.bincount(reports.outcome[own], minlength=len(OUTCOMES)).tolist()
        waits = reports.waits(own)
        months.append(
            [month.cell[:7], int(own.sum()), *found, hours(waits, 0.5), hours(waits, 0.9)]
        )
    yield table("3.4-months", head.replace("offence", "month", 1), months, "report_outcome")
    still = reports.outcome == OUTCOMES.index("open")
    age = reports.read.period.end_ms - reports.received
    open_rows: list[list[Cell]] = []
    for code, name in reports.names():
        own = still & (reports.harm == code)
        classes, below = [], np.zeros(len(own), np.bool_)
        for _, limit in AGES:
            within = own & (age < limit) & ~below
            classes.append(int(within.sum()))
            below |= age < limit
        open_rows.append([name, *classes, int((own & ~below).sum()), int(own.sum())])
    ages = " ".join(name for name, _ in AGES)
    yield table("3.4-open", f"offence {ages} {_OLDER} open", open_rows, "open_by_age")


def _restrictions(read: Read) -> Iterator[Table]:
    said = read.history.columns.statements
    chosen = read.figures.imposed
    if read.harms is not None:
        chosen = chosen & said.harm.is_(*read.harms)
    columns = (said.harm, said.kind, said.ground, said.source)
    shape = tuple(len(column.names) for column in columns)
    counted = grid(shape, *(column.codes[chosen] for column in columns))
    rows = sorted(
        (*(column.names[code] for column, code in zip(columns, place, strict=True)), int(number))
        for place, number in np.ndenumerate(counted)
        if number
    )
    head = "offence measure ground source restrictions"
    yield table("3.4-restrictions", head, rows, "restriction")


def _reversals(read: Read) -> Iterator[Table]:
    figures = read.figures
    rows: list[list[Cell]] = []
    for about in About:
        found = complaints(figures, about)
        rows.append([about.value, *found[:6]])
    head = "about received upheld partly reversed open median_hours"
    yield table("3.5-appeals", head, rows, "complaint")
    found = disputes(figures)
    rows = [["all", *found[:6]]] if found.total else []
    yield table("3.5-disputes", head, rows, "dispute")


def _silence(reports: Reports) -> Iterator[Table]:
    columns, end_ms = reports.columns.reports, reports.read.period.end_ms
    silent = np.isin(columns.seq, reports.read.unanswered)[reports.rows]
    gone = reports.read.details.withdrawn[reports.rows]
    rows: list[list[Cell]] = []
    everything = np.ones(len(reports.rows), np.bool_)
    for name, own in [
        *((name, reports.harm == code) for code, name in reports.names()),
        ("all", everything),
    ]:
        quiet = own & silent
        oldest: Cell = None
        if quiet.any():
            oldest = round((end_ms - int(reports.received[quiet].min())) / _DAY, 1)
        withdrawn = int((own & gone).sum())
        answered = int(own.sum()) - int(quiet.sum()) - withdrawn
        rows.append([name, int(own.sum()), answered, withdrawn, int(quiet.sum()), oldest])
    head = "offence reports answered withdrawn unanswered oldest_days"
    yield table("3.6-silence", head, rows, "silence")
