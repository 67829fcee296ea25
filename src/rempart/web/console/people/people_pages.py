"""The pages *People* and *Roles*: who is let in, what each may, invitations, access reset.

Buttons are plain forms that do what the API does, by its functions. A link of an invitation is on
the page that answers its making, and nowhere else ever again.
"""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.cases.care import day_of
from rempart.cases.harms import harms
from rempart.cases.people import person_of
from rempart.cases.rights import Right
from rempart.cases.second_person import days_of
from rempart.errors import RempartError
from rempart.store.interface import Tables
from rempart.web.api.people import invitations as invitations_api
from rempart.web.api.people import people as people_api
from rempart.web.api.people.care import care_of
from rempart.web.api.people.invitations import InvitationMade, InvitationRequest, InvitationView
from rempart.web.api.people.people import (
    PEOPLE,
    PersonChange,
    PersonView,
    RoleChange,
    RoleView,
    keeper,
    person_view,
    role_views,
)
from rempart.web.api.request import AnyRequest
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import JSON, page, why_not
from rempart.web.console.reading import moment


class PeopleScreen(msgspec.Struct, frozen=True):
    """`made`: the invitation that was made just now, told this once. `exposed`: how many abusive
    texts each opened today. `alone_for`: days until somebody invited now could be the second
    person, when nobody else is here or invited; otherwise 0."""

    now: datetime
    people: list[PersonView]
    invitations: list[InvitationView]
    roles: list[RoleView]
    may_change: bool
    exposed: dict[str, int]
    alone_for: int
    made: InvitationMade | None = None
    failed: str = ""


class PersonScreen(msgspec.Struct, frozen=True):
    now: datetime
    person: PersonView
    roles: list[RoleView]
    harms: list[str]
    may_change: bool
    made: InvitationMade | None = None
    failed: str = ""


class RolesScreen(msgspec.Struct, frozen=True):
    now: datetime
    roles: list[RoleView]
    rights: list[Right]
    may_change: bool
    failed: str = ""


@get(["/console/people", "/console/people.json"], guards=PEOPLE, include_in_schema=False)
async def people(request: AnyRequest) -> Response[Any]:
    return await _people(request)


@post("/console/people/invite", guards=PEOPLE, status_code=200, include_in_schema=False)
async def invite(request: AnyRequest) -> Response[Any]:
    form = await request.form()
    wanted = InvitationRequest(
        str(form.get("name", "")).strip()[:64],
        [str(role) for role in form.getall("roles", [])],
        _lines(str(form.get("channels", ""))),
        str(form.get("email", "")).strip() or None,
    )
    try:
        made = await invitations_api.make_invitation.fn(request, wanted)
    except RempartError as error:
        return await _people(request, error=error)
    return await _people(request, made=made)


@post(
    "/console/people/invitations/{invitation:str}/revoke",
    guards=PEOPLE,
    status_code=200,
    include_in_schema=False,
)
async def revoke(request: AnyRequest, invitation: FromPath[str]) -> Response[Any]:
    try:
        await invitations_api.revoke.fn(request, invitation)
    except RempartError as error:
        return await _people(request, error=error)
    return Redirect("/console/people", status_code=303)


@get("/console/people/{person:str}", guards=PEOPLE, include_in_schema=False)
async def person(request: AnyRequest, person: FromPath[str]) -> Response[Any]:
    return await _person(request, person.removesuffix(JSON))


@post("/console/people/{person:str}", guards=PEOPLE, status_code=200, include_in_schema=False)
async def change(request: AnyRequest, person: FromPath[str]) -> Response[Any]:
    form = await request.form()
    seen = {str(harm) for harm in form.getall("harms", [])}
    wanted = PersonChange(
        roles=[str(role) for role in form.getall("roles", [])],
        channels=_lines(str(form.get("channels", ""))),
        queues=_lines(str(form.get("queues", ""))),
        harms=None if seen >= set(harms()) else sorted(seen),
    )
    return await _changed(request, person, people_api.change.fn(request, person, wanted))


