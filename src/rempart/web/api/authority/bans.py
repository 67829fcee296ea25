"""Court bans over HTTP, for people with the right `orders`; see `cases.authority.bans`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from rempart.cases.authority import bans
from rempart.model import CourtBan
from rempart.store.interface import Tables
from rempart.store.interface.bans import BanRow
from rempart.web.api.authority.acting import act
from rempart.web.api.authority.orders import ORDERS, ReasonRequest, reach_of
from rempart.web.api.request import AnyRequest, engine_of, moment
from rempart.web.auth.gate import now_ms


class SuspicionView(msgspec.Struct, frozen=True):
    """`why`: `name` or `id`; `found`: `same` or `other`, null: nobody looked yet."""

    account: str
    name: str
    why: str
    at: datetime
    entry: int
    found: str | None
    found_by: str | None
    found_why: str | None


class WaitingView(msgspec.Struct, frozen=True):
    """An account that one person's word blocks, or blocked, or was not enough for. `state`:
    `provisional`, `over`, `not blocked`, `undone` (it stays free)."""

    account: str
    word_of: str
    state: str


class BanView(msgspec.Struct, frozen=True):
    """`confirmed_by` null: it holds for three days only, until a second person confirms it;
    `waiting`: the accounts that two people have not blocked for the term."""

    id: str
    ban: CourtBan
    taken_by: str
    at: datetime
    entry: int
    confirmed_by: str | None
    ended_at: datetime | None
    ended_why: str | None
    in_force: bool
    measures: int
    waiting: list[WaitingView]
    suspicions: list[SuspicionView]


class BanList(msgspec.Struct, frozen=True):
    bans: list[BanView]


class Judgement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a suspicious account is the same person's, and why."""

    account: Annotated[str, msgspec.Meta(max_length=300)]
    same: bool
    reason: Annotated[str, msgspec.Meta(max_length=2_000)]


@get("/bans", guards=ORDERS, sync_to_thread=True, tags=["disclosure"])
def list_bans(request: AnyRequest) -> BanList:
    """All court bans, the newest first, with accounts that look alike."""
    now = now_ms()
    with engine_of(request).read() as tables:
        return BanList(ban_views(tables, now))


@post("/bans", guards=ORDERS, tags=["disclosure"])
async def register(request: AnyRequest, data: JSONBody[CourtBan]) -> BanView:
    """A served decision: blocks its accounts for three days, until somebody else confirms it."""
    reach = reach_of(request)

    def change(tables: Tables, by: str, at_ms: int) -> BanView:
        row = bans.register(tables, data, by, at_ms, reach=reach)
        return ban_view(tables, row, at_ms)

    return await act(request, change)


@post("/bans/{ban:str}/confirm", guards=ORDERS, status_code=200, tags=["disclosure"])
async def confirm(request: AnyRequest, ban: FromPath[str]) -> BanView:
    """A second person has seen the decision: it holds for its whole term. Again for accounts that
    somebody else said later are the same person's."""
    reach = reach_of(request)

    def change(tables: Tables, by: str, at_ms: int) -> BanView:
        row = bans.confirm(tables, ban, by, at_ms, reach=reach)
        return ban_view(tables, row, at_ms)

    return await act(request, change)


@post("/bans/{ban:str}/end", guards=ORDERS, status_code=200, tags=["disclosure"])
async def end(request: AnyRequest, ban: FromPath[str], data: JSONBody[ReasonRequest]) -> BanView:
    """Ends it before its date, with a reason; its measures are undone."""

    def change(tables: Tables, by: str, at_ms: int) -> BanView:
        return ban_view(tables, bans.end(tables, ban, data.reason, by, at_ms), at_ms)

    return await act(request, change)


@post("/bans/{ban:str}/judge", guards=ORDERS, status_code=200, tags=["disclosure"])
async def judge(request: AnyRequest, ban: FromPath[str], data: JSONBody[Judgement]) -> BanView:
    """Says whether an account that looks alike is the same person's."""
    reach = reach_of(request)

    def change(tables: Tables, by: str, at_ms: int) -> BanView:
        row = bans.judge(
            tables, ban, data.account, data.reason, by, at_ms, same=data.same, reach=reach
        )
        return ban_view(tables, row, at_ms)

    return await act(request, change)


route_handlers = [list_bans, register, confirm, end, judge]


def ban_views(tables: Tables, now_ms: int) -> list[BanView]:
    return [ban_view(tables, row, now_ms) for row in tables.bans.all()]


def ban_view(tables: Tables, row: BanRow, now_ms: int) -> BanView:
    return BanView(
        row.id,
        row.ban,
        row.taken_by,
        moment(row.at_ms),
        row.seq,
        row.confirmed_by,
        moment(row.ended_ms) if row.ended_ms is not None else None,
        row.ended_why,
        row.ended_ms is None and row.from_ms <= now_ms < row.until_ms,
        len(tables.bans.measures(row.id)),
        [WaitingView(*one) for one in bans.waiting(tables, row)],
        [
            SuspicionView(
                f"{one.platform}/{one.account}",
                one.name,
                one.why,
                moment(one.at_ms),
                one.seq,
                one.found,
                one.found_by,
                one.found_why,
            )
            for one in tables.bans.suspicions(row.id)
        ],
    )
