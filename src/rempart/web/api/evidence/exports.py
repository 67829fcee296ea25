"""Exports of a case: asked for by one person, agreed to by another, made, taken.

The agreement itself is that of every proposal: `POST /proposals/{id}/confirm` or `/refuse`.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from rempart.cases.deciding.decisions import Decider
from rempart.cases.deciding.proposals import EXPORT
from rempart.cases.evidence.exports import (
    LIFETIME_MS,
    Wish,
    ask,
    exports_of,
    may_still_leave,
    must_be_open_to,
    note_taken,
    wish_of,
)
from rempart.disclose.dossier import edition
from rempart.disclose.dossier.delivery import age_keys, check_passphrase, locked
from rempart.errors import ConflictError, InputError, NotFoundError, NotYetError
from rempart.store.interface import Tables
from rempart.store.interface.looks import ProposalRow
from rempart.web.api.cases.cases import find_case
from rempart.web.api.request import AnyRequest, engine_of, moment, write
from rempart.web.auth import Caller, Right, must_be_known, needs_right
from rempart.web.auth.gate import now_ms
from rempart.web.exports.desk import READY, ExportDesk, Job, MadeFile

MAY_EXPORT: Final = [needs_right(Right.EXPORT, person=True)]
_KINDS: Final = {".pdf": "application/pdf", ".zip": "application/zip", ".age": "application/age"}
_CLOSED: Final = {"x-content-type-options": "nosniff", "cache-control": "no-store"}


class FileView(msgspec.Struct, frozen=True):
    """`number`: which volume; `sha256` of the file as it is handed over."""

    number: int
    name: str
    sha256: str
    bytes: int


class ExportView(msgspec.Struct, frozen=True):
    """One export. `state`: `waits` for a second person, `refused`, `withdrawn`, `agreed` (it can be
    made), `making`, `ready`, `failed` (`why`), `over`. `mine`: the caller may make and take it."""

    id: str
    case: str
    wish: Wish
    asked_by: str
    asked_at: datetime
    state: str
    agreed_by: str | None = None
    until: datetime | None = None
    volumes: int = 0
    files: list[FileView] = []
    why: str = ""
    mine: bool = False


class Taking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a file is taken: under a passphrase, for a reader without an age key."""

    passphrase: str = ""


@post("/cases/{case:str}/exports", guards=MAY_EXPORT, status_code=202, tags=["cases"])
async def ask_for_export(
    request: AnyRequest, case: FromPath[str], data: JSONBody[Wish]
) -> ExportView:
    """Asks for a dossier, with who gets it and on which mandate; a second person must agree."""
    who, at_ms = must_be_known(request), now_ms()
    edition(data.edition, data.hide_words)
    age_keys(data.age)

    def change(tables: Tables) -> ProposalRow:
        found = find_case(tables, who, case)
        return ask(tables, found, data, Decider(who.id, who.is_person), at_ms)

    return export_view(await write(request, change), who, None, at_ms)


@get("/cases/{case:str}/exports", guards=MAY_EXPORT, sync_to_thread=True, tags=["cases"])
def case_exports(request: AnyRequest, case: FromPath[str]) -> list[ExportView]:
    """The exports of a case, newest first."""
    who = must_be_known(request)
    with engine_of(request).read() as tables:
        found = find_case(tables, who, case)
        return exports_seen(tables, request, who, found.id)


@post("/exports/{export:str}/make", guards=MAY_EXPORT, status_code=202, tags=["cases"])
async def make_export(request: AnyRequest, export: FromPath[str]) -> ExportView:
    """Begins to make what was agreed to, and says how far it is; ask again until it is `ready`."""
    who, at_ms = must_be_known(request), now_ms()
    row = await asyncio.to_thread(_find, request, who, export)
    must_be_open_to(row, who.id, at_ms)
    return export_view(row, who, desk_of(request).start(row, who.id), at_ms)


