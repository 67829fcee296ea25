"""The page *Misuse*: sources of reports and of appeals that people often found wrong, the warning a
person may send, and the suspension after it (see `api.reports.misuse`, whose functions it calls).
"""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.cases.reports.suspending import MOST_DAYS
from rempart.errors import RempartError
from rempart.store.interface import Tables
from rempart.web.api.reports.misuse import (
    ORDERS,
    Source,
    lift_source,
    sources_of,
    suspend_source,
    warn_source,
)
from rempart.web.api.request import AnyRequest, Fields
from rempart.web.auth import must_be_known
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page, why_not
from rempart.web.console.reading import moment

PATH = "/console/misuse"


class MisuseScreen(msgspec.Struct, frozen=True):
    now: datetime
    sources: list[Source]
    appellants: list[Source]
    longest: int = MOST_DAYS
    failed: str = ""


@get([PATH, f"{PATH}.json"], guards=ORDERS, include_in_schema=False)
async def misuse(request: AnyRequest) -> Response[Any]:
    return await _misuse(request)


@post(f"{PATH}/{{report:str}}/warn", guards=ORDERS, status_code=200, include_in_schema=False)
async def send(request: AnyRequest, report: FromPath[str]) -> Response[Any]:
    return await _act(request, warn_source(request, report))


@post(f"{PATH}/{{report:str}}/suspend", guards=ORDERS, status_code=200, include_in_schema=False)
async def begin(request: AnyRequest, report: FromPath[str], data: Fields) -> Response[Any]:
    """Suspends the examination of what this source reports, for so many days."""
    text = data.get("days", "").strip()
    days = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    return await _act(request, suspend_source(request, report, days, data.get("reason", "")))


@post(f"{PATH}/{{report:str}}/lift", guards=ORDERS, status_code=200, include_in_schema=False)
async def end(request: AnyRequest, report: FromPath[str], data: Fields) -> Response[Any]:
    """Takes the suspension of this source back."""
    return await _act(request, lift_source(request, report, data.get("reason", "")))


route_handlers: list[Any] = [misuse, send, begin, end]


async def _act(request: AnyRequest, act: Awaitable[None]) -> Response[Any]:
    try:
        await act
    except RempartError as error:
        return await _misuse(request, error)
    return Redirect(PATH, status_code=303)


async def _misuse(request: AnyRequest, error: RempartError | None = None) -> Response[Any]:
    who, now = must_be_known(request), now_ms()

    def view(tables: Tables) -> MisuseScreen:
        failed = why_not(error)
        found = sources_of(tables, who, now)
        return MisuseScreen(moment(now), found.sources, found.appellants, failed=failed)

    return await page(request, "misuse.html", view, error=error)
