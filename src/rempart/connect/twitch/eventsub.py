"""Chat in by EventSub over a WebSocket: messages with ids, badges and the time they were written.

Rules kept here:

1. After the welcome the chats are subscribed to at once (Twitch waits ten seconds). The chat itself
   is needed; raids, bans, deletions and follows are told as far as scopes and limits allow.
2. Silence longer than the keepalive that Twitch promised is a dead connection.
3. At a reconnect message the new connection is open before the old one is left, and what the old
   one still brought is read: nothing is missed, what comes twice is dropped by its id.
4. A revoked subscription is a trouble that is told, and tried again slowly.
5. We send nothing on this connection; Twitch closes it otherwise.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from rempart.connect.lasting import Lasting
from rempart.connect.platform import PlatformError
from rempart.connect.source import Feed, Reader, Seen
from rempart.connect.twitch.ages import Ages
from rempart.connect.twitch.chat import of_notification
from rempart.connect.twitch.helix import WHERE, Helix
from rempart.connect.twitch.settings import TwitchSettings
from rempart.connect.twitch.token import VALID_FOR
from rempart.errors import OutboundError

_LOG = logging.getLogger(__name__)
WELCOME_SECONDS = 10.0
SLACK_SECONDS = 5.0
DRAIN_SECONDS = 0.3
CHAT = "channel.chat.message"


class _Subscription(NamedTuple):
    type: str
    version: str
    condition: tuple[str, ...]


_CHAT = _Subscription(CHAT, "1", ("broadcaster_user_id", "user_id"))
_MAY_BE_MISSING = (
    _Subscription("channel.raid", "1", ("to_broadcaster_user_id",)),
    _Subscription("channel.chat.message_delete", "1", ("broadcaster_user_id", "user_id")),
    _Subscription("channel.ban", "1", ("broadcaster_user_id",)),
    _Subscription("channel.follow", "2", ("broadcaster_user_id", "moderator_user_id")),
)


class _Session(NamedTuple):
    connection: ClientConnection
    id: str
    keepalive: float


class TwitchEventSub(Reader):
    breaks = (OSError, TimeoutError, ConnectionClosed)

    def __init__(self, name: str, settings: TwitchSettings, helix: Helix, lasting: Lasting) -> None:
        super().__init__(name)
        self._settings = settings
        self._helix = helix
        self._lasting = lasting
        self.prepare = Ages(helix, settings.age_wait).complete
        self._seen = Seen()
        self._guard = ""

    async def read(self, feed: Feed) -> None:
        session, valid = await self._open(self._settings.eventsub), None
        try:
            await self._subscribe(session)
            self.goes_well()
            valid = asyncio.create_task(self._stay_valid())
            while True:
                async with asyncio.timeout(session.keepalive + SLACK_SECONDS):
                    told = await session.connection.recv()
                following = await self._meet(told, feed)
                if following is not None:
                    session = await self._move(session, following, feed)
        finally:
            if valid is not None:
                valid.cancel()
            await session.connection.close()

    async def _stay_valid(self) -> None:
        """Whoever keeps a session looks once an hour whether its token still holds (Twitch asks for
        that). What is wrong with it shows where it is used."""
        while True:
            await asyncio.sleep(VALID_FOR)
            try:
                await self._helix.identity()
            except OutboundError as error:
                _LOG.warning("%s: %s", self.name, error.diagnostics())

    # -- opening -----------------------------------------------------------------------------

    async def _open(self, url: str) -> _Session:
        connection = await self._lasting.websocket(url)
        try:
            async with asyncio.timeout(WELCOME_SECONDS):
                told = await connection.recv()
            id, keepalive = _welcome(told)
        except BaseException:
            await connection.close()
            raise
        return _Session(connection, id, keepalive)

    async def _subscribe(self, session: _Session) -> None:
        """PlatformError when none of the chats can be read."""
        guard = await self._helix.identity()
        self._guard = guard.user_id
        channels = [(name, await self._helix.user_id(name)) for name in self._settings.channels]
        refused = []
        for name, broadcaster in channels:
            if said := await self._ask_for(_CHAT, broadcaster, session.id):
                refused.append(f"the chat of {name}: {said}")
        if len(refused) == len(channels):
            raise PlatformError(refused[0], where=WHERE, retry_after=60.0)
        for said in refused:
            _LOG.warning("%s: %s", self.name, said)
        try:
            for name, broadcaster in channels:
                for wanted in _MAY_BE_MISSING:
                    if said := await self._ask_for(wanted, broadcaster, session.id):
                        _LOG.info("%s: %s of %s: %s", self.name, wanted.type, name, said)
        except PlatformError as error:
            _LOG.warning("%s: not everything is told: %s", self.name, error.diagnostics())

    async def _ask_for(self, wanted: _Subscription, broadcaster: str, session: str) -> str:
        """Empty, or why not."""
        ids = {"user_id": self._guard, "moderator_user_id": self._guard}
        body = {
            "type": wanted.type,
            "version": wanted.version,
            "condition": {key: ids.get(key, broadcaster) for key in wanted.condition},
            "transport": {"method": "websocket", "session_id": session},
        }
        said = await self._helix.call("POST", "/eventsub/subscriptions", [], body)
        if said.ok or said.status == 409:
            return ""
        return f"HTTP {said.status} {said.message}".strip()

    # -- reading -----------------------------------------------------------------------------

    async def _move(self, old: _Session, url: str, feed: Feed) -> _Session:
        """To the address Twitch named. The subscriptions move by themselves."""
        new = await self._open(url)
        self.numbers.retries += 1
        try:
            while True:
                async with asyncio.timeout(DRAIN_SECONDS):
                    told = await old.connection.recv()
                await self._meet(told, feed)
        except (ConnectionClosed, TimeoutError):
            await old.connection.close()
        return new

    async def _meet(self, raw: str | bytes, feed: Feed) -> str | None:
        """One message of the connection; the address to move to, when it asks for that."""
        try:
            told = _decode(raw)
            metadata, payload = told["metadata"], told["payload"]
            kind, id = metadata["message_type"], str(metadata["message_id"])
            if kind == "session_reconnect":
                return str(payload["session"]["reconnect_url"])
            if kind == "revocation":
                await self._revoked(payload["subscription"])
            if kind != "notification" or not self._seen.is_new(id):
                return None
            item = of_notification(
                metadata["subscription_type"],
                payload["event"],
                id,
                metadata["message_timestamp"],
                self._guard,
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            self.numbers.refused += 1
            _LOG.warning("%s: not understood: %s", self.name, type(error).__name__)
            return None
        if item is not None:
            await feed.put(item)
        return None

    async def _revoked(self, subscription: Mapping[str, Any]) -> None:
        what, why = subscription["type"], subscription["status"]
        if what == CHAT:
            raise PlatformError(f"Twitch took {what} away: {why}", where=WHERE, retry_after=5.0)
        _LOG.warning("%s: Twitch took %s away: %s", self.name, what, why)


def _welcome(raw: str | bytes) -> tuple[str, float]:
    """Id of the session and its keepalive in seconds."""
    try:
        told = _decode(raw)
        session = told["payload"]["session"]
        if told["metadata"]["message_type"] == "session_welcome":
            return str(session["id"]), float(session.get("keepalive_timeout_seconds") or 10)
    except (KeyError, TypeError, AttributeError, ValueError):
        pass
    raise PlatformError("the first message is no welcome", where=WHERE, retry_after=0.0)


def _decode(raw: str | bytes) -> Any:
    """msgspec's errors are ValueErrors."""
    return msgspec.json.decode(raw)
