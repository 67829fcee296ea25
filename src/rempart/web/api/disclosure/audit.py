"""The auditor's questions over HTTP: one SELECT over the history, pseudonymised; the history as
Parquet.

For people with the right `access_log` over everything: the history knows no bounds. One question at
a time, of all auditors together: each may take a large part of the machine. Every query and every
export is an entry of the log, written before the answer is there. Nothing is kept: each answer is
read anew. The page *Audit* does the same by the functions of this module.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Lock
from typing import Annotated, TypeVar

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody

from rempart.cases.access_log import note
from rempart.cases.entries import clean
from rempart.disclose.audit import LIMITS, SCHEMA, Result, Whole, parquet, query, read_whole
from rempart.disclose.yearly.files import packed
from rempart.store.interface import Tables
from rempart.web.api.files import download
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.auth import Right, must_be_known, needs_right
from rempart.web.auth.audited import AUDITED
from rempart.web.auth.gate import now_ms
from rempart.web.failures import BusyError

AUDIT = [needs_right(Right.ACCESS_LOG, person=True, everywhere=True)]
PAGE = "/console/audit"
"""As entries of the log name it."""
LONGEST = 10_000
RETRY_S = 5
_answering = Lock()
Found = TypeVar("Found")


class TableView(msgspec.Struct, frozen=True):
    name: str
    says: str
    columns: list[str]


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`sql`: one SELECT."""

    sql: Annotated[str, msgspec.Meta(max_length=LONGEST)]


class Asking(msgspec.Struct, frozen=True):
    """What can be asked of: the tables; how long an answer may take, how many rows it has."""

    seconds: float
    most: int
    tables: list[TableView]


@get("/audit", guards=AUDIT, opt={AUDITED: True}, tags=["audit"])
async def asking() -> Asking:
    """The tables of the history, with their columns."""
    return Asking(LIMITS.seconds, LIMITS.rows, table_views())


@post("/audit/query", guards=AUDIT, status_code=200, tags=["audit"])
async def ask(request: AnyRequest, data: JSONBody[Question]) -> Result:
    """Answers one SELECT over the pseudonymised history; the question is an entry of the log."""
    return await answered(request, clean(data.sql).strip())


@post("/audit/history", guards=AUDIT, status_code=200, tags=["audit"])
async def take_away(request: AnyRequest) -> Response[bytes]:
    """Every table as Parquet, in a zip; that it was taken is an entry of the log."""
    return await history_file(request)


route_handlers = [asking, ask, take_away]


def table_views() -> list[TableView]:
    return [TableView(one.name, one.says, [c.name for c in one.columns]) for one in SCHEMA]


async def answered(request: AnyRequest, sql: str) -> Result:
    """InputError: it is no such question; BusyError: another is being answered."""
    await _note(request, "query", sql=sql[:LONGEST])
    return await _read(request, partial(query, sql=sql))


async def history_file(request: AnyRequest) -> Response[bytes]:
    await _note(request, "export")
    files = await _read(request, parquet)
    return download(packed(files), "history.zip", "application/zip")


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
        return note(tables, "audit", what, who, PAGE, at_ms, as_of=tables.log.size(), **more)

    await write(request, change)


async def _read(request: AnyRequest, of: Callable[[Whole], Found]) -> Found:
    def work() -> Found:
        with one_at_a_time():
            with engine_of(request).read() as tables:
                whole = read_whole(tables)
            return of(whole)

    return await asyncio.to_thread(work)
