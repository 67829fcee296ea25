"""People and roles over HTTP: who is there, what they may, changed by who holds the right `people`.

A token changes nothing here: only a signed-in person with the right `people` over everything does.
What changed is an entry of the log, and counts for the next request of the person it is about.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import delete, get, patch, put
from litestar.params import FromPath, JSONBody

from rempart.cases.people import (
    change_person,
    disable_person,
    enable_person,
    person_of,
    put_role,
    remove_role,
    roles,
)
from rempart.cases.rights import Right, Role
from rempart.store.interface import Tables
from rempart.store.interface.access import PersonRow
from rempart.web.api.request import AnyRequest, engine_of, moment, write
from rempart.web.auth import Caller, must_be_known, needs_right
from rempart.web.auth.gate import now_ms
from rempart.web.auth.guards import gate_of
from rempart.web.failures import NoRightError

PEOPLE = [needs_right(Right.PEOPLE, person=True)]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=600)]
Words = Annotated[list[Word], msgspec.Meta(max_length=1000)]


class PersonView(msgspec.Struct, frozen=True):
    """`id` is the pseudonym outwards. `channels`, `queues`, `harms` null: all of them; `without`:
    harms this person chose not to see."""

    id: str
    name: str
    roles: list[str]
    channels: list[str] | None
    queues: list[str] | None
    harms: list[str] | None
    without: list[str]
    created_at: datetime
    last_seen_at: datetime | None
    disabled_at: datetime | None


class RoleView(msgspec.Struct, frozen=True):
    """`name` empty: a built-in role. `second_factor`: who has it signs in with one."""

    key: str
    name: str
    rights: list[Right]
    second_factor: bool
    builtin: bool
    people: int = 0


class PeopleList(msgspec.Struct, frozen=True):
    people: list[PersonView]


class RoleList(msgspec.Struct, frozen=True):
    """`rights`: all there are."""

    roles: list[RoleView]
    rights: list[Right]


class PersonChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is left out stays; null means: all of them."""

    roles: Words | msgspec.UnsetType = msgspec.UNSET
    channels: Words | msgspec.UnsetType | None = msgspec.UNSET
    queues: Words | msgspec.UnsetType | None = msgspec.UNSET
    harms: Words | msgspec.UnsetType | None = msgspec.UNSET
    disabled: bool | msgspec.UnsetType = msgspec.UNSET


class RoleChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rights: Words
    name: Annotated[str, msgspec.Meta(max_length=64)] = ""
    second_factor: bool = False


@get("/people", guards=PEOPLE, sync_to_thread=True, tags=["people"])
def list_people(request: AnyRequest) -> PeopleList:
    """Everybody who was ever let in."""
    with engine_of(request).read() as tables:
        return PeopleList([person_view(row) for row in tables.access.people()])


@patch("/people/{person:str}", guards=PEOPLE, tags=["people"])
async def change(
    request: AnyRequest, person: FromPath[str], data: JSONBody[PersonChange]
) -> PersonView:
    """Other roles or bounds, disabled or enabled: it counts at once."""
    who, at_ms = keeper(request), now_ms()

    def changed(tables: Tables) -> PersonRow:
        before = person_of(tables, person)
        change_person(
            tables,
            person,
            who.id,
            at_ms,
            roles=_or(data.roles, before.roles),
            channels=_or(data.channels, before.channels),
            queues=_or(data.queues, before.queues),
            harms=_or(data.harms, before.harms),
        )
        if data.disabled is True and before.disabled_ms is None:
            disable_person(tables, person, who.id, at_ms)
        if data.disabled is False and before.disabled_ms is not None:
            enable_person(tables, person, who.id, at_ms)
        return person_of(tables, person)

    row = await write(request, changed)
    gate_of(request).forget()
    return person_view(row)


@get("/roles", guards=PEOPLE, sync_to_thread=True, tags=["people"])
def list_roles(request: AnyRequest) -> RoleList:
    """The roles, and all rights there are."""
    with engine_of(request).read() as tables:
        return RoleList(role_views(tables), list(Right))


@put("/roles/{role:str}", guards=PEOPLE, tags=["people"])
async def set_role(
    request: AnyRequest, role: FromPath[str], data: JSONBody[RoleChange]
) -> RoleView:
    """Changes a role or adds one; `name` is needed for one that is not built in."""
    who, at_ms = keeper(request), now_ms()

    def changed(tables: Tables) -> Role:
        return put_role(
            tables,
            role,
            data.name,
            data.rights,
            who.id,
            at_ms,
            second_factor=data.second_factor,
        )

    made = await write(request, changed)
    gate_of(request).forget()
    return _role_view(made)


@delete("/roles/{role:str}", guards=PEOPLE, status_code=200, tags=["people"])
async def drop_role(request: AnyRequest, role: FromPath[str]) -> RoleList:
    """Removes a role that nobody holds."""
    who, at_ms = keeper(request), now_ms()

    def changed(tables: Tables) -> list[RoleView]:
        remove_role(tables, role, who.id, at_ms)
        return role_views(tables)

    return RoleList(await write(request, changed), list(Right))


route_handlers: list[Any] = [list_people, change, list_roles, set_role, drop_role]


def keeper(request: AnyRequest) -> Caller:
    """Who asks, when nothing bounds her: she may hand out any right."""
    who = must_be_known(request)
    if not who.everywhere:
        raise NoRightError("people are changed by who has the right `people` over everything")
    return who


def person_view(row: PersonRow) -> PersonView:
    return PersonView(
        row.id,
        row.name,
        list(row.roles),
        None if row.channels is None else list(row.channels),
        None if row.queues is None else list(row.queues),
        None if row.harms is None else list(row.harms),
        list(row.without),
        moment(row.created_ms),
        None if row.last_ms is None else moment(row.last_ms),
        None if row.disabled_ms is None else moment(row.disabled_ms),
    )


def role_views(tables: Tables) -> list[RoleView]:
    held = [key for person in tables.access.people() for key in person.roles]
    return [_role_view(role, held.count(role.key)) for role in roles(tables).values()]


def _role_view(role: Role, people: int = 0) -> RoleView:
    rights = [right for right in Right if right in role.rights]
    return RoleView(role.key, role.name, rights, role.second_factor, role.builtin, people)


def _or(given: list[str] | msgspec.UnsetType | None, before: Any) -> Any:
    return before if isinstance(given, msgspec.UnsetType) else given
