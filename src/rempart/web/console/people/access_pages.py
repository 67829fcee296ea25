"""The page *Access log*: its filters, and the alarms that wait for another admin's eye."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from rempart.cases.access_log import KINDS
from rempart.store.interface import Tables
from rempart.web.api.people.access_log import (
    ACCESS_LOG,
    ADMIN,
    AccessList,
    AccessQuery,
    access_list,
    see_alarm,
)
from rempart.web.api.request import AnyRequest
from rempart.web.auth import must_be_known
from rempart.web.auth.caller import may_only_audit
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page
from rempart.web.console.reading import moment


class AccessScreen(msgspec.Struct, frozen=True):
    """`people`: names by pseudonym, which are only inside: none for an auditor, who is shown the
    pseudonyms alone."""

    now: datetime
    query: AccessQuery
    found: AccessList
    people: dict[str, str]
    kinds: list[str]
    me: str


@get(["/console/access", "/console/access.json"], guards=ACCESS_LOG, include_in_schema=False)
async def access_log(
    request: AnyRequest,
    kind: FromQuery[str] = "",
    person: FromQuery[str] = "",
    before: Annotated[int | None, QueryParameter(ge=0, le=2**62)] = None,
) -> Response[Any]:
    who, now = must_be_known(request), now_ms()
    query = AccessQuery(kind or None, person or None, before)
    named = not may_only_audit(who)

    def view(tables: Tables) -> AccessScreen:
        return AccessScreen(
            now=moment(now),
            query=query,
            found=access_list(tables, query, named=named),
            people={row.id: row.name if named else "" for row in tables.access.people()},
            kinds=list(KINDS),
            me=who.id,
        )

    return await page(request, "access.html", view)


@post("/console/access/{entry:int}/seen", guards=ADMIN, status_code=200, include_in_schema=False)
async def seen(request: AnyRequest, entry: FromPath[int]) -> Response[Any]:
    await see_alarm.fn(request, entry)
    return Redirect("/console/access?kind=alarm", status_code=303)


route_handlers: list[Any] = [access_log, seen]
