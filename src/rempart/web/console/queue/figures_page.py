"""The page *Figures*: how long people wait, counting those who still do, and who was right.

The page, its JSON twin and the CSV are one screen. It is counted anew at most once a minute for
each set of rights: everybody may open it, and counting reads all cases of the window.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from threading import Lock
from typing import Annotated, Any

import msgspec
from litestar import Response, get
from litestar.params import QueryParameter

from rempart.cases.detector_figures import by_detector
from rempart.cases.figures import (
    Precision,
    Share,
    Survival,
    precision,
    survival,
    survivals,
)
from rempart.cases.golden import Accuracy, accuracies
from rempart.cases.reports.flaggers import FlaggerStanding, flaggers
from rempart.disclose.plain_csv import Cell, csv_bytes
from rempart.store.interface import Tables
from rempart.store.interface.figures import Waited
from rempart.web.api.files import download, type_of
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.auth import must_be_known, needs
from rempart.web.auth.caller import Caller
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page
from rempart.web.console.reading import moment, within

DAY_MS = 86_400_000
KEPT_S = 60.0
MOST_KEPT = 50
RESTS = 20
"""Counting takes a twentieth of the time, whatever there is to count."""
Days = Annotated[int, QueryParameter(ge=1, le=3_660)]


class WaitingPart(msgspec.Struct, frozen=True):
    """`whole` with its curve, then by group."""

    whole: Survival
    by_harm: list[Survival]
    by_channel: list[Survival]
    by_language: list[Survival]


class FiguresScreen(msgspec.Struct, frozen=True):
    """`first_action`: cases until the first act of a person; `answer`: reports until
    their answer. `practice`: of golden items, ever; for who has rights everywhere.
    `flaggers`: trusted ones, over a year whatever the window."""

    now: datetime
    days: int
    first_action: WaitingPart
    answer: WaitingPart
    rules: list[Precision]
    detectors: list[Precision]
    reporters: list[Precision]
    reviewers: list[Precision]
    open_by_rank: dict[str, int]
    practice: list[Accuracy] = []
    flaggers: list[FlaggerStanding] = []


class FigureShelf:
    """Figures counted lately, by window and rights. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[tuple[int, tuple[str, ...] | None], tuple[float, FiguresScreen]] = {}

    def get(
        self, key: tuple[int, tuple[str, ...] | None], make: Callable[[], FiguresScreen]
    ) -> FiguresScreen:
        with self._lock:
            found = self._kept.get(key)
            if found is not None and time.monotonic() < found[0]:
                return found[1]
            begin = time.monotonic()
            made = make()
            took = time.monotonic() - begin
            while len(self._kept) >= MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = (time.monotonic() + max(KEPT_S, RESTS * took), made)
            return made


def figures(tables: Tables, channels: tuple[str, ...] | None, days: int, now: int) -> FiguresScreen:
    """All figures of a window that ends now. Pure but for the tables."""
    since = now - days * DAY_MS
    cases = tables.figures.first_actions(since, now, channels)
    reports = tables.figures.answers(since, now, channels)
    seen = None if channels is None else frozenset(channels)
    return FiguresScreen(
        moment(now),
        days,
        _waiting(cases),
        _waiting(reports),
        [precision(one) for one in tables.figures.by_rule(since, channels)],
        [precision(one) for one in by_detector(tables, since, seen)],
        [precision(one) for one in tables.figures.by_reporters(since, channels)],
        [precision(one, of_all=True) for one in tables.figures.by_reviewer(since, channels)],
        {str(rank): count for rank, count in tables.figures.open_by_rank(channels).items()},
        accuracies(tables) if channels is None else [],
        flaggers(tables, now, channels),
    )


def csv_of(screen: FiguresScreen) -> bytes:
    """One row for each figure."""
    header: list[Cell] = [
        "figure", "by", "group", "total", "open", "half_minutes", "nine_tenths_minutes",
        "waiting_after_day", "waiting_after_week", "part", "whole", "share", "low", "high",
    ]  # fmt: skip
    return csv_bytes([header, *_rows(screen)])


@get(
    ["/console/figures", "/console/figures.json"],
    guards=[needs("read")],
    include_in_schema=False,
)
async def show(request: AnyRequest, days: Days = 90) -> Response[Any]:
    who = must_be_known(request)
    return await page(request, "figures.html", lambda tables: _screen(request, tables, who, days))


@get("/console/figures.csv", guards=[needs("read")], include_in_schema=False, sync_to_thread=True)
def as_csv(request: AnyRequest, days: Days = 90) -> Response[bytes]:
    with engine_of(request).read() as tables:
        screen = _screen(request, tables, must_be_known(request), days)
    name = f"figures-{screen.now:%Y-%m-%d}.csv"
    return download(csv_of(screen), name, type_of(name))


route_handlers: list[Any] = [show, as_csv]


def _screen(request: AnyRequest, tables: Tables, who: Caller, days: int) -> FiguresScreen:
    shelf: FigureShelf = request.app.state.figures
    names = within(who)
    channels = None if names is None else tuple(names)
    return shelf.get((days, channels), lambda: figures(tables, channels, days, now_ms()))


def _waiting(rows: list[Waited]) -> WaitingPart:
    languages = [row for row in rows if row.language]
    return WaitingPart(
        survival("", rows),
        survivals(rows, lambda row: row.harm),
        survivals(rows, lambda row: row.channel),
        survivals(languages, lambda row: row.language),
    )


def _rows(screen: FiguresScreen) -> Iterator[list[Cell]]:
    for name, part in (("first_action", screen.first_action), ("answer", screen.answer)):
        groups = (
            ("all", [part.whole]),
            ("harm", part.by_harm),
            ("channel", part.by_channel),
            ("language", part.by_language),
        )
        for by, found in groups:
            for one in found:
                waits = [one.total, one.open, one.half, one.most, one.after_day, one.after_week]
                yield [name, by, one.group, *waits, *_share(one.late)]
    judged = (
        ("rule", screen.rules),
        ("detector", screen.detectors),
        ("reporters", screen.reporters),
        ("reviewer", screen.reviewers),
    )
    for by, precisions in judged:
        for one_ in precisions:
            yield ["precision", by, one_.group, *[None] * 6, *_share(one_.right)]
            yield ["overturned", by, one_.group, *[None] * 6, *_share(one_.overturned)]
    for practised in screen.practice:
        yield ["practice", "reviewer", practised.person, *[None] * 6, *_share(practised.right)]


def _share(share: Share) -> list[Cell]:
    return [
        share.part,
        share.whole,
        None if share.share is None else round(share.share, 6),
        round(share.low, 6),
        round(share.high, 6),
    ]
