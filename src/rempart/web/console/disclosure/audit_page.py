"""The page *Audit*: one SELECT over the history, pseudonymised; the history as Parquet.

For people with the right `access_log` over everything: the history knows no bounds. One question at
a time, of all auditors together: each may take a large part of the machine. Every query and every
export is an entry of the log, written before the answer is there. Nothing is kept: each answer is
read anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Any, TypeVar

import msgspec
from litestar import Response, get, post

from rempart.cases.access_log import note
from rempart.cases.entries import clean
from rempart.disclose.audit import LIMITS, SCHEMA, Result, Whole, parquet, query, read_whole
from rempart.disclose.plain_csv import csv_bytes
from rempart.disclose.yearly.files import packed
from rempart.errors import RempartError
from rempart.store.interface import Tables
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.auth import Right, must_be_known, needs_right
from rempart.web.auth.audited import AUDITED
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page
from rempart.web.console.reading import moment
from rempart.web.failures import BusyError, status_of

PATH = "/console/audit"
AUDIT = [needs_right(Right.ACCESS_LOG, person=True, everywhere=True)]
LONGEST = 10_000
RETRY_S = 5
_answering = Lock()
Found = TypeVar("Found")


class TableView(msgspec.Struct, frozen=True):
    name: str
    says: str
    columns: list[str]


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
        await _note(request, "query", sql=sql[:LONGEST])
        result = await _read(request, partial(query, sql=sql))
    except RempartError as error:
        return await _page(request, sql, None, error)
    if form.get("as") == "csv":
        return _download(csv_bytes([result.columns, *result.rows]), "result.csv", "text/csv")
    return await _page(request, sql, result)


@post(f"{PATH}/history", guards=AUDIT, status_code=200, include_in_schema=False)
async def take_away(request: AnyRequest) -> Response[Any]:
    """Every table as Parquet, in a zip."""
    try:
        await _note(request, "export")
        files = await _read(request, parquet)
    except RempartError as error:
        return await _page(request, "", None, error)
    return _download(packed(files), "history.zip", "application/zip")


route_handlers: list[Any] = [show, ask, take_away]


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """BusyError: another question is being answered."""
    if not _answering.acquire(blocking=False):
        raise BusyError("another question is being answered", retry_after=RETRY_S)
    try:
        yield
    finally:
        _answering.release()


async def _note(request: AnyRequest, what: str, **more: str) -> None:
    who, at_ms = must_be_known(request).id, now_ms()

    def change(tables: Tables) -> int:
        return note(tables, "audit", what, who, PATH, at_ms, as_of=tables.log.size(), **more)

    await write(request, change)


async def _read(request: AnyRequest, of: Callable[[Whole], Found]) -> Found:
    def work() -> Found:
        with one_at_a_time():
            with engine_of(request).read() as tables:
                whole = read_whole(tables)
            return of(whole)

    return await asyncio.to_thread(work)


async def _page(
    request: AnyRequest, sql: str, result: Result | None, error: RempartError | None = None
) -> Response[Any]:
    now = now_ms()
    failed = "" if error is None else error.diagnostics()

    def view(_: Tables) -> AuditScreen:
        tables = [TableView(t.name, t.says, [c.name for c in t.columns]) for t in SCHEMA]
        return AuditScreen(moment(now), sql, LIMITS.seconds, LIMITS.rows, tables, result, failed)

    code = 200 if error is None else status_of(error)
    return await page(request, "audit.html", view, status_code=code)


def _download(data: bytes, name: str, kind: str) -> Response[bytes]:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(data, media_type=kind, headers=headers)
