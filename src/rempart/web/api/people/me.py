"""One's own account over HTTP: who one is here, what one may, which harms one does not want."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import get, put
from litestar.params import JSONBody

from rempart.cases.people import opt_out, person_of
from rempart.cases.rights import Right
from rempart.store.interface import Tables
from rempart.store.interface.access import PersonRow
from rempart.web.api.people.people import PersonView, Words, person_view
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.auth import Caller, must_be_known, needs_person, signed_in
from rempart.web.auth.gate import now_ms
from rempart.web.auth.guards import gate_of

PERSON = [signed_in]
READER = [needs_person("read")]


class Me(msgspec.Struct, frozen=True):
    person: PersonView
    rights: list[Right]


class Without(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keys of harms one does not want to see."""

    without: Words


@get("/me", guards=PERSON, sync_to_thread=True, tags=["people"])
def show_me(request: AnyRequest) -> Me:
    """Who asks: person, roles, bounds and rights."""
    who = must_be_known(request)
    with engine_of(request).read() as tables:
        return me_of(tables, who)


@put("/me/without", guards=READER, tags=["people"])
async def set_without(request: AnyRequest, data: JSONBody[Without]) -> Me:
    """Cases with these harms are not offered to one, and cannot be decided by one."""
    who, at_ms = must_be_known(request), now_ms()

    def change(tables: Tables) -> PersonRow:
        return opt_out(tables, who.id, data.without, at_ms)

    row = await write(request, change)
    gate_of(request).forget()
    return Me(person_view(row), _rights(who))


route_handlers: list[Any] = [show_me, set_without]


def me_of(tables: Tables, who: Caller) -> Me:
    return Me(person_view(person_of(tables, who.id)), _rights(who))


def _rights(who: Caller) -> list[Right]:
    return [right for right in Right if right in who.rights]
