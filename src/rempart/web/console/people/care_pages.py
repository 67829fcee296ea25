"""The page *My day*, and the pause: a calm page in the place of a case.

A pause is left by waiting, or by saying why not; the case that was asked for waits meanwhile, and
others may open it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect

from rempart.cases.care import Day, harm_of_case, is_life, my_day, skip_pause
from rempart.errors import RempartError
from rempart.store.interface import Tables
from rempart.web.api.people.care import care_of
from rempart.web.api.people.me import PERSON, READER
from rempart.web.api.request import AnyRequest, write
from rempart.web.auth import must_be_known
from rempart.web.auth.gate import now_ms
from rempart.web.auth.pages import local_path
from rempart.web.console.page import page
from rempart.web.console.reading import moment

DAY = "/console/me/day"
_CASES = "/console/cases/"


class DayScreen(msgspec.Struct, frozen=True):
    """`pause_until`: none is asked for when null."""

    now: datetime
    today: Day
    pause_until: datetime | None
    harms_capped: list[str]


class PauseScreen(msgspec.Struct, frozen=True):
    """`back`: the case that was asked for; `life`: it is of life and death, so that going on is
    always possible."""

    now: datetime
    until: datetime
    texts: int
    back: str
    life: bool
    may_skip: bool
    failed: str = ""


@get([DAY, f"{DAY}.json"], guards=PERSON, include_in_schema=False)
async def day(request: AnyRequest) -> Response[Any]:
    who, now, care = must_be_known(request), now_ms(), care_of(request)

    def view(tables: Tables) -> DayScreen:
        today = my_day(tables, who.id, care, now)
        until = None if today.pause_until is None else moment(today.pause_until)
        return DayScreen(moment(now), today, until, today.capped)

    return await page(request, "day.html", view)


@post("/console/me/pause", guards=READER, status_code=200, include_in_schema=False)
async def skip(request: AnyRequest) -> Response[Any]:
    who, now, care = must_be_known(request), now_ms(), care_of(request)
    form = await request.form()
    back, reason = local_path(str(form.get("back", ""))), str(form.get("reason", ""))

    def change(tables: Tables) -> None:
        skip_pause(tables, who.id, reason, care, now, life=_life(tables, back))

    try:
        await write(request, change)
    except RempartError as error:
        return await pause(request, back, error)
    return Redirect(back, status_code=303)


route_handlers: list[Any] = [day, skip]


async def pause(request: AnyRequest, back: str, error: RempartError | None = None) -> Response[Any]:
    """The calm page, in the place of `back`."""
    who, now, care = must_be_known(request), now_ms(), care_of(request)

    def view(tables: Tables) -> PauseScreen:
        today = my_day(tables, who.id, care, now)
        return PauseScreen(
            now=moment(now),
            until=moment(today.pause_until or now),
            texts=today.texts,
            back=back,
            life=_life(tables, back),
            may_skip=today.may_skip,
            failed=error.what if error is not None else "",
        )

    return await page(request, "pause.html", view, error=error)


def _life(tables: Tables, path: str) -> bool:
    return path.startswith(_CASES) and is_life(harm_of_case(tables, path.removeprefix(_CASES)))
