"""The page *Misuse*: sources of reports and of appeals that people often found wrong, the warning a
person may send, and the suspension after it (DSA art. 23(2)).

A source is never named: it stands there by its last report or appeal, and is written to with its
receipts or codes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.cases.reports.misuse import (
    LEAST,
    YEAR_MS,
    Factors,
    appeal_warning,
    factors_of,
    warn,
    warning,
)
from rempart.cases.reports.senders import Sent, sender_of, warned_ms
from rempart.cases.reports.suspending import MOST_DAYS, lift, may_suspend, suspend
from rempart.cases.reports.waiting import APPEALS, statement
from rempart.errors import ConflictError, NotFoundError, RempartError
from rempart.store.interface import Tables
from rempart.store.interface.misuse import SuspensionRow
from rempart.web.api.cases.cases import find_case
from rempart.web.api.request import AnyRequest, Fields, write
from rempart.web.auth import Caller, Right, must_be_known, needs_right
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page
from rempart.web.console.reading import moment
from rempart.web.failures import status_of

PATH = "/console/misuse"
ORDERS = [needs_right(Right.ORDERS, person=True)]
"""Also within bounds: only sources of cases that the caller sees stand here."""
MOST = 200


class Suspended(msgspec.Struct, frozen=True):
    id: str
    until: datetime
    text: dict[str, str]


class Source(msgspec.Struct, frozen=True):
    """`what`: notices or complaints; `report`: its last one, a report or an appeal; `case`: of it.
    `text`: the warning, empty where the factors call for none or
    where it was warned within the year. `not_yet`: why it cannot be suspended; `suspended`: the one
    in force, with what it told the source; `waiting`: its reports that wait."""

    what: str
    report: str
    case: str
    factors: Factors
    warned_at: datetime | None
    text: dict[str, str]
    not_yet: str
    suspended: Suspended | None
    waiting: int


class MisuseScreen(msgspec.Struct, frozen=True):
    now: datetime
    sources: list[Source]
    appellants: list[Source]
    longest: int = MOST_DAYS
    failed: str = ""


@get([PATH, f"{PATH}.json"], guards=ORDERS, include_in_schema=False)
async def misuse(request: AnyRequest) -> Response[Any]:
    return await _misuse(request)


@post(f"{PATH}/{{report:str}}/warn", guards=ORDERS, status_code=200, include_in_schema=False)
async def send(request: AnyRequest, report: FromPath[str]) -> Response[Any]:
    who, now = must_be_known(request), now_ms()
    return await _act(
        request, lambda tables: warn(tables, _found(tables, who, report), who.id, now)
    )


@post(f"{PATH}/{{report:str}}/suspend", guards=ORDERS, status_code=200, include_in_schema=False)
async def begin(request: AnyRequest, report: FromPath[str], data: Fields) -> Response[Any]:
    """Suspends the examination of what this source reports, for so many days."""
    who, now = must_be_known(request), now_ms()

    def change(tables: Tables) -> None:
        text = data.get("days", "").strip()
        days = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
        row = _found(tables, who, report)
        suspend(tables, row, days, data.get("reason", ""), who.id, now)

    return await _act(request, change)


@post(f"{PATH}/{{report:str}}/lift", guards=ORDERS, status_code=200, include_in_schema=False)
async def end(request: AnyRequest, report: FromPath[str], data: Fields) -> Response[Any]:
    """Takes the suspension of this source back."""
    who, now = must_be_known(request), now_ms()

    def change(tables: Tables) -> None:
        standing = _standing(tables, _found(tables, who, report), now)
        if standing is None:
            raise ConflictError("this source is not suspended", where=report)
        lift(tables, standing.id, data.get("reason", ""), who.id, now)

    return await _act(request, change)


route_handlers: list[Any] = [misuse, send, begin, end]


async def _act(request: AnyRequest, change: Callable[[Tables], object]) -> Response[Any]:
    try:
        await write(request, change)
    except RempartError as error:
        return await _misuse(request, error)
    return Redirect(PATH, status_code=303)


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


async def _misuse(request: AnyRequest, error: RempartError | None = None) -> Response[Any]:
    who, now = must_be_known(request), now_ms()

    def view(tables: Tables) -> MisuseScreen:
        failed = error.diagnostics() if error is not None else ""
        return MisuseScreen(
            moment(now), _reporters(tables, who, now), _appellants(tables, who, now), failed=failed
        )

    status = 200 if error is None else status_of(error)
    return await page(request, "misuse.html", view, status_code=status)


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
    text = appeal_warning if sender.what == APPEALS else warning
    return Source(
        sender.what,
        sender.named,
        sender.case,
        factors,
        moment(warned) if warned is not None else None,
        text(factors) if factors.may_warn and not recently else {},
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
