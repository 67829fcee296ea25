"""Measures out to Twitch, and back.

Rules kept here:

1. Idempotent: who is banned already is banned, who is not banned is freed; a repeat changes
   nothing.
2. What was there before a measure is there after it: a shield or slow mode that the streamer had
   on stays on, an account that was banned before stays banned.
3. A restriction ends when the last measure that wants it ends (`standing`).
4. A time-out lasts until the lease ends, two weeks at most, so that Twitch ends it even when nobody
   here does any more.
5. What Twitch cannot do or refuses is said, and the measure stands as *not applied*.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from rempart.connect.kept import Kept
from rempart.connect.one_at_a_time import OneAtATime
from rempart.connect.platform import PlatformError, Said, delivery_of
from rempart.connect.standing import Standing, nothing_stands
from rempart.connect.twitch.helix import WHERE, Helix, Query, data_of
from rempart.connect.twitch.settings import MAX_TIMEOUT, TwitchSettings
from rempart.connect.twitch.table import BARS, Act, act_of, why_not
from rempart.errors import OutboundError
from rempart.model import Measure, MeasureState
from rempart.protect.connector import Connector, Delivery

MAX_REASON = 500
SHIELD_MODE = "/moderation/shield_mode"
CHAT_SETTINGS = "/chat/settings"
_DONE = "done"
_Work = Callable[[Act, Measure], Awaitable[str]]
_MODES: dict[Act, tuple[str, ...]] = {
    Act.SLOW: ("slow_mode", "slow_mode_wait_time"),
    Act.MEMBERS: ("follower_mode", "follower_mode_duration", "subscriber_mode"),
}


class TwitchMeasures(Connector):
    """`clock`: seconds since the epoch."""

    name = "twitch"

    def __init__(
        self,
        settings: TwitchSettings,
        helix: Helix,
        kept: Kept,
        standing: Standing = nothing_stands,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._helix = helix
        self._kept = kept
        self._standing = standing
        self._clock = clock
        self._one_at_a_time = OneAtATime()

    async def apply(self, measure: Measure) -> Delivery:
        act = act_of(measure)
        if act is None:
            return Delivery(ok=False, detail=why_not(measure))
        if act is Act.DELETE and self._settings.held_messages == "leave":
            return Delivery(ok=False, detail='Twitch can only delete: held_messages = "leave"')
        return await self._do(self._apply, act, measure)

    async def undo(self, measure: Measure) -> Delivery:
        act = act_of(measure)
        if act is None or (act is Act.DELETE and self._settings.held_messages == "leave"):
            return Delivery(ok=True, detail="nothing was done there")
        return await self._do(self._undo, act, measure)

    async def _do(self, work: _Work, act: Act, measure: Measure) -> Delivery:
        if act is Act.NOTHING:
            return Delivery(ok=True, detail="told here; nothing to do on Twitch")
        try:
            async with self._lock(act, measure):
                return Delivery(ok=True, detail=await work(act, measure))
        except OutboundError as error:
            return delivery_of(error)

    def _lock(self, act: Act, measure: Measure) -> asyncio.Lock:
        """Of the account or message, or of the mode of the channel."""
        what = measure.scope.ref if act in BARS or act is Act.DELETE else act.value
        return self._one_at_a_time.of(f"{measure.scope.channel} {what}")

    async def _apply(self, act: Act, measure: Measure) -> str:
        if act is Act.DELETE:
            return await self._delete(measure)
        if act in BARS:
            return await self._bar(measure)
        return await self._switch_on(act, measure)

    async def _undo(self, act: Act, measure: Measure) -> str:
        if act is Act.DELETE:
            if measure.state is MeasureState.UNDONE:
                raise PlatformError("a deleted message cannot be put back", where=WHERE)
            return "a deleted message stays deleted"
        if act in BARS:
            return await self._free(act, measure)
        return await self._switch_off(act, measure)

    # -- messages ----------------------------------------------------------------------------

    async def _delete(self, measure: Measure) -> str:
        query = [*await self._as_moderator(measure), ("message_id", measure.scope.ref)]
        said = await self._helix.call("DELETE", "/moderation/chat", query)
        if said.status == 404:
            return "it is gone already"
        return _done(said)

    # -- accounts ----------------------------------------------------------------------------

    async def _bar(self, measure: Measure) -> str:
        """Bans or times out, for as long as the longest measure on this account wants."""
        wanting = [measure, *(one for one in await self._standing(measure) if act_of(one) in BARS)]
        moderator = await self._as_moderator(measure)
        user = await self._helix.user_id(measure.scope.ref)
        if any(act_of(one) is Act.BAN for one in wanting):
            return await self._ban(moderator, user, measure, None)
        left = max(self._left(one) for one in wanting)
        if left <= 0:
            return "its lease is over"
        return await self._ban(moderator, user, measure, left)

    async def _ban(self, moderator: Query, user: str, measure: Measure, left: int | None) -> str:
        data: dict[str, Any] = {"user_id": user, "reason": self._reason(measure)}
        if left is not None:
            data["duration"] = left
        said = await self._helix.call("POST", "/moderation/bans", moderator, {"data": data})
        if said.status == 400 and "already banned" in said.message.lower():
            if self._kept.get(_bar_key(measure)) != "ours":
                self._kept.put(_bar_key(measure), "theirs")
            return "banned already"
        done = _done(said)
        if left is None:
            self._kept.put(_bar_key(measure), "ours")
        return done

    async def _free(self, act: Act, measure: Measure) -> str:
        if act is Act.TIME_OUT and self._left(measure) <= 0:
            return "Twitch ended it"
        others = [one for one in await self._standing(measure) if act_of(one) in BARS]
        key = _bar_key(measure)
        if self._kept.get(key) == "theirs":
            if not others:
                self._kept.drop(key)
            return "somebody of the channel banned it before: that stands"
        if any(act_of(one) is Act.BAN for one in others) or (others and act is not Act.BAN):
            return "another measure on this account stands"
        query = [
            *await self._as_moderator(measure),
            ("user_id", await self._helix.user_id(measure.scope.ref)),
        ]
        said = await self._helix.call("DELETE", "/moderation/bans", query)
        if not (said.status == 400 and "not banned" in said.message.lower()):
            _done(said)
        self._kept.drop(key)
        if others:
            return await self._bar(others[0])
        return _DONE

    # -- modes of the chat -------------------------------------------------------------------

    async def _switch_on(self, act: Act, measure: Measure) -> str:
        moderator, key = await self._as_moderator(measure), _mode_key(act, measure)
        body: dict[str, Any]
        before: dict[str, Any]
        if act is Act.SHIELD:
            path, body = SHIELD_MODE, {"is_active": True}
            before = {"is_active": (await self._now(path, moderator)).get("is_active") is True}
        else:
            path, body = CHAT_SETTINGS, self._wanted(act)
            now = await self._now(path, moderator)
            before = {name: now.get(name) for name in _MODES[act]}
        if self._kept.get(key) is None:
            ours = any(act_of(one) is act for one in await self._standing(measure))
            self._kept.put(key, {} if ours else before)
        if act is Act.SLOW and before["slow_mode"]:
            slower = max(body["slow_mode_wait_time"], before["slow_mode_wait_time"] or 0)
            body["slow_mode_wait_time"] = slower
        if all(before.get(name) == value for name, value in body.items()):
            return "on already"
        return _done(await self._helix.call(_method(act), path, moderator, body))

    async def _switch_off(self, act: Act, measure: Measure) -> str:
        """As it was before the first of the measures that wanted it."""
        if any(act_of(one) is act for one in await self._standing(measure)):
            return "another measure wants it on"
        key, moderator = _mode_key(act, measure), await self._as_moderator(measure)
        before = self._kept.get(key) or {}
        if act is not Act.SHIELD:
            _done(await self._helix.call("PATCH", CHAT_SETTINGS, moderator, _back(act, before)))
        elif not before.get("is_active"):
            _done(await self._helix.call("PUT", SHIELD_MODE, moderator, {"is_active": False}))
        self._kept.drop(key)
        return _DONE

    async def _now(self, path: str, moderator: Query) -> dict[str, Any]:
        return _first(await self._helix.call("GET", path, moderator))

    def _wanted(self, act: Act) -> dict[str, Any]:
        if act is Act.SLOW:
            return {"slow_mode": True, "slow_mode_wait_time": self._settings.slow_seconds}
        if self._settings.members == "subscribers":
            return {"subscriber_mode": True}
        return {"follower_mode": True, "follower_mode_duration": self._settings.follower_minutes}

    # -- what all need -----------------------------------------------------------------------

    async def _as_moderator(self, measure: Measure) -> Query:
        broadcaster = await self._helix.user_id(measure.scope.channel)
        identity = await self._helix.identity()
        return [("broadcaster_id", broadcaster), ("moderator_id", identity.user_id)]

    def _left(self, measure: Measure) -> int:
        """Seconds until its lease ends; without an end as long as Twitch allows."""
        if measure.until is None:
            return MAX_TIMEOUT
        now = datetime.fromtimestamp(self._clock(), UTC)
        return min(MAX_TIMEOUT, round((measure.until - now).total_seconds()))

    def _reason(self, measure: Measure) -> str:
        text = measure.reason.get(self._settings.language) or measure.rule
        return " ".join(text.split())[:MAX_REASON]


def _bar_key(measure: Measure) -> str:
    return f"bar {measure.scope.channel} {measure.scope.ref}"


def _mode_key(act: Act, measure: Measure) -> str:
    return f"mode {measure.scope.channel} {act.name.lower()}"


def _method(act: Act) -> str:
    return "PUT" if act is Act.SHIELD else "PATCH"


def _back(act: Act, before: dict[str, Any]) -> dict[str, Any]:
    """The body that puts the modes back. A duration is sent beside its mode only, as Helix asks."""
    if act is Act.SLOW:
        on = bool(before.get("slow_mode"))
        return {"slow_mode": on} | (
            {"slow_mode_wait_time": before["slow_mode_wait_time"]} if on else {}
        )
    follower, subscriber = bool(before.get("follower_mode")), bool(before.get("subscriber_mode"))
    body: dict[str, Any] = {"follower_mode": follower, "subscriber_mode": subscriber}
    if follower:
        body["follower_mode_duration"] = before.get("follower_mode_duration") or 0
    return body


def _first(said: Said) -> dict[str, Any]:
    _done(said)
    found = data_of(said)
    if not found:
        raise PlatformError("an answer without anything in `data`", where=WHERE, retry_after=0.0)
    return found[0]


def _done(said: Said) -> str:
    """409: the same is being changed by somebody else just now."""
    if said.ok:
        return _DONE
    wait = 1.0 if said.status == 409 else None
    detail = f"HTTP {said.status} {said.message}".strip()
    raise PlatformError(detail, where=WHERE, retry_after=wait)
