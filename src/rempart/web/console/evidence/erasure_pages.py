"""The page *Erasure*: what is asked, what stands against it and until when, holds, retention."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.cases.erasure import holds
from rempart.cases.erasure import requests as erasure
from rempart.errors import InputError, RempartError
from rempart.store.interface import Tables
from rempart.web.api.evidence.erasure import ERASE, ErasureList, erasure_list, may_erase
from rempart.web.api.request import AnyRequest, Fields, write
from rempart.web.auth import Right
from rempart.web.auth.caller import Caller
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page, two_people, wants_json
from rempart.web.console.reading import moment
from rempart.web.console.screens import Alarm

HOME = "/console/erasure"
OVERDUE_MS = 6 * 3_600_000
"""So long after its date an erasure that is not done has failed."""


class ErasureScreen(msgspec.Struct, frozen=True):
    """`failed`: why what was just asked was refused, with the next step."""

    now: datetime
    found: ErasureList
    failed: str = ""
    next_step: str = ""


@get([HOME, f"{HOME}.json"], guards=ERASE, include_in_schema=False)
async def erasures(request: AnyRequest) -> Response[Any]:
    return await _page(request)


@post(HOME, guards=ERASE, status_code=200, include_in_schema=False)
async def ask(request: AnyRequest, data: Fields) -> Response[Any]:
    def change(tables: Tables, who: Caller, now: int) -> None:
        erasure.ask(
            tables, data.get("kind", ""), data.get("subject", ""), data.get("basis", ""),
            data.get("reason", ""), who.id, now,
        )  # fmt: skip

    return await _act(request, change)


@post(HOME + "/{id:str}/{act:str}", guards=ERASE, status_code=200, include_in_schema=False)
async def answer(
    request: AnyRequest, id: FromPath[str], act: FromPath[str], data: Fields
) -> Response[Any]:
    """`act`: confirm, refuse or cancel."""

    def change(tables: Tables, who: Caller, now: int) -> None:
        reason = data.get("reason", "")
        if act == "confirm":
            erasure.confirm(tables, id, who.id, now)
        elif act == "refuse":
            erasure.refuse(tables, id, who.id, reason, now)
        elif act == "cancel":
            erasure.cancel(tables, id, who.id, reason, now)
        else:
            raise InputError("nothing like this can be done", where=act)

    return await _act(request, change)


@post("/console/holds", guards=ERASE, status_code=200, include_in_schema=False)
async def place(request: AnyRequest, data: Fields) -> Response[Any]:
    def change(tables: Tables, who: Caller, now: int) -> None:
        holds.place(
            tables, data.get("kind", ""), data.get("covers", ""), data.get("subject", ""),
            data.get("source", ""), data.get("reason", ""), _days(data), who.id, now,
        )  # fmt: skip

    return await _act(request, change)


@post("/console/holds/{id:str}/{act:str}", guards=ERASE, status_code=200, include_in_schema=False)
async def change_hold(
    request: AnyRequest, id: FromPath[str], act: FromPath[str], data: Fields
) -> Response[Any]:
    """`act`: extend or lift."""

    def change(tables: Tables, who: Caller, now: int) -> None:
        if act == "extend":
            holds.extend(tables, id, _days(data), data.get("reason", ""), who.id, now)
        elif act == "lift":
            holds.lift(tables, id, data.get("reason", ""), who.id, now)
        else:
            raise InputError("nothing like this can be done", where=act)

    return await _act(request, change)


route_handlers: list[Any] = [erasures, ask, answer, place, change_hold]


def erasure_alarms(tables: Tables, who: Caller, now_ms: int) -> list[Alarm]:
    """One line for what waits for this person as the second one, one for what should have been
    carried out and is not: it fails again and again."""
    if Right.ERASE not in who.rights or not who.everywhere:
        return []
    asked = tables.erasure.rows(states=("asked",))
    waiting = [row for row in asked if row.asked_by != who.id]
    first = min((row.asked_ms for row in waiting), default=0)
    found = [Alarm("erasure_asked", "", moment(first), len(waiting))] if waiting else []
    late = [
        row.due_ms
        for row in tables.erasure.rows(states=("waiting", "needed", "finding", "erasing"))
        if row.due_ms is not None and row.due_ms < now_ms - OVERDUE_MS
    ]
    return [*found, *([Alarm("erasure_failed", "", moment(min(late)), len(late))] if late else [])]


async def _act(request: AnyRequest, change: Callable[[Tables, Caller, int], None]) -> Response[Any]:
    """Back to the page; when it was refused, the page says why."""
    who, now = may_erase(request), now_ms()
    try:
        await write(request, lambda tables: change(tables, who, now))
    except RempartError as error:
        if wants_json(request):
            raise
        return await _page(request, error)
    return Redirect(HOME, status_code=303)


async def _page(request: AnyRequest, error: RempartError | None = None) -> Response[Any]:
    who, now = may_erase(request), now_ms()

    def view(tables: Tables) -> ErasureScreen:
        return ErasureScreen(
            moment(now),
            erasure_list(request, tables, who, now),
            error.what if error is not None else "",
            error.next_step if error is not None else "",
        )

    return await page(
        request,
        "erasure.html",
        view,
        lambda tables, _: two_people(request, tables, Right.ERASE),
        error=error,
    )


def _days(data: dict[str, str]) -> int:
    text = data.get("days", "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise InputError("for how many days?", where="days")
    return int(text)
