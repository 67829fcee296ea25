"""Sealing: what a dossier is about to show is signed, stamped and cosigned first, if that is quick.

An authority or a witness that does not answer soon holds nothing up: the dossier says *pending*.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection

from rempart.engine.embedded import EmbeddedEngine
from rempart.store.interface.attested import OwedKind

WAIT_SECONDS = 6.0
_LOOK_SECONDS = 0.1


async def sealed(
    engine: EmbeddedEngine, witnesses: Collection[str], seconds: float = WAIT_SECONDS
) -> int:
    """The size of the log that was sealed. Waits at most so long for tokens and cosignatures."""
    size = await asyncio.wrap_future(engine.seal())
    end = time.monotonic() + seconds
    while time.monotonic() < end and await asyncio.to_thread(_pending, engine, witnesses, size):
        await asyncio.sleep(_LOOK_SECONDS)
    return size


def _pending(engine: EmbeddedEngine, witnesses: Collection[str], size: int) -> bool:
    """Whether somebody who has not failed yet still has to answer about this size."""
    with engine.read() as tables:
        owed = tables.attested.owed()
        if any(row.kind is OwedKind.SEALED and row.size == size and not row.tries for row in owed):
            return True
        silent = {row.name for row in owed if row.kind is OwedKind.COSIGNATURE}
        for name in witnesses:
            last = tables.attested.last_cosignature(name)
            if name not in silent and (last is None or last.size < size):
                return True
    return False
