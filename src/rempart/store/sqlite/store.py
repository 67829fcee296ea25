"""The embedded store: one writer connection, a few reading ones, errors told apart.

What a failed write means:

1. No space (`SQLITE_FULL`): nothing was written, `StoreFullError`; the next try may succeed.
2. A refused row, a busy file: nothing was written, `StoreError`.
3. Anything else (I/O error, fsync refused, damage): whether it was written is *unknown*. The store
   takes no more writes (`StoreReadOnlyError`) until a restart has checked it; what was acknowledged
   before is still there and can be read. The write-ahead log is left as it is for that restart.

Checkpoints (from the write-ahead log into the file) are made by `tidy`, between transactions, so
that an error there is seen and no acknowledgement waits for one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

import apsw

from rempart.errors import StoreError, StoreFullError, StoreReadOnlyError
from rempart.log.tiles import Edge
from rempart.store.interface import Store, Tables
from rempart.store.sqlite.access import SqliteAccessTables
from rempart.store.sqlite.access_log import SqliteAccessLogTables
from rempart.store.sqlite.attested import SqliteAttestedTables
from rempart.store.sqlite.campaigns import SqliteCampaignTables
from rempart.store.sqlite.captures import SqliteCaptureTables
from rempart.store.sqlite.care import SqliteCareTables
from rempart.store.sqlite.cases import SqliteCaseTables
from rempart.store.sqlite.connection import open_reader, open_writer
from rempart.store.sqlite.dated import SqliteDatedTables
from rempart.store.sqlite.deadlines import SqliteDeadlineTables
from rempart.store.sqlite.evidence import SqliteEvidenceTables
from rempart.store.sqlite.factors import SqliteFactorTables
from rempart.store.sqlite.facts import SqliteFactTables
from rempart.store.sqlite.figures import SqliteFigureTables
from rempart.store.sqlite.folder import SqliteFolderTables
from rempart.store.sqlite.history import SqliteHistoryTables
from rempart.store.sqlite.incidents import SqliteIncidentTables
from rempart.store.sqlite.invitations import SqliteInvitationTables
from rempart.store.sqlite.log import SqliteLogTables
from rempart.store.sqlite.looks import SqliteLookTables
from rempart.store.sqlite.mail import SqliteMailTables
from rempart.store.sqlite.migrate import check_version, migrate
from rempart.store.sqlite.misuse import SqliteMisuseTables
from rempart.store.sqlite.orders import SqliteOrderTables
from rempart.store.sqlite.refused_links import SqliteRefusedLinkTables
from rempart.store.sqlite.replies import SqliteReplyTables
from rempart.store.sqlite.statements import SqliteStatementTables
from rempart.store.sqlite.stream import SqliteStreamTables
from rempart.store.sqlite.threads import SqliteThreadTables
from rempart.store.sqlite.versions import SqliteVersionTables

IDLE_READERS = 8
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


class SqliteTables(Tables):
    log: SqliteLogTables
    stream: SqliteStreamTables
    deadlines: SqliteDeadlineTables

    def __init__(self, connection: apsw.Connection) -> None:
        self.connection = connection
        self.where = connection.filename
        self.log = SqliteLogTables(connection)
        self.attested = SqliteAttestedTables(connection)
        self.stream = SqliteStreamTables(connection)
        self.cases = SqliteCaseTables(connection)
        self.access = SqliteAccessTables(connection)
        self.access_log = SqliteAccessLogTables(connection)
        self.captures = SqliteCaptureTables(connection)
        self.care = SqliteCareTables(connection)
        self.evidence = SqliteEvidenceTables(connection)
        self.factors = SqliteFactorTables(connection)
        self.invitations = SqliteInvitationTables(connection)
        self.campaigns = SqliteCampaignTables(connection)
        self.deadlines = SqliteDeadlineTables(connection)
        self.facts = SqliteFactTables(connection)
        self.figures = SqliteFigureTables(connection)
        self.folder = SqliteFolderTables(connection)
        self.history = SqliteHistoryTables(connection)
        self.replies = SqliteReplyTables(connection)
        self.versions = SqliteVersionTables(connection)
        self.threads = SqliteThreadTables(connection)
        self.mail = SqliteMailTables(connection)
        self.incidents = SqliteIncidentTables(connection)
        self.refused_links = SqliteRefusedLinkTables(connection)
        self.statements = SqliteStatementTables(connection)
        self.looks = SqliteLookTables(connection)
        self.dated = SqliteDatedTables(connection)
        self.misuse = SqliteMisuseTables(connection)
        self.orders = SqliteOrderTables(connection)
        self.announced: list[tuple[str, dict[str, Any]]] = []

    def announce(self, kind: str, data: dict[str, Any]) -> None:
        self.announced.append((kind, data))

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of the transaction that may fail alone: what it wrote, told and remembered is
        taken back, and what came before stays. When SQLite gave up the whole transaction, so
        does this (StoreFullError, StoreReadOnlyError)."""
        mark = self._mark()
        self.connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException as error:
            told = _told(error, self.where) if isinstance(error, apsw.Error) else None
            if not self.connection.in_transaction and told is None:
                told = StoreReadOnlyError("the transaction was given up", where=self.where)
            if isinstance(told, StoreFullError | StoreReadOnlyError):
                raise told from error
            self.connection.execute("ROLLBACK TO part")
            self.connection.execute("RELEASE part")
            self._restore(mark)
            if told is None:
                raise
            raise told from error
        self.connection.execute("RELEASE part")

    def _mark(self) -> tuple[Edge | None, int, tuple[int, ...]]:
        return self.log.mark(), len(self.announced), self.stream.mark()

    def _restore(self, mark: tuple[Edge | None, int, tuple[int, ...]]) -> None:
        edge, announced, known = mark
        self.log.restore(edge)
        del self.announced[announced:]
        self.stream.restore(known)


