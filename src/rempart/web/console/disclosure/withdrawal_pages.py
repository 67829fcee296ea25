"""The steps by which a published report leaves the public pages, and comes back (see
`disclose.yearly.withdrawing`). They stand on the page *Yearly report*."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.errors import RempartError
from rempart.web.api.authority.declared import DECLARE
from rempart.web.api.disclosure.yearly_versions import agree, show_again, take_from_view
from rempart.web.api.request import AnyRequest, Fields
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
    step = take_from_view(request, f"{first}/{last}", version, data.get("reason", ""))
    return await _act(request, step)


@post(f"{ONE}/confirm", guards=DECLARE, status_code=200, include_in_schema=False)
async def second_person(
    request: AnyRequest, first: FromPath[str], last: FromPath[str], version: FromPath[int]
) -> Response[Any]:
    return await _act(request, agree(request, f"{first}/{last}", version))


@post(f"{ONE}/restore", guards=DECLARE, status_code=200, include_in_schema=False)
async def bring_back(
    request: AnyRequest,
    first: FromPath[str],
    last: FromPath[str],
    version: FromPath[int],
    data: Fields,
) -> Response[Any]:
    step = show_again(request, f"{first}/{last}", version, data.get("reason", ""))
    return await _act(request, step)


route_handlers: list[Any] = [take_away, second_person, bring_back]


async def _act(request: AnyRequest, step: Awaitable[object]) -> Response[Any]:
    try:
        await step
    except RempartError as error:
        return await yearly_page.refused(request, error)
    return Redirect(yearly_page.PATH, status_code=303)
