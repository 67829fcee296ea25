"""Sources of reports and of appeals that people often found wrong, over HTTP: listed, warned,
suspended after a warning, let again (DSA art. 23(2)).

A source is never named: it stands there by its last report or appeal, and is written to with its
receipts or codes. For signed-in people with the right `orders`, within their bounds. The page
*Misuse* does the same by the functions of this module.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from rempart.cases.reports.misuse import (
    LEAST,
    YEAR_MS,
    Factors,
    factors_of,
    text_for,
    warn,
)
from rempart.cases.reports.senders import Sent, sender_of, warned_ms
from rempart.cases.reports.suspending import lift, may_suspend, suspend
from rempart.cases.reports.waiting import statement
from rempart.errors import ConflictError, NotFoundError
from rempart.store.interface import Tables
from rempart.store.interface.misuse import SuspensionRow
from rempart.web.api.cases.cases import find_case
from rempart.web.api.request import AnyRequest, engine_of, moment, write
from rempart.web.auth import Caller, Right, must_be_known, needs_right
from rempart.web.auth.gate import now_ms

PATH = "/misuse"
ORDERS = [needs_right(Right.ORDERS, person=True)]
"""Also within bounds: only sources of cases that the caller sees stand here."""
MOST = 200


class SuspensionRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`reason`: the source reads it."""

    days: int
    reason: Annotated[str, msgspec.Meta(max_length=4_000)]


class LiftRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Annotated[str, msgspec.Meta(max_length=4_000)]


class Suspended(msgspec.Struct, frozen=True):
    id: str
    until: datetime
    text: dict[str, str]


class Source(msgspec.Struct, frozen=True):
    """`what`: notices or complaints; `report`: its last one, a report or an appeal; `case`: of it.
    `text`: the warning, empty where the factors call for none or where it was warned within the
    year. `not_yet`: why it cannot be suspended; `suspended`: the one in force, with what it told
    the source; `waiting`: its reports that wait."""

    what: str
    report: str
    case: str
    factors: Factors
    warned_at: datetime | None
    text: dict[str, str]
    not_yet: str
    suspended: Suspended | None
    waiting: int


class Sources(msgspec.Struct, frozen=True):
    """Of reports, and of appeals."""

    sources: list[Source]
    appellants: list[Source]


@get(PATH, guards=ORDERS, sync_to_thread=True, tags=["queues"])
def list_sources(request: AnyRequest) -> Sources:
    """Sources that people often found wrong within a year, the most often first."""
    return _listed_now(request)


@post(f"{PATH}/{{report:str}}/warn", guards=ORDERS, status_code=200, tags=["queues"])
async def send_warning(request: AnyRequest, report: FromPath[str]) -> Sources:
    """Warns the source of this report or appeal: a person's act, once a year."""
    await warn_source(request, report)
    return await asyncio.to_thread(_listed_now, request)


@post(f"{PATH}/{{report:str}}/suspend", guards=ORDERS, status_code=200, tags=["queues"])
async def begin(
    request: AnyRequest, report: FromPath[str], data: JSONBody[SuspensionRequest]
) -> Sources:
    """What this source sends is not examined for so many days. 409: it was not warned, or what
    came after the warning was not unfounded."""
    await suspend_source(request, report, data.days, data.reason)
    return await asyncio.to_thread(_listed_now, request)


@post(f"{PATH}/{{report:str}}/lift", guards=ORDERS, status_code=200, tags=["queues"])
async def end(request: AnyRequest, report: FromPath[str], data: JSONBody[LiftRequest]) -> Sources:
    """Takes the suspension back; what waited is examined at once."""
    await lift_source(request, report, data.reason)
    return await asyncio.to_thread(_listed_now, request)


route_handlers = [list_sources, send_warning, begin, end]


async def warn_source(request: AnyRequest, report: str) -> None:
    who, now = must_be_known(request), now_ms()
    await write(request, lambda tables: warn(tables, _found(tables, who, report), who.id, now))


async def suspend_source(request: AnyRequest, report: str, days: int, reason: str) -> None:
    who, now = must_be_known(request), now_ms()

    def change(tables: Tables) -> None:
        suspend(tables, _found(tables, who, report), days, reason, who.id, now)

    await write(request, change)


async def lift_source(request: AnyRequest, report: str, reason: str) -> None:
    who, now = must_be_known(request), now_ms()

    def change(tables: Tables) -> None:
        standing = _standing(tables, _found(tables, who, report), now)
        if standing is None:
            raise ConflictError("this source is not suspended", where=report)
        lift(tables, standing.id, reason, who.id, now)

    await write(request, change)


def sources_of(tables: Tables, who: Caller, now: int) -> Sources:
    return Sources(_reporters(tables, who, now), _appellants(tables, who, now))


def _listed_now(request: AnyRequest) -> Sources:
    who, now = must_be_known(request), now_ms()
    with engine_of(request).read() as tables:
        return sources_of(tables, who, now)


def _found(tables: Tables, who: Caller, id: str) -> Sent:
    """The report or the appeal of this id."""
    sent = _visible(tables, who, id)
    if sent is None:
        raise NotFoundError("there is no such report", where=id)
    return sent


def _standing(tables: Tables, sent: Sent, now: int) -> SuspensionRow | None:
    sender = sender_of(tables, sent)
    if sender.source is None:
        return None
    return tables.misuse.standing(sender.source, sender.what, now)


def _reporters(tables: Tables, who: Caller, now: int) -> list[Source]:
    misuse = tables.misuse
    sources = misuse.wrong_often(LEAST, MOST)
    return _listed(tables, who, sources, misuse.last_report, misuse.waiting, now)


def _appellants(tables: Tables, who: Caller, now: int) -> list[Source]:
    misuse = tables.misuse
    sources = misuse.appeals_wrong_often(LEAST, MOST)
    return _listed(tables, who, sources, misuse.last_look, misuse.waiting_appeals, now)


def _listed(
    tables: Tables,
    who: Caller,
    sources: Sequence[bytes],
    last_of: Callable[[bytes], str | None],
    waiting: Callable[[bytes], int],
    now: int,
) -> list[Source]:
    """`last_of`: what a source sent last, by which it stands here."""
    found = []
    for source in sources:
        last = last_of(source)
        sent = _visible(tables, who, last) if last is not None else None
        if sent is not None:
            found.append(_source(tables, sent, waiting(source), now))
    return [one for one in found if one is not None]


def _source(tables: Tables, sent: Sent, waiting: int, now: int) -> Source | None:
    """None: nothing of it matters now."""
    sender, factors = sender_of(tables, sent), factors_of(tables, sent, now)
    warned = warned_ms(tables, sender)
    if not factors.may_warn and warned is None:
        return None
    recently = warned is not None and warned > now - YEAR_MS
    return Source(
        sender.what,
        sender.named,
        sender.case,
        factors,
        moment(warned) if warned is not None else None,
        text_for(sent, factors) if factors.may_warn and not recently else {},
        may_suspend(tables, sent, now),
        _suspended(_standing(tables, sent, now)),
        waiting,
    )


def _suspended(row: SuspensionRow | None) -> Suspended | None:
    return None if row is None else Suspended(row.id, moment(row.until_ms), statement(row))


def _visible(tables: Tables, who: Caller, id: str) -> Sent | None:
    sent: Sent | None = tables.cases.report(id) or tables.looks.get(id)
    if sent is None:
        return None
    case = sender_of(tables, sent).case
    if not case:
        return None
    try:
        find_case(tables, who, case)
    except NotFoundError:
        return None
    return sent
