"""The page of a case's exports: ask with a mandate, agree as the second person, take what is ready.

Plain forms; each does what the API does. While something is made the page follows it; without a
script there is a link.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.cases.evidence.exports import Capacity, Wish
from rempart.disclose.dossier import presets
from rempart.errors import InputError
from rempart.model import Case
from rempart.store.interface import Tables
from rempart.web.api.cases.cases import find_case
from rempart.web.api.cases.looks import note_look
from rempart.web.api.evidence.exports import (
    MAY_EXPORT,
    ExportView,
    ask_for_export,
    exports_seen,
    hand_over,
    make_export,
)
from rempart.web.api.request import AnyRequest, Fields, moment
from rempart.web.auth import Right, must_be_known
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import JSON, page, two_people


class ExportsScreen(msgspec.Struct, frozen=True):
    """`editions`: what each hides, by name and language."""

    now: datetime
    case: Case
    exports: list[ExportView]
    capacities: list[str]
    editions: dict[str, dict[str, str]]


@get("/console/cases/{case:str}/exports", guards=MAY_EXPORT, include_in_schema=False)
async def exports(request: AnyRequest, case: FromPath[str]) -> Response[Any]:
    who, now, id = must_be_known(request), now_ms(), case.removesuffix(JSON)

    def view(tables: Tables) -> ExportsScreen:
        found = find_case(tables, who, id)
        note_look(request, found.id)
        return ExportsScreen(
            moment(now),
            found,
            exports_seen(tables, request, who, found.id),
            [one.value for one in Capacity],
            {name: dict(one.title) for name, one in presets().items()},
        )

    return await page(
        request, "exports.html", view, lambda tables, _: two_people(request, tables, Right.EXPORT)
    )


@post(
    "/console/cases/{case:str}/exports", guards=MAY_EXPORT, status_code=200, include_in_schema=False
)
async def ask(request: AnyRequest, case: FromPath[str], data: Fields) -> Response[Any]:
    await ask_for_export.fn(request, case, _wish(data))
    return Redirect(f"/console/cases/{case}/exports", status_code=303)


@post(
    "/console/exports/{export:str}/make",
    guards=MAY_EXPORT,
    status_code=200,
    include_in_schema=False,
)
async def make(request: AnyRequest, export: FromPath[str]) -> Response[Any]:
    made: ExportView = await make_export.fn(request, export)
    return Redirect(f"/console/cases/{made.case}/exports", status_code=303)


@post(
    "/console/exports/{export:str}/files/{number:str}",
    guards=MAY_EXPORT,
    status_code=200,
    include_in_schema=False,
)
async def take(
    request: AnyRequest, export: FromPath[str], number: FromPath[str], data: Fields
) -> Response[Any]:
    return await hand_over(request, export, number, data.get("passphrase", ""))


route_handlers: list[Any] = [exports, ask, make, take]


def _wish(data: dict[str, str]) -> Wish:
    told = {
        "recipient": data.get("recipient", "").strip(),
        "capacity": data.get("capacity", ""),
        "mandate": data.get("mandate", "").strip(),
        "edition": data.get("edition", ""),
        "hide_words": data.get("hide_words", "").split(),
        "language": data.get("language", "fr"),
        "form": data.get("form", "pdf"),
        "age": data.get("age", "").split(),
    }
    try:
        return msgspec.convert(told, Wish)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("$.")[2].rstrip("`") or "recipient"
        raise InputError("this is missing or cannot be", where=field) from error
