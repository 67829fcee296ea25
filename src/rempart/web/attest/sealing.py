"""Sealing: what a dossier is about to show is signed, stamped and cosigned first, if that is quick.

An authority or a witness that does not answer soon holds nothing up: the dossier says *pending*.
A witness that was silent before is asked once more at once, whatever its wait.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping

from rempart.engine.embedded import EmbeddedEngine
from rempart.store.interface import Tables
from rempart.store.interface.attested import OwedKind

WAIT_SECONDS = 6.0
_LOOK_SECONDS = 0.1


async def sealed(
    engine: EmbeddedEngine, witnesses: Collection[str], seconds: float = WAIT_SECONDS
) -> int:
    """The size of the log that was sealed. Waits at most so long for tokens and cosignatures."""
    size = await asyncio.wrap_future(engine.seal())
    tries = await asyncio.wrap_future(engine.write(_ask_again))
    end = time.monotonic() + seconds
    while time.monotonic() < end and await asyncio.to_thread(
        _pending, engine, witnesses, size, tries
    ):
        await asyncio.sleep(_LOOK_SECONDS)
    return size


def _ask_again(tables: Tables) -> dict[str, int]:
    """Makes what witnesses owe due now; how often each had failed before."""
    owed = tables.attested.owed(OwedKind.COSIGNATURE)
    for row in owed:
        tables.attested.settle(row.kind, row.name, row.size)
        tables.attested.owe(row._replace(next_ms=0))
    return {row.name: row.tries for row in owed}


def _pending(
    engine: EmbeddedEngine, witnesses: Collection[str], size: int, tries: Mapping[str, int]
) -> bool:
    """Whether somebody who has not failed since still has to answer about this size."""
    with engine.read() as tables:
        owed = tables.attested.owed()
        # What the same step wrote after the asking is sealed with it, so that the size is larger.
        if any(row.kind is OwedKind.SEALED and row.size >= size and not row.tries for row in owed):
            return True
        silent = {
            row.name
            for row in owed
            if row.kind is OwedKind.COSIGNATURE and row.tries > tries.get(row.name, 0)
        }
        for name in witnesses:
            last = tables.attested.last_cosignature(name)
            if name not in silent and (last is None or last.size < size):
                return True
    return False
