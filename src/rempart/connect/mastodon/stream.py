"""Posts in by the streams of an instance: server-sent events over one connection each.

Rules kept here:

1. Posts, edits and deletions are handed over; what else a stream tells is left.
2. The instance sends a heartbeat about every fifteen seconds: a minute and a half of silence is a
   dead connection.
3. An event that is larger than `MAX_EVENT` ends the connection; one that is not understood costs no
   other.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from rempart.connect.mastodon.api import MastodonApi
from rempart.connect.mastodon.posts import Item, deletion_of, edit_of, message_of
from rempart.connect.mastodon.settings import STREAMS, MastodonSettings
from rempart.connect.outbound import Outbound
from rempart.connect.platform import PlatformError
from rempart.connect.source import Feed, Reader, Seen
from rempart.errors import OutboundError

_LOG = logging.getLogger(__name__)
IDLE_SECONDS = 90.0
MAX_EVENT = 1024 * 1024
REFUSED_WAIT = 60.0


class SentEvent(NamedTuple):
    name: str
    data: str


async def sent_events(parts: AsyncIterator[bytes]) -> AsyncIterator[SentEvent]:
    """Server-sent events of a stream. Raises OutboundError for one that never ends."""
    rest, name, size = b"", "", 0
    data: list[str] = []
    async for part in parts:
        rest += part
        *lines, rest = rest.split(b"\n")
        for raw in lines:
            line = raw.rstrip(b"\r").decode("utf-8", "replace")
            field, _, value = line.partition(":")
            if not line:
                if name and data:
                    yield SentEvent(name, "\n".join(data))
                name, data, size = "", [], 0
            elif field == "event":
                name = value.removeprefix(" ")
            elif field == "data":
                data.append(value.removeprefix(" "))
                size += len(value)
        if size + len(rest) > MAX_EVENT:
            raise OutboundError("an event of the stream is too large")


class MastodonStream(Reader):
    """One stream of one instance. `seen` is shared by the streams of an instance."""

    def __init__(
        self,
        name: str,
        stream: str,
        settings: MastodonSettings,
        api: MastodonApi,
        outbound: Outbound,
        seen: Seen,
    ) -> None:
        super().__init__(name)
        self._path = STREAMS[stream]
        self._settings = settings
        self._api = api
        self._outbound = outbound
        self._seen = seen

    async def read(self, feed: Feed) -> None:
        address = await self._place() + self._path
        async with self._outbound.stream(
            address, headers=self._api.headers, idle=IDLE_SECONDS
        ) as answer:
            if answer.status != 200:
                wait = REFUSED_WAIT if answer.status < 500 else 0.0
                raise PlatformError(
                    f"HTTP {answer.status} for its stream", where=self._api.where, retry_after=wait
                )
            self.goes_well()
            async for event in sent_events(answer.parts):
                for item in self._items(event):
                    if self._seen.is_new(f"{'event' in item} {item['id']}"):
                        await feed.put(item)
        raise PlatformError("the stream ended", where=self._api.where, retry_after=0.0)

    async def _place(self) -> str:
        """Where the instance has its streams; it says so itself unless the settings do."""
        if self._settings.streaming:
            return self._settings.streaming.rstrip("/")
        instance = await self._api.object("/api/v2/instance")
        try:
            place = str(instance["configuration"]["urls"]["streaming"])
        except (KeyError, TypeError):
            return self._api.url
        return place.replace("wss://", "https://", 1).replace("ws://", "http://", 1).rstrip("/")

    def _items(self, event: SentEvent) -> list[Item]:
        try:
            return self._told(event)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            self.numbers.refused += 1
            _LOG.warning("%s: not understood: %s", self.name, type(error).__name__)
            return []

    def _told(self, event: SentEvent) -> list[Item]:
        channel = self._settings.host
        if event.name == "delete":
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            return [deletion_of(event.data.strip(), channel, now)]
        if event.name not in ("update", "status.update", "notification"):
            return []
        told: Any = msgspec.json.decode(event.data)
        if event.name == "notification":
            told = told.get("status") if told["type"] == "mention" else None
            if told is None:
                return []
        if event.name == "status.update":
            return edit_of(told, channel) if told.get("edited_at") else []
        message = message_of(told, channel)
        return [message] if message is not None else []
