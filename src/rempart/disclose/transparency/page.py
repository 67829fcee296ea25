"""What the transparency page says, from the one reading of history and from what is declared.

Rules kept here:

1. Its counts are those of the yearly report: the same functions over the same history, so that the
   two cannot differ. Silence is counted beside them: who still waits, and how long.
2. Nothing tells an attacker whom or where: no channel, no target, no account, no threshold, and of
   the detectors how often they were right, not what they miss. Small numbers are hidden.
3. A share comes with its interval and only of a sample that says something.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec
import numpy as np

from rempart.cases import dated
from rempart.cases.dated import spans, standing
from rempart.cases.entries import at_time
from rempart.cases.figures import Share, survival, wilson
from rempart.disclose.history.classifiers import classifiers
from rempart.disclose.history.complaints import complaints
from rempart.disclose.history.figures import Figures
from rempart.disclose.history.period import Period, months_of, period_of
from rempart.disclose.history.reading import read_history
from rempart.disclose.transparency.cells import Cell, cell, cells, merged_small
from rempart.model import (
    Audience,
    Contact,
    DatedKind,
    Layer,
    Recipients,
    Representative,
    Size,
    Territory,
)
from rempart.store.interface import Tables
from rempart.store.interface.figures import Waited

DAYS = 365
LEAST_JUDGED = 20
LEAST_MESSAGES = 100
OTHER = "other"
_AGES = (("day", 1_440), ("week", 10_080), ("month", 43_200))
"""Open for less than so many minutes; beyond: `longer`."""


class ContactPoint(msgspec.Struct, frozen=True):
    audience: Audience
    email: str
    address: str
    phone: str
    languages: tuple[str, ...]


class Month(msgspec.Struct, frozen=True):
    month: str
    reports: Cell
    decisions: Cell


class Silence(msgspec.Struct, frozen=True):
    """Reports without an answer, now. `ages`: since less than a day, a week, a month, or longer.
    `half_minutes`, `most_minutes`: after which a half, nine tenths were answered, counting those
    that wait; null: not reached."""

    open: Cell
    ages: dict[str, Cell]
    half_minutes: int | None
    most_minutes: int | None
    late: Share | None


class Detector(msgspec.Struct, frozen=True):
    """Of `judged` messages that people decided: how often what it said was right, with the 95 %
    interval."""

    name: str
    judged: int
    precision: Share


class RecipientsFigure(msgspec.Struct, frozen=True):
    from_day: date
    until: date
    monthly: int
    method: str


class Transparency(msgspec.Struct, frozen=True):
    """`days` end with today, in the territory's time zone. `exposure`: share of the views that fell
    on what was restricted later, before it was; null: too few messages tell their views."""

    community: str
    made_at: datetime
    log_size: int
    first_day: date
    last_day: date
    layer: Layer | None
    size: Size | None
    contacts: list[ContactPoint]
    representative: Representative | None
    reports: Cell
    reports_by_harm: dict[str, Cell]
    hours_to_act: float | None
    decisions: Cell
    restrictions: Cell
    restrictions_by_means: dict[str, Cell]
    appeals: Cell
    appeals_by_outcome: dict[str, Cell]
    orders: Cell
    silence: Silence
    months: list[Month]
    exposure: float | None
    detectors: list[Detector]
    recipients: list[RecipientsFigure]


def transparency(tables: Tables, community: str, now_ms: int) -> Transparency:
    """Everything, in the moment of `tables`. Reads the whole history: for a shelf, not for each
    reader."""
    history = read_history(tables)
    said = list(history.declared.said)
    zone = _zone(tables, now_ms)
    today = dated.today(now_ms, zone)
    period = period_of(today - timedelta(days=DAYS - 1), today, zone)
    figures = Figures(history, period)
    notices, means = figures.notices(), figures.automated()
    outcomes = complaints(figures)
    held = dated.on(said, today)
    stands = standing([one for one in said if one.kind is DatedKind.TIER], today)
    columns = history.columns
    return Transparency(
        community=community,
        made_at=at_time(now_ms),
        log_size=history.as_of,
        first_day=period.first_day,
        last_day=period.last_day,
        layer=stands.layer if stands is not None else None,
        size=stands.size if stands is not None else None,
        contacts=contacts_of([one.value for one in held]),
        representative=next(
            (one.value for one in held if isinstance(one.value, Representative)), None
        ),
        reports=cell(notices.received),
        reports_by_harm=merged_small(_by_harm(figures), OTHER),
        hours_to_act=_hours(notices.median, notices.received),
        decisions=cell(int(figures.decided_in_period.sum())),
        restrictions=cell(figures.restrictions()),
        restrictions_by_means=cells(
            {"fully": means.solely, "partially": means.partly, "not": means.by_hand}
        ),
        appeals=cell(outcomes.total),
        appeals_by_outcome=cells(
            {
                "upheld": outcomes.upheld,
                "partly_reversed": outcomes.partly,
                "reversed": outcomes.reversed_,
            }
        ),
        orders=cell(
            sum(
                period.begin_ms <= row.received_ms < period.end_ms
                for row in history.declared.orders
            )
        ),
        silence=silence(tables.figures.answers(0, now_ms)),
        months=_months(period, columns.reports.received_ms, columns.decisions.decided_ms),
        exposure=_exposure(figures),
        detectors=_detectors(figures),
        recipients=recipients_of(said),
    )


def contacts_of(values: Sequence[object]) -> list[ContactPoint]:
    found = [
        ContactPoint(one.audience, one.email, one.address, one.phone, one.languages)
        for one in values
        if isinstance(one, Contact)
    ]
    return sorted(found, key=lambda one: (one.audience, one.email, one.address))


def recipients_of(said: Sequence[dated.Said]) -> list[RecipientsFigure]:
    """The archive of figures (art. 24(2)), the newest first."""
    return [
        RecipientsFigure(one.from_day, one.until, one.value.monthly, one.value.method)
        for one in sorted(spans(said), key=lambda one: one.from_day, reverse=True)
        if isinstance(one.value, Recipients) and one.until is not None
    ]


def silence(waited: Sequence[Waited]) -> Silence:
    """Pure: of all reports, whenever they came."""
    counts = {name: 0 for name, _ in _AGES} | {"longer": 0}
    for row in waited:
        if not row.done:
            name = next((name for name, most in _AGES if row.minutes < most), "longer")
            counts[name] += row.number
    whole = survival("", waited)
    enough = whole.total >= LEAST_JUDGED
    return Silence(
        cell(whole.open),
        cells(counts),
        whole.half if enough else None,
        whole.most if enough else None,
        whole.late if enough else None,
    )


def _by_harm(figures: Figures) -> dict[str, int]:
    reports = figures.history.columns.reports
    names = reports.category.names
    counts = np.bincount(reports.category.codes[figures.in_period], minlength=len(names))
    return {name: int(count) for name, count in zip(names, counts, strict=True) if count}


def _months(period: Period, *times: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> list[Month]:
    found = []
    for month in months_of(period):
        counts = [int(((ms >= month.begin_ms) & (ms < month.end_ms)).sum()) for ms in times]
        reports, decisions = (cell(count) for count in counts)
        found.append(Month(f"{month.first_day:%Y-%m}", reports, decisions))
    return found


def _exposure(figures: Figures) -> float | None:
    found = figures.exposure()
    if found.messages < LEAST_MESSAGES or found.share is None:
        return None
    return round(found.share, 4)


def _detectors(figures: Figures) -> list[Detector]:
    found = []
    for one in classifiers(figures):
        said_yes = one.true_yes + one.false_yes
        if said_yes >= LEAST_JUDGED:
            found.append(Detector(one.name, said_yes, wilson(one.true_yes, said_yes)))
    return found


def _hours(median: float | None, notices: int) -> float | None:
    return round(median, 1) if median is not None and notices >= LEAST_JUDGED else None


def _zone(tables: Tables, now_ms: int) -> str:
    here = dated.one_at(tables, dated.today(now_ms), DatedKind.TERRITORY)
    return here.time_zone if isinstance(here, Territory) else "UTC"
