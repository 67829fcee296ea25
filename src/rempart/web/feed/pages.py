"""*Statements sent*: what goes to the Transparency Database, and what people do about it.

Its JSON twin is the same screen at `/console/statements.json`. What left can be neither changed nor
taken back, so that everything here is about what has not left yet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from rempart.disclose.transparency_database import outbox
from rempart.disclose.transparency_database.payload import FREE_TEXTS
from rempart.errors import ConflictError, InputError, RempartError
from rempart.model import ExemptionReason
from rempart.store.interface import Tables
from rempart.store.interface.feed import Database, FeedRow, FeedState
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.auth import Right, must_be_known, must_see, needs_right
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page
from rempart.web.failures import status_of
from rempart.web.feed.desk import FeedDesk
from rempart.web.feed.screens import view

STATEMENTS = "/console/statements"
DECLARE = [needs_right(Right.DECLARE, person=True)]
_LONGEST = 5_000


@get([STATEMENTS, f"{STATEMENTS}.json"], guards=DECLARE, include_in_schema=False)
async def statements(request: AnyRequest, only: FromQuery[str] = "") -> Response[Any]:
    return await _shown(request, only)


@post(
    f"{STATEMENTS}/{{puid:str}}/{{what:str}}",
    guards=DECLARE,
    status_code=200,
    include_in_schema=False,
)
async def act(request: AnyRequest, puid: FromPath[str], what: FromPath[str]) -> Response[Any]:
    """`edit`, `release`, `hold` or `exempt`."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    try:
        await _do(request, puid, what, form)
    except RempartError as error:
        return await _shown(request, form.get("only", ""), error, puid)
    return Redirect(STATEMENTS, status_code=303)


route_handlers: list[Any] = [statements, act]


async def _do(request: AnyRequest, puid: str, what: str, form: dict[str, str]) -> None:
    desk, by, now = _desk(request), must_be_known(request).id, now_ms()
    database = desk.database if desk is not None else None
    if desk is None or database is None:
        raise ConflictError("nothing is sent here", where="transparency_database")
    gate = desk.gate
    acts: dict[str, Callable[[Tables], FeedRow]] = {
        "edit": lambda tables: outbox.edit(tables, gate, database, puid, _texts(form), by, now),
        "release": lambda tables: outbox.release(tables, database, puid, by, now),
        "hold": lambda tables: outbox.hold(tables, database, puid, form.get("reason", ""), by, now),
        "exempt": lambda tables: outbox.exempt(
            tables, database, puid, _reason(form), form.get("reason", ""), by, now
        ),
    }
    change = acts.get(what)
    if change is None:
        raise InputError("there is no such act", where="path")
    await asyncio.to_thread(_may, request, database, puid)
    await write(request, change)


def _may(request: AnyRequest, database: Database, puid: str) -> None:
    with engine_of(request).read() as tables:
        row = tables.feed.get(database, puid)
    if row is not None:
        must_see(must_be_known(request), row.channel, row.platform)


def _texts(form: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {field: form[field] for field in FREE_TEXTS if field in form}
    for field, text in found.items():
        if len(text) > _LONGEST:
            raise InputError(f"at most {_LONGEST} characters", where=field)
    return found


def _reason(form: dict[str, str]) -> ExemptionReason:
    try:
        return ExemptionReason(form.get("exemption", ""))
    except ValueError:
        raise InputError("choose why nobody is told", where="exemption") from None


def _desk(request: AnyRequest) -> FeedDesk | None:
    found: FeedDesk | None = request.app.state.feed
    return found


async def _shown(
    request: AnyRequest, state: str, error: RempartError | None = None, where: str = ""
) -> Response[Any]:
    who, now, desk = must_be_known(request), now_ms(), _desk(request)
    chosen = FeedState(state) if state in list(FeedState) else None
    return await page(
        request,
        "statements.html",
        lambda tables: view(
            tables,
            who,
            desk,
            chosen,
            now,
            error.diagnostics() if error is not None else "",
            where,
        ),
        status_code=200 if error is None else status_of(error),
    )
