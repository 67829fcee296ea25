"""Telephone lines: what was spent, who got no reply and why, and putting somebody back."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from litestar import get, post
from litestar.params import FromPath

from rempart.connect.sms.settings import PLATFORM
from rempart.engine.embedded.replies_later import put_back
from rempart.errors import NotFoundError
from rempart.web.api.measures.protection import MeasureList
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.auth import Caller, Scope, must_be_known, needs
from rempart.web.auth.gate import now_ms
from rempart.web.lines.desk import LineDesk
from rempart.web.lines.view import LineList, LineView, line_view


@get("/lines", guards=[needs("read")], tags=["lines"])
async def lines(request: AnyRequest) -> LineList:
    """The lines one has rights on."""
    who = must_be_known(request)
    desks = [desk for desk in _desks(request).values() if _sees(who, desk)]
    return LineList([await read_line(request, who, desk) for desk in desks])


@get("/lines/{line:str}", guards=[needs("read")], tags=["lines"])
async def line(request: AnyRequest, line: FromPath[str]) -> LineView:
    """One line now, and its last 24 hours."""
    who = must_be_known(request)
    return await read_line(request, who, desk_of(request, who, line))


@post(
    "/lines/{line:str}/replies/{reply:int}/put-back",
    guards=[needs("moderate")],
    status_code=200,
    tags=["lines"],
)
async def put_sender_back(
    request: AnyRequest, line: FromPath[str], reply: FromPath[int]
) -> MeasureList:
    """The sender of this message is genuine: its reply stops are undone, and it is answered next,
    within the cap."""
    who = must_be_known(request)
    desk = desk_of(request, who, line)

    def sender() -> str:
        with desk.engine.read() as tables:
            row = tables.replies.get(reply)
        if row is None or row.line != line:
            raise NotFoundError("there is no such message on this line", where=str(reply))
        return row.sender

    name = await asyncio.to_thread(sender)
    undone = put_back(desk.keeper, name, who.id, now_ms())
    return MeasureList(await asyncio.wrap_future(undone))


route_handlers: list[Any] = [lines, line, put_sender_back]


def desk_of(request: AnyRequest, who: Caller, name: str) -> LineDesk:
    """NotFoundError: there is none, or not for this caller."""
    desk = _desks(request).get(name)
    if desk is None or not _sees(who, desk):
        raise NotFoundError("there is no such line among those you have rights on", where=name)
    return desk


def line_of(request: AnyRequest, platform: str, channel: str) -> str | None:
    """The name of the line with this number, if it is one."""
    if platform != PLATFORM:
        return None
    found = (name for name, desk in _desks(request).items() if desk.settings.number == channel)
    return next(found, None)


async def read_line(request: AnyRequest, who: Caller, desk: LineDesk) -> LineView:
    engine = engine_of(request)

    def read() -> LineView:
        with engine.read() as tables:
            return line_view(tables, desk, engine.now_ms(), may_put_back=who.may(Scope.MODERATE))

    return await asyncio.to_thread(read)


def _desks(request: AnyRequest) -> Mapping[str, LineDesk]:
    desks: Mapping[str, LineDesk] = request.app.state.lines
    return desks


def _sees(who: Caller, desk: LineDesk) -> bool:
    return who.sees(desk.settings.number, PLATFORM)
