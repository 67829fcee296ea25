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

from rempart.cases.incident_file import agree, refuse
from rempart.errors import NotFoundError
from rempart.store.interface import Tables
from rempart.store.interface.incidents import IncidentRequest
from rempart.web.api.request import AnyRequest, Fields, moment, write
from rempart.web.auth import Right, must_be_known, needs_right
from rempart.web.auth.caller import Caller
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page, two_people
from rempart.web.console.screens import Alarm

EXPORT = [needs_right(Right.EXPORT, person=True)]
HOME = "/console/files"


class FileRequest(msgspec.Struct, frozen=True):
    """`mine`: the caller is the first person, so that the second is somebody else."""

    id: str
    target: str
    recipient: str
    asked_at: datetime
    state: str
    mandate: str | None = None
    first_by: str | None = None
    second_by: str | None = None
    refused_by: str | None = None
    why: str | None = None
    mine: bool = False


class FilesScreen(msgspec.Struct, frozen=True):
    now: datetime
    requests: list[FileRequest]


@get(["/console/files", "/console/files.json"], guards=EXPORT, include_in_schema=False)
async def files(request: AnyRequest) -> Response[Any]:
    who, now = must_be_known(request), now_ms()

    def view(tables: Tables) -> FilesScreen:
        rows = [one for one in tables.incidents.requests() if sees_target(who, one.target)]
        return FilesScreen(moment(now), [_shown(one, who.id) for one in rows])

    return await page(request, "files.html", view, lambda tables, _: two_people(request, tables))


@post("/console/files/{id:str}/agree", guards=EXPORT, status_code=200, include_in_schema=False)
async def agree_to(request: AnyRequest, id: FromPath[str], data: Fields) -> Response[Any]:
    who, now = must_be_known(request), now_ms()

    def change(tables: Tables) -> None:
        _must_see(tables, who, id)
        agree(tables, id, who.id, data.get("mandate", ""), now)

    await write(request, change)
    return Redirect(HOME, status_code=303)


@post("/console/files/{id:str}/refuse", guards=EXPORT, status_code=200, include_in_schema=False)
async def refuse_it(request: AnyRequest, id: FromPath[str], data: Fields) -> Response[Any]:
    who, now = must_be_known(request), now_ms()

    def change(tables: Tables) -> None:
        _must_see(tables, who, id)
        refuse(tables, id, who.id, data.get("why", ""), now)

    await write(request, change)
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


def sees_target(who: Caller, target: str) -> bool:
    """Rights on the channel that is called as the target."""
    platform, _, name = target.rpartition("/")
    return who.sees(name, platform or None)


def _must_see(tables: Tables, who: Caller, id: str) -> None:
    found = tables.incidents.request(id)
    if found is None or not sees_target(who, found.target):
        raise NotFoundError("nobody asked for this file", where=id)


def _shown(one: IncidentRequest, by: str) -> FileRequest:
    state = "waiting"
    if one.refused_by is not None:
        state = "refused"
    elif one.second_by is not None:
        state = "taken" if one.taken_ms is not None else "ready"
    elif one.first_by is not None:
        state = "half"
    return FileRequest(
        one.id,
        one.target,
        one.recipient,
        moment(one.asked_ms),
        state,
        one.mandate,
        one.first_by,
        one.second_by,
        one.refused_by,
        one.why,
        one.first_by == by,
    )
