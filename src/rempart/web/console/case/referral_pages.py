"""Passing a case on: choose a place and see what it can do, read what would be said, confirm.

Plain forms; each does what the API does. What is to be pasted stands in fields that a keyboard
reaches and a click selects.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.cases.evidence.referrals import Place, Referral, place_of, places, referrals_of
from rempart.errors import InputError
from rempart.model import Case
from rempart.store.interface import Tables
from rempart.web.api.cases.cases import find_case
from rempart.web.api.cases.looks import note_look
from rempart.web.api.evidence.referrals import (
    EXPORT,
    AnsweredRequest,
    PlaceView,
    PrepareRequest,
    SentRequest,
    confirm_answered,
    confirm_sent,
    places_for,
    prepare_referral,
    seen,
    withdraw_referral,
)
from rempart.web.api.request import AnyRequest, Fields, moment
from rempart.web.auth import Right, must_be_known
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import JSON, page, two_people


class PassOnScreen(msgspec.Struct, frozen=True):
    """The choice of a place for a case, and what was passed on before."""

    now: datetime
    case: Case
    places: list[PlaceView]
    before: list[Referral]
    labels: dict[str, dict[str, str]]


class ReferralScreen(msgspec.Struct, frozen=True):
    """`must_be_another`: who prepared it does not confirm it."""

    now: datetime
    referral: Referral
    place: Place
    must_be_another: bool


@get("/console/cases/{case:str}/referrals", guards=EXPORT, include_in_schema=False)
async def choose(request: AnyRequest, case: FromPath[str]) -> Response[Any]:
    who, now, id = must_be_known(request), now_ms(), case.removesuffix(JSON)

    def view(tables: Tables) -> PassOnScreen:
        found = find_case(tables, who, id)
        return PassOnScreen(
            moment(now),
            found,
            places_for(tables, request, found.id),
            referrals_of(tables, found.id),
            {key: place.label for key, place in places().items()},
        )

    return await page(request, "referrals.html", view)


@post(
    "/console/cases/{case:str}/referrals", guards=EXPORT, status_code=200, include_in_schema=False
)
async def prepare(request: AnyRequest, case: FromPath[str], data: Fields) -> Response[Any]:
    asked = PrepareRequest(
        data.get("place", ""), data.get("language", "fr"), data.get("comment", "")
    )
    made: Referral = await prepare_referral.fn(request, case, asked)
    return Redirect(f"/console/referrals/{made.id}", status_code=303)


@get("/console/referrals/{referral:str}", guards=EXPORT, include_in_schema=False)
async def show(request: AnyRequest, referral: FromPath[str]) -> Response[Any]:
    who, now, id = must_be_known(request), now_ms(), referral.removesuffix(JSON)

    def view(tables: Tables) -> ReferralScreen:
        found = seen(tables, who, id)
        note_look(request, found.case)
        another = found.place == "ncmec" and found.prepared_by == who.id
        return ReferralScreen(moment(now), found, place_of(found.place), another)

    return await page(
        request, "referral.html", view, lambda tables, _: two_people(request, tables, Right.EXPORT)
    )


@post(
    "/console/referrals/{referral:str}/sent",
    guards=EXPORT,
    status_code=200,
    include_in_schema=False,
)
async def sent(request: AnyRequest, referral: FromPath[str], data: Fields) -> Response[Any]:
    told = SentRequest(
        data.get("checked") == "yes", _when(data.get("sent_at", "")), data.get("reference", "")
    )
    await confirm_sent.fn(request, referral, told)
    return _back_to(referral)


@post(
    "/console/referrals/{referral:str}/acknowledged",
    guards=EXPORT,
    status_code=200,
    include_in_schema=False,
)
async def answered(request: AnyRequest, referral: FromPath[str], data: Fields) -> Response[Any]:
    told = AnsweredRequest(data.get("reference", ""))
    await confirm_answered.fn(request, referral, told)
    return _back_to(referral)


@post(
    "/console/referrals/{referral:str}/withdraw",
    guards=EXPORT,
    status_code=200,
    include_in_schema=False,
)
async def take_back(request: AnyRequest, referral: FromPath[str]) -> Response[Any]:
    made: Referral = await withdraw_referral.fn(request, referral)
    return Redirect(f"/console/cases/{made.case}/referrals", status_code=303)


def _when(text: str) -> datetime | None:
    """A date and time as a form gives it, in UTC; nothing: now."""
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise InputError("a date and a time, as in 2026-11-21T10:30", where="sent_at") from None


def _back_to(referral: str) -> Response[Any]:
    return Redirect(f"/console/referrals/{referral}", status_code=303)


route_handlers: list[Any] = [choose, prepare, show, sent, answered, take_back]
