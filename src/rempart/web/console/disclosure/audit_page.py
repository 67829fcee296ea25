"""The page *Audit*: one SELECT over the history, pseudonymised; the history as Parquet.

For people with the right `access_log` over everything (see `api.disclosure.audit`, whose functions
it calls).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post

from rempart.cases.entries import clean
from rempart.disclose.audit import LIMITS, Result
from rempart.disclose.plain_csv import csv_bytes
from rempart.errors import RempartError
from rempart.store.interface import Tables
from rempart.web.api.disclosure.audit import (
    AUDIT,
    LONGEST,
    TableView,
    answered,
    history_file,
    table_views,
)
from rempart.web.api.disclosure.audit import PAGE as PATH
from rempart.web.api.files import download
from rempart.web.api.request import AnyRequest
from rempart.web.auth.audited import AUDITED
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page, why_not
from rempart.web.console.reading import moment


class AuditScreen(msgspec.Struct, frozen=True):
    """`result` None: nothing was asked, or it failed."""

    now: datetime
    sql: str
    seconds: float
    most: int
    tables: list[TableView]
    result: Result | None = None
    failed: str = ""


@get([PATH, f"{PATH}.json"], guards=AUDIT, opt={AUDITED: True}, include_in_schema=False)
async def show(request: AnyRequest) -> Response[Any]:
    return await _page(request, "", None)


@post([PATH, f"{PATH}.json"], guards=AUDIT, status_code=200, include_in_schema=False)
async def ask(request: AnyRequest) -> Response[Any]:
    form = await request.form()
    sql = clean(str(form.get("sql", "")))[: LONGEST + 1].strip()
    try:
        result = await answered(request, sql)
    except RempartError as error:
        return await _page(request, sql, None, error)
    if form.get("as") == "csv":
        return download(csv_bytes([result.columns, *result.rows]), "result.csv", "text/csv")
    return await _page(request, sql, result)


@post(f"{PATH}/history", guards=AUDIT, status_code=200, include_in_schema=False)
async def take_away(request: AnyRequest) -> Response[Any]:
    """Every table as Parquet, in a zip."""
    try:
        return await history_file(request)
    except RempartError as error:
        return await _page(request, "", None, error)


route_handlers: list[Any] = [show, ask, take_away]


async def _page(
    request: AnyRequest, sql: str, result: Result | None, error: RempartError | None = None
) -> Response[Any]:
    now = now_ms()
    failed = why_not(error)

    def view(_: Tables) -> AuditScreen:
        most = LIMITS.rows
        return AuditScreen(moment(now), sql, LIMITS.seconds, most, table_views(), result, failed)

    return await page(request, "audit.html", view, error=error)
