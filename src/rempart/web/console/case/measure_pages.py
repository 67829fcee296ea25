"""Measures by hand in the console: a form on the case page, and the question before a broad step.

The form offers what the ladder allows on what the case is about. Without a script and with one the
same two steps: what it would do, then yes.
"""

from __future__ import annotations

from typing import Any

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.errors import InputError
from rempart.model import LADDER, Bundle, Case, Scope, ScopeKind
from rempart.store.interface import Tables
from rempart.web.api.cases.cases import find_case
from rempart.web.api.measures.measures import MeasureRequest, step_of, take_by_hand
from rempart.web.api.measures.protection import undo_step, undo_whole_raid
from rempart.web.api.request import AnyRequest, Fields, engine_of
from rempart.web.asking import MustAsk, asked, asking
from rempart.web.auth import Right, must_be_known, needs_person, needs_right
from rempart.web.auth.pages import local_path
from rempart.web.console.case.ladder import LEASES, MEMBERS, choices_of
from rempart.web.console.page import wants_json
from rempart.web.console.templates import render

MODERATE = [needs_person("moderate")]


@post(
    "/console/cases/{case:str}/measures",
    guards=[needs_right(Right.PROTECT, person=True)],
    status_code=200,
    include_in_schema=False,
)
async def take(request: AnyRequest, case: FromPath[str], data: Fields) -> Response[Any]:
    who = must_be_known(request)
    with engine_of(request).read() as tables:
        wanted = _wanted(tables, find_case(tables, who, case), data)
    try:
        result = await take_by_hand(request, wanted)
    except MustAsk as must:
        if wants_json(request):
            return asking(must, who.id, step_of(wanted))
        told = asked(must, who.id, step_of(wanted))
        return _question(request, f"/console/cases/{case}/measures", data, told.confirm, must)
    if wants_json(request):
        return Response(result)
    return Redirect(f"/console/cases/{case}#measures", status_code=303)


@post("/console/raids/{raid:str}/undo", guards=MODERATE, status_code=200, include_in_schema=False)
async def undo_raid(request: AnyRequest, raid: FromPath[str], data: Fields) -> Response[Any]:
    who = must_be_known(request)
    try:
        result = await undo_whole_raid(request, raid, data.get("confirm"))
    except MustAsk as must:
        if wants_json(request):
            return asking(must, who.id, undo_step(raid))
        told = asked(must, who.id, undo_step(raid))
        return _question(request, f"/console/raids/{raid}/undo", data, told.confirm, must)
    if wants_json(request):
        return Response(result)
    return Redirect(local_path(data.get("back", "")), status_code=303)


route_handlers: list[Any] = [take, undo_raid]


def _question(
    request: AnyRequest, action: str, data: dict[str, str], confirm: str, must: MustAsk
) -> Response[Any]:
    """The same form again, with the token: nothing was done yet."""
    fields = {name: value for name, value in data.items() if name not in ("csrf", "confirm")}
    return render(
        request,
        "measure_confirm.html",
        status_code=409,
        action=action,
        fields=fields | {"confirm": confirm},
        preview=must.preview,
        undoing=action.endswith("/undo"),
        back=local_path(data.get("back", "")),
        active="queue",
    )


def _wanted(tables: Tables, case: Case, data: dict[str, str]) -> MeasureRequest:
    value = data.get("measure", "")
    offered = choices_of(tables, case)
    found = [(one, choice) for one in offered for choice in one.choices if choice.value == value]
    if not found:
        raise InputError("choose a measure", where="measure")
    thing, choice = found[0]
    rung = LADDER[choice.kind]
    minutes = _minutes(data.get("minutes", ""), rung.lease_seconds)
    members = thing.on == MEMBERS
    scope = None if members else Scope(ScopeKind(thing.on), case.platform, case.channel, thing.ref)
    reason = data.get("reason", "").strip()
    if not reason:
        raise InputError("a measure needs a reason", where="reason")
    return MeasureRequest(
        choice.kind,
        reason,
        scope,
        thing.ref if members else None,
        minutes,
        choice.bundle or Bundle.GENTLE,
        case.id,
        data.get("confirm") or None,
    )


def _minutes(text: str, lease_seconds: int | None) -> int | None:
    if not text:
        return None if lease_seconds is None else lease_seconds // 60
    if not text.isascii() or not text.isdigit() or int(text) not in LEASES:
        raise InputError("choose how long", where="minutes")
    return int(text)
