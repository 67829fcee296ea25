"""Dated settings over HTTP: what the place declares of itself, on any day, and the history.

For people with the right `declare`. Nothing here shows one person's nationality.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromQuery, JSONBody, QueryParameter

from rempart.cases import dated
from rempart.cases.dated import Said
from rempart.cases.roster import Roster, roster
from rempart.model import KIND_OF, Dated, DatedKind, DatedValue, Territory
from rempart.store.interface import Tables
from rempart.web.api.authority.acting import act
from rempart.web.api.request import AnyRequest, engine_of, moment
from rempart.web.auth import Right, needs_right
from rempart.web.auth.gate import now_ms

DECLARE = [needs_right(Right.DECLARE, person=True, everywhere=True)]


class Declaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value and the days it holds for, both included; `until` null: no end is known. `key` tells
    several of a kind apart (a moderator's number); of some kinds there is one only."""

    value: DatedValue
    from_day: date
    key: Annotated[str, msgspec.Meta(max_length=64)] = ""
    until: date | None = None


class Ending(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """There is none from this day on."""

    kind: DatedKind
    from_day: date
    key: Annotated[str, msgspec.Meta(max_length=64)] = ""


class DatedView(msgspec.Struct, frozen=True):
    kind: DatedKind
    key: str
    value: DatedValue
    from_day: date
    until: date | None
    entry: int


class SaidView(msgspec.Struct, frozen=True):
    """As it was said. `value` null: none from that day on."""

    kind: DatedKind
    key: str
    value: DatedValue | None
    from_day: date
    until: date | None
    entry: int
    by: str
    at: datetime


class DeclaredList(msgspec.Struct, frozen=True):
    """What holds on `day`; `roster`: its moderators counted, small cells merged."""

    day: date
    held: list[DatedView]
    roster: Roster


class SaidList(msgspec.Struct, frozen=True):
    said: list[SaidView]


@get("/declared", guards=DECLARE, sync_to_thread=True, tags=["disclosure"])
def list_declared(
    request: AnyRequest,
    day: FromQuery[date | None] = None,
    as_of: Annotated[int | None, QueryParameter(ge=0, le=2**62)] = None,
) -> DeclaredList:
    """What is declared for a day (without one: today), as known at a size of the log."""
    with engine_of(request).read() as tables:
        return declared_list(tables, day or today_of(tables), as_of)


@get("/declared/history", guards=DECLARE, sync_to_thread=True, tags=["disclosure"])
def list_said(request: AnyRequest, kind: FromQuery[DatedKind | None] = None) -> SaidList:
    """Everything that was ever said, the newest first."""
    with engine_of(request).read() as tables:
        return SaidList(said_views(tables, kind))


@post("/declared", guards=DECLARE, tags=["disclosure"])
async def declare(request: AnyRequest, data: JSONBody[Declaration]) -> DeclaredList:
    """Declares a value for some days. What was said before stays in the history."""

    def change(tables: Tables, by: str, at_ms: int) -> DeclaredList:
        dated.declare(tables, data.value, data.key, data.from_day, data.until, by, at_ms)
        return declared_list(tables, data.from_day)

    return await act(request, change)


@post("/declared/end", guards=DECLARE, tags=["disclosure"])
async def end(request: AnyRequest, data: JSONBody[Ending]) -> DeclaredList:
    """Declares that there is none from a day on."""

    def change(tables: Tables, by: str, at_ms: int) -> DeclaredList:
        dated.end(tables, data.kind, data.key, data.from_day, by, at_ms)
        return declared_list(tables, data.from_day)

    return await act(request, change)


route_handlers = [list_declared, list_said, declare, end]


def today_of(tables: Tables, at_ms: int | None = None) -> date:
    """Today, where the place says that its days end."""
    at_ms = now_ms() if at_ms is None else at_ms
    here = dated.one_at(tables, dated.today(at_ms), DatedKind.TERRITORY)
    return dated.today(at_ms, here.time_zone if isinstance(here, Territory) else "UTC")


def declared_list(tables: Tables, day: date, before_seq: int | None = None) -> DeclaredList:
    found = dated.at(tables, day, before_seq=before_seq)
    return DeclaredList(day, [dated_view(one) for one in found], roster(found))


def said_views(tables: Tables, kind: DatedKind | None = None) -> list[SaidView]:
    return [_said_view(one) for one in reversed(dated.history(tables, kind))]


def dated_view(one: Dated) -> DatedView:
    kind = KIND_OF[type(one.value)]
    return DatedView(kind, one.key, dated.shown(one.value), one.from_day, one.until, one.seq)


def _said_view(one: Said) -> SaidView:
    return SaidView(
        one.kind,
        one.key,
        dated.shown(one.value) if one.value is not None else None,
        one.from_day,
        one.until,
        one.seq,
        one.by,
        moment(one.at_ms),
    )
