"""Takes the pages that were asked for, one at a time, and keeps them; nothing else waits for it.

A capture that breaks in a way nobody thought of is `failed`, with the kind of error: it is never
tried in a circle. After a crash those that were not finished are simply taken, and what they had
left in the temporary folder and beside the pages is removed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from rempart.cases.evidence.captures import (
    address_of,
    capture_of,
    capture_row,
    end_without_page,
    fail,
    is_erased,
    keep,
    key_of,
)
from rempart.cases.evidence.source_proofs import FILE as PROOF_FILE
from rempart.cases.evidence.source_proofs import Kept, keep_proof, proof_key
from rempart.connect.capture.atproto import RecordFetcher
from rempart.connect.capture.settings import CaptureSettings
from rempart.connect.capture.take import Captured, capture_page
from rempart.connect.places import Resolve, resolve_by_system
from rempart.disclose.dossier.archive import pack
from rempart.disclose.dossier.web import FOLDER
from rempart.engine.embedded import EmbeddedEngine
from rempart.errors import OutboundError, RempartError, VerificationError
from rempart.ingest.atproto.names import SCHEME, RecordName, record_named
from rempart.ingest.atproto.proof import verify_proof
from rempart.store.interface import Tables
from rempart.store.interface.captures import CaptureRow
from rempart.store.own_folders import drop_left_behind
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
        self._records = RecordFetcher(settings.atproto, settings.allow, resolve=resolve)

    async def run(self) -> None:
        """Until cancelled."""
        swept = -SWEEP_SECONDS
        await asyncio.to_thread(self.files.drop_unfinished)
        while True:
            if time.monotonic() - swept >= SWEEP_SECONDS:
                swept = time.monotonic()
                await asyncio.to_thread(self.drop_erased)
                await asyncio.to_thread(drop_left_behind)
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

    def proof(self, tables: Tables, id: str) -> bytes | None:
        """The files of its source proof as one zip; None when they were erased or may not be
        shown. StoreError when they are damaged."""
        key = proof_key(tables, capture_row(tables, id))
        return None if key is None else self.files.get(id + PROOF_FILE, key)

    def _due(self) -> list[tuple[CaptureRow, str | None]]:
        with self._engine.read() as tables:
            return [(row, address_of(tables, row)) for row in tables.captures.waiting(AT_ONCE)]

    async def _take(self, row: CaptureRow, url: str | None) -> None:
        if url is None:
            await self._fail(row, "its address was erased")
            return
        try:
            name = record_named(url, self._settings.atproto.apps)
            if name is not None and row.proof_seq is None:
                await self._take_proof(row, name)
            if url.startswith(SCHEME):
                await self._end_without_page(row)
                return
            found = await capture_page(url, self._settings, resolve=self._resolve)
            kept = await asyncio.to_thread(self._keep, row, found)
            if not kept:
                self.files.drop(row.id)
        except RempartError as error:
            await self._fail(row, error.what)
        except Exception as error:
            _LOG.exception("a capture broke")
            await self._fail(row, f"it broke: {type(error).__name__}")

    async def _take_proof(self, row: CaptureRow, name: RecordName) -> None:
        kept = await self._fetched(name)
        if not await asyncio.to_thread(self._keep_proof, row, kept):
            self.files.drop(row.id + PROOF_FILE)

    async def _fetched(self, name: RecordName) -> Kept:
        """Fetched and judged; what cannot be had or does not hold is told with why."""
        try:
            found = await self._records.fetch(name)
        except OutboundError as error:
            return Kept(name, {}, None, None, (), None, error.diagnostics())
        try:
            proven, why = await asyncio.to_thread(verify_proof, found.name, found.files), ""
        except VerificationError as error:
            proven, why = None, found.why or error.diagnostics()
        return Kept(found.name, found.files, proven, found.confirmed, found.asked, found.at, why)

    def _keep_proof(self, row: CaptureRow, kept: Kept) -> bool:
        key = self.files.put(row.id + PROOF_FILE, pack(kept.files)) if kept.files else None
        return self._engine.write(
            lambda tables: keep_proof(tables, row.id, kept, key, int(self._clock() * 1000))
        ).result()

    async def _end_without_page(self, row: CaptureRow) -> None:
        """What was asked for by an address that is no page: its proof is all there can be."""

        def end(tables: Tables) -> None:
            capture, at_ms = capture_of(tables, row.id), int(self._clock() * 1000)
            if capture.proof is None or not capture.proof.files:
                why = capture.proof.why if capture.proof is not None else "it may not be kept"
                fail(tables, row.id, why, at_ms)
            else:
                end_without_page(tables, row.id, at_ms)

        await asyncio.wrap_future(self._engine.write(end))

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