@post(
    "/console/people/{person:str}/{what:str}",
    guards=PEOPLE,
    status_code=200,
    include_in_schema=False,
)
async def switch(request: AnyRequest, person: FromPath[str], what: FromPath[str]) -> Response[Any]:
    """`what`: disable, enable or reset."""
    if what == "reset":
        try:
            made = await invitations_api.reset.fn(request, person)
        except RempartError as error:
            return await _person(request, person, error=error)
        return await _person(request, person, made=made)
    wanted = PersonChange(disabled=what == "disable")
    return await _changed(request, person, people_api.change.fn(request, person, wanted))


@get(["/console/roles", "/console/roles.json"], guards=PEOPLE, include_in_schema=False)
async def role_list(request: AnyRequest) -> Response[Any]:
    return await _roles(request)


@post("/console/roles", guards=PEOPLE, status_code=200, include_in_schema=False)
async def set_role(request: AnyRequest) -> Response[Any]:
    """Every role has a form of its own; `remove` is its other button."""
    form = await request.form()
    key = str(form.get("key", "")).strip()
    try:
        if "remove" in form:
            await people_api.drop_role.fn(request, key)
        else:
            wanted = RoleChange(
                [str(right) for right in form.getall("rights", [])],
                str(form.get("name", "")).strip()[:64],
                second_factor=str(form.get("second_factor", "")) == "yes",
            )
            await people_api.set_role.fn(request, key, wanted)
    except RempartError as error:
        return await _roles(request, error)
    return Redirect("/console/roles", status_code=303)


route_handlers: list[Any] = [people, invite, revoke, person, change, switch, role_list, set_role]


async def _people(
    request: AnyRequest,
    *,
    made: InvitationMade | None = None,
    error: RempartError | None = None,
) -> Response[Any]:
    now, care = now_ms(), care_of(request)

    def view(tables: Tables) -> PeopleScreen:
        rows = tables.access.people()
        invitations = invitations_api.invitation_views(tables, now)
        alone = not invitations and sum(row.disabled_ms is None for row in rows) == 1
        return PeopleScreen(
            now=moment(now),
            people=[person_view(row) for row in rows],
            invitations=invitations,
            roles=role_views(tables),
            may_change=_may_change(request),
            exposed=tables.care.by_person(day_of(now, care)),
            alone_for=days_of(tables) if alone else 0,
            made=made,
            failed=why_not(error),
        )

    return await page(request, "people.html", view, error=error)


async def _person(
    request: AnyRequest,
    id: str,
    *,
    made: InvitationMade | None = None,
    error: RempartError | None = None,
) -> Response[Any]:
    now = now_ms()

    def view(tables: Tables) -> PersonScreen:
        return PersonScreen(
            now=moment(now),
            person=person_view(person_of(tables, id)),
            roles=role_views(tables),
            harms=list(harms()),
            may_change=_may_change(request),
            made=made,
            failed=why_not(error),
        )

    return await page(request, "person.html", view, error=error)


async def _roles(request: AnyRequest, error: RempartError | None = None) -> Response[Any]:
    now = now_ms()

    def view(tables: Tables) -> RolesScreen:
        return RolesScreen(
            now=moment(now),
            roles=role_views(tables),
            rights=list(Right),
            may_change=_may_change(request),
            failed=why_not(error),
        )

    return await page(request, "roles.html", view, error=error)


async def _changed(
    request: AnyRequest, person: str, change: Awaitable[PersonView]
) -> Response[Any]:
    try:
        await change
    except RempartError as error:
        return await _person(request, person, error=error)
    return Redirect(f"/console/people/{person}", status_code=303)


def _may_change(request: AnyRequest) -> bool:
    try:
        keeper(request)
    except RempartError:
        return False
    return True


def _lines(text: str) -> list[str] | None:
    """One a line; nothing at all means: no bound."""
    found = [line.strip() for line in text.splitlines() if line.strip()]
    return found or None
