"""The pages of the rules: what is in force, versions and their differences, the editor.

Rules kept here:

1. Everything works without a script: one form, whose buttons check, test, compare and propose; the
   page comes back with what was written and what was found.
2. Putting in force and taking back need the right `deploy_rules` over every channel. Rules whose
   tests do not hold are not put in force; rules that would have hit many accounts only at the
   second asking, after their effect was shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from rempart.cases.versions import go_live, program_of, propose_rules
from rempart.detect.text.fold import fold
from rempart.engine.backtest import backtest
from rempart.engine.rule_preview import is_broad, of_rules
from rempart.errors import ConflictError, InputError, RempartError
from rempart.rules.language import RuleProblemsError
from rempart.rules.language.trial import run_tests
from rempart.store.interface import Tables
from rempart.store.interface.versions import VersionKind
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.api.rules.rules import (
    PutBack,
    TakeBack,
    back_in_force,
    deployer,
    must_hold,
    revert,
)
from rempart.web.auth import Right, must_be_known, needs, needs_right
from rempart.web.auth.gate import now_ms
from rempart.web.console.live.alarms import rule_troubles
from rempart.web.console.page import JSON, page, wants_json
from rempart.web.console.reading import moment
from rempart.web.console.rules import rule_form, rule_views
from rempart.web.console.rules.rule_screens import Editor, VersionScreen
from rempart.web.console.templates import render

READ, WRITE = [needs("read")], [needs_right(Right.WRITE_RULES, person=True)]
DEPLOY = [needs_right(Right.DEPLOY_RULES, person=True)]


@get(["/console/rules", "/console/rules.json"], guards=READ, include_in_schema=False)
async def rules(request: AnyRequest) -> Response[Any]:
    who, now, engine = must_be_known(request), now_ms(), engine_of(request)
    running, troubles = engine.pipeline.rules, rule_troubles(engine)
    return await page(
        request,
        "rules.html",
        lambda tables: rule_views.rules(tables, who, now, running, troubles),
    )


@get("/console/rules/versions/{version:str}", guards=READ, include_in_schema=False)
async def version(
    request: AnyRequest,
    version: FromPath[str],
    against: Annotated[str | None, QueryParameter(max_length=64)] = None,
) -> Response[Any]:
    who, now, id = must_be_known(request), now_ms(), version.removesuffix(JSON)
    return await page(
        request,
        "rule_version.html",
        lambda tables: rule_views.version(tables, who, now, id, against),
    )


@get("/console/rules/edit", guards=WRITE, include_in_schema=False)
async def edit(
    request: AnyRequest,
    version: Annotated[str, QueryParameter(max_length=64)] = "",
) -> Response[Any]:
    """The live version's files, or those of another one; a starter rule where there is none."""
    now = now_ms()

    def view(tables: Tables) -> Editor:
        live = tables.versions.live(VersionKind.RULES)
        id = version or (live.id if live is not None else "")
        return rule_views.editor(tables, now, id) if id else rule_form.starter(moment(now))

    return await page(request, "rule_edit.html", view)


@post("/console/rules/edit", guards=WRITE, status_code=200, include_in_schema=False)
async def edited(request: AnyRequest) -> Response[Any]:
    who, at_ms = must_be_known(request), now_ms()
    form = {str(name): str(value) for name, value in (await request.form()).multi_items()}
    editor = await asyncio.to_thread(_tried, request, rule_form.read(form, moment(at_ms)))
    if editor.asked == "propose" and not editor.problems and not editor.failed:
        program = rule_form.program(editor)
        row = await write(
            request,
            lambda tables: propose_rules(
                tables, program, author=who.id, reason=editor.reason, at_ms=at_ms
            ),
        )
        return Redirect(f"/console/rules/versions/{row.id}", status_code=303)
    return (
        Response(editor)
        if wants_json(request)
        else render(request, "rule_edit.html", screen=editor)
    )