class SqliteStore(Store):
    checkpoint_pages = 4_000
    """So many pages of 4 kB in the write-ahead log are worth a checkpoint."""

    def __init__(self, path: Path, writer: apsw.Connection | None, vfs: str | None) -> None:
        self.path = path
        self.broken: StoreReadOnlyError | None = None
        self._vfs = vfs
        self._lock = Lock()
        self._closed = False
        self._idle: list[apsw.Connection] = []
        self._writer = writer
        self._tables: SqliteTables | None = None
        self._unsaved_pages = 0
        if writer is not None:
            self._tables = SqliteTables(writer)
            writer.set_wal_hook(self._committed)

    @classmethod
    def open(cls, path: Path, *, vfs: str | None = None) -> SqliteStore:
        """Opens for writing, makes the file if needed and brings it to our version."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if vfs is None:
            _make_private(path)
        try:
            writer = open_writer(path, vfs=vfs)
            try:
                migrate(writer, str(path))
            except BaseException:
                writer.close()
                raise
        except apsw.Error as error:
            raise _told(error, str(path)) from error
        return cls(path, writer, vfs)

    @classmethod
    def open_for_reading(cls, path: Path, *, vfs: str | None = None) -> SqliteStore:
        """Opens beside a running service, or for a command that changes nothing."""
        if not path.exists():
            raise StoreError("there is no store here", where=str(path))
        store = cls(path, None, vfs)
        with store.read():
            return store

    def _committed(self, _connection: apsw.Connection, _database: str, pages: int) -> int:
        self._unsaved_pages = pages
        return apsw.SQLITE_OK

    # -- writing -----------------------------------------------------------------------------

    @contextmanager
    def begin(self) -> Iterator[SqliteTables]:
        writer, tables = self._writer, self._tables
        if writer is None or tables is None:
            raise StoreError("the store is open for reading only", where=str(self.path))
        if self.broken is not None:
            raise self.broken
        tables.announced.clear()
        tables.facts.changed = False
        tables.stream.forget_known()
        tables.deadlines.forget()
        tables.versions.changed.clear()
        edge = tables.log.mark()
        try:
            writer.execute("BEGIN IMMEDIATE")
            yield tables
            writer.execute("COMMIT")
        except BaseException as error:
            tables.announced.clear()
            tables.log.restore(edge)
            tables.stream.restore()
            told = self._judge(error)
            self._roll_back(writer)
            if told is None:
                raise
            raise told from error

    def _judge(self, error: BaseException) -> StoreError | None:
        if isinstance(error, StoreReadOnlyError):
            self.broken = error
        if not isinstance(error, apsw.Error):
            return None
        told = _told(error, str(self.path))
        if isinstance(told, StoreReadOnlyError):
            self.broken = told
        return told

    def _roll_back(self, writer: apsw.Connection) -> None:
        if not writer.in_transaction:
            return
        try:
            writer.execute("ROLLBACK")
        except apsw.Error as error:
            self.broken = self.broken or StoreReadOnlyError(
                f"a failed transaction could not be taken back: {error}", where=str(self.path)
            )

    def tidy(self, *, force: bool = False) -> bool:
        """Brings the write-ahead log into the file when it has grown; `force`: all of it, and
        truncates it (after erasing, so that deleted bytes are gone). True when it did.

        No space here is no failure: the write-ahead log stays as it is and is tried again.
        """
        writer = self._writer
        if writer is None or self.broken is not None:
            return False
        if not force and self._unsaved_pages < self.checkpoint_pages:
            return False
        mode = apsw.SQLITE_CHECKPOINT_TRUNCATE if force else apsw.SQLITE_CHECKPOINT_PASSIVE
        try:
            writer.wal_checkpoint(mode=mode)
        except (apsw.FullError, apsw.BusyError, apsw.LockedError):
            return False
        except apsw.Error as error:
            told = self._judge(error)
            if isinstance(told, StoreReadOnlyError):
                raise told from error
            return False
        self._unsaved_pages = 0
        return True

    # -- reading -----------------------------------------------------------------------------

    @contextmanager
    def read(self) -> Iterator[SqliteTables]:
        try:
            connection = self._take_reader()
        except apsw.Error as error:
            raise _unreadable(error, str(self.path)) from error
        keep = True
        try:
            connection.execute("BEGIN")
            yield SqliteTables(connection)
        except apsw.ReadOnlyError as error:
            raise StoreError("this is a reading moment: nothing can be written") from error
        except apsw.Error as error:
            keep = False
            raise _unreadable(error, str(self.path)) from error
        finally:
            self._give_back(connection, keep=keep)

    def _take_reader(self) -> apsw.Connection:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        connection = open_reader(self.path, vfs=self._vfs)
        try:
            check_version(connection, str(self.path))
        except BaseException:
            connection.close()
            raise
        return connection

    def _give_back(self, connection: apsw.Connection, *, keep: bool) -> None:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        with self._lock:
            if keep and not self._closed and len(self._idle) < IDLE_READERS:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        writer, self._writer, self._tables = self._writer, None, None
        if writer is not None:
            if self.broken is not None:
                writer.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
            writer.close()


def _make_private(path: Path) -> None:
    """A new file is its owner's alone, also in a folder that others may read; SQLite gives the
    write-ahead log beside it the same mode."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise StoreError(f"cannot make the store: {error.strerror}", where=str(path)) from error


def _unreadable(error: apsw.Error, where: str) -> StoreError:
    step = _KEEP_IT if isinstance(error, _DAMAGED) else ""
    return StoreError(f"the store cannot be read: {error}", where=where, next_step=step)


def _told(error: apsw.Error, where: str) -> StoreError:
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
