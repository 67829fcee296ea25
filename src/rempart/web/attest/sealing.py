"""Sealing: what a dossier is about to show is signed, stamped and cosigned first, if that is quick.

An authority or a witness that does not answer soon holds nothing up: the dossier says *pending*.
"""

from __future__ import annotations

import asyncio
import time

from rempart.engine.embedded import EmbeddedEngine
from rempart.store.interface.attested import OwedKind

WAIT_SECONDS = 6.0
_LOOK_SECONDS = 0.1


async def sealed(engine: EmbeddedEngine, seconds: float = WAIT_SECONDS) -> int:
    """The size of the log that was sealed. Waits at most so long for the tokens."""
    size = await asyncio.wrap_future(engine.seal())
    end = time.monotonic() + seconds
    while time.monotonic() < end and await asyncio.to_thread(_pending, engine, size):
        await asyncio.sleep(_LOOK_SECONDS)
    return size


def _pending(engine: EmbeddedEngine, size: int) -> bool:
    """Whether an authority that has not failed yet still owes the token of this size."""
    with engine.read() as tables:
        owed = tables.attested.owed(OwedKind.SEALED)
    return any(row.size == size and not row.tries for row in owed)
