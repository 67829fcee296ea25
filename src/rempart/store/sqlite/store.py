"""The embedded store: one writer connection, a few reading ones.

What a failed write means is told in `failures`. After one of which it is unknown whether it was
written, the store takes no more writes (`StoreReadOnlyError`) until a restart has checked it; what
was acknowledged before is still there and can be read. The write-ahead log is left as it is for
that restart.

Checkpoints (from the write-ahead log into the file) are made by `tidy`, between transactions, so
that an error there is seen and no acknowledgement waits for one.

Keys of bodies are committed before the transaction whose bodies need them; keys that it destroys go
after it (`key_destroyed` keeps which), at the latest at the next start.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import apsw

from rempart.errors import OlderStoreError, StoreError, StoreReadOnlyError
from rempart.log.keys import KEYS_FOLDER
from rempart.store.interface import Store
from rempart.store.sqlite.connection import BUSY_MS, know_size_before, open_reader, open_writer
from rempart.store.sqlite.counted import count_earlier
from rempart.store.sqlite.failures import failure_of, unreadable
from rempart.store.sqlite.keys import destructions, mark_of, put_mark
from rempart.store.sqlite.migrate import check_version, migrate
from rempart.store.sqlite.plain import has_plain, seal_plain
from rempart.store.sqlite.subject_keys import Mark, SubjectKeys
from rempart.store.sqlite.tables import SqliteTables
from rempart.store.sqlite.vault import Vault

IDLE_READERS = 8
DAY_SECONDS = 86_400
CLEANING_MS = 50
"""So long a truncation waits for who reads: it is tried again."""


class SqliteStore(Store):
    checkpoint_pages = 4_000
    """So many pages of 4 kB in the write-ahead log are worth a checkpoint."""

    def __init__(
        self,
        path: Path,
        writer: apsw.Connection | None,
        vault: Vault | None,
        *,
        vfs: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.path = path
        self.broken: StoreReadOnlyError | None = None
        self._vfs = vfs
        self._clock = clock
        self._vault = vault
        self._readers_vault: Vault | None = None
        self._key_mark: Mark | None = None
        self._to_truncate = False
        self._lock = Lock()
        self._closed = False
        self._idle: list[apsw.Connection] = []
        self._writer = writer
        self._tables: SqliteTables | None = None
        self._unsaved_pages = 0
        self._size_before = 0
        if writer is not None and vault is not None:
            self._key_mark = mark_of(writer)
            # An older copy of the store beside the newest keys: what was destroyed since stays
            # destroyed, and its numbers are nobody's.
            known = self._key_mark.subjects if self._key_mark is not None else 0
            used = max(known, vault.keys.last_destroyed())
            self._tables = SqliteTables(writer, vault, used)
            writer.set_wal_hook(self._committed)
            know_size_before(writer, lambda: self._size_before)

    @classmethod
    def open(
        cls, path: Path, *, vfs: str | None = None, clock: Callable[[], float] = time.time
    ) -> SqliteStore:
        """Opens for writing, makes the files if needed and brings them to our version. `clock`:
        seconds since 1970, for the day that bodies expire with."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if vfs is None:
            _make_private(path)
        try:
            writer = open_writer(path, vfs=vfs)
            try:
                migrate(writer, str(path))
                count_earlier(writer)
                vault = _open_vault(writer, path.parent / KEYS_FOLDER, vfs)
                if has_plain(writer):
                    seal_plain(writer, vault, int(clock() // DAY_SECONDS))
            except BaseException:
                writer.close()
                raise
        except apsw.Error as error:
            raise failure_of(error, str(path)) from error
        store = cls(path, writer, vault, vfs=vfs, clock=clock)
        try:
            store._carry_out()
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def open_for_reading(cls, path: Path, *, vfs: str | None = None) -> SqliteStore:
        """Opens beside a running service, or for a command that changes nothing."""
        if not path.exists():
            raise StoreError("there is no store here", where=str(path))
        store = cls(path, None, None, vfs=vfs)
        try:
            with store.read():
                return store
        except BaseException:
            store.close()
            raise

    def _committed(self, _connection: apsw.Connection, _database: str, pages: int) -> int:
        self._unsaved_pages = pages
        return apsw.SQLITE_OK

    # -- writing -----------------------------------------------------------------------------

    @contextmanager
    def begin(self) -> Iterator[SqliteTables]:
        writer, tables, vault = self._writer, self._tables, self._vault
        if writer is None or tables is None or vault is None:
            raise StoreError("the store is open for reading only", where=str(self.path))
        if self.broken is not None:
            raise self.broken
        tables.announced.clear()
        tables.facts.changed = False
        tables.attested.seal_asked = False
        tables.stream.forget_known()
        tables.deadlines.forget()
        tables.versions.changed.clear()
        edge = tables.log.mark()
        tables.log.day = int(self._clock() // DAY_SECONDS)
        try:
            writer.execute("BEGIN IMMEDIATE")
            self._size_before = tables.log.size()
            yield tables
            mark = Mark(vault.keys.id, tables.sealer.used, vault.keys.mark.buckets)
            if mark != self._key_mark:
                put_mark(writer, mark)
            writer.execute("COMMIT")
        except BaseException as error:
            tables.sealer.forget()
            vault.destroying = False
            tables.announced.clear()
            tables.log.restore(edge)
            tables.stream.restore()
            told = self._judge(error)
            self._roll_back(writer)
            if told is None:
                raise
            raise told from error
        self._key_mark = mark
        if vault.destroying:
            self._carry_out()

    def _carry_out(self) -> None:
        """Destroys the keys that the store says are destroyed; a disk without space, or a reader
        at this moment, leaves the rest to `tidy`."""
        writer, vault = self._writer, self._vault
        if writer is None or vault is None or self.broken is not None:
            return
        subjects, buckets = destructions(writer)
        total = len(subjects) + len(buckets)
        try:
            if vault.keys.destroyed() != total:
                self._to_truncate = True
                vault.keys.destroy(subjects, buckets, total)
            vault.forget()
            if self._readers_vault is not None:
                self._readers_vault.forget()
            if self._to_truncate:
                self._to_truncate = not vault.keys.truncate()
        except apsw.Error as error:
            self._to_truncate = True
            told = self._judge(error)
            if isinstance(told, StoreReadOnlyError):
                raise told from error

    def _judge(self, error: BaseException) -> StoreError | None:
        if isinstance(error, StoreReadOnlyError):
            self.broken = error
        if not isinstance(error, apsw.Error):
            return None
        told = failure_of(error, str(self.path))
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
        if self._to_truncate:
            self._carry_out()
        if not force and self._unsaved_pages < self.checkpoint_pages:
            return False
        mode = apsw.SQLITE_CHECKPOINT_TRUNCATE if force else apsw.SQLITE_CHECKPOINT_PASSIVE
        try:
            writer.set_busy_timeout(CLEANING_MS if force else BUSY_MS)
            writer.wal_checkpoint(mode=mode)
            if self._vault is not None:
                self._vault.keys.tidy(mode)
        except (apsw.FullError, apsw.BusyError, apsw.LockedError):
            return False
        except apsw.Error as error:
            told = self._judge(error)
            if isinstance(told, StoreReadOnlyError):
                raise told from error
            return False
        finally:
            writer.set_busy_timeout(BUSY_MS)
        self._unsaved_pages = 0
        return True

    # -- reading -----------------------------------------------------------------------------

    @contextmanager
    def read(self) -> Iterator[SqliteTables]:
        try:
            connection = self._take_reader()
        except apsw.Error as error:
            raise unreadable(error, str(self.path)) from error
        keep = True
        try:
            connection.execute("BEGIN")
            yield SqliteTables(connection, self._vault_for(connection))
        except apsw.ReadOnlyError as error:
            raise StoreError("this is a reading moment: nothing can be written") from error
        except apsw.Error as error:
            keep = False
            raise unreadable(error, str(self.path)) from error
        finally:
            self._give_back(connection, keep=keep)

    def _vault_for(self, connection: apsw.Connection) -> Vault:
        """The keys that all readers share; whatever this moment holds was committed after its
        keys, so that they are seen."""
        with self._lock:
            if self._readers_vault is None:
                mark = mark_of(connection)
                if mark is None or has_plain(connection):
                    raise OlderStoreError(
                        "the texts in this store are not encrypted yet",
                        where=str(self.path),
                        next_step="start the service once (rempart serve): it encrypts them",
                    )
                folder = self.path.parent / KEYS_FOLDER
                keys = SubjectKeys.open_for_reading(folder, mark, vfs=self._vfs)
                self._readers_vault = Vault(keys)
            vault = self._readers_vault
        vault.refresh()
        return vault

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
        vaults = (self._readers_vault, self._vault)
        self._readers_vault = self._vault = None
        if writer is not None:
            if self.broken is not None:
                writer.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
            writer.close()
        for vault in vaults:
            if vault is not None:
                vault.keys.close(keep=self.broken is not None)


def _open_vault(writer: apsw.Connection, folder: Path, vfs: str | None) -> Vault:
    """The keys of this store, made for a new one; from then on it says that it has them."""
    mark = mark_of(writer)
    keys = SubjectKeys.open(folder, mark, vfs=vfs)
    try:
        if mark is None:
            put_mark(writer, Mark(keys.id, 0, keys.mark.buckets))
        return Vault(keys)
    except BaseException:
        keys.close()
        raise


def _make_private(path: Path) -> None:
    """A new file is its owner's alone, also in a folder that others may read; SQLite gives the
    write-ahead log beside it the same mode."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return
    except OSError as error:
        raise StoreError(f"cannot make the store: {error.strerror}", where=str(path)) from error
