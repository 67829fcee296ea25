"""A small HTTP server on a real socket that answers what a test tells it to, byte for byte."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from queue import Queue
from typing import NamedTuple


class Received(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Respond = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]


def http(status: int, body: bytes = b"", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", f"content-length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def answering(*responses: bytes) -> Respond:
    """Each request gets the next response; the last one for ever."""
    left = list(responses)

    async def respond(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(left.pop(0) if len(left) > 1 else left[0])

    return respond


class LocalServer:
    def __init__(self, respond: Respond) -> None:
        self.received: list[Received] = []
        self.connections = 0
        self._respond = respond
        self.port = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.strip().split("\r\n")
            headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            method, path, _ = first.split(" ")
            received = Received(method, path, headers, body)
            self.received.append(received)
            await self._respond(received, writer)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(respond: Respond, host: str = "127.0.0.1") -> AsyncIterator[LocalServer]:
    server = LocalServer(respond)
    listening = await asyncio.start_server(server.handle, host, 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()


@contextmanager
def in_a_thread(respond: Respond) -> Iterator[LocalServer]:
    """The same beside a test that does not run on an event loop."""
    ready: Queue[LocalServer] = Queue()
    end = threading.Event()

    async def run() -> None:
        async with serving(respond) as server:
            ready.put(server)
            await asyncio.to_thread(end.wait)

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    try:
        yield ready.get(timeout=10)
    finally:
        end.set()
        thread.join(10)
