"""Signs checkpoints, never below what was signed or cosigned before.

Rules kept here:

1. The largest checkpoint that was signed is kept twice: in the store, and in `keys/checkpoint`,
   which is written whole, synced, renamed, and its folder synced. A start refuses a log that is
   shorter than either, or had another root: it is an old backup, and going on would tell a second
   history (FAULTS row 31).
2. When somebody shows a larger or another checkpoint that our own key signed (a witness keeps
   them), signing ends at once and the proof is kept in `keys/checkpoint`: the next start refuses.
   When a witness only says so, signing ends until a restart.
3. Entries that are only about time (cosignatures, tokens) call for no new checkpoint of their own:
   otherwise two logs that witness each other would never come to rest.
"""

from __future__ import annotations

import os
from pathlib import Path

from rempart.engine.start import SCRUB
from rempart.errors import LogError
from rempart.log.checkpoint import open_checkpoint, sign_checkpoint
from rempart.log.keys import KEYS_FOLDER
from rempart.log.note import PublicKey, Signer
from rempart.log.tiles import root_at
from rempart.store.interface import Tables

KEPT_FILE = "checkpoint"
_OLD_BACKUP = "restore a newer backup; see the operator's guide before going on with this one"


class Notary:
    """Signs checkpoints, never below what was signed before."""

    def __init__(self, data: Path, signer: Signer) -> None:
        self._kept = data / KEYS_FOLDER / KEPT_FILE
        self.signer = signer
        self.size = 0
        self._rest = 0
        self.signed_ms = 0
        self.stopped: LogError | None = None
        """Why nothing is signed any more, until a restart."""
        self._resting: int | None = None
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
                next_step=SCRUB,
            )
        self.size = self._rest = max(self.size, checkpoint.size)

    @property
    def rest(self) -> int:
        """A log of this size has nothing that asks for a checkpoint."""
        return self._rest if self._resting is None else self._resting

    def stop(self, why: LogError, proof: str | None = None) -> None:
        """Signs nothing more. `proof`: a checkpoint of our key that this log does not continue; it
        is kept, so that the next start refuses too."""
        self.stopped = why
        if proof is not None:
            open_checkpoint(proof, self.signer.public)
            replace_durably(self._kept, proof)

    def note_time(self, before: int, after: int) -> None:
        """Inside a transaction: entries `before` to `after` are about time only."""
        if before == self.rest:
            self._resting = after

    def sign(self, tables: Tables, now_ms: int) -> str:
        """Inside a transaction: the note over the log as it will be after it."""
        if self.stopped is not None:
            raise self.stopped
        size = tables.log.size()
        note = sign_checkpoint(self.signer, size, tables.log.root(), last=self.size)
        tables.log.put_checkpoint(size, note, now_ms)
        self._pending = (size, note, now_ms)
        return note

    def committed(self) -> tuple[int, str] | None:
        """After it: keeps the note beside the key, where a restored store does not reach it."""
        pending, self._pending = self._pending, None
        resting, self._resting = self._resting, None
        if resting is not None:
            self._rest = resting
        if pending is None:
            return None
        self.size, note, self.signed_ms = pending
        self._rest = max(self._rest, self.size)
        if self.stopped is None:
            replace_durably(self._kept, note)
        return self.size, note

    def failed(self) -> None:
        self._pending = self._resting = None


def replace_durably(path: Path, text: str) -> None:
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
