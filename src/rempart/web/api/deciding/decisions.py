"""All decisions of one's channels, with the statements of reasons that they brought.

Who is kept from a case (recused, or concerned) reads its decisions here as little as anywhere; of
child safety only who decides does.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import QueryParameter

from rempart.model import Decision, Statement
from rempart.web.api.cases.cases import beyond_harms, closed_to
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.auth import must_be_known, needs

MOST_STATEMENTS = 50
"""Of one decision: a raid has one for each account. The others are in GET /statements."""


class DecisionView(msgspec.Struct, frozen=True):
    """`statements`: the first ones of this decision; `statements_total`: of how many."""

    decision: Decision
    platform: str
    channel: str
    statements: list[Statement]
    statements_total: int


class DecisionList(msgspec.Struct, frozen=True):
    """Newest first."""

    decisions: list[DecisionView]


@get("/decisions", guards=[needs("read")], sync_to_thread=True, tags=["cases"])
def list_decisions(
    request: AnyRequest,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 50,
    offset: Annotated[int, QueryParameter(ge=0, le=1_000_000)] = 0,
) -> DecisionList:
    """Decisions in one's channels, newest first, with their statements of reasons. A page may be
    short where a case in it is not for the caller; the next one starts at `offset + limit`."""
    who = must_be_known(request)
    with engine_of(request).read() as tables:
        rows = tables.cases.decision_page(
            None if who.channels is None else sorted(who.channels),
            limit,
            offset,
            kept_from=who.id,
        )
        found = []
        for row in rows:
            case = row.decision.case
            if not closed_to(tables, who, case) and not beyond_harms(tables, who, case):
                told, total = tables.statements.of_decision(row.decision.id, MOST_STATEMENTS)
                statements = [one.statement for one in told]
                found.append(
                    DecisionView(row.decision, row.platform, row.channel, statements, total)
                )
    return DecisionList(found)


route_handlers: list[Any] = [list_decisions]
