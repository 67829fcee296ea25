"""Takes up the notes that commands leave beside the service: what they gave out becomes entries of
the log, and what they are about to read is prepared and sealed first (`disclose.given_out`)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection
from functools import partial
from pathlib import Path

from rempart.cases.evidence.promoted import promote_due
from rempart.disclose.given_out import REFUSED, seals_asked, take_up, waiting
from rempart.engine.embedded import EmbeddedEngine
from rempart.errors import InputError
from rempart.store.interface import Tables
from rempart.web.attest.sealing import sealed

_LOG = logging.getLogger(__name__)
LOOK_SECONDS = 1.0
PREPARE_SECONDS = 3.0
"""A command waits ten seconds, and sealing may take six of them."""


class GivenDesk:
    def __init__(self, engine: EmbeddedEngine, data: Path, witnesses: Collection[str] = ()) -> None:
        self._engine = engine
        self._data = data
        self._witnesses = witnesses

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await asyncio.to_thread(self.take_up)
                await self.seal()
            except Exception:
                _LOG.exception("notes of outputs could not be taken up")
            await asyncio.sleep(LOOK_SECONDS)

    async def seal(self) -> None:
        """What a command waits for, before it reads a case."""
        asked = await asyncio.to_thread(seals_asked, self._data)
        if asked:
            await asyncio.to_thread(self._prepare)
            await sealed(self._engine, self._witnesses)
        for path in asked:
            path.unlink(missing_ok=True)

    def _prepare(self) -> None:
        """What open cases still need to be shown in part, in portions between which messages are
        taken."""
        end = time.monotonic() + PREPARE_SECONDS
        while time.monotonic() < end and self._engine.write(promote_due).result():
            pass

    def take_up(self) -> int:
        """All that wait; returns how many. What is no note is put aside and told."""
        taken = 0
        for path in waiting(self._data):
            try:
                self._engine.write(partial(_take_up, path)).result()
            except InputError as error:
                _LOG.error("%s", error.diagnostics())
                path.replace(path.with_name(path.name + REFUSED))
                continue
            path.unlink()
            taken += 1
        return taken


def _take_up(path: Path, tables: Tables) -> int | None:
    return take_up(tables, path)