@post(
    "/exports/{export:str}/files/{number:str}", guards=MAY_EXPORT, status_code=200, tags=["cases"]
)
async def take_export(
    request: AnyRequest, export: FromPath[str], number: FromPath[str]
) -> Response[bytes]:
    """One file of a ready export. That it was taken is logged first, with its hash. With
    `{"passphrase": "…"}` it is encrypted under it (age, scrypt), which is kept nowhere."""
    body = await request.body()
    try:
        given = msgspec.json.decode(body, type=Taking) if body else Taking()
    except msgspec.MsgspecError:
        raise InputError("the body is no such JSON object", where="passphrase") from None
    return await hand_over(request, export, number, given.passphrase)


route_handlers: list[Any] = [ask_for_export, case_exports, make_export, take_export]


async def hand_over(
    request: AnyRequest, export: str, number: str, passphrase: str = ""
) -> Response[bytes]:
    """See `take_export`. InputError for a passphrase that can be guessed."""
    who, at_ms = must_be_known(request), now_ms()
    row = await asyncio.to_thread(_find, request, who, export)
    must_be_open_to(row, who.id, at_ms)
    desk = desk_of(request)
    job, file = _file(desk.job(row.id), export, number)

    name, content, digest = file.name, b"", file.sha256
    if passphrase:
        check_passphrase(passphrase)
        if name.endswith(".age"):
            raise InputError("it is encrypted to a key already", where="passphrase")
        plain = await asyncio.to_thread(desk.content, file)
        content = await asyncio.to_thread(locked, plain, passphrase)
        name, digest = f"{name}.age", sha256(content).hexdigest()

    def change(tables: Tables) -> bool:
        if not may_still_leave(tables, row, job.made_ms, job.held):
            return False
        note_taken(tables, row, who.id, digest, at_ms)
        return True

    if not await write(request, change):
        desk.drop(row.id)
        raise ConflictError(
            "something in the case was erased or closed since this was made",
            where=export,
            next_step="make it again",
        )
    content = content or await asyncio.to_thread(desk.content, file)
    kind = _KINDS[name[name.rindex(".") :]]
    headers = {**_CLOSED, "content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)


def desk_of(request: AnyRequest) -> ExportDesk:
    desk: ExportDesk | None = request.app.state.exports
    if desk is None:
        raise NotYetError("this service makes no dossiers", next_step="rempart case export does")
    return desk


def exports_seen(tables: Tables, request: AnyRequest, who: Caller, case: str) -> list[ExportView]:
    desk, now = desk_of(request), now_ms()
    return [export_view(row, who, desk.job(row.id), now) for row in exports_of(tables, case)]


def export_view(row: ProposalRow, who: Caller, job: Job | None, at_ms: int) -> ExportView:
    agreed = row.state == "confirmed"
    until_ms = (row.closed_ms or 0) + LIFETIME_MS
    state = {"open": "waits", "confirmed": "agreed"}.get(row.state, row.state)
    if agreed and at_ms > until_ms:
        state = "over"
    elif agreed and job is not None:
        state = job.state
    return ExportView(
        id=row.id,
        case=row.case,
        wish=wish_of(row),
        asked_by=row.proposed_by,
        asked_at=moment(row.proposed_ms),
        state=state,
        agreed_by=row.closed_by if agreed else None,
        until=moment(until_ms) if agreed else None,
        volumes=job.volumes if job is not None else 0,
        files=[
            FileView(number, file.name, file.sha256, file.size)
            for number, file in enumerate(job.files if job is not None else (), 1)
        ],
        why=job.why if job is not None else "",
        mine=agreed and who.id in (row.proposed_by, row.closed_by),
    )


def _file(job: Job | None, export: str, number: str) -> tuple[Job, MadeFile]:
    if job is not None and job.state == READY:
        for place, file in enumerate(job.files, 1):
            if str(place) == number:
                return job, file
    raise NotFoundError("this is not ready", where=export, next_step="make it first")


def _find(request: AnyRequest, who: Caller, id: str) -> ProposalRow:
    with engine_of(request).read() as tables:
        row = tables.looks.proposal(id)
        if row is None or row.what != EXPORT:
            raise NotFoundError("there is no such export", where=id)
        find_case(tables, who, row.case)
        return row
