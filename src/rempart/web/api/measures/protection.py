"""Measures and shields by hand: undoing one measure, a whole raid, switching a shield on or off."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody

from rempart.cases.measures.by_hand import (
    LONGEST_SHIELD_MINUTES,
    Wish,
    planned,
    shield,
    shield_wish,
    take,
)
from rempart.cases.measures.undo import undo_measure, undo_raid
from rempart.engine.preview import Preview, of_taking, of_undoing
from rempart.errors import InputError, NotFoundError
from rempart.model import Bundle, Measure
from rempart.store.interface import Tables
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.asking import MustAsk, ask_if_broad, asking
from rempart.web.auth import Caller, Right, must_be_known, must_see, needs, needs_right
from rempart.web.auth.gate import now_ms

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]


PROTECT = [needs_right(Right.PROTECT)]


class ShieldRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`platform` and `channel` together, or neither: the channel whose owner the target is.
    `confirm`: from the answer to the first request."""

    minutes: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_SHIELD_MINUTES)] = 15
    bundle: Bundle = Bundle.GENTLE
    platform: Name | None = None
    channel: Name | None = None
    confirm: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class UndoRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`confirm`: from the answer to the first request."""

    confirm: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class MeasureList(msgspec.Struct, frozen=True):
    """The measures that this changed, as they are now."""

    measures: list[Measure]


@post(
    "/measures/{measure:str}/undo", guards=[needs("moderate")], status_code=200, tags=["measures"]
)
async def undo(request: AnyRequest, measure: FromPath[str]) -> MeasureList:
    """Takes one measure back; what has ended already stays as it ended."""
    who, at_ms = must_be_known(request), now_ms()

    def change(tables: Tables) -> list[Measure]:
        row = tables.stream.measure(measure)
        if row is None:
            raise _unknown()
        must_see(who, row.measure.scope.channel, row.measure.scope.platform)
        return [undo_measure(tables, measure, who.id, at_ms)]

    return MeasureList(await write(request, change))


@post("/raids/{raid:str}/undo", guards=[needs("moderate")], status_code=200, tags=["measures"])
async def undo_all(
    request: AnyRequest, raid: FromPath[str], data: JSONBody[UndoRequest | None] = None
) -> Response[Any]:
    """Takes back every measure of a raid at once; the raid causes no new ones. 409 with a preview
    and `confirm` when it touches many; then the same again with `confirm`."""
    confirm = data.confirm if data is not None else None
    try:
        return Response(await undo_whole_raid(request, raid, confirm), status_code=200)
    except MustAsk as must:
        return asking(must, must_be_known(request).id, undo_step(raid))


@get(
    "/raids/{raid:str}/undo/preview", guards=[needs("moderate")], status_code=200, tags=["measures"]
)
async def preview_undo(request: AnyRequest, raid: FromPath[str]) -> Preview:
    """Whom and how many messages undoing the raid's measures would let through."""
    return await _undo_previewed(request, raid)


async def undo_whole_raid(request: AnyRequest, raid: str, confirm: str | None) -> MeasureList:
    """Raises MustAsk when it is broad and was not confirmed."""
    who, at_ms = must_be_known(request), now_ms()
    preview = await _undo_previewed(request, raid)
    ask_if_broad(request, preview, who.id, undo_step(raid), confirm)

    def change(tables: Tables) -> list[Measure]:
        _visible(tables, who, raid)
        return undo_raid(tables, raid, who.id, at_ms)

    return MeasureList(await write(request, change))


def undo_step(raid: str) -> str:
    """What a confirmation is good for."""
    return f"undo {raid}"


async def _undo_previewed(request: AnyRequest, raid: str) -> Preview:
    engine, who = engine_of(request), must_be_known(request)

    def look() -> Preview:
        with engine.read() as tables:
            _visible(tables, who, raid)
            rows = tables.stream.measures(raid=raid, active=True, limit=10_000)
            return of_undoing(tables, [row.measure for row in rows])

    return await asyncio.to_thread(look)


def _visible(tables: Tables, who: Caller, raid: str) -> None:
    row = tables.stream.raid(raid)
    if row is None:
        raise _unknown()
    must_see(who, row.raid.channel, row.raid.platform)


@post("/targets/{target:str}/shield", guards=PROTECT, tags=["measures"])
async def shield_on(
    request: AnyRequest, target: FromPath[str], data: JSONBody[ShieldRequest | None] = None
) -> Response[Any]:
    """Switches a target's shield on for some minutes, with the measures of its bundle. 409 with a
    preview and `confirm` when it would hold many; then the same again with `confirm`."""
    asked, who, at_ms = data or ShieldRequest(), must_be_known(request), now_ms()
    place, engine = _place(asked), engine_of(request)
    settings = engine.settings

    def wish(tables: Tables) -> Wish:
        platform, channel = place or _home(tables, who, target)
        must_see(who, channel, platform)
        return shield_wish(target, (platform, channel), asked.minutes, asked.bundle)

    def look() -> Preview:
        with engine.read() as tables:
            measures = planned(tables, wish(tables), settings.shields, "", at_ms)
            return of_taking(tables, measures, settings.modes, at_ms)

    def change(tables: Tables) -> list[Measure]:
        one = wish(tables)
        told = settings.told(one.scope.platform, one.scope.channel)
        return take(tables, [one], settings.shields, who.id, at_ms, connectors=told)

    step = f"shield {target} {asked.bundle} {place}"
    try:
        ask_if_broad(request, await asyncio.to_thread(look), who.id, step, asked.confirm)
    except MustAsk as must:
        return asking(must, who.id, step)
    return Response(MeasureList(await write(request, change)), status_code=201)


@delete("/targets/{target:str}/shield", guards=PROTECT, status_code=200, tags=["measures"])
async def shield_off(request: AnyRequest, target: FromPath[str]) -> MeasureList:
    """Switches a target's shield off, wherever it is on in one's channels."""
    who, at_ms = must_be_known(request), now_ms()

    def change(tables: Tables) -> list[Measure]:
        scopes = {
            (row.measure.scope.platform, row.measure.scope.channel)
            for row in tables.cases.shields(target)
        }
        ended: list[Measure] = []
        for platform, channel in sorted(scopes):
            if who.sees(channel, platform):
                ended += shield(
                    tables, target, on=False, by=who.id, at_ms=at_ms, place=(platform, channel)
                )
        return ended

    return MeasureList(await write(request, change))


route_handlers: list[Any] = [undo, undo_all, preview_undo, shield_on, shield_off]


def _unknown() -> NotFoundError:
    return NotFoundError("there is no such thing in a channel you have rights on")


def _place(asked: ShieldRequest) -> tuple[str, str] | None:
    if asked.platform is None and asked.channel is None:
        return None
    if asked.platform is None or asked.channel is None:
        raise InputError("name both platform and channel, or neither", where="channel")
    return asked.platform, asked.channel


def _home(tables: Tables, who: Caller, target: str) -> tuple[str, str]:
    for row in tables.stream.channels():
        if row.channel == target and who.sees(row.channel, row.platform):
            return row.platform, row.channel
    raise NotFoundError(
        "no message was seen in this target's channel yet",
        where=target,
        next_step="name the platform and the channel",
    )