@post(
    "/console/rules/versions/{version:str}/live",
    guards=DEPLOY,
    status_code=200,
    include_in_schema=False,
)
async def put_in_force(request: AnyRequest, version: FromPath[str]) -> Response[Any]:
    """First asking: shows what it would have done where that is much. Second: does it."""
    who, at_ms = deployer(request), now_ms()
    form = await request.form()
    over = str(form["over"])[:64] if "over" in form else None
    reason, confirmed = str(form.get("reason", "")).strip(), str(form.get("confirmed", "")) == "yes"

    def look(tables: Tables) -> VersionScreen | None:
        """What must be shown before; None: nothing."""
        screen = rule_views.version(tables, who, at_ms, version, None)
        program = program_of(tables, screen.version.id)
        must_hold(program)
        if confirmed:
            return None
        preview, found = of_rules(tables, program)
        if not is_broad(preview):
            return None
        shown = rule_views.history(tables, found)
        return msgspec.structs.replace(
            screen,
            history=shown,
            reason=reason,
            many=preview.accounts,
            removes=not preview.reversible,
        )

    try:
        _reasoned(reason)
        shown = await _read(request, look)
        if shown is not None:
            return render(request, "rule_version.html", screen=shown)
        await write(
            request,
            lambda tables: go_live(
                tables,
                VersionKind.RULES,
                version,
                by=who.id,
                reason=reason,
                at_ms=at_ms,
                over=over,
            ),
        )
    except RempartError as error:
        told = error.diagnostics()

        def failed(tables: Tables) -> VersionScreen:
            screen = rule_views.version(tables, who, at_ms, version, None)
            return msgspec.structs.replace(screen, reason=reason, failed=told)

        return await page(request, "rule_version.html", failed, error=error)
    return Redirect("/console/rules", status_code=303)


@post("/console/rules/revert", guards=DEPLOY, status_code=200, include_in_schema=False)
async def taken_back(request: AnyRequest) -> Response[Any]:
    form = await request.form()
    reason = str(form.get("reason", "")).strip()
    _reasoned(reason)
    now = await revert.fn(request, TakeBack(reason, undo=str(form.get("undo", "")) == "yes"))
    return Response(now) if wants_json(request) else Redirect("/console/rules", status_code=303)


@post("/console/rules/back", guards=DEPLOY, status_code=200, include_in_schema=False)
async def put_back(request: AnyRequest) -> Response[Any]:
    """One click: a rule that fell back bites again."""
    rule = str((await request.form()).get("rule", ""))[:64]
    row = await back_in_force.fn(request, PutBack(rule, reason="put back in force on the page"))
    return Response(row) if wants_json(request) else Redirect("/console/rules", status_code=303)


route_handlers: list[Any] = [rules, version, edit, edited, put_in_force, taken_back, put_back]


async def _read(
    request: AnyRequest, view: Callable[[Tables], VersionScreen | None]
) -> VersionScreen | None:
    def read() -> VersionScreen | None:
        with engine_of(request).read() as tables:
            return view(tables)

    return await asyncio.to_thread(read)


def _tried(request: AnyRequest, editor: Editor) -> Editor:
    """What the pressed button asks for; problems beside the files they are in."""
    replace = msgspec.structs.replace
    try:
        program = rule_form.program(editor)
        editor = replace(editor, rules=rule_views.rule_rows(program))
        if editor.asked in ("test", "propose"):
            editor = replace(editor, tests=run_tests(program, fold))
    except RuleProblemsError as error:
        return rule_form.marked(editor, error.problems)
    except InputError as error:
        return replace(editor, failed=error.diagnostics())
    if editor.asked == "compare":
        who = must_be_known(request)
        try:
            with engine_of(request).read() as tables:
                found = backtest(tables, program, messages=editor.messages, sees=who.sees)
                editor = replace(editor, history=rule_views.history(tables, found))
        except ConflictError as error:
            editor = replace(editor, failed=error.diagnostics())
    if editor.asked == "propose":
        try:
            _reasoned(editor.reason)
        except InputError as error:
            editor = replace(editor, failed=error.diagnostics())
    return editor


def _reasoned(reason: str) -> None:
    if not 3 <= len(reason) <= 1_000:
        raise InputError(
            "this needs a reason", where="reason", next_step="say why; the log keeps it"
        )
