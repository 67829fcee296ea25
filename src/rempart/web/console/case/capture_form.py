"""The form by which a page is captured for a case; it does what the API does."""

from __future__ import annotations

from typing import Any

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.web.api.evidence.captures import ask_page
from rempart.web.api.request import AnyRequest, Fields
from rempart.web.auth import needs_person
from rempart.web.console.page import wants_json


@post(
    "/console/cases/{case:str}/captures",
    guards=[needs_person("moderate")],
    status_code=200,
    include_in_schema=False,
)
async def capture(request: AnyRequest, case: FromPath[str], data: Fields) -> Response[Any]:
    asked = await ask_page(request, case, data.get("url", ""), data.get("reason", ""))
    if wants_json(request):
        return Response(asked)
    return Redirect(f"/console/cases/{case}#p-evidence", status_code=303)


route_handlers: list[Any] = [capture]
