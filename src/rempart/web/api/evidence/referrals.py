"""Passing a case on: what each place takes, what would be said, that it was sent, the answer.

Two steps by people: one prepares and reads, one confirms that it left. Nothing is sent from here
but to the NCMEC's interface, on a second person's word, where the operator switched it on.
"""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from rempart.cases.evidence.referrals import (
    NCMEC,
    Place,
    Referral,
    acknowledge,
    mark_sent,
    must_be_sendable,
    places,
    prepare,
    referral_of,
    referrals_of,
    row_of,
    takes,
    withdraw,
)
from rempart.cases.reading import read_messages, read_reports
from rempart.cases.second_person import TooCloseError
from rempart.connect.cybertip import CyberTipline
from rempart.disclose.referral.cybertip import Tip, tip_xml
from rempart.disclose.referral.pack import Teller, as_text, write_pack
from rempart.errors import ConflictError, NotFoundError
from rempart.model.moments import ms_of
from rempart.store.interface import Tables
from rempart.store.interface.referrals import ReferralRow
from rempart.web.api.cases.cases import find_case
from rempart.web.api.cases.looks import note_look
from rempart.web.api.files import download, type_of
from rempart.web.api.request import AnyRequest, engine_of, keep_try, moment, write
from rempart.web.auth import Caller, Right, must_be_known, needs, needs_right
from rempart.web.auth.gate import now_ms
from rempart.web.settings import WebSettings

EXPORT = [needs_right(Right.EXPORT, person=True)]


class PlaceView(msgspec.Struct, frozen=True):
    key: str
    place: Place


class PrepareRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    place: Annotated[str, msgspec.Meta(max_length=40)]
    language: Annotated[str, msgspec.Meta(max_length=5)] = "fr"
    comment: Annotated[str, msgspec.Meta(max_length=4_000)] = ""


class SentRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`checked`: who confirms has read it. `sent_at`: now when it is not given."""

    checked: bool
    sent_at: datetime | None = None
    reference: Annotated[str, msgspec.Meta(max_length=200)] = ""


class AnsweredRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


@get("/cases/{case:str}/referrals", guards=[needs("read")], sync_to_thread=True, tags=["cases"])
def list_referrals(request: AnyRequest, case: FromPath[str]) -> list[Referral]:
    """What was prepared and passed on for a case."""
    with engine_of(request).read() as tables:
        return referrals_of(tables, find_case(tables, must_be_known(request), case).id)


@get(
    "/cases/{case:str}/referrals/places",
    guards=[needs("read")],
    sync_to_thread=True,
    tags=["cases"],
)
def list_places(request: AnyRequest, case: FromPath[str]) -> list[PlaceView]:
    """The places that take this case, and what each can do."""
    with engine_of(request).read() as tables:
        return places_for(tables, request, find_case(tables, must_be_known(request), case).id)


@post("/cases/{case:str}/referrals", guards=EXPORT, tags=["cases"])
async def prepare_referral(
    request: AnyRequest, case: FromPath[str], data: JSONBody[PrepareRequest]
) -> Referral:
    """Writes what would be said to a place, and keeps it. Nothing leaves."""
    who, at_ms, teller = must_be_known(request), now_ms(), _teller(request)
    note_look(request, case)

    def change(tables: Tables) -> Referral:
        found = find_case(tables, who, case)
        said = write_pack(tables, found, data.place, data.language, data.comment, teller)
        return prepare(tables, found, data.place, data.language, said, who.id, at_ms)

    return await write(request, change)


@get("/referrals/{referral:str}", guards=EXPORT, sync_to_thread=True, tags=["cases"])
def show_referral(request: AnyRequest, referral: FromPath[str]) -> Referral:
    """One, with what it says."""
    with engine_of(request).read() as tables:
        return seen(tables, must_be_known(request), referral)


@get("/referrals/{referral:str}/text", guards=EXPORT, sync_to_thread=True, tags=["cases"])
def referral_text(request: AnyRequest, referral: FromPath[str]) -> Response[bytes]:
    """What it says, as one text to paste or print."""
    with engine_of(request).read() as tables:
        found = seen(tables, must_be_known(request), referral)
    if not found.said:
        raise NotFoundError("its words were erased or may not be shown any more", where=referral)
    name = f"{found.place}-{found.id}.txt"
    return download(as_text(found.said).encode(), name, type_of(name))


@post("/referrals/{referral:str}/sent", guards=EXPORT, status_code=200, tags=["cases"])
async def confirm_sent(
    request: AnyRequest, referral: FromPath[str], data: JSONBody[SentRequest]
) -> Referral:
    """Says that it left. To the NCMEC it leaves now, confirmed by another person than who prepared
    it; its number there is the reference."""
    line: CyberTipline | None = request.app.state.cybertip
    async with line.one_at_a_time if line is not None else nullcontext():
        return await _confirm(request, referral, data)


async def _confirm(request: AnyRequest, referral: str, data: SentRequest) -> Referral:
    who, at_ms = must_be_known(request), now_ms()
    sent_ms = None if data.sent_at is None else ms_of(data.sent_at)
    try:
        with engine_of(request).read() as tables:
            seen(tables, who, referral)
            row = row_of(tables, referral)
            must_be_sendable(tables, row, who.id, at_ms, checked=data.checked)
            tip = _tip(tables, request, row) if row.place == NCMEC else None
    except TooCloseError as error:
        await keep_try(request, error)
        raise
    number = "" if tip is None else await _send(request, tip)

    def change(tables: Tables) -> Referral:
        return mark_sent(
            tables,
            referral,
            who.id,
            at_ms,
            checked=data.checked,
            sent_ms=None if number else sent_ms,
            reference=number or data.reference,
        )

    return await write(request, change)


@post("/referrals/{referral:str}/acknowledged", guards=EXPORT, status_code=200, tags=["cases"])
async def confirm_answered(
    request: AnyRequest, referral: FromPath[str], data: JSONBody[AnsweredRequest]
) -> Referral:
    """Keeps the reference that they gave."""
    who, at_ms = must_be_known(request), now_ms()

    def change(tables: Tables) -> Referral:
        seen(tables, who, referral)
        return acknowledge(tables, referral, who.id, at_ms, data.reference)

    return await write(request, change)


@post("/referrals/{referral:str}/withdraw", guards=EXPORT, status_code=200, tags=["cases"])
async def withdraw_referral(request: AnyRequest, referral: FromPath[str]) -> Referral:
    """What was prepared is not sent."""
    who, at_ms = must_be_known(request), now_ms()

    def change(tables: Tables) -> Referral:
        seen(tables, who, referral)
        return withdraw(tables, referral, who.id, at_ms)

    return await write(request, change)


def places_for(tables: Tables, request: AnyRequest, case: str) -> list[PlaceView]:
    ncmec = _teller(request).ncmec
    return [
        PlaceView(key, place)
        for key, place in places().items()
        if takes(tables, key, case, ncmec=ncmec)
    ]


def seen(tables: Tables, who: Caller, referral: str) -> Referral:
    """It, when the caller may see its case; else NotFoundError."""
    find_case(tables, who, row_of(tables, referral).case)
    return referral_of(tables, referral)


def _tip(tables: Tables, request: AnyRequest, row: ReferralRow) -> Tip:
    """Links, hashes and times: the type it is read through has no more."""
    settings: WebSettings = request.app.state.settings
    case = tables.cases.get(row.case)
    closed = [one.sealed for one in read_messages(tables, row.case, 500) if one.sealed]
    reported = [link for one in read_reports(tables, row.case, 500) for link in one.links]
    found = [*reported, *(link for one in closed for link in one.links)]
    begin = min((one.sent_at for one in closed), default=moment(row.known_ms))
    return Tip(
        begin,
        list(dict.fromkeys(found)),
        sorted({digest for one in closed for digest in one.hashes}),
        "" if case is None else case.platform,
        settings.referral.email,
    )


async def _send(request: AnyRequest, tip: Tip) -> str:
    """OutboundError when it did not arrive: it stays prepared, and can be confirmed again."""
    line: CyberTipline | None = request.app.state.cybertip
    if line is None:
        raise ConflictError("the operator switched the NCMEC's interface off")
    number = await line.submit(tip_xml(tip))
    await line.finish(number)
    return number


def _teller(request: AnyRequest) -> Teller:
    state = request.app.state
    return Teller(state.community, engine_of(request).signer.name, state.settings.referral.ncmec)


route_handlers = [
    list_places,
    list_referrals,
    prepare_referral,
    show_referral,
    referral_text,
    confirm_sent,
    confirm_answered,
    withdraw_referral,
]
