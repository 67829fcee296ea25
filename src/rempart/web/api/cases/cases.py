"""Cases: the queue, one case whole, its dossier.

Lists and cases show what lies in the caller's channels and nothing else. An export is made by a
signed-in person, and who exported what stands in the log before the file is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from rempart.cases.child_safety import Sealed
from rempart.cases.evidence.provenance import Provenance
from rempart.cases.matter import is_child_safety
from rempart.cases.queue.queues import is_kept_from
from rempart.cases.reading import read_messages, read_reports
from rempart.errors import NotFoundError, NotYetError
from rempart.model import (
    Case,
    CaseKind,
    CaseState,
    Decision,
    Measure,
    Message,
    Outcome,
    Raid,
    Report,
)
from rempart.store.interface import Tables
from rempart.store.interface.cases import CaseQuery
from rempart.web.api.cases.looks import note_look
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.auth import Caller, Right, must_be_known, must_see, needs

Limit = Annotated[int, QueryParameter(ge=1, le=500)]
Offset = Annotated[int, QueryParameter(ge=0, le=10_000_000)]


class CaseList(msgspec.Struct, frozen=True):
    """`total` counts all that match, not only this page."""

    cases: list[Case]
    total: int


class CaseMessageView(msgspec.Struct, frozen=True):
    """`message` null: its words were erased, or it is of child safety: then `sealed` has all that
    is kept of it. `released`: it was held and is no longer. `provenance`: how far it is proven that
    the platform sent it; null: its words were erased."""

    seq: int
    message: Message | None
    outcome: Outcome | None
    released: bool
    sealed: Sealed | None = None
    provenance: Provenance | None = None


class DeliveryView(msgspec.Struct, frozen=True):
    """A measure (`operation` apply) or its undo at one connector. `state`: `done`, `pending` (it is
    tried again) or `not_applied`. `detail`: what the platform said last."""

    measure: str
    connector: str
    operation: str
    state: str
    detail: str


class CaseView(msgspec.Struct, frozen=True):
    """`log` holds the entries of the log that are about the case, by sequence number."""

    case: Case
    raid: Raid | None
    messages: list[CaseMessageView]
    measures: list[Measure]
    deliveries: list[DeliveryView]
    reports: list[Report]
    decision: Decision | None
    log: list[int]


@get("/cases", guards=[needs("read")], sync_to_thread=True, tags=["cases"])
def list_cases(
    request: AnyRequest,
    case_state: Annotated[CaseState | None, QueryParameter(name="state")] = None,
    kind: FromQuery[CaseKind | None] = None,
    channel: FromQuery[str | None] = None,
    target: FromQuery[str | None] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> CaseList:
    """The queue: most urgent first, then the oldest."""
    who = must_be_known(request)
    query = CaseQuery(
        state=case_state,
        kind=kind,
        channels=_channels(who, channel),
        target=target,
        limit=limit,
        offset=offset,
        harms=None if who.harms is None else tuple(sorted({*who.harms, ""})),
        kept_from=who.id,
    )
    with engine_of(request).read() as tables:
        page = tables.cases.page(query)
    return CaseList(page.cases, page.total)


@post("/cases", guards=[needs("moderate")], status_code=200, tags=["cases"])
async def open_case() -> CaseList:
    """Opening a case by hand."""
    raise NotYetError(
        "cases are opened by raids, held messages and reports",
        next_step="opening one by hand comes with the issue *Cases*; until then send a report",
    )


@get("/cases/{case:str}", guards=[needs("read")], sync_to_thread=True, tags=["cases"])
def show_case(
    request: AnyRequest, case: FromPath[str], limit: Limit = 200, offset: Offset = 0
) -> CaseView:
    """One case whole; `limit` and `offset` page its messages. That one looked is logged first."""
    with engine_of(request).read() as tables:
        found = find_case(tables, must_be_known(request), case)
        note_look(request, found.id)
        raid = tables.stream.raid(found.raid) if found.raid else None
        measures = [row.measure for row in tables.cases.measures(found.id)]
        return CaseView(
            found,
            raid.raid if raid is not None else None,
            [
                CaseMessageView(
                    one.row.seq,
                    one.message,
                    one.outcome,
                    one.released,
                    one.sealed,
                    one.provenance,
                )
                for one in read_messages(tables, found.id, limit, offset)
            ],
            measures,
            _deliveries(tables, measures),
            read_reports(tables, found.id),
            tables.cases.decision(found.id),
            tables.cases.sequences(found.id),
        )


def _deliveries(tables: Tables, measures: Sequence[Measure]) -> list[DeliveryView]:
    return [
        DeliveryView(
            row.measure,
            row.connector,
            row.operation,
            "not_applied" if row.state == "failed" else row.state,
            row.detail,
        )
        for row in tables.stream.deliveries([one.id for one in measures])
    ]


route_handlers: list[Any] = [
    list_cases,
    open_case,
    show_case,
]


def closed_to(tables: Tables, who: Caller, case: str) -> bool:
    """Whether the case is of child safety and the caller not one of those who decide."""
    return Right.DECIDE not in who.rights and is_child_safety(tables, case)


def find_case(tables: Tables, who: Caller, case: str) -> Case:
    """NotFoundError also when it lies in a channel without rights: no difference is told."""
    found = tables.cases.get(case)
    if found is None:
        raise NotFoundError("there is no such thing in a channel you have rights on")
    must_see(who, found.channel, found.platform)
    if (
        is_kept_from(tables, found.id, who.id)
        or closed_to(tables, who, found.id)
        or beyond_harms(tables, who, found.id)
    ):
        raise NotFoundError("there is no such thing in a channel you have rights on")
    return found


def beyond_harms(tables: Tables, who: Caller, case: str) -> bool:
    """Outside of the harms that somebody gave her; one without a harm yet is everybody's. What she
    chose not to see, or has seen enough of today, is left out of her queue and stays reachable: a
    limit reached in the middle of a case does not take it out of her hands."""
    if who.harms is None:
        return False
    standing = tables.deadlines.standing([case]).get(case)
    return standing is not None and bool(standing.harm) and standing.harm not in who.harms


def _channels(who: Caller, wanted: str | None) -> tuple[str, ...] | None:
    if wanted is None:
        return None if who.channels is None else tuple(sorted(who.channels))
    return (wanted,) if who.sees(wanted) else ()
