"""Connections whose request never begins, or whose head never ends, are closed.

The server closes idle connections between two requests and `api.body` cuts off slow bodies; a head
that trickles in is closed here (FAULTS row 11). One look at all connections every second, so that a
request that comes whole costs two assignments.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 20.0
HEAD_BYTES = 64 * 1024
LOOK_SECONDS = 1.0


class Connection(HttpToolsProtocol):
    """`head_since`: when this connection, or the head of its next request, began; None while a
    request is answered, and while the server waits for the next one."""

    head_since: float | None = None

    def connection_made(self, transport: Any) -> None:
        self.head_since = self.loop.time()
        super().connection_made(transport)

    def on_message_begin(self) -> None:
        self.head_since = self.loop.time()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self.head_since = None
        super().on_headers_complete()

    def is_overdue(self, now: float) -> bool:
        since = self.head_since
        if since is None:
            return False
        if now - since > HEAD_SECONDS:
            return True
        return sum(len(name) + len(value) for name, value in self.headers or ()) > HEAD_BYTES


async def close_overdue(connections: Iterable[Any]) -> None:
    """Runs beside the service. `connections`: the server's own set of them."""
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        now = loop.time()
        for one in list(connections):
            if isinstance(one, Connection) and one.is_overdue(now):
                one.transport.close()
