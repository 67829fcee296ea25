"""Chat in by EventSub over a WebSocket: messages with ids, badges and the time they were written.

Rules kept here:

1. After the welcome the chats are subscribed to at once (Twitch waits ten seconds). The chat itself
   is needed; raids, bans, deletions and follows are told as far as the token's scopes allow.
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

_LOG = logging.getLogger(__name__)
WELCOME_SECONDS = 10.0
SLACK_SECONDS = 5.0
DRAIN_SECONDS = 0.3
CHAT = "channel.chat.message"


class _Subscription(NamedTuple):
    type: str
    version: str
    condition: tuple[str, ...]


_WANTED = (
    _Subscription(CHAT, "1", ("broadcaster_user_id", "user_id")),
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
        session = await self._open(self._settings.eventsub)
        try:
            await self._subscribe(session)
            self.goes_well()
            while True:
                async with asyncio.timeout(session.keepalive + SLACK_SECONDS):
                    told = await session.connection.recv()
                following = await self._meet(told, feed)
                if following is not None:
                    session = await self._move(session, following, feed)
        finally:
            await session.connection.close()

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
        read, refused = 0, ""
        for channel in self._settings.channels:
            broadcaster = await self._helix.user_id(channel)
            for wanted in _WANTED:
                said = await self._ask_for(wanted, broadcaster, session.id)
                if said and wanted.type == CHAT:
                    refused = f"the chat of {channel}: {said}"
                    break
                if said:
                    _LOG.info("%s: %s is not told here: %s", self.name, wanted.type, said)
                read += wanted.type == CHAT
        if not read:
            raise PlatformError(refused, where=WHERE, retry_after=60.0)
        if refused:
            _LOG.warning("%s: %s", self.name, refused)

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
