"""The checklist as a public page and as JSON: what the law asks for, and the test that shows it."""

from __future__ import annotations

from typing import Any

from litestar import Response, get

from rempart.disclose.checklist import checklist, shipped_run
from rempart.web.api.request import AnyRequest
from rempart.web.console.page import wants_json
from rempart.web.console.templates import render


@get(["/checklist", "/checklist.json"], sync_to_thread=True, include_in_schema=False)
def page(request: AnyRequest) -> Response[Any]:
    found = checklist(shipped_run())
    if wants_json(request):
        return Response(found)
    return render(request, "checklist.html", found=found)


route_handlers: list[Any] = [page]
