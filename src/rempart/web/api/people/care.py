"""One's own day over HTTP: how many texts were opened, and the counting of one more.

The count says how many and of which harm, never which text; only its person reads it whole, an
admin reads the sum.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import JSONBody

from rempart.cases.care import CareSettings, Day, expose, harm_of_case, my_day, pause_due
from rempart.store.interface import Tables
from rempart.web.api.people.me import PERSON
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.auth import must_be_known
from rempart.web.auth.gate import now_ms
from rempart.web.auth.guards import gate_of


class Opened(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`texts` were opened just now. The harm is that of `case`; without one, `other`."""

    texts: Annotated[int, msgspec.Meta(ge=1, le=200)]
    case: Annotated[str, msgspec.Meta(max_length=100)] = ""


@get("/me/day", guards=PERSON, sync_to_thread=True, tags=["people"])
def show_day(request: AnyRequest) -> Day:
    """Today's counts, caps, and whether a pause is asked for."""
    who, now = must_be_known(request), now_ms()
    with engine_of(request).read() as tables:
        return my_day(tables, who.id, care_of(request), now)


@post("/me/exposure", guards=PERSON, status_code=200, tags=["people"])
async def count_opened(request: AnyRequest, data: JSONBody[Opened]) -> Day:
    """Texts were opened: they count."""
    who, now, care = must_be_known(request), now_ms(), care_of(request)

    def change(tables: Tables) -> Day:
        harm = harm_of_case(tables, data.case) if data.case else ""
        return expose(tables, who.id, harm, data.texts, care, now)

    found = await write(request, change)
    if found.capped:
        gate_of(request).forget()
    return found


route_handlers: list[Any] = [show_day, count_opened]


def care_of(request: AnyRequest) -> CareSettings:
    found: CareSettings = request.app.state.settings.care
    return found


async def is_pausing(request: AnyRequest) -> bool:
    """Whether the person who asks should be shown the pause instead of a case."""
    who, now = must_be_known(request), now_ms()
    if not who.is_person:
        return False

    def read() -> bool:
        with engine_of(request).read() as tables:
            return pause_due(tables, who.id, now)

    return await asyncio.to_thread(read)
