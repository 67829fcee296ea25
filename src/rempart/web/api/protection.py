"""Measures and shields by hand: undoing one measure, a whole raid, switching a shield on or off."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import delete, post
from litestar.params import FromPath, JSONBody

from rempart.cases.by_hand import LONGEST_SHIELD_MINUTES, shield
from rempart.cases.undo import undo_measure, undo_raid
from rempart.errors import InputError, NotFoundError
from rempart.model import Measure
from rempart.store.interface import Tables
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.auth import Caller, must_be_known, must_see, needs
from rempart.web.auth.gate import now_ms

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]


class ShieldRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`platform` and `channel` together, or neither: the channel whose owner the target is."""

    minutes: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_SHIELD_MINUTES)] = 15
    platform: Name | None = None
    channel: Name | None = None


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
async def undo_all(request: AnyRequest, raid: FromPath[str]) -> MeasureList:
    """Takes back every measure of a raid at once; the raid causes no new ones."""
    who, at_ms = must_be_known(request), now_ms()

    def change(tables: Tables) -> list[Measure]:
        row = tables.stream.raid(raid)
        if row is None:
            raise _unknown()
        must_see(who, row.raid.channel, row.raid.platform)
        return undo_raid(tables, raid, who.id, at_ms)

    return MeasureList(await write(request, change))


@post("/targets/{target:str}/shield", guards=[needs("moderate")], tags=["measures"])
async def shield_on(
    request: AnyRequest, target: FromPath[str], data: JSONBody[ShieldRequest | None] = None
) -> MeasureList:
    """Switches a target's shield on for some minutes."""
    asked, who, at_ms = data or ShieldRequest(), must_be_known(request), now_ms()
    place = _place(asked)

    def change(tables: Tables) -> list[Measure]:
        platform, channel = place or _home(tables, who, target)
        must_see(who, channel, platform)
        return shield(
            tables,
            target,
            on=True,
            by=who.id,
            at_ms=at_ms,
            minutes=asked.minutes,
            place=(platform, channel),
            connectors=engine_of(request).settings.told(platform, channel),
        )

    return MeasureList(await write(request, change))


@delete(
    "/targets/{target:str}/shield", guards=[needs("moderate")], status_code=200, tags=["measures"]
)
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


route_handlers: list[Any] = [undo, undo_all, shield_on, shield_off]


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
