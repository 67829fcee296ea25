"""Takes up the notes that commands leave beside the service: what they gave out becomes entries of
the log (`disclose.given_out`)."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from pathlib import Path

from rempart.disclose.given_out import REFUSED, take_up, waiting
from rempart.engine.embedded import EmbeddedEngine
from rempart.errors import InputError
from rempart.store.interface import Tables

_LOG = logging.getLogger(__name__)
LOOK_SECONDS = 1.0


class GivenDesk:
    def __init__(self, engine: EmbeddedEngine, data: Path) -> None:
        self._engine = engine
        self._data = data

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await asyncio.to_thread(self.take_up)
            except Exception:
                _LOG.exception("notes of outputs could not be taken up")
            await asyncio.sleep(LOOK_SECONDS)

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
