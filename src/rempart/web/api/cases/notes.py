"""Notes of colleagues in a case over HTTP, and making a decided case an item to practise on."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import post
from litestar.params import FromPath, JSONBody

from rempart.cases.case_notes import Note, add_note
from rempart.cases.golden import mark_golden
from rempart.store.interface import Tables
from rempart.store.interface.looks import GoldenRow
from rempart.web.api.cases.cases import find_case
from rempart.web.api.request import AnyRequest, write
from rempart.web.auth import Right, must_be_known, needs_person, needs_right
from rempart.web.auth.gate import now_ms


class NoteRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`seen_by`: who may read it, as on the case page."""

    text: str
    seen_by: str


class GoldenRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`reason`: why the answer is agreed on."""

    reason: Annotated[str, msgspec.Meta(max_length=4_000)]


class GoldenView(msgspec.Struct, frozen=True):
    id: str
    outcome: str


@post("/cases/{case:str}/notes", guards=[needs_person("moderate")], status_code=201, tags=["cases"])
async def leave_note(request: AnyRequest, case: FromPath[str], data: JSONBody[NoteRequest]) -> Note:
    """Leaves a note in a case; its words are an entry of the log."""
    return await note_case(request, case, data.text, data.seen_by)


@post(
    "/cases/{case:str}/golden",
    guards=[needs_right(Right.SECOND_LOOK, person=True)],
    status_code=201,
    tags=["cases"],
)
async def mark(
    request: AnyRequest, case: FromPath[str], data: JSONBody[GoldenRequest]
) -> GoldenView:
    """People practise on this decided case from now on."""
    return await mark_case(request, case, data.reason)


route_handlers = [leave_note, mark]


async def note_case(request: AnyRequest, case: str, text: str, seen_by: str) -> Note:
    who, at_ms = must_be_known(request), now_ms()

    def change(tables: Tables) -> Note:
        return add_note(tables, find_case(tables, who, case).id, text, seen_by, who.id, at_ms)

    return await write(request, change)


async def mark_case(request: AnyRequest, case: str, reason: str) -> GoldenView:
    who, at_ms = must_be_known(request), now_ms()

    def change(tables: Tables) -> GoldenRow:
        return mark_golden(tables, find_case(tables, who, case), reason, who.id, at_ms)

    row = await write(request, change)
    return GoldenView(row.id, row.outcome)
