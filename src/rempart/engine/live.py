"""What happens, told to whoever watches: the console's live pages, the API's event stream.

Rules kept here:

1. Publishing never waits: it is called on the engine's thread, after the commit.
2. Who reads too slowly is dropped with a last event `lost`, and connects again.
3. Nothing here is evidence. The last events are kept for reconnection (`Last-Event-ID`); what is
   older is told as `lost`, and the reader asks the store.
4. An event that is about a channel names it, so that nobody is told of a channel without rights.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from threading import Lock
from typing import Any, NamedTuple

KEPT = 2_000
QUEUE = 500
LOST = "lost"


class LiveEvent(NamedTuple):
    """`id` rises, also over restarts. `kind`: `outcomes`, `raid`, `campaign`, `measure`, `case`,
    `report`, `presence`, `log`, `alarm`, or `lost`. `platform`, `channel` None: about none."""

    id: int
    kind: str
    data: dict[str, Any]
    platform: str | None = None
    channel: str | None = None


class Subscription:
    """Events for one reader, on one event loop: `async for event in subscription`."""

    def __init__(self, hub: LiveHub, loop: asyncio.AbstractEventLoop, size: int) -> None:
        self._hub = hub
        self._loop = loop
        self._size = size
        self._events: deque[LiveEvent] = deque()
        self._ready = asyncio.Event()
        self._closed = False

    def offer(self, event: LiveEvent) -> bool:
        """From any thread. False when this reader is too slow: it gets `lost` and nothing more."""
        fits = len(self._events) < self._size
        if not fits:
            self._events.clear()
            event = LiveEvent(event.id, LOST, {})
            self._closed = True
        self._events.append(event)
        try:
            self._loop.call_soon_threadsafe(self._ready.set)
        except RuntimeError:
            return False
        return fits

    async def next(self, timeout: float | None = None) -> LiveEvent | None:
        """The next event; None after `timeout` seconds without one, or when it is closed."""
        while not self._events:
            if self._closed:
                return None
            self._ready.clear()
            try:
                async with asyncio.timeout(timeout):
                    await self._ready.wait()
            except TimeoutError:
                return None
        return self._events.popleft()

    @property
    def closed(self) -> bool:
        """Nothing more will come."""
        return self._closed and not self._events

    def close(self) -> None:
        """The reader goes away; on its own event loop."""
        self._closed = True
        self._hub.forget(self)
        self._ready.set()

    def end(self) -> None:
        """The hub stops; from any thread. What was offered can still be read."""
        self._closed = True
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._ready.set)

    async def __aiter__(self) -> AsyncIterator[LiveEvent]:
        while (event := await self.next()) is not None:
            yield event


class LiveHub:
    """Thread-safe: any thread publishes, any event loop subscribes."""

    def __init__(self, *, kept: int = KEPT) -> None:
        self._lock = Lock()
        self._last: deque[LiveEvent] = deque(maxlen=kept)
        self._subscriptions: set[Subscription] = set()
        self._next_id = time.time_ns() // 1_000_000
        self._stopped = False

    def publish(
        self,
        kind: str,
        data: dict[str, Any],
        *,
        platform: str | None = None,
        channel: str | None = None,
    ) -> None:
        with self._lock:
            event = LiveEvent(self._next_id, kind, data, platform, channel)
            self._next_id += 1
            self._last.append(event)
            slow = [reader for reader in self._subscriptions if not reader.offer(event)]
            self._subscriptions.difference_update(slow)

    def subscribe(self, last_id: int | None = None, *, size: int = QUEUE) -> Subscription:
        """To be called on the reader's event loop. With `last_id`, first what came after it."""
        reader = Subscription(self, asyncio.get_running_loop(), size)
        with self._lock:
            if last_id is not None and last_id != self._next_id - 1:
                oldest = self._last[0].id if self._last else self._next_id
                missed = [event for event in self._last if event.id > last_id]
                if last_id < oldest - 1 or last_id >= self._next_id or len(missed) >= size:
                    missed = [LiveEvent(self._next_id - 1, LOST, {})]
                for event in missed:
                    reader.offer(event)
            if self._stopped:
                reader.end()
            else:
                self._subscriptions.add(reader)
        return reader

    @property
    def readers(self) -> int:
        return len(self._subscriptions)

    def forget(self, reader: Subscription) -> None:
        self._subscriptions.discard(reader)

    def forget_events(self) -> None:
        """What was told before is told to nobody again: who reconnects is told `lost`."""
        with self._lock:
            self._last.clear()

    def stop(self) -> None:
        """Ends all subscriptions."""
        with self._lock:
            self._stopped = True
            readers = list(self._subscriptions)
            self._subscriptions.clear()
        for reader in readers:
            reader.end()
