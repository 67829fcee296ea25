"""The pages *Declared*: all kinds at a glance; one kind with its days, its form, its history."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from rempart.cases import dated
from rempart.cases.roster import Roster
from rempart.errors import InputError, NotFoundError, RempartError
from rempart.model import ONE_OF, Audience, Contact, DatedKind
from rempart.store.interface import Tables
from rempart.web.api.authority.declared import (
    DECLARE,
    DatedView,
    Declaration,
    Ending,
    SaidView,
    declared_list,
    said_views,
    today_of,
)
from rempart.web.api.authority.declared import declare as api_declare
from rempart.web.api.authority.declared import end as api_end
from rempart.web.api.request import AnyRequest
from rempart.web.auth.gate import now_ms
from rempart.web.console.disclosure.declared_fields import FIELDS, FROM, KEY, NUMBER, UNTIL, UPPER
from rempart.web.console.fields import Field, as_typed, read_fields, typed_again
from rempart.web.console.page import JSON, page, why_not, wrong_field
from rempart.web.console.reading import moment

DECLARED = "/console/declared"


class KindLine(msgspec.Struct, frozen=True):
    kind: DatedKind
    count: int
    missing: bool


class DeclaredScreen(msgspec.Struct, frozen=True):
    """`missing` of a kind: the law asks for it and nothing holds on this day."""

    now: datetime
    day: date
    kinds: list[KindLine]
    roster: Roster
    no_contact_for: list[Audience]


class KindScreen(msgspec.Struct, frozen=True):
    """`typed`: what stands in the form; `wrong`: the field that `failed` is about."""

    now: datetime
    kind: DatedKind
    day: date
    held: list[DatedView]
    said: list[SaidView]
    roster: Roster
    one_of: bool
    typed: dict[str, str]
    failed: str = ""
    wrong: str = ""


@get([DECLARED, f"{DECLARED}.json"], guards=DECLARE, include_in_schema=False)
async def overview(request: AnyRequest, day: FromQuery[date | None] = None) -> Response[Any]:
    now = now_ms()
    return await page(request, "declared.html", lambda tables: _overview(tables, day, now))


@get(f"{DECLARED}/{{kind:str}}", guards=DECLARE, include_in_schema=False)
async def kind_page(
    request: AnyRequest,
    kind: FromPath[str],
    day: FromQuery[date | None] = None,
    key: FromQuery[str] = "",
) -> Response[Any]:
    """`key`: whose value stands in the form, to be changed."""
    return await _kind(request, _kind_of(kind.removesuffix(JSON)), day, key)


@post(f"{DECLARED}/{{kind:str}}", guards=DECLARE, status_code=200, include_in_schema=False)
async def declare(request: AnyRequest, kind: FromPath[str]) -> Response[Any]:
    found, form = _kind_of(kind), await request.form()
    fields = FIELDS[found]
    try:
        days = read_fields([FROM, UNTIL], form)
        key = "" if found in ONE_OF else read_fields([KEY], form)["key"]
        value = dated.from_fields(found, _capitals(read_fields(fields, form)))
        wanted = Declaration(value, _day(days["from_day"]), key, _last(days.get("until")))
        await api_declare.fn(request, wanted)
    except RempartError as error:
        typed = typed_again((*fields, KEY, FROM, UNTIL), form)
        return await _kind(request, found, None, "", error=error, typed=typed)
    return Redirect(f"{DECLARED}/{found}", status_code=303)


@post(f"{DECLARED}/{{kind:str}}/end", guards=DECLARE, status_code=200, include_in_schema=False)
async def end(request: AnyRequest, kind: FromPath[str]) -> Response[Any]:
    found, form = _kind_of(kind), await request.form()
    try:
        first = _day(read_fields([FROM], form)["from_day"])
        await api_end.fn(request, Ending(found, first, str(form.get("key", ""))[:64]))
    except RempartError as error:
        return await _kind(request, found, None, "", error=error)
    return Redirect(f"{DECLARED}/{found}", status_code=303)


route_handlers: list[Any] = [overview, kind_page, declare, end]


def form_of(kind: DatedKind) -> tuple[Field, ...]:
    """The whole form of a kind, with its name and its days."""
    key = () if kind in ONE_OF else (NUMBER if kind is DatedKind.MODERATOR else KEY,)
    return (*key, *FIELDS[kind], FROM, UNTIL)


def _overview(tables: Tables, day: date | None, now: int) -> DeclaredScreen:
    on = day or today_of(tables, now)
    found = declared_list(tables, on)
    contacts = {one.value.audience for one in found.held if isinstance(one.value, Contact)}
    counts = {kind: sum(one.kind is kind for one in found.held) for kind in DatedKind}
    asked = {DatedKind.CONTACT, DatedKind.TIER, DatedKind.TERRITORY, DatedKind.MODERATOR}
    return DeclaredScreen(
        moment(now),
        on,
        [
            KindLine(kind, count, kind in asked and (not count or _half(kind, contacts)))
            for kind, count in counts.items()
        ],
        found.roster,
        [one for one in Audience if one not in contacts],
    )


def _half(kind: DatedKind, contacts: set[Audience]) -> bool:
    return kind is DatedKind.CONTACT and len(contacts) < len(Audience)


async def _kind(
    request: AnyRequest,
    kind: DatedKind,
    day: date | None,
    key: str,
    *,
    error: RempartError | None = None,
    typed: dict[str, str] | None = None,
) -> Response[Any]:
    now = now_ms()

    def view(tables: Tables) -> KindScreen:
        on = day or today_of(tables, now)
        found = declared_list(tables, on)
        held = [one for one in found.held if one.kind is kind]
        chosen = next((one for one in held if one.key == key or kind in ONE_OF), None)
        start = {"from_day": on.isoformat(), "human": "yes"}
        if chosen is not None:
            start |= {"key": chosen.key, "human": "", **_as_typed(kind, chosen)}
        return KindScreen(
            moment(now),
            kind,
            on,
            held,
            said_views(tables, kind)[:200],
            found.roster,
            kind in ONE_OF,
            typed if typed is not None else start,
            why_not(error),
            wrong_field(error),
        )

    return await page(
        request,
        "declared_kind.html",
        view,
        lambda *_: {"fields": form_of(kind), "value_fields": FIELDS[kind]},
        error=error,
    )


def _as_typed(kind: DatedKind, chosen: DatedView) -> dict[str, str]:
    return as_typed(FIELDS[kind], msgspec.to_builtins(chosen.value))


def _capitals(found: dict[str, Any]) -> dict[str, Any]:
    return {
        name: ([one.upper() for one in value] if isinstance(value, list) else value.upper())
        if name in UPPER
        else value
        for name, value in found.items()
    }


def _kind_of(text: str) -> DatedKind:
    try:
        return DatedKind(text)
    except ValueError:
        raise NotFoundError("there is no such kind of setting", where=text) from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError("this is no day", where="from_day") from None


def _last(text: str | None) -> date | None:
    return _day(text) if text else None
