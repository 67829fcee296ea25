"""Incident files that somebody asked for: how the mandate was proven, and the second person.

Nothing of a file is shown here: who checks a mandate need not read what was done to a person.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.store.interface import Tables
from rempart.web.api.evidence.incident_files import (
    EXPORT,
    FileRequest,
    agree_to_file,
    refuse_file,
    requests_seen,
    sees_target,
)
from rempart.web.api.request import AnyRequest, Fields, moment
from rempart.web.auth import Right, must_be_known
from rempart.web.auth.caller import Caller
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page, two_people
from rempart.web.console.screens import Alarm

HOME = "/console/files"


class FilesScreen(msgspec.Struct, frozen=True):
    now: datetime
    requests: list[FileRequest]


@get(["/console/files", "/console/files.json"], guards=EXPORT, include_in_schema=False)
async def files(request: AnyRequest) -> Response[Any]:
    who, now = must_be_known(request), now_ms()

    def view(tables: Tables) -> FilesScreen:
        return FilesScreen(moment(now), requests_seen(tables, who))

    return await page(
        request, "files.html", view, lambda tables, _: two_people(request, tables, Right.EXPORT)
    )


@post("/console/files/{id:str}/agree", guards=EXPORT, status_code=200, include_in_schema=False)
async def agree_to(request: AnyRequest, id: FromPath[str], data: Fields) -> Response[Any]:
    await agree_to_file(request, id, data.get("mandate", ""))
    return Redirect(HOME, status_code=303)


@post("/console/files/{id:str}/refuse", guards=EXPORT, status_code=200, include_in_schema=False)
async def refuse_it(request: AnyRequest, id: FromPath[str], data: Fields) -> Response[Any]:
    await refuse_file(request, id, data.get("why", ""))
    return Redirect(HOME, status_code=303)


route_handlers: list[Any] = [files, agree_to, refuse_it]


def file_alarms(tables: Tables, who: Caller) -> list[Alarm]:
    """One line for the requests that wait for this person."""
    if Right.EXPORT not in who.rights:
        return []
    waiting = [
        one
        for one in tables.incidents.requests(waiting=True)
        if one.first_by != who.id and sees_target(who, one.target)
    ]
    return [Alarm("file_asked", "", moment(waiting[0].asked_ms), len(waiting))] if waiting else []
