"""The forms of a case's corrections: what the API does, by its functions, for people.

Each works without a script: it leads back to where the button was. A script asks for JSON.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from litestar import Response, post
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.cases.raids.corrections import (
    lift_from_case,
    merge_raids,
    put_back_in_case,
    split_case,
    undo_group,
)
from rempart.errors import ConflictError, InputError, NotFoundError
from rempart.model import Case, MeasureKind, ScopeKind
from rempart.store.interface import Tables
from rempart.web.api.cases.cases import find_case
from rempart.web.api.cases.corrections import visible_raid
from rempart.web.api.reports.reports import answer_reporter
from rempart.web.api.request import AnyRequest, Fields, write
from rempart.web.auth import must_be_known, needs_person
from rempart.web.auth.gate import now_ms
from rempart.web.auth.pages import local_path
from rempart.web.console.case.raid_page import accounts_of

MODERATE = [needs_person("moderate")]
Change = Callable[[Tables, Case, str, int], str | None]
"""What a form does to a case, by whom and when; the case to go to afterwards, or None to stay."""


@post(
    "/console/cases/{case:str}/reports/{report:str}/messages",
    guards=MODERATE,
    status_code=200,
    include_in_schema=False,
)
async def write_to_reporter(
    request: AnyRequest, case: FromPath[str], report: FromPath[str], data: Fields
) -> Response[Any]:
    await answer_reporter(request, case, report, data.get("text", ""))
    return Redirect(f"/console/cases/{quote(case)}#p-reports", status_code=303)


@post("/console/cases/{case:str}/lift", guards=MODERATE, status_code=200, include_in_schema=False)
async def lift(request: AnyRequest, case: FromPath[str]) -> Response[Any]:
    ref = await _named(request, "account")

    def change(tables: Tables, found: Case, by: str, at_ms: int) -> None:
        lift_from_case(tables, found.id, _meant(tables, found, ref), by, at_ms)

    return await _done(request, case, change)


@post(
    "/console/cases/{case:str}/put-back", guards=MODERATE, status_code=200, include_in_schema=False
)
async def put_back(request: AnyRequest, case: FromPath[str]) -> Response[Any]:
    ref = await _named(request, "account")

    def change(tables: Tables, found: Case, by: str, at_ms: int) -> None:
        put_back_in_case(tables, found.id, _meant(tables, found, ref), by, at_ms)

    return await _done(request, case, change)


@post("/console/cases/{case:str}/split", guards=MODERATE, status_code=200, include_in_schema=False)
async def split(request: AnyRequest, case: FromPath[str]) -> Response[Any]:
    form = await request.form()
    refs = [str(ref) for ref in form.getall("accounts", [])]

    def change(tables: Tables, found: Case, by: str, at_ms: int) -> str:
        accounts = accounts_of(tables, found.id, refs)
        return split_case(tables, found.id, accounts, by, at_ms).id

    return await _done(request, case, change)


@post("/console/cases/{case:str}/merge", guards=MODERATE, status_code=200, include_in_schema=False)
async def merge(request: AnyRequest, case: FromPath[str]) -> Response[Any]:
    into = await _named(request, "into")
    who = must_be_known(request)

    def change(tables: Tables, found: Case, by: str, at_ms: int) -> str:
        visible_raid(tables, who, into)
        if found.raid is None:
            raise ConflictError("only cases of raids are merged by hand", where=found.id)
        return merge_raids(tables, found.raid, into, by, at_ms).id

    return await _done(request, case, change)


@post("/console/cases/{case:str}/undo", guards=MODERATE, status_code=200, include_in_schema=False)
async def undo_many(request: AnyRequest, case: FromPath[str]) -> Response[Any]:
    try:
        kind = MeasureKind(await _named(request, "kind"))
        scope = ScopeKind(await _named(request, "scope"))
    except ValueError:
        raise InputError("a group of measures has a kind and a scope", where="kind") from None

    def change(tables: Tables, found: Case, by: str, at_ms: int) -> None:
        undo_group(tables, found.id, kind, scope, by, at_ms)

    return await _done(request, case, change)


route_handlers: list[Any] = [write_to_reporter, lift, put_back, split, merge, undo_many]


def _meant(tables: Tables, case: Case, ref: str) -> str:
    found = accounts_of(tables, case.id, [ref])
    if not found:
        raise NotFoundError("this account is no member of the raid", where=ref)
    return found[0]


async def _named(request: AnyRequest, field: str) -> str:
    value = str((await request.form()).get(field, ""))
    if not value:
        raise InputError("this form is not complete", where=field)
    return value


async def _done(request: AnyRequest, case: str, change: Change) -> Response[Any]:
    who, at_ms = must_be_known(request), now_ms()

    def changed(tables: Tables) -> str | None:
        return change(tables, find_case(tables, who, case), who.id, at_ms)

    goal = await write(request, changed)
    accept = request.headers.get("accept", "")
    if "application/json" in accept and "text/html" not in accept:
        return Response({"case": goal or case})
    back = str((await request.form()).get("back", ""))
    return Redirect(f"/console/cases/{goal}" if goal else local_path(back), status_code=303)
