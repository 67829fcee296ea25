"""The page of a telephone line: what was spent, who waits, who got no reply and why."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.web.api.intake.lines import desk_of, put_sender_back
from rempart.web.api.request import AnyRequest
from rempart.web.auth import Scope, must_be_known, needs, needs_person
from rempart.web.console.page import JSON, page, wants_json
from rempart.web.lines.view import line_view


@get("/console/lines/{line:str}", guards=[needs("read")], include_in_schema=False)
async def line_page(request: AnyRequest, line: FromPath[str]) -> Response[Any]:
    who = must_be_known(request)
    desk = desk_of(request, who, line.removesuffix(JSON))
    now, may = desk.engine.now_ms(), who.may(Scope.MODERATE)
    return await page(
        request, "line.html", lambda tables: line_view(tables, desk, now, may_put_back=may)
    )


@post(
    "/console/lines/{line:str}/replies/{reply:int}/put-back",
    guards=[needs_person("moderate")],
    status_code=200,
    include_in_schema=False,
)
async def put_back(request: AnyRequest, line: FromPath[str], reply: FromPath[int]) -> Response[Any]:
    done = await put_sender_back.fn(request, line, reply)
    if wants_json(request):
        return Response(done)
    return Redirect(f"/console/lines/{line}", status_code=303)


route_handlers: list[Any] = [line_page, put_back]
