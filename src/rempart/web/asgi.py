"""The shapes of ASGI, typed once for this room; an answer without framework."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

AsgiScope = MutableMapping[str, Any]
AsgiMessage = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[AsgiMessage]]
Send = Callable[[AsgiMessage], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


async def send_answer(send: Send, status: int, headers: Headers, body: bytes) -> None:
    """The whole answer at once, with its length."""
    headers = [*headers, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def header(scope: AsgiScope, name: bytes) -> bytes | None:
    """The first header of that (lower-case) name."""
    headers: Headers = scope["headers"]
    for key, value in headers:
        if key == name:
            return value
    return None
