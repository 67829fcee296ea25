"""Before the engine writes: one process only, and a log that is what it was.

What is checked at every start:

1. Nobody else has this data folder open (`rempart.lock`).
2. The last tiles hold the hashes of the last entries, and the last bodies belong to their leaves.
3. The last checkpoint in the store, and the one kept beside the key, are signed by our key, and the
   log had exactly these roots at these sizes. A log shorter than what was signed is an old backup:
   it is refused, because going on would tell a second history.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from rempart.errors import LogError, StoreError
from rempart.log.checkpoint import open_checkpoint, sign_checkpoint
from rempart.log.commit import leaf_digests, open_leaf
from rempart.log.keys import KEYS_FOLDER
from rempart.log.merkle import leaf_hashes
from rempart.log.note import PublicKey, Signer
from rempart.log.tiles import WIDTH, root_at
from rempart.store.interface import Tables

LOCK_FILE = "rempart.lock"
KEPT_FILE = "checkpoint"
TAIL_TILES = 4
_OLD_BACKUP = "restore a newer backup; see the operator's guide before going on with this one"
_SCRUB = "do not write to it; rempart log scrub says what is damaged, then restore a backup"


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

    def release(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


class Notary:
    """Signs checkpoints, never below what was signed before."""

    def __init__(self, data: Path, signer: Signer) -> None:
        self._kept = data / KEYS_FOLDER / KEPT_FILE
        self.signer = signer
        self.size = 0
        self.signed_ms = 0
        self._pending: tuple[int, str, int] | None = None

    def check(self, tables: Tables) -> None:
        """Raises LogError unless the log continues what was signed."""
        key = self.signer.public
        stored = tables.log.last_checkpoint()
        if stored is not None:
            self._continues(tables, stored[1], key, "the last checkpoint of the store")
            self.signed_ms = stored[2]
        if self._kept.exists():
            note = self._kept.read_text("utf-8")
            self._continues(tables, note, key, str(self._kept))

    def _continues(self, tables: Tables, note: str, key: PublicKey, where: str) -> None:
        checkpoint = open_checkpoint(note, key)
        size = tables.log.size()
        if size < checkpoint.size:
            raise LogError(
                f"the log has {size} entries, but {checkpoint.size} were signed",
                where=where,
                next_step=_OLD_BACKUP,
            )
        if root_at(checkpoint.size, tables.log.tile) != checkpoint.root:
            raise LogError(
                f"the first {checkpoint.size} entries are not those that were signed",
                where=where,
                next_step=_SCRUB,
            )
        self.size = max(self.size, checkpoint.size)

    def sign(self, tables: Tables, now_ms: int) -> str:
        """Inside a transaction: the note over the log as it will be after it."""
        size = tables.log.size()
        note = sign_checkpoint(self.signer, size, tables.log.root(), last=self.size)
        tables.log.put_checkpoint(size, note, now_ms)
        self._pending = (size, note, now_ms)
        return note

    def committed(self) -> tuple[int, str] | None:
        """After it: keeps the note beside the key, where a restored store does not reach it."""
        pending, self._pending = self._pending, None
        if pending is None:
            return None
        self.size, note, self.signed_ms = pending
        _replace_durably(self._kept, note)
        return self.size, note

    def failed(self) -> None:
        self._pending = None


def check_tail(tables: Tables) -> None:
    """Raises LogError when the end of the log does not fit its tiles or its bodies."""
    size = tables.log.size()
    first_tile = max(0, (size - 1) // WIDTH - TAIL_TILES + 1)
    leaves = tables.log.leaves(first_tile * WIDTH, size)
    if len(leaves) != max(0, size - first_tile * WIDTH):
        raise LogError("entries are missing at the end of the log", next_step=_SCRUB)
    hashes = leaf_hashes(leaves)
    for index in range(first_tile, -(-size // WIDTH)):
        start = (index - first_tile) * WIDTH
        if tables.log.tile(0, index) != b"".join(hashes[start : start + WIDTH]):
            raise LogError(f"tile {index} does not hold its entries", next_step=_SCRUB)
    for seq, bodies in tables.log.bodies_between(first_tile * WIDTH, size):
        leaf = leaves[seq - first_tile * WIDTH]
        if len(bodies) > len(leaf_digests(leaf)):
            raise LogError(f"entry {seq} has bodies too many", next_step=_SCRUB)
        try:
            open_leaf(leaf, bodies)
        except LogError as error:
            raise LogError(
                f"entry {seq} was changed: {error}", where=f"entry {seq}", next_step=_SCRUB
            ) from error


def _replace_durably(path: Path, text: str) -> None:
    """The whole new file or the whole old one, whatever happens."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
