"""Incident files that somebody asked for, over HTTP: how the mandate was proven, and the second
person. Nothing of a file is shown here: who checks a mandate need not read what was done.

For signed-in people with the right `export`. The page *Files* does the same by these functions.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from rempart.cases.incident_file import agree, refuse
from rempart.errors import NotFoundError
from rempart.store.interface import Tables
from rempart.store.interface.incidents import IncidentRequest
from rempart.web.api.request import AnyRequest, engine_of, moment, write
from rempart.web.auth import Right, must_be_known, needs_right
from rempart.web.auth.caller import Caller
from rempart.web.auth.gate import now_ms

EXPORT = [needs_right(Right.EXPORT, person=True)]
PATH = "/incident-files"
_Text = Annotated[str, msgspec.Meta(max_length=4_000)]


class Mandate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`mandate`: how it was proven; the first person says it."""

    mandate: _Text = ""


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    why: _Text


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


class FileRequests(msgspec.Struct, frozen=True):
    requests: list[FileRequest]


@get(PATH, guards=EXPORT, sync_to_thread=True, tags=["evidence"])
def list_requests(request: AnyRequest) -> FileRequests:
    """The files that were asked for, with how far each is."""
    return _listed_now(request)


@post(f"{PATH}/{{id:str}}/agree", guards=EXPORT, status_code=200, tags=["evidence"])
async def agree_to(request: AnyRequest, id: FromPath[str], data: JSONBody[Mandate]) -> FileRequests:
    """The mandate is proven; a second person must say so, too."""
    await agree_to_file(request, id, data.mandate)
    return await asyncio.to_thread(_listed_now, request)


@post(f"{PATH}/{{id:str}}/refuse", guards=EXPORT, status_code=200, tags=["evidence"])
async def refuse_it(
    request: AnyRequest, id: FromPath[str], data: JSONBody[Refusal]
) -> FileRequests:
    """The file is not handed over; who asked reads why."""
    await refuse_file(request, id, data.why)
    return await asyncio.to_thread(_listed_now, request)


route_handlers = [list_requests, agree_to, refuse_it]


def requests_seen(tables: Tables, who: Caller) -> list[FileRequest]:
    rows = [one for one in tables.incidents.requests() if sees_target(who, one.target)]
    return [_shown(one, who.id) for one in rows]


async def agree_to_file(request: AnyRequest, id: str, mandate: str) -> None:
    who, now = must_be_known(request), now_ms()

    def change(tables: Tables) -> None:
        _must_see(tables, who, id)
        agree(tables, id, who.id, mandate, now)

    await write(request, change)


async def refuse_file(request: AnyRequest, id: str, why: str) -> None:
    who, now = must_be_known(request), now_ms()

    def change(tables: Tables) -> None:
        _must_see(tables, who, id)
        refuse(tables, id, who.id, why, now)

    await write(request, change)


def _listed_now(request: AnyRequest) -> FileRequests:
    who = must_be_known(request)
    with engine_of(request).read() as tables:
        return FileRequests(requests_seen(tables, who))


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
