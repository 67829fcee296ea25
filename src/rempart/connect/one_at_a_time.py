"""Locks by key: two measures on one thing are settled one after the other, others at once."""

from __future__ import annotations

import asyncio

MOST = 10_000


class OneAtATime:
    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}

    def of(self, key: str) -> asyncio.Lock:
        """The lock of that key; those that nobody holds are forgotten now and then."""
        if len(self._locks) > MOST:
            self._locks = {known: lock for known, lock in self._locks.items() if lock.locked()}
        return self._locks.setdefault(key, asyncio.Lock())
