"""Waiting for the engine from the event loop, cheaply.

`asyncio.wrap_future` wakes the loop once per future, by a system call each. One commit of the
engine settles hundreds of futures: here the first wakes the loop, the others ride along.
"""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Settling(Generic[T]):
    """One per event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._done: deque[tuple[asyncio.Future[T], Future[T]]] = deque()
        self._woken = False

    def wait(self, future: Future[T]) -> asyncio.Future[T]:
        waiter: asyncio.Future[T] = self._loop.create_future()
        future.add_done_callback(lambda done: self._settled(waiter, done))
        return waiter

    def _settled(self, waiter: asyncio.Future[T], future: Future[T]) -> None:
        """On the engine's thread. Appended before `_woken` is looked at, so none is forgotten."""
        self._done.append((waiter, future))
        if not self._woken:
            self._woken = True
            self._loop.call_soon_threadsafe(self._drain)

    def _drain(self) -> None:
        self._woken = False
        while self._done:
            waiter, future = self._done.popleft()
            if waiter.done():
                continue
            error = future.exception()
            if error is None:
                waiter.set_result(future.result())
            else:
                waiter.set_exception(error)
