"""The page *Misuse*: sources that people often found wrong, the warning a person may send, and the
suspension after it (DSA art. 23(2)).

A source is never named: it stands there by its last report, and is written to by that receipt.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect

from rempart.cases.reports.misuse import LEAST, YEAR_MS, Factors, factors_of, warn, warning
from rempart.cases.reports.suspending import MOST_DAYS, lift, may_suspend, suspend
from rempart.cases.reports.waiting import NOTICES, statement
from rempart.errors import ConflictError, NotFoundError, RempartError
from rempart.store.interface import Tables
from rempart.store.interface.cases import ReportRow
from rempart.store.interface.misuse import SuspensionRow
from rempart.web.api.cases import find_case
from rempart.web.api.request import AnyRequest, write
from rempart.web.auth import Caller, Right, must_be_known, needs_right
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page
from rempart.web.console.reading import moment
from rempart.web.failures import status_of

PATH = "/console/misuse"
ORDERS = [needs_right(Right.ORDERS, person=True)]
"""Also within bounds: only sources of cases that the caller sees stand here."""
MOST = 200
Fields = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


class Suspended(msgspec.Struct, frozen=True):
    id: str
    until: datetime
    text: dict[str, str]


class Source(msgspec.Struct, frozen=True):
    """`report`, `case`: its last one. `text`: the warning, empty where the factors call for none or
    where it was warned within the year. `not_yet`: why it cannot be suspended; `suspended`: the one
    in force, with what it told the source; `waiting`: its reports that wait."""

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
        row = _found(tables, who, report)
        standing = _standing(tables, row, now)
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


def _found(tables: Tables, who: Caller, report: str) -> ReportRow:
    row = _visible(tables, who, report)
    if row is None:
        raise NotFoundError("there is no such report", where=report)
    return row


def _standing(tables: Tables, row: ReportRow, now: int) -> SuspensionRow | None:
    if row.reporter is None:
        return None
    return tables.misuse.standing(row.reporter, NOTICES, now)


async def _misuse(request: AnyRequest, error: RempartError | None = None) -> Response[Any]:
    who, now = must_be_known(request), now_ms()

    def view(tables: Tables) -> MisuseScreen:
        failed = error.diagnostics() if error is not None else ""
        return MisuseScreen(moment(now), _sources(tables, who, now), failed=failed)

    status = 200 if error is None else status_of(error)
    return await page(request, "misuse.html", view, status_code=status)


def _sources(tables: Tables, who: Caller, now: int) -> list[Source]:
    found = []
    for reporter in tables.misuse.wrong_often(LEAST, MOST):
        last = tables.misuse.last_report(reporter)
        row = _visible(tables, who, last) if last is not None else None
        if row is None or row.case is None:
            continue
        factors = factors_of(tables, row, now)
        warned = tables.deadlines.warned_ms(reporter)
        recently = warned is not None and warned > now - YEAR_MS
        may = factors.may_warn and not recently
        if not factors.may_warn and warned is None:
            continue
        found.append(
            Source(
                row.id,
                row.case,
                factors,
                moment(warned) if warned is not None else None,
                warning(factors) if may else {},
                may_suspend(tables, row, now),
                _suspended(_standing(tables, row, now)),
                tables.misuse.waiting(reporter),
            )
        )
    return found


def _suspended(row: SuspensionRow | None) -> Suspended | None:
    return None if row is None else Suspended(row.id, moment(row.until_ms), statement(row))


def _visible(tables: Tables, who: Caller, report: str) -> ReportRow | None:
    row = tables.cases.report(report)
    if row is None or row.case is None:
        return None
    try:
        find_case(tables, who, row.case)
    except NotFoundError:
        return None
    return row
