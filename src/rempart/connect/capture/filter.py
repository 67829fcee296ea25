"""The way out for the browser: a forwarder on this machine that lets it reach public places only.

A page can name any address, also of the machine that captures it. The browser has no other way out
than this (no names are resolved inside it), and here the rules of `places` hold for every single
connection. TLS passes through untouched, so that the browser checks certificates itself. What was
reached and what was refused is listed for the record of the capture.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple
from urllib.parse import urlsplit

from rempart.connect.places import Places
from rempart.errors import OutboundError

MAX_HEAD = 16 * 1024
MAX_BYTES = 40 * 1024 * 1024
MAX_CONNECTIONS = 200
CONNECT_SECONDS = 10.0
_CHUNK = 64 * 1024
_HTTPS = 443


class Reached(NamedTuple):
    """`address` empty: refused, `why` says for what reason."""

    host: str
    port: int
    address: str
    why: str = ""


class Filter:
    """One per capture. `reached`: every connection that was asked for, in order."""

    def __init__(self, places: Places, *, max_bytes: int = MAX_BYTES) -> None:
        self.reached: list[Reached] = []
        self.port = 0
        self._places = places
        self._left = max_bytes

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Filter]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=MAX_HEAD)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if len(self.reached) < MAX_CONNECTIONS:
                await self._pass(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass
        finally:
            writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        first, _, rest = head.partition(b"\r\n")
        method, place, version = first.decode("ascii").split(" ")
        tunnel = method == "CONNECT"
        parts = urlsplit(f"https://{place}" if tunnel else place)
        host, port = parts.hostname or "", parts.port or (_HTTPS if tunnel else 80)
        try:
            far_reader, far_writer = await self._connect(host, port, encrypted=tunnel)
        except OutboundError as error:
            self.reached.append(Reached(host, port, "", error.what))
            writer.write(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")
            return
        try:
            if tunnel:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                far_writer.write(f"{method} {path} {version}\r\nconnection: close\r\n".encode())
                far_writer.write(_without_hops(rest))
            await asyncio.gather(self._copy(reader, far_writer), self._copy(far_reader, writer))
        finally:
            far_writer.close()

    async def _connect(
        self, host: str, port: int, *, encrypted: bool
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                addresses = await self._places.addresses(host, port, encrypted=encrypted)
                found = await asyncio.open_connection(addresses[0], port)
        except (OSError, TimeoutError) as error:
            raise OutboundError(f"cannot be reached: {type(error).__name__}", where=host) from error
        self.reached.append(Reached(host, port, addresses[0]))
        return found

    async def _copy(self, source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while self._left > 0 and (part := await source.read(_CHUNK)):
                self._left -= len(part)
                to.write(part)
                await to.drain()
        with suppress(OSError, RuntimeError):
            to.close()


def _without_hops(head: bytes) -> bytes:
    """The head of a request without what concerns this hop alone."""
    lines = head.split(b"\r\n")
    hops = (b"proxy-", b"connection:", b"keep-alive:")
    return b"\r\n".join(line for line in lines if not line.lower().startswith(hops))
