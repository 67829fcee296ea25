"""Forms of the case page about who works on it and what it is called; they do what the API does."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.cases.harms import harms
from rempart.cases.queue.queues import Queue
from rempart.errors import InputError
from rempart.web.api.cases.queues import (
    TriageRequest,
    give_up,
    let_go,
    save_queue,
    take_hold,
    take_over,
    triage_case,
)
from rempart.web.api.request import AnyRequest, Fields
from rempart.web.auth import must_be_known, needs, needs_person
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page, wants_json
from rempart.web.console.queue import queue_pages

MODERATE = [needs_person("moderate")]


@post("/console/cases/{case:str}/hold", guards=MODERATE, status_code=200, include_in_schema=False)
async def hold(request: AnyRequest, case: FromPath[str]) -> Response[Any]:
    view = await take_hold(request, case)
    return Response(view) if wants_json(request) else _back_to(case)


@post(
    "/console/cases/{case:str}/release", guards=MODERATE, status_code=200, include_in_schema=False
)
async def release(request: AnyRequest, case: FromPath[str]) -> Response[Any]:
    await let_go(request, case)
    if wants_json(request):
        return Response({"case": case})
    return Redirect("/console/queue", status_code=303)


@post(
    "/console/cases/{case:str}/take-over", guards=MODERATE, status_code=200, include_in_schema=False
)
async def take(request: AnyRequest, case: FromPath[str]) -> Response[Any]:
    view = await take_over.fn(request, case)
    return Response(view) if wants_json(request) else _back_to(case)


@post("/console/cases/{case:str}/triage", guards=MODERATE, status_code=200, include_in_schema=False)
async def triage(request: AnyRequest, case: FromPath[str], data: Fields) -> Response[Any]:
    changed = await triage_case.fn(request, case, TriageRequest(data.get("harm", "")))
    return Response(changed) if wants_json(request) else _back_to(case)


@post("/console/cases/{case:str}/recuse", guards=MODERATE, status_code=200, include_in_schema=False)
async def recuse(request: AnyRequest, case: FromPath[str], data: Fields) -> Response[Any]:
    reason = data.get("reason", "").strip()
    if len(reason) < 3:
        raise InputError("say in a few words how you are concerned", where="reason")
    await give_up(request, case, reason)
    return Redirect("/console/queue", status_code=303)


@get(["/console/queues", "/console/queues.json"], guards=[needs("read")], include_in_schema=False)
async def queues(request: AnyRequest) -> Response[Any]:
    who, now = must_be_known(request), now_ms()
    return await page(
        request,
        "queues.html",
        lambda tables: queue_pages.queues(tables, who, now),
        lambda _, __: {"categories": list(harms().values())},
    )


@post("/console/queues", guards=[needs_person("admin")], status_code=200, include_in_schema=False)
async def put(request: AnyRequest) -> Response[Any]:
    form = await request.form()

    def chosen(name: str) -> tuple[str, ...]:
        return tuple(str(one) for one in form.getall(name, []) if str(one))

    def listed(name: str) -> tuple[str, ...]:
        return tuple(filter(None, (one.strip() for one in str(form.get(name, "")).split(","))))

    queue = Queue(
        name={"en": str(form.get("name_en", "")), "fr": str(form.get("name_fr", ""))},
        harms=chosen("harms"),
        channels=listed("channels"),
        languages=chosen("languages"),
        kinds=chosen("kinds"),
        people=chosen("people"),
        removed=form.get("removed") == "yes",
    )
    await save_queue(request, str(form.get("id", "")) or None, queue)
    return Redirect("/console/queues", status_code=303)


route_handlers: list[Any] = [hold, release, take, triage, recuse, queues, put]


def _back_to(case: str) -> Redirect:
    return Redirect(f"/console/cases/{quote(case)}", status_code=303)
