"""Refused sign-ins, on their way into the log: in groups, so that guessing does not fill it.

The first refusal of a person is noted at once; those of the following minute together, with their
count. What was typed is never kept. Refusals under names nobody has count as one.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from rempart.cases.access_log import note_refused
from rempart.engine.embedded import EmbeddedEngine
from rempart.store.interface import Tables
from rempart.web.auth.gate import now_ms

TOGETHER_MS = 60_000
MOST = 1_000


class Refused:
    def __init__(self, engine: EmbeddedEngine) -> None:
        self._engine = engine
        self._waiting: OrderedDict[tuple[str, str], tuple[int, int]] = OrderedDict()
        self._noted: OrderedDict[tuple[str, str], int] = OrderedDict()

    def count(self, person: str, means: str) -> None:
        """`person`: whose name was given; empty when nobody has it."""
        key, now = (person, means), now_ms()
        if now - self._noted.get(key, 0) < TOGETHER_MS:
            count, since = self._waiting.get(key, (0, now))
            self._waiting[key] = (count + 1, since)
            return
        count, since = self._waiting.pop(key, (0, now))
        self._note(key, count + 1, since, now)

    def flush(self, now: int, *, everything: bool = False) -> None:
        for key, (count, since) in list(self._waiting.items()):
            if everything or now - since >= TOGETHER_MS:
                del self._waiting[key]
                self._note(key, count, since, now)

    async def run(self) -> None:
        try:
            while True:
                await asyncio.sleep(TOGETHER_MS / 2000)
                self.flush(now_ms())
        finally:
            self.flush(now_ms(), everything=True)

    def _note(self, key: tuple[str, str], count: int, since: int, now: int) -> None:
        self._noted.pop(key, None)
        self._noted[key] = now
        if len(self._noted) > MOST:
            self._noted.popitem(last=False)
        person, means = key

        def write(tables: Tables) -> None:
            note_refused(tables, person, means, count, since, now)

        self._engine.write(write)
