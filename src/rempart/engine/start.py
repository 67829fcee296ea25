"""Before the engine writes: one process only, and a log that is what it was.

What is checked at every start:

1. Nobody else has this data folder open (`rempart.lock`).
2. The last tiles hold the hashes of the last entries, and the last bodies belong to their leaves.
3. The last checkpoint in the store, and the one kept beside the key, are signed by our key, and the
   log had exactly these roots at these sizes (see `embedded.notary`).
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from rempart.errors import LogError, StoreError
from rempart.log.commit import leaf_digests, open_leaf
from rempart.log.merkle import leaf_hashes
from rempart.log.tiles import WIDTH
from rempart.store.interface import Tables

LOCK_FILE = "rempart.lock"
TAIL_TILES = 4
SCRUB = "do not write to it; rempart log scrub says what is damaged, then restore a backup"


class Lock:
    """Held while a process may write to the data folder."""

    def __init__(self, data: Path) -> None:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = data / LOCK_FILE
        self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._handle)
            raise StoreError(
                "another process works on this data folder",
                where=str(data),
                next_step="stop the other one, or name another folder with --data",
            ) from None
        os.ftruncate(self._handle, 0)
        os.write(self._handle, b"%d\n" % os.getpid())

    def tell(self, address: str) -> None:
        """Where who holds the folder is reached: for the commands that work beside it."""
        os.write(self._handle, f"{address}\n".encode())

    def release(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def last_address(data: Path) -> str | None:
    """Where the service of this folder listens, or did when it last ran. None: it never said."""
    try:
        lines = (data / LOCK_FILE).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return None
    return lines[1] if len(lines) > 1 else None


def check_tail(tables: Tables) -> None:
    """Raises LogError when the end of the log does not fit its tiles or its bodies."""
    size = tables.log.size()
    first_tile = max(0, (size - 1) // WIDTH - TAIL_TILES + 1)
    leaves = tables.log.leaves(first_tile * WIDTH, size)
    if len(leaves) != max(0, size - first_tile * WIDTH):
        raise LogError("entries are missing at the end of the log", next_step=SCRUB)
    hashes = leaf_hashes(leaves)
    for index in range(first_tile, -(-size // WIDTH)):
        start = (index - first_tile) * WIDTH
        if tables.log.tile(0, index) != b"".join(hashes[start : start + WIDTH]):
            raise LogError(f"tile {index} does not hold its entries", next_step=SCRUB)
    opened = tables.log.opened(first_tile * WIDTH, size)
    if opened.damaged:
        seq = opened.damaged[0][0]
        raise LogError(
            f"entry {seq} was changed: its text does not open with its key",
            where=f"entry {seq}",
            next_step=SCRUB,
        )
    for seq, bodies in opened.bodies:
        leaf = leaves[seq - first_tile * WIDTH]
        if len(bodies) > len(leaf_digests(leaf)):
            raise LogError(f"entry {seq} has bodies too many", next_step=SCRUB)
        try:
            open_leaf(leaf, bodies)
        except LogError as error:
            raise LogError(
                f"entry {seq} was changed: {error}", where=f"entry {seq}", next_step=SCRUB
            ) from error
