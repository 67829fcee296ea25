"""The page *Misuse*: sources that people often found wrong, and the warning a person may send.

A source is never named: it stands there by its last report, and is written to by that receipt.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.cases.misuse import LEAST, YEAR_MS, Factors, factors_of, warn, warning
from rempart.errors import NotFoundError, RempartError
from rempart.store.interface import Tables
from rempart.store.interface.cases import ReportRow
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


class Source(msgspec.Struct, frozen=True):
    """`report`, `case`: its last one. `text`: the warning, empty where the factors call for none or
    where it was warned within the year."""

    report: str
    case: str
    factors: Factors
    warned_at: datetime | None
    text: dict[str, str]


class MisuseScreen(msgspec.Struct, frozen=True):
    now: datetime
    sources: list[Source]
    failed: str = ""


@get([PATH, f"{PATH}.json"], guards=ORDERS, include_in_schema=False)
async def misuse(request: AnyRequest) -> Response[Any]:
    return await _misuse(request)


@post(f"{PATH}/{{report:str}}/warn", guards=ORDERS, status_code=200, include_in_schema=False)
async def send(request: AnyRequest, report: FromPath[str]) -> Response[Any]:
    who, now = must_be_known(request), now_ms()

    def change(tables: Tables) -> None:
        row = _visible(tables, who, report)
        if row is None:
            raise NotFoundError("there is no such report", where=report)
        warn(tables, row, who.id, now)

    try:
        await write(request, change)
    except RempartError as error:
        return await _misuse(request, error)
    return Redirect(PATH, status_code=303)


route_handlers: list[Any] = [misuse, send]


async def _misuse(request: AnyRequest, error: RempartError | None = None) -> Response[Any]:
    who, now = must_be_known(request), now_ms()

    def view(tables: Tables) -> MisuseScreen:
        failed = error.diagnostics() if error is not None else ""
        return MisuseScreen(moment(now), _sources(tables, who, now), failed)

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
            )
        )
    return found


def _visible(tables: Tables, who: Caller, report: str) -> ReportRow | None:
    row = tables.cases.report(report)
    if row is None or row.case is None:
        return None
    try:
        find_case(tables, who, row.case)
    except NotFoundError:
        return None
    return row
