"""Out-of-court disputes (DSA art. 21) over HTTP, for people with the right `orders`."""

from __future__ import annotations

from datetime import date

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from rempart.cases.authority import disputes
from rempart.model import Dispute, DisputeOutcome
from rempart.store.interface import Tables
from rempart.store.interface.orders import DisputeRow
from rempart.web.api.authority.acting import act
from rempart.web.api.authority.declared import today_of
from rempart.web.api.authority.orders import ORDERS, Why
from rempart.web.api.request import AnyRequest, engine_of


class DisputeView(msgspec.Struct, frozen=True):
    id: str
    dispute: Dispute
    entry: int


class DisputeList(msgspec.Struct, frozen=True):
    disputes: list[DisputeView]


class DisputeClosed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    outcome: DisputeOutcome
    decided: date
    note: Why = ""


class DisputeDone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    implemented: date


@get("/disputes", guards=ORDERS, sync_to_thread=True, tags=["disclosure"])
def list_disputes(request: AnyRequest) -> DisputeList:
    """Disputes before certified bodies, the newest first."""
    with engine_of(request).read() as tables:
        return DisputeList(dispute_views(tables))


@post("/disputes", guards=ORDERS, tags=["disclosure"])
async def open_dispute(request: AnyRequest, data: JSONBody[Dispute]) -> DisputeView:
    def change(tables: Tables, by: str, at_ms: int) -> DisputeView:
        day = today_of(tables, at_ms)
        return _dispute(disputes.open_dispute(tables, data, day, by, at_ms))

    return await act(request, change)


@post("/disputes/{dispute:str}/outcome", guards=ORDERS, status_code=200, tags=["disclosure"])
async def close_dispute(
    request: AnyRequest, dispute: FromPath[str], data: JSONBody[DisputeClosed]
) -> DisputeView:
    def change(tables: Tables, by: str, at_ms: int) -> DisputeView:
        day = today_of(tables, at_ms)
        row = disputes.close_dispute(
            tables, dispute, data.outcome, data.decided, data.note, day, by, at_ms
        )
        return _dispute(row)

    return await act(request, change)


@post("/disputes/{dispute:str}/implemented", guards=ORDERS, status_code=200, tags=["disclosure"])
async def implement(
    request: AnyRequest, dispute: FromPath[str], data: JSONBody[DisputeDone]
) -> DisputeView:
    def change(tables: Tables, by: str, at_ms: int) -> DisputeView:
        day = today_of(tables, at_ms)
        return _dispute(disputes.implement(tables, dispute, data.implemented, day, by, at_ms))

    return await act(request, change)


route_handlers = [list_disputes, open_dispute, close_dispute, implement]


def dispute_views(tables: Tables) -> list[DisputeView]:
    return [_dispute(row) for row in reversed(tables.orders.disputes())]


def _dispute(row: DisputeRow) -> DisputeView:
    return DisputeView(row.id, row.dispute, row.seq)
