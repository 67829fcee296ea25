"""The access log over HTTP: who came in, who was refused, what was changed, looked at, taken away.

For people with the right `access_log`. It lists entries of the log; what an entry says is read from
the log itself. An alarm is marked as seen by another admin than the one it is about.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from rempart.cases.access_log import KINDS, alarm_seen
from rempart.errors import InputError
from rempart.store.interface import Tables
from rempart.store.interface.access_log import AccessEntryRow
from rempart.web.api.request import AnyRequest, engine_of, moment, write
from rempart.web.auth import Right, must_be_known, needs_right
from rempart.web.auth.caller import may_only_audit
from rempart.web.auth.gate import now_ms

ACCESS_LOG = [needs_right(Right.ACCESS_LOG, person=True)]
ADMIN = [needs_right(Right.PEOPLE, person=True)]
PAGE = 100
_TOLD = (
    "means", "count", "roles", "channels", "rights", "reason", "ended", "left", "usual", "without",
    "second_factor", "until", "harm", "search", "asked", "sql",
)  # fmt: skip
"""Parts of an entry that its line shows."""
_MAY_NAME = frozenset({"channels", "reason", "asked", "sql"})
"""Those that may name somebody: an auditor is not shown them."""


class AccessLine(msgspec.Struct, frozen=True):
    """`by` and `about` are pseudonyms or ids; `told`: what else the entry says, empty when its
    words were erased."""

    seq: int
    at: datetime
    kind: str
    what: str
    by: str
    about: str
    told: dict[str, Any]
    seen_by: str | None


class AccessList(msgspec.Struct, frozen=True):
    """`before`: give it as the parameter of the same name for what is older."""

    entries: list[AccessLine]
    before: int | None


class AccessQuery(msgspec.Struct, frozen=True):
    kind: str | None = None
    person: str | None = None
    before: int | None = None


@get("/access", guards=ACCESS_LOG, sync_to_thread=True, tags=["access"])
def list_access(
    request: AnyRequest,
    kind: FromQuery[str | None] = None,
    person: FromQuery[str | None] = None,
    before: Annotated[int | None, QueryParameter(ge=0, le=2**62)] = None,
) -> AccessList:
    """Newest first. `kind`: sign-in, person, role, invitation, access, alarm or audit; `person`:
    who did it, or whom it is about."""
    named = not may_only_audit(must_be_known(request))
    with engine_of(request).read() as tables:
        return access_list(tables, AccessQuery(kind, person, before), named=named)


@post("/access/{entry:int}/seen", guards=ADMIN, status_code=200, tags=["access"])
async def see_alarm(request: AnyRequest, entry: FromPath[int]) -> AccessList:
    """An alarm was seen; not by the person it is about."""
    who, at_ms = must_be_known(request), now_ms()

    def change(tables: Tables) -> AccessList:
        alarm_seen(tables, entry, who.id, at_ms)
        return access_list(tables, AccessQuery(kind="alarm"))

    return await write(request, change)


route_handlers: list[Any] = [list_access, see_alarm]


def access_list(tables: Tables, query: AccessQuery, *, named: bool = True) -> AccessList:
    """Not `named`: without what may name somebody."""
    if query.kind is not None and query.kind not in KINDS:
        raise InputError("no such kind", where="kind", next_step="one of: " + ", ".join(KINDS))
    rows = tables.access_log.page(
        kind=query.kind, person=query.person, before=query.before, limit=PAGE + 1
    )
    older = rows[PAGE - 1].seq if len(rows) > PAGE else None
    parts = [part for part in _TOLD if named or part not in _MAY_NAME]
    return AccessList([_line(tables, row, parts) for row in rows[:PAGE]], older)


def _line(tables: Tables, row: AccessEntryRow, parts: Sequence[str]) -> AccessLine:
    told: dict[str, Any] = {}
    for body in tables.log.bodies(row.seq):
        _, name, value = msgspec.json.decode(body)
        if name == row.kind:
            told = {key: value[key] for key in parts if key in value}
    return AccessLine(
        row.seq, moment(row.at_ms), row.kind, row.what, row.actor, row.about, told, row.seen_by
    )
