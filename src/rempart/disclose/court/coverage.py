"""Annex D: what the log cannot show, and why. Pure, and derived from what was read.

A line is a key of the words with the number it is about (None: it holds always). A line whose
number is 0 is left out: it names no gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from rempart.cases.dated import spans
from rempart.disclose.court.authorities import (
    UNKNOWN,
    country_of,
    requests,
    requests_of_all,
    sent,
    sent_anywhere,
)
from rempart.disclose.court.read import Read
from rempart.disclose.court.table import Table
from rempart.disclose.history.taken import entries_of
from rempart.model import Moderator
from rempart.store.interface.referrals import PREPARED


class Gap(NamedTuple):
    """`entries`: of the log, by which it can be checked."""

    key: str
    number: int | None = None
    of: int | None = None
    entries: str = ""


def gaps(read: Read, tables: list[Table]) -> list[Gap]:
    """In the order of the heads."""
    parts = (_time, _means, _people, _reports, _authorities, _jurisdiction)
    found = [gap for part in parts for gap in part(read)]
    missing = sum(not one.rows and one.empty != "nothing" for one in tables)
    found.append(Gap("gap_undeclared", missing, len(tables)))
    found.append(Gap("gap_outside"))
    return [one for one in found if one.number != 0 or one.key == "gap_jurisdiction_rest"]


def _time(read: Read) -> Iterator[Gap]:
    columns, period = read.history.columns, read.period
    first = [int(c.min()) for c in (columns.cases.opened_ms, columns.reports.received_ms) if len(c)]
    begins = min(first, default=None)
    if begins is None:
        yield Gap("gap_empty")
    elif begins > period.begin_ms:
        yield Gap("gap_begin", (begins - period.begin_ms) // 86_400_000)
    last = max(
        (int(c.max()) for c in (columns.cases.opened_ms, columns.decisions.decided_ms) if len(c)),
        default=period.begin_ms,
    )
    if last < period.end_ms:
        yield Gap("gap_end", (period.end_ms - last) // 86_400_000)
    yield Gap("gap_now")
    history = read.history
    yield Gap("gap_erased", len(history.erasures), entries=entries_of(history.erasures))
    yield Gap("gap_expired", len(history.expiries), entries=entries_of(history.expiries))
    yield Gap("gap_before", history.before.cases)
    yield Gap("gap_before_deadlines", history.before.deadlines)
    yield Gap("gap_down")


def _means(read: Read) -> Iterator[Gap]:
    columns = read.history.columns
    yield Gap("gap_judged", len(columns.samples.seq), None)
    yield Gap("gap_clocks")
    if not read.terms:
        yield Gap("gap_terms")
    elif read.terms[0].row.from_ms > read.period.begin_ms:
        later = min(read.terms[0].row.from_ms, read.period.end_ms)
        yield Gap("gap_terms_days", (later - read.period.begin_ms) // 86_400_000)


def _people(read: Read) -> Iterator[Gap]:
    said = spans(read.history.declared.said)
    last = read.period.last_day
    people = [
        one.value
        for one in said
        if isinstance(one.value, Moderator)
        and one.from_day <= last
        and (one.until is None or one.until >= last)
    ]
    if people:
        yield Gap("gap_nationality")
        yield Gap("gap_hours", sum(one.from_hour is None for one in people), len(people))
        yield Gap("gap_roster")


def _reports(read: Read) -> Iterator[Gap]:
    details, figures = read.details, read.figures
    chosen = figures.in_period
    total = int(chosen.sum())
    yield Gap("gap_country", total)
    yield Gap("gap_via", int((chosen & details.via.is_("") & ~figures.flagged).sum()), total)
    yield Gap("gap_reporter", int((chosen & (details.reporter == 0)).sum()), total)
    yield Gap("gap_thing", int((chosen & (details.thing == 0)).sum()), total)
    for reason, number in sorted(figures.exempt().items()):
        yield Gap(f"gap_exempt_{reason}", number)
    said = read.history.columns.statements
    unplaced = int((figures.imposed & (np.asarray(said.case) < 0)).sum())
    yield Gap("gap_unplaced", unplaced, figures.restrictions())
    if read.harms is not None:
        yield Gap("gap_perimeter")


def _authorities(read: Read) -> Iterator[Gap]:
    yield Gap("gap_prepared", sum(one.state == PREPARED for one in read.referrals))
    yield Gap("gap_outside_transmissions")


def _jurisdiction(read: Read) -> Iterator[Gap]:
    """What a perimeter of one country left out, and what it could not."""
    if not read.perimeter.jurisdiction:
        return
    asked, everywhere = requests_of_all(read), sent_anywhere(read)
    yield Gap("gap_jurisdiction_orders", len(asked) - len(requests(read)), len(asked))
    yield Gap("gap_jurisdiction_sent", len(everywhere) - len(sent(read)), len(everywhere))
    unknown = sum(country_of(row) == UNKNOWN for row in everywhere)
    yield Gap("gap_jurisdiction_places", unknown, len(everywhere))
    figures = read.figures
    yield Gap("gap_jurisdiction_rest", int(figures.in_period.sum()), figures.restrictions())
