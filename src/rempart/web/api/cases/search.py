"""Searching from inside an open case, by a person who decides: noted first, then looked for."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import post
from litestar.params import FromPath, JSONBody

from rempart.cases.search import LONGEST, Found, Search, SearchKind, begin_search, find
from rempart.errors import NotFoundError
from rempart.model import Case
from rempart.store.interface import Tables
from rempart.web.api.cases.cases import find_case
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.auth import Right, must_be_known, needs_right
from rempart.web.auth.gate import now_ms
from rempart.web.settings import WebSettings

DECIDE = [needs_right(Right.DECIDE, person=True)]


class SearchRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`words`: an account's id or name, a link, or words. `platform`: of the account, else the
    case's. `reason` stands in the log."""

    kind: SearchKind
    words: Annotated[str, msgspec.Meta(min_length=2, max_length=LONGEST)]
    reason: Annotated[str, msgspec.Meta(min_length=3, max_length=LONGEST)]
    platform: Annotated[str, msgspec.Meta(max_length=256)] = ""


class SearchView(msgspec.Struct, frozen=True):
    """What was looked for in the case, and what there is."""

    case: Case
    search: Search
    found: Found


@post("/cases/{case:str}/search", guards=DECIDE, status_code=200, tags=["cases"])
async def search_case(
    request: AnyRequest, case: FromPath[str], data: JSONBody[SearchRequest]
) -> SearchView:
    """Messages of an account, with a link or with words, in channels one has rights on. 409 when
    the case is closed. That it was searched, by whom and why is logged first."""
    return await search_in(request, case, Search(data.kind, data.words, data.reason, data.platform))


async def search_in(request: AnyRequest, case: str, search: Search) -> SearchView:
    who, at_ms, engine = must_be_known(request), now_ms(), engine_of(request)
    settings: WebSettings = request.app.state.settings
    limit, window_ms = settings.people.look_ups, settings.people.look_up_minutes * 60_000

    def note(tables: Tables) -> tuple[Case, Search]:
        found = find_case(tables, who, case)
        noted = begin_search(tables, found, search, who.id, at_ms, limit=limit, window_ms=window_ms)
        return found, noted

    # The look comes after the entry is durable, and beside the writer: it may take a second.
    of, noted = await write(request, note)

    def look() -> Found:
        with engine.read() as tables:

            def may_open(other: Case) -> bool:
                try:
                    find_case(tables, who, other.id)
                except NotFoundError:
                    return False
                return True

            return find(tables, of, noted, who.sees, may_open)

    return SearchView(of, noted, await asyncio.to_thread(look))


route_handlers: list[Any] = [search_case]
