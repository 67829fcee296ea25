"""Sends what waits for the Transparency Database: patiently, in batches, each exactly once.

Rules kept here:

1. A round reads new statements, asks for what is on its way, and sends one batch. What is on its
   way was marked before it left, so that a process that ends in between leaves nothing in doubt.
2. Trouble with the connection (token, too many requests, an error of the server) makes all wait,
   longer each time; a batch that was refused without a name goes again in halves.
3. What the page and the metrics tell of it (`trouble`) holds no token and no text of a statement.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

from rempart.cases.reports.keys import ReportKeys
from rempart.connect.outbound import Outbound
from rempart.connect.transparency_database import FeedSettings, TransparencyDatabase
from rempart.disclose.transparency_database import outbox
from rempart.disclose.transparency_database.answers import (
    Fate,
    Trouble,
    read_batch,
    read_existing,
)
from rempart.disclose.transparency_database.reading import Gate
from rempart.disclose.transparency_database.reconcile import Reconciled, reconcile
from rempart.disclose.transparency_database.rules import BATCH
from rempart.engine.embedded import EmbeddedEngine
from rempart.protect.outbox import wait_after
from rempart.store.interface import Tables
from rempart.store.interface.feed import Database, FeedRow, FeedState

_LOG = logging.getLogger(__name__)
LOOK_SECONDS = 5.0
ASKED_AT_ONCE = 100
_LONGEST_GROWTH = 12
_SHARE = 19


class FeedDesk:
    """One per service; `database` None: nothing is sent, and nothing is read for it."""

    def __init__(
        self,
        engine: EmbeddedEngine,
        keys: ReportKeys,
        settings: FeedSettings,
        folder: Path,
        *,
        outbound: Outbound | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self.settings = settings
        self.database: Database | None = settings.database
        self.gate = Gate(keys.puid, settings.language)
        self.trouble: Trouble | None = None
        self._client = (
            None if self.database is None else TransparencyDatabase(settings, folder, outbound)
        )
        self._reconciled: tuple[float, Reconciled] | None = None
        self._most = BATCH
        self._failures = 0
        self._not_before_ms = 0

    async def run(self) -> None:
        """Until cancelled. An error of the store is logged and tried again."""
        while self.database is not None:
            try:
                done = await self.round()
            except Exception:
                _LOG.exception("the statements that wait could not be looked at")
                done = 0
            if not done:
                await asyncio.sleep(LOOK_SECONDS)

    async def round(self) -> int:
        """One round; returns how many statements it moved on."""
        assert self.database is not None, "a desk without a database has no rounds"
        moved = await self.gather()
        if self.now_ms() < self._not_before_ms:
            return moved
        moved += await self._ask(self.database)
        if self.now_ms() < self._not_before_ms:
            return moved
        return moved + await self._send(self.database)

    def reconciled(self, tables: Tables) -> Reconciled:
        """Counted anew at most a twentieth of the time: on a large store it takes seconds."""
        last = self._reconciled
        begun = time.monotonic()
        if last is None or begun >= last[0]:
            found = reconcile(tables, self.database)
            now = time.monotonic()
            last = self._reconciled = (now + _SHARE * (now - begun), found)
        return last[1]

    async def gather(self) -> int:
        """Reads the next statements, if there are any: an idle desk writes nothing."""
        database, window = self.database, round(self.settings.look_hours * 3_600_000)
        if database is None or not await asyncio.to_thread(self._has_more, database):
            return 0

        def read(tables: Tables) -> int:
            return outbox.gather(tables, self.gate, database, window)

        return await asyncio.to_thread(lambda: self._engine.write(read).result())

    def _has_more(self, database: Database) -> bool:
        with self._engine.read() as tables:
            return tables.feed.read_until(database) + 1 < tables.statements.next_number()

    async def _ask(self, database: Database) -> int:
        rows = await asyncio.to_thread(self._due, database, FeedState.SENDING, ASKED_AT_ONCE)
        fates: dict[str, Fate] = {}
        for row in rows:
            assert self._client is not None
            fates[row.puid] = read_existing(await self._client.existing(row.puid), row.puid)
            if fates[row.puid] is Fate.UNSURE:
                self._wait(Trouble.SERVER)
                break
        if fates:
            now = self.now_ms()
            await self._write(lambda tables: outbox.found_out(tables, database, fates, now))
        return sum(fate is not Fate.UNSURE for fate in fates.values())

    def _due(self, database: Database, state: FeedState, most: int) -> list[FeedRow]:
        with self._engine.read() as tables:
            return tables.feed.due(database, state, self.now_ms(), most)

    async def _send(self, database: Database) -> int:
        now = self.now_ms()
        if not await asyncio.to_thread(self._due, database, FeedState.WAITING, 1):
            return 0
        rows = await asyncio.to_thread(
            lambda: self._engine.write(
                lambda tables: outbox.claim(tables, database, now, self._most)
            ).result()
        )
        if not rows:
            return 0
        assert self._client is not None
        reply = await self._client.submit([row.payload for row in rows])
        read = read_batch(reply, [row.puid for row in rows])
        after = self.now_ms()
        await self._write(lambda tables: outbox.settle(tables, database, rows, read, after))
        if read.smaller:
            self._most = max(1, len(rows) // 2)
        elif Fate.STORED in read.fates:
            self._most = BATCH
        if read.trouble is None:
            self.trouble, self._failures = None, 0
        elif not read.smaller:
            _LOG.warning("the transparency database answered %s: %s", reply.status, read.trouble)
            self._wait(read.trouble)
        return len(rows)

    def _wait(self, trouble: Trouble) -> None:
        self.trouble = trouble
        self._failures = min(self._failures + 1, _LONGEST_GROWTH)
        wait = wait_after("transparency database", self._failures) or 3_600.0
        self._not_before_ms = self.now_ms() + int(wait * 1000)

    async def _write(self, change: Callable[[Tables], None]) -> None:
        await asyncio.to_thread(lambda: self._engine.write(change).result())

    def now_ms(self) -> int:
        return int(self._clock() * 1000)
