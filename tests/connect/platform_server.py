"""A platform's server for simulators: real sockets in a thread of their own, with faults on order.

A subclass answers requests in `answer`; a test may order faults before it: `fail("POST /x", …)`.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar
from urllib.parse import parse_qsl, urlsplit

_T = TypeVar("_T")


class Asked(NamedTuple):
    """One request. `query` keeps the last of each name, `pairs` all."""

    method: str
    path: str
    pairs: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        return dict(self.pairs)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


class Reply(NamedTuple):
    status: int
    body: Any = None
    headers: dict[str, str] | None = None


HANG = Reply(0)
"""The server takes the request and says nothing."""


class PlatformServer:
    """`with Simulator() as platform`: runs until the end of the block. `asked`: all requests."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.port = 0
        self._faults: list[tuple[str, Reply]] = []
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._over = asyncio.Event()
        self._busy: set[asyncio.Task[Any]] = set()

    # -- for tests, from any thread ----------------------------------------------------------

    def fail(self, pattern: str, *replies: Reply) -> None:
        """The next requests whose `METHOD /path` matches get these instead of the real answer."""
        self._faults += [(pattern, reply) for reply in replies]

    def called(self, pattern: str) -> list[Asked]:
        return [one for one in self.asked if re.search(pattern, f"{one.method} {one.path}")]

    def do(self, work: Callable[[], Awaitable[_T]]) -> _T:
        """Runs on the simulator's loop and waits."""

        async def now() -> _T:
            return await work()

        future: Future[_T] = asyncio.run_coroutine_threadsafe(now(), self._loop)
        return future.result(timeout=20)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(timeout=10)

    # -- on its loop -------------------------------------------------------------------------

    async def answer(self, asked: Asked) -> Reply:
        raise NotImplementedError

    async def start(self) -> None:
        """More servers of the platform."""

    async def streamed(self, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        """Answers itself and returns True when this is a stream."""
        return False

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._track, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        await self.start()
        self._ready.set()
        await self._over.wait()
        server.close()
        for task in [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]:
            task.cancel()
        await asyncio.sleep(0)

    async def _track(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._handle(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        method, target, _ = first.split(" ")
        parts = urlsplit(target)
        asked = Asked(method, parts.path, parse_qsl(parts.query), headers, body)
        self.asked.append(asked)
        reply = self._fault(asked)
        if reply is None and await self.streamed(asked, writer):
            return
        reply = reply or await self.answer(asked)
        if reply is HANG:
            await asyncio.sleep(30)
        content = b"" if reply.body is None else reply.body
        if not isinstance(content, bytes):
            content = json.dumps(content).encode()
        told = [f"HTTP/1.1 {reply.status} X", f"content-length: {len(content)}"]
        told += [f"{key}: {value}" for key, value in (reply.headers or {}).items()]
        writer.write("\r\n".join([*told, "", ""]).encode() + content)
        await writer.drain()

    def _fault(self, asked: Asked) -> Reply | None:
        for index, (pattern, reply) in enumerate(self._faults):
            if re.search(pattern, f"{asked.method} {asked.path}"):
                del self._faults[index]
                return reply
        return None


def wait_until(true: Callable[[], object], seconds: float = 60.0) -> None:
    """Looks often; an error after `seconds`."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)
