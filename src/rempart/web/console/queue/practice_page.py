"""The page *Practice*: one golden item at a time, met blind, and afterwards what was agreed.

Rules kept here: what is answered changes nothing but a score; what was agreed is shown to who has
answered, never before; a pause counts here as in the queue.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from rempart.cases.care import capped_harms
from rempart.cases.figures import Share
from rempart.cases.golden import (
    Agreed,
    PracticeItem,
    accuracy_of,
    agreed_on,
    answer_golden,
    next_golden,
)
from rempart.cases.rights import Right
from rempart.store.interface import Tables
from rempart.web.api.cases.notes import mark_case
from rempart.web.api.people.care import care_of, is_pausing
from rempart.web.api.request import AnyRequest, Fields, write
from rempart.web.auth import must_be_known, needs_right
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page, wants_json
from rempart.web.console.people import care_pages
from rempart.web.console.reading import moment

PRACTICE = "/console/practice"
DECIDE = [needs_right(Right.DECIDE, person=True)]
LOOK = [needs_right(Right.SECOND_LOOK, person=True)]


class PracticeScreen(msgspec.Struct, frozen=True):
    """`item`: the next one, None when there is none; `last`: what was agreed on the one that was
    answered before; `right`: one's own accuracy."""

    now: datetime
    item: PracticeItem | None
    last: Agreed | None
    right: Share


@get([PRACTICE, f"{PRACTICE}.json"], guards=DECIDE, include_in_schema=False)
async def practice(request: AnyRequest, answered: FromQuery[str | None] = None) -> Response[Any]:
    if await is_pausing(request):
        return await care_pages.pause(request, PRACTICE)
    who, now, care = must_be_known(request), now_ms(), care_of(request)

    def view(tables: Tables) -> PracticeScreen:
        capped = capped_harms(tables, who.id, care, now)
        return PracticeScreen(
            moment(now),
            next_golden(tables, who.id, who.bounds, capped),
            None if answered is None else agreed_on(tables, answered, who.id),
            accuracy_of(tables, who.id),
        )

    return await page(request, "practice.html", view)


@post(f"{PRACTICE}/{{item:str}}", guards=DECIDE, status_code=200, include_in_schema=False)
async def answer(request: AnyRequest, item: FromPath[str], data: Fields) -> Response[Any]:
    who, at_ms = must_be_known(request), now_ms()

    def change(tables: Tables) -> Agreed:
        return answer_golden(tables, item, who.id, who.bounds, data.get("answer", ""), at_ms)

    agreed = await write(request, change)
    if wants_json(request):
        return Response(agreed)
    return Redirect(f"{PRACTICE}?answered={quote(item)}", status_code=303)


@post("/console/cases/{case:str}/golden", guards=LOOK, status_code=200, include_in_schema=False)
async def mark(request: AnyRequest, case: FromPath[str], data: Fields) -> Response[Any]:
    marked = await mark_case(request, case, data.get("reason", ""))
    if wants_json(request):
        return Response(marked)
    return Redirect(f"/console/cases/{quote(case)}", status_code=303)


route_handlers: list[Any] = [practice, answer, mark]
