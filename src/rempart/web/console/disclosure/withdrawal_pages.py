"""The steps by which a published report leaves the public pages, and comes back (see
`disclose.yearly.withdrawing`). They stand on the page *Yearly report*."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.disclose.yearly.withdrawing import confirm, restore, withdraw
from rempart.errors import RempartError
from rempart.store.interface import Tables
from rempart.web.api.authority.declared import DECLARE
from rempart.web.api.request import AnyRequest, Fields, write
from rempart.web.auth import must_be_known
from rempart.web.auth.gate import now_ms
from rempart.web.console.disclosure import yearly_page

ONE = f"{yearly_page.PATH}/published/{{first:str}}/{{last:str}}/{{version:int}}"


@post(f"{ONE}/withdraw", guards=DECLARE, status_code=200, include_in_schema=False)
async def take_away(
    request: AnyRequest,
    first: FromPath[str],
    last: FromPath[str],
    version: FromPath[int],
    data: Fields,
) -> Response[Any]:
    who, now, reason = must_be_known(request).id, now_ms(), data.get("reason", "")
    period = f"{first}/{last}"
    return await _act(request, lambda tables: withdraw(tables, period, version, reason, who, now))


@post(f"{ONE}/confirm", guards=DECLARE, status_code=200, include_in_schema=False)
async def agree(
    request: AnyRequest, first: FromPath[str], last: FromPath[str], version: FromPath[int]
) -> Response[Any]:
    who, now, period = must_be_known(request).id, now_ms(), f"{first}/{last}"
    return await _act(request, lambda tables: confirm(tables, period, version, who, now))


@post(f"{ONE}/restore", guards=DECLARE, status_code=200, include_in_schema=False)
async def bring_back(
    request: AnyRequest,
    first: FromPath[str],
    last: FromPath[str],
    version: FromPath[int],
    data: Fields,
) -> Response[Any]:
    who, now, reason = must_be_known(request).id, now_ms(), data.get("reason", "")
    period = f"{first}/{last}"
    return await _act(request, lambda tables: restore(tables, period, version, reason, who, now))


route_handlers: list[Any] = [take_away, agree, bring_back]


async def _act(request: AnyRequest, change: Callable[[Tables], object]) -> Response[Any]:
    try:
        await write(request, change)
    except RempartError as error:
        return await yearly_page.refused(request, error)
    return Redirect(yearly_page.PATH, status_code=303)
