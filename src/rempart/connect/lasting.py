"""Connections that last and are no plain HTTP: lines over TLS (IRC) and WebSockets.

The rules of `outbound` hold here too: the name is resolved once and checked (`places`), the socket
goes to a checked address, the certificate is checked against the name, no redirect is followed, no
proxy is taken from the environment, in clear only to private addresses that the operator named.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake

from rempart import __version__
from rempart.connect.places import ForbiddenAddressError, Places, Resolve, resolve_by_system
from rempart.errors import OutboundError

_T = TypeVar("_T")
DEADLINE = 10.0
ATTEMPTS = 2
MAX_LINE = 16 * 1024
MAX_MESSAGE = 1024 * 1024


class Line(NamedTuple):
    """A connection of lines. `reader.readline()` refuses lines longer than `MAX_LINE`."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class _Target(NamedTuple):
    host: str
    port: int
    encrypted: bool


class Lasting:
    """`allow`: private addresses or networks that may be reached, and without TLS."""

    def __init__(
        self,
        *,
        allow: tuple[str, ...] = (),
        resolve: Resolve = resolve_by_system,
        deadline: float = DEADLINE,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._places = Places(allow, resolve)
        self._deadline = deadline
        self._trust = trust or ssl.create_default_context()

    async def line(self, url: str) -> Line:
        """Connects to `ircs://host:port` (TLS) or `irc://host:port`. Raises OutboundError."""
        target = _parse(url, {"ircs": (True, 6697), "irc": (False, 6667)})

        async def attempt(address: str) -> Line:
            reader, writer = await asyncio.open_connection(
                address, target.port, limit=MAX_LINE, **self._tls(target)
            )
            return Line(reader, writer)

        return await self._connect(target, attempt)

    async def websocket(self, url: str) -> ClientConnection:
        """Connects to `wss://…` or `ws://…`. We send no pings: a side that wants to be sure of the
        connection says how. Raises OutboundError."""
        target = _parse(url, {"wss": (True, 443), "ws": (False, 80)})

        async def attempt(address: str) -> ClientConnection:
            return await _Once(
                url,
                proxy=None,
                compression=None,
                user_agent_header=f"rempart/{__version__}",
                open_timeout=self._deadline,
                ping_interval=None,
                close_timeout=2,
                max_size=MAX_MESSAGE,
                host=address,
                port=target.port,
                **self._tls(target),
            )

        return await self._connect(target, attempt)

    def _tls(self, target: _Target) -> dict[str, Any]:
        if not target.encrypted:
            return {}
        return {"ssl": self._trust, "server_hostname": target.host}

    async def _connect(self, target: _Target, attempt: Callable[[str], Awaitable[_T]]) -> _T:
        try:
            async with asyncio.timeout(self._deadline):
                addresses = await self._places.addresses(
                    target.host, target.port, encrypted=target.encrypted
                )
                last: Exception | None = None
                for address in addresses[:ATTEMPTS]:
                    try:
                        return await attempt(address)
                    except (OSError, EOFError, InvalidHandshake) as error:
                        last = error
        except TimeoutError:
            raise OutboundError(
                f"no connection within {self._deadline:g} s", where=target.host
            ) from None
        raise OutboundError(f"{type(last).__name__}: {last}"[:300], where=target.host) from last


class _Once(connect):
    """A redirect is an error: its address was not checked."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


def _parse(url: str, schemes: dict[str, tuple[bool, int]]) -> _Target:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ForbiddenAddressError(f"not a usable address: {error}"[:200]) from None
    if parts.scheme not in schemes or not host or parts.username or parts.password:
        raise ForbiddenAddressError(f"not a usable address: {' or '.join(schemes)} only")
    encrypted, usual = schemes[parts.scheme]
    return _Target(host, port or usual, encrypted)
