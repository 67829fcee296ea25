"""The public pages *Transparency* and *Contact*, with JSON and CSV, for everybody and cheap.

Counted at most once in five minutes, and in no more than a twentieth of the time: who asks again is
given what was counted. There is nothing to choose, so that nobody can make it count anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from typing import Any

import msgspec
from litestar import Response, get

from rempart.cases import dated
from rempart.disclose.plain_csv import Cell as Counted
from rempart.disclose.plain_csv import csv_bytes
from rempart.disclose.transparency.cells import Cell
from rempart.disclose.transparency.chart import bars
from rempart.disclose.transparency.page import (
    ContactPoint,
    Transparency,
    contacts_of,
    transparency,
)
from rempart.model import Audience, Representative
from rempart.store.interface import Tables
from rempart.web.api.authority.declared import today_of
from rempart.web.api.disclosure.terms import TermsLine, term_lines
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import JSON
from rempart.web.console.templates import render
from rempart.web.failures import BusyError

TRANSPARENCY = "/transparency"
CONTACT = "/contact"
KEPT_S = 300.0
RESTS = 20
FIRST_WAIT_S = 0.2
RETRY_S = 5
PUBLIC = {"Cache-Control": "public, max-age=300"}


class TransparencyShelf:
    """What was counted last. Thread-safe; one thread counts. The others are given what was counted
    before, or told to come again: waiting they would hold the threads that every other request
    needs, and anybody can ask."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._until = 0.0
        self._kept: Transparency | None = None

    def get(self, make: Callable[[], Transparency]) -> Transparency:
        kept = self._kept
        if kept is not None and time.monotonic() < self._until:
            return kept
        if not self._lock.acquire(timeout=FIRST_WAIT_S if kept is None else 0):
            if kept is None:
                raise BusyError("this is being counted", retry_after=RETRY_S)
            return kept
        try:
            if self._kept is None or time.monotonic() >= self._until:
                begin = time.monotonic()
                found = make()
                took = time.monotonic() - begin
                self._until = time.monotonic() + max(KEPT_S, RESTS * took)
                self._kept = found
            return self._kept
        finally:
            self._lock.release()

    def forget(self) -> None:
        with self._lock:
            self._kept = None


class TransparencyPage(msgspec.Struct, frozen=True):
    """`terms`: all published versions, the newest first."""

    figures: Transparency
    terms: list[TermsLine]


class ContactPage(msgspec.Struct, frozen=True):
    """DSA art. 11 to 13. `missing`: for whom nothing is declared."""

    community: str
    contacts: list[ContactPoint]
    representative: Representative | None
    missing: list[Audience]


@get([TRANSPARENCY, f"{TRANSPARENCY}.json"], sync_to_thread=True, include_in_schema=False)
def show(request: AnyRequest) -> Response[Any]:
    found = _page(request)
    if request.url.path.endswith(JSON):
        return Response(found, headers=PUBLIC)
    drawn = bars(
        [(one.month, one.reports.count, one.decisions.count) for one in found.figures.months]
    )
    return render(request, "transparency.html", f=found.figures, terms=found.terms, bars=drawn)


@get(f"{TRANSPARENCY}.csv", sync_to_thread=True, include_in_schema=False)
def as_csv(request: AnyRequest) -> Response[bytes]:
    figures = _page(request).figures
    name = f"transparency-{figures.last_day}.csv"
    headers = {**PUBLIC, "content-disposition": f'attachment; filename="{name}"'}
    return Response(csv_of(figures), media_type="text/csv; charset=utf-8", headers=headers)


@get([CONTACT, f"{CONTACT}.json"], sync_to_thread=True, include_in_schema=False)
def contact(request: AnyRequest) -> Response[Any]:
    with engine_of(request).read() as tables:
        found = contact_page(tables, str(request.app.state.community or ""))
    if request.url.path.endswith(JSON):
        return Response(found, headers=PUBLIC)
    return render(request, "contact.html", c=found)


route_handlers: list[Any] = [show, as_csv, contact]


def contact_page(tables: Tables, community: str) -> ContactPage:
    held = [one.value for one in dated.at(tables, today_of(tables))]
    contacts = contacts_of(held)
    return ContactPage(
        community,
        contacts,
        next((one for one in held if isinstance(one, Representative)), None),
        [one for one in Audience if one not in {point.audience for point in contacts}],
    )


def csv_of(figures: Transparency) -> bytes:
    """One row for each figure: what, of which group, how many. A hidden count is empty, and the
    last column says that it is."""
    return csv_bytes([["figure", "group", "value", "hidden"], *_rows(figures)])


def _rows(f: Transparency) -> Iterator[Sequence[Counted]]:
    yield ("period", "", f"{f.first_day}/{f.last_day}", "")
    yield ("log_size", "", f.log_size, "")
    for name in ("reports", "decisions", "restrictions", "appeals", "orders"):
        yield (name, "all", *_counted(getattr(f, name)))
    for name in ("reports_by_harm", "restrictions_by_means", "appeals_by_outcome"):
        for group, one in getattr(f, name).items():
            yield (name, group, *_counted(one))
    yield ("hours_to_act", "median", f.hours_to_act, "")
    yield ("unanswered", "all", *_counted(f.silence.open))
    for age, one in f.silence.ages.items():
        yield ("unanswered", age, *_counted(one))
    for month in f.months:
        yield ("reports_of_month", month.month, *_counted(month.reports))
        yield ("decisions_of_month", month.month, *_counted(month.decisions))
    yield ("exposure", "share", f.exposure, "")
    for detector in f.detectors:
        share = detector.precision
        yield ("precision", detector.name, share.share, "")
        yield ("precision_low", detector.name, round(share.low, 4), "")
        yield ("precision_high", detector.name, round(share.high, 4), "")
        yield ("precision_sample", detector.name, detector.judged, "")
    for figure in f.recipients:
        yield ("monthly_recipients", f"{figure.from_day}/{figure.until}", figure.monthly, "")


def _counted(one: Cell) -> tuple[Counted, Counted]:
    return (one.count, "yes" if one.hidden else "")


def _page(request: AnyRequest) -> TransparencyPage:
    shelf: TransparencyShelf = request.app.state.transparency
    community, now = str(request.app.state.community or ""), now_ms()

    def make() -> Transparency:
        with engine_of(request).read() as tables:
            return transparency(tables, community, now)

    figures = shelf.get(make)
    with engine_of(request).read() as tables:
        return TransparencyPage(figures, term_lines(tables))
