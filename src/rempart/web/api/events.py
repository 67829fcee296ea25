"""`GET /api/v1/events`: what happens, as server-sent events.

Only events of channels one has rights on, and those about no channel. `Last-Event-ID` brings what
was missed; an event `lost` says that too much was missed and the reader should ask the store. A
comment every fifteen seconds keeps proxies from closing; a stream ends when its session or token
does, and when the service is about to end.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import HeaderParameter
from litestar.response import Stream

from rempart.engine.live import LiveEvent, Subscription
from rempart.web.api.numbers import Numbers
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.asgi import AsgiScope
from rempart.web.auth import Caller, Gate, Scope, must_be_known, needs
from rempart.web.failures import BusyError

HEARTBEAT = 15.0
LOOK_AGAIN = 15.0
"""So often it is asked whether the session or token still holds, however much happens."""
MOST_LISTENERS = 500
_encode = msgspec.json.Encoder().encode


@get("/events", guards=[needs("read")], media_type="text/event-stream", tags=["events"])
async def events(
    request: AnyRequest,
    last_event_id: Annotated[
        str | None, HeaderParameter(name="last-event-id", max_length=20, pattern=r"^[0-9]*$")
    ] = None,
) -> Stream:
    """Server-sent events: outcomes, raids, measures, cases, reports, log, alarms."""
    numbers: Numbers = request.app.state.numbers
    if numbers.listeners >= MOST_LISTENERS:
        raise BusyError("too many streams of events are open", retry_after=10)
    hub = engine_of(request).hub
    subscription = hub.subscribe(int(last_event_id) if last_event_id else None)
    return Stream(
        _stream(request, subscription, must_be_known(request)),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


route_handlers: list[Any] = [events]


async def _stream(
    request: AnyRequest, subscription: Subscription, who: Caller
) -> AsyncIterator[bytes]:
    numbers: Numbers = request.app.state.numbers
    closing: asyncio.Event = request.app.state.closing
    numbers.listeners += 1
    ending = asyncio.create_task(_end_with(closing, subscription))
    try:
        yield b"retry: 2000\n\n"
        looked = time.monotonic()
        while not subscription.closed and not closing.is_set():
            event = await subscription.next(HEARTBEAT)
            if event is None or time.monotonic() - looked >= LOOK_AGAIN:
                if not _still_known(request):
                    return
                looked = time.monotonic()
            if event is None:
                yield b": alive\n\n"
            elif event.channel is None or who.sees(event.channel, event.platform):
                yield _written(event)
    finally:
        numbers.listeners -= 1
        ending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await ending
        subscription.close()


async def _end_with(closing: asyncio.Event, subscription: Subscription) -> None:
    await closing.wait()
    subscription.close()


def _still_known(request: AnyRequest) -> bool:
    """Looked up anew: the token may be revoked, the session over."""
    gate: Gate = request.app.state.gate
    scope: AsgiScope = {key: request.scope[key] for key in ("type", "headers", "scheme")}
    found = gate.caller(scope)
    return found is not None and found.may(Scope.READ)


def _written(event: LiveEvent) -> bytes:
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (event.id, event.kind.encode(), _encode(event.data))
