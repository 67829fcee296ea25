"""The shapes of ASGI, typed once for this room."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

AsgiScope = MutableMapping[str, Any]
AsgiMessage = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[AsgiMessage]]
Send = Callable[[AsgiMessage], Awaitable[None]]
AsgiApp = Callable[[AsgiScope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


def header(scope: AsgiScope, name: bytes) -> bytes | None:
    """The first header of that (lower-case) name."""
    headers: Headers = scope["headers"]
    for key, value in headers:
        if key == name:
            return value
    return None
