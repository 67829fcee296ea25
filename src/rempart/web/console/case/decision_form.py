"""The forms of deciding: a decision, its preview, what a second person answers, an appeal.

Each works without a script and leads back to a page; a script asks for JSON. What a form says is
turned into the API's own requests, and the API's own functions do it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from litestar import Response, post
from litestar.datastructures import FormMultiDict
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.cases.measures.taking import Wanted
from rempart.errors import InputError
from rempart.model import DecisionOutcome, Ground, MeasureKind
from rempart.web.api.cases.notes import note_case
from rempart.web.api.deciding.appeals import LookRequest, decide_appeal
from rempart.web.api.deciding.deciding import (
    DecisionRequest,
    ReasonRequest,
    Unsealed,
    confirm,
    decide_case,
    preview_case,
    refuse_proposal,
    unseal,
)
from rempart.web.api.deciding.statements import CodeView, code_of
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.auth import Right, must_be_known, needs_person, needs_right
from rempart.web.auth.pages import local_path
from rempart.web.console import views
from rempart.web.console.page import wants_json
from rempart.web.console.templates import render

MODERATE = [needs_person("moderate")]


@post(
    "/console/cases/{case:str}/decision", guards=MODERATE, status_code=200, include_in_schema=False
)
async def decide(request: AnyRequest, case: FromPath[str]) -> Response[Any]:
    form = await request.form()
    await decide_case.fn(request, case, decision_of(form))
    goal = f"/console/cases/{case}"
    if form.get("then") == "next":
        goal = await asyncio.to_thread(_next, request, case)
    return Redirect(goal, status_code=303)


@post(
    "/console/cases/{case:str}/preview", guards=MODERATE, status_code=200, include_in_schema=False
)
async def preview(request: AnyRequest, case: FromPath[str]) -> Response[Any]:
    """The notices as JSON for the page's script; a page of its own without one."""
    form = await request.form()
    told = await asyncio.to_thread(preview_case.fn, request, case, decision_of(form))
    if wants_json(request):
        return Response(told)
    return render(request, "notices.html", notices=told, back=f"/console/cases/{case}")


@post(
    "/console/proposals/{proposal:str}/confirm",
    guards=MODERATE,
    status_code=200,
    include_in_schema=False,
)
async def confirm_one(request: AnyRequest, proposal: FromPath[str]) -> Response[Any]:
    back = _back(await request.form())
    answer = await confirm.fn(request, proposal)
    if isinstance(answer.content, Unsealed):
        return render(request, "unsealed.html", contact=answer.content, back=back)
    return Redirect(back, status_code=303)


@post(
    "/console/proposals/{proposal:str}/refuse",
    guards=MODERATE,
    status_code=200,
    include_in_schema=False,
)
async def refuse_one(request: AnyRequest, proposal: FromPath[str]) -> Response[Any]:
    form = await request.form()
    await refuse_proposal.fn(request, proposal, ReasonRequest(_text(form, "reason")))
    return Redirect(_back(form), status_code=303)


@post(
    "/console/cases/{case:str}/unseal",
    guards=[needs_right(Right.UNSEAL, person=True)],
    status_code=200,
    include_in_schema=False,
)
async def ask_to_unseal(request: AnyRequest, case: FromPath[str]) -> Response[Any]:
    form = await request.form()
    await unseal.fn(request, case, _text(form, "report"), ReasonRequest(_text(form, "reason")))
    return Redirect(f"/console/cases/{case}#p-reports", status_code=303)


@post(
    "/console/appeals/{appeal:str}/decision",
    guards=[needs_right(Right.SECOND_LOOK, person=True)],
    status_code=200,
    include_in_schema=False,
)
async def decide_look(request: AnyRequest, appeal: FromPath[str]) -> Response[Any]:
    form = await request.form()
    granted = _text(form, "granted") == "yes"
    instead = None
    unfounded = not granted and bool(form.get("unfounded"))
    if granted and form.get("outcome"):
        instead = decision_of(form)
    said = LookRequest(granted, _text(form, "reason"), instead, unfounded)
    await decide_appeal.fn(request, appeal, said)
    goal = _back(form)
    if form.get("then") == "next":
        goal = await asyncio.to_thread(_next, request, "")
    return Redirect(goal, status_code=303)


@post(
    "/console/statements/{statement:str}/code",
    guards=MODERATE,
    status_code=200,
    include_in_schema=False,
)
async def code(request: AnyRequest, statement: FromPath[str]) -> Response[Any]:
    form = await request.form()
    read: Callable[..., Any] = code_of.fn
    told: CodeView = await asyncio.to_thread(read, request, statement)
    return render(request, "statement_code.html", code=told.code, back=_back(form))


@post("/console/cases/{case:str}/notes", guards=MODERATE, status_code=200, include_in_schema=False)
async def note(request: AnyRequest, case: FromPath[str]) -> Response[Any]:
    form = await request.form()
    made = await note_case(request, case, _text(form, "text"), _text(form, "seen_by"))
    if wants_json(request):
        return Response(made)
    return Redirect(f"/console/cases/{case}", status_code=303)


route_handlers: list[Any] = [
    note,
    code,
    decide,
    preview,
    confirm_one,
    refuse_one,
    ask_to_unseal,
    decide_look,
]


def decision_of(form: FormMultiDict) -> DecisionRequest:
    """What the form of a decision says; InputError names the field that is missing."""
    try:
        outcome = DecisionOutcome(_text(form, "outcome"))
        ground = Ground(_text(form, "ground"))
    except ValueError:
        raise InputError("a decision names its outcome and its ground", where="outcome") from None
    acts = outcome in (DecisionOutcome.ACT, DecisionOutcome.PARTIAL)
    lifts = outcome is DecisionOutcome.PARTIAL
    taken = [str(kind) for kind in form.getall("take", [])] if acts else []
    lifted = [str(id) for id in form.getall("lift", [])] if lifts else []
    return DecisionRequest(
        outcome,
        ground,
        _text(form, "reason"),
        _text(form, "harm") or None,
        _text(form, "provision").strip() or None,
        tuple(_wanted(form, kind) for kind in taken),
        tuple(lifted),
    )


def _wanted(form: FormMultiDict, kind: str) -> Wanted:
    try:
        known = MeasureKind(kind)
    except ValueError:
        raise InputError(f"there is no measure {kind[:40]!r}", where="take") from None
    minutes = _text(form, f"minutes_{kind}")
    if not minutes:
        return Wanted(known)
    if not minutes.isascii() or not minutes.isdigit() or len(minutes) > 7:
        raise InputError("minutes are a whole number", where=f"minutes_{kind}")
    return Wanted(known, int(minutes))


def _text(form: FormMultiDict, field: str) -> str:
    return str(form.get(field, ""))


def _back(form: FormMultiDict) -> str:
    return local_path(_text(form, "back"))


def _next(request: AnyRequest, case: str) -> str:
    """The first case of the queue that is not this one; the queue when nothing is left."""
    with engine_of(request).read() as tables:
        found = views.next_case(tables, must_be_known(request), case)
    return f"/console/cases/{found}" if found else "/console/queue"
