"""Takes the pages that were asked for, one at a time, and keeps them; nothing else waits for it.

A capture that breaks in a way nobody thought of is `failed`, with the kind of error: it is never
tried in a circle. After a crash those that were not finished are simply taken.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from rempart.cases.evidence.captures import address_of, capture_of, fail, is_erased, keep, key_of
from rempart.connect.capture.settings import CaptureSettings
from rempart.connect.capture.take import Captured, capture_page
from rempart.connect.places import Resolve, resolve_by_system
from rempart.disclose.dossier.web import FOLDER
from rempart.engine.embedded import EmbeddedEngine
from rempart.errors import RempartError
from rempart.store.interface import Tables
from rempart.store.interface.captures import CaptureRow
from rempart.store.sealed_files import SealedFiles

_LOG = logging.getLogger(__name__)
LOOK_SECONDS = 2.0
AT_ONCE = 5
SWEEP_SECONDS = 600.0
"""How often files are looked for whose key was erased."""


class CaptureDesk:
    """One per service. `settings.on` False: nothing is taken, and nothing can be asked for."""

    def __init__(
        self,
        engine: EmbeddedEngine,
        settings: CaptureSettings,
        data: Path,
        *,
        resolve: Resolve = resolve_by_system,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.on = settings.on
        self._engine = engine
        self._settings = settings
        self.files = SealedFiles(data / FOLDER)
        self._resolve = resolve
        self._clock = clock

    async def run(self) -> None:
        """Until cancelled."""
        swept = -SWEEP_SECONDS
        while True:
            if time.monotonic() - swept >= SWEEP_SECONDS:
                swept = time.monotonic()
                await asyncio.to_thread(self.drop_erased)
            try:
                taken = await self.take_due()
            except Exception:
                _LOG.exception("the captures that wait could not be looked at")
                taken = 0
            if taken == 0:
                await asyncio.sleep(LOOK_SECONDS)

    async def take_due(self) -> int:
        """One round; returns how many were tried."""
        if not self.on:
            return 0
        rows = await asyncio.to_thread(self._due)
        for row, url in rows:
            await self._take(row, url)
        return len(rows)

    def drop_erased(self) -> int:
        """Removes the files whose key was erased: what is left of them says nothing, and takes
        room. Returns how many."""
        try:
            with self._engine.read() as tables:
                gone = [name for name in self.files.names() if is_erased(tables, name)]
            for name in gone:
                self.files.drop(name)
        except (RempartError, OSError):
            _LOG.exception("files of captured pages could not be looked through")
            return 0
        return len(gone)

    def file(self, tables: Tables, id: str) -> bytes | None:
        """The WARC; None when it was erased or may not be shown. StoreError when it is damaged."""
        key = key_of(tables, id)
        if key is None:
            return None
        content = self.files.get(id, key)
        if sha256(content).hexdigest() != capture_of(tables, id).sha256:
            return None
        return content

    def _due(self) -> list[tuple[CaptureRow, str | None]]:
        with self._engine.read() as tables:
            return [(row, address_of(tables, row)) for row in tables.captures.waiting(AT_ONCE)]

    async def _take(self, row: CaptureRow, url: str | None) -> None:
        if url is None:
            await self._fail(row, "its address was erased")
            return
        try:
            found = await capture_page(url, self._settings, resolve=self._resolve)
            kept = await asyncio.to_thread(self._keep, row, found)
            if not kept:
                self.files.drop(row.id)
        except RempartError as error:
            await self._fail(row, error.what)
        except Exception as error:
            _LOG.exception("a capture broke")
            await self._fail(row, f"it broke: {type(error).__name__}")

    def _keep(self, row: CaptureRow, found: Captured) -> bool:
        key = self.files.put(row.id, found.warc)
        digest, size = sha256(found.warc).hexdigest(), len(found.warc)
        return self._engine.write(
            lambda tables: keep(
                tables, row.id, found.record, digest, size, key, int(self._clock() * 1000)
            )
        ).result()

    async def _fail(self, row: CaptureRow, why: str) -> None:
        at_ms = int(self._clock() * 1000)
        await asyncio.wrap_future(
            self._engine.write(lambda tables: fail(tables, row.id, why, at_ms))
        )
