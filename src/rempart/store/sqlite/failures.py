"""What SQLite says when something fails, in our words.

1. No space (`SQLITE_FULL`): nothing was written, `StoreFullError`; the next try may succeed.
2. A refused row, a busy file: nothing was written, `StoreError`.
3. Anything else (I/O error, fsync refused, damage): whether it was written is *unknown*,
   `StoreReadOnlyError`.
"""

from __future__ import annotations

import apsw

from rempart.errors import StoreError, StoreFullError, StoreReadOnlyError

_FULL = "no space left for the store"
_SHARED_MEMORY_FULL = apsw.SQLITE_IOERR_SHMSIZE
_DAMAGED = (apsw.NotADBError, apsw.CorruptError)
_KEEP_IT = "keep the folder as it is, and restore a backup into another one"
_HARMLESS = (
    apsw.ConstraintError,
    apsw.BusyError,
    apsw.LockedError,
    apsw.SQLError,
    apsw.MismatchError,
    apsw.TooBigError,
    apsw.RangeError,
    apsw.CantOpenError,
    apsw.InterruptError,
)


def unreadable(error: apsw.Error, where: str) -> StoreError:
    step = _KEEP_IT if isinstance(error, _DAMAGED) else ""
    return StoreError(f"the store cannot be read: {error}", where=where, next_step=step)


def failure_of(error: apsw.Error, where: str) -> StoreError:
    """What SQLite says, in our words; see the head of this module."""
    extended = getattr(error, "extendedresult", 0)
    if isinstance(error, apsw.FullError) or extended == _SHARED_MEMORY_FULL:
        return StoreFullError(
            _FULL, where=where, next_step="free some space; it goes on by itself then"
        )
    if isinstance(error, _HARMLESS):
        return StoreError(str(error), where=where)
    if isinstance(error, _DAMAGED):
        return StoreReadOnlyError(f"the store is damaged: {error}", where=where, next_step=_KEEP_IT)
    return StoreReadOnlyError(
        f"writing failed, and whether it took place is unknown: {error}",
        where=where,
        next_step="look at the disk, then restart: the log is checked at the start",
    )
