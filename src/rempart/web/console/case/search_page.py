"""The search of an open case: the form, and what it found. Asking for the page searches nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from rempart.cases.search import LONGEST, Found, Search, SearchKind, must_be_open
from rempart.errors import InputError
from rempart.model import Case
from rempart.store.interface import Tables
from rempart.web.api.cases.cases import find_case
from rempart.web.api.cases.search import DECIDE, search_in
from rempart.web.api.people.care import is_pausing
from rempart.web.api.request import AnyRequest, Fields
from rempart.web.auth import must_be_known
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page
from rempart.web.console.people import care_pages
from rempart.web.console.reading import moment


class SearchScreen(msgspec.Struct, frozen=True):
    """`found` None: nothing was looked for yet."""

    now: datetime
    case: Case
    search: Search
    found: Found | None = None


@get(
    ["/console/cases/{case:str}/search", "/console/cases/{case:str}/search.json"],
    guards=DECIDE,
    include_in_schema=False,
)
async def ask(
    request: AnyRequest,
    case: FromPath[str],
    kind: FromQuery[SearchKind] = SearchKind.ACCOUNT,
    words: FromQuery[str] = "",
) -> Response[Any]:
    who, now = must_be_known(request), now_ms()

    def view(tables: Tables) -> SearchScreen:
        found = find_case(tables, who, case)
        must_be_open(found)
        filled = Search(kind, words[:LONGEST], "", found.platform)
        return SearchScreen(moment(now), found, filled)

    return await page(request, "search.html", view)


@post("/console/cases/{case:str}/search", guards=DECIDE, status_code=200, include_in_schema=False)
async def search(request: AnyRequest, case: FromPath[str], data: Fields) -> Response[Any]:
    if await is_pausing(request):
        return await care_pages.pause(request, f"/console/cases/{quote(case)}")
    try:
        kind = SearchKind(data.get("kind", ""))
    except ValueError:
        raise InputError("search for an account, a link or words", where="kind") from None
    wanted = Search(
        kind, data.get("words", ""), data.get("reason", ""), data.get("platform", "")[:256]
    )
    done = await search_in(request, case, wanted)
    screen = SearchScreen(moment(now_ms()), done.case, done.search, done.found)
    return await page(request, "search.html", lambda _: screen)


route_handlers: list[Any] = [ask, search]
