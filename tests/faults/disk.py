"""A disk that can fail: a SQLite VFS that writes through, remembers what was not synced, and can be
told to be full, to refuse fsync, or to show what a power cut would have left.

The model of a power cut: what was written before the last fsync of a file is there. Of every later
write each sector of 512 bytes may be there, may be missing, or may be torn, independently of all
others, so also in another order; truncations and deletions likewise.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple

import apsw

SECTOR = 512


class Write(NamedTuple):
    file: str
    offset: int
    data: bytes


class Truncate(NamedTuple):
    file: str
    size: int


class Sync(NamedTuple):
    file: str


class Delete(NamedTuple):
    file: str
    durable: bool


class Mark(NamedTuple):
    """Something the world saw at this moment."""

    what: Any


Operation = Write | Truncate | Sync | Delete | Mark


class FaultyDisk(apsw.VFS):
    """Registered under `name` until `close`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lock = RLock()
        self.operations: list[Operation] = []
        self.recording = False
        self.full = False
        self.refuse_sync = False
        self.sync_seconds = 0.0
        self.syncs = 0
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: list[int]) -> Any:
        return _File(self, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self.note(Delete(os.path.basename(filename), bool(syncdir)))
        super().xDelete(filename, syncdir)

    def note(self, operation: Operation) -> None:
        if self.recording:
            with self.lock:
                self.operations.append(operation)

    def mark(self, what: Any) -> None:
        self.note(Mark(what))

    def close(self) -> None:
        self.unregister()


class _File(apsw.VFSFile):
    def __init__(self, disk: FaultyDisk, name: Any, flags: list[int]) -> None:
        self.disk = disk
        filename = name.filename() if isinstance(name, apsw.URIFilename) else name
        self.file = os.path.basename(filename) if filename else ""
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        if self.disk.full and offset + len(data) > self.xFileSize():
            raise apsw.FullError("no space left on the simulated disk")
        super().xWrite(data, offset)
        self.disk.note(Write(self.file, offset, bytes(data)))

    def xTruncate(self, size: int) -> None:
        super().xTruncate(size)
        self.disk.note(Truncate(self.file, size))

    def xSync(self, flags: int) -> None:
        if self.disk.refuse_sync:
            error = apsw.IOError("fsync refused by the simulated disk")
            error.extendedresult = apsw.SQLITE_IOERR_FSYNC
            raise error
        time.sleep(self.disk.sync_seconds)
        self.disk.syncs += 1
        self.disk.note(Sync(self.file))


class PowerCuts:
    """Walks through recorded operations and says what a cut at a moment would have left."""

    def __init__(self, operations: list[Operation], rng: random.Random) -> None:
        self.operations = operations
        self.rng = rng
        self.position = 0
        self.durable: dict[str, bytearray] = {}
        self.pending: dict[str, list[Write | Truncate | Delete]] = {}
        self.marks: list[Any] = []

    def advance(self, position: int) -> None:
        for operation in self.operations[self.position : position]:
            if isinstance(operation, Mark):
                self.marks.append(operation.what)
            elif isinstance(operation, Sync):
                self._settle(operation.file)
            elif isinstance(operation, Delete) and operation.durable:
                self.durable.pop(operation.file, None)
                self.pending.pop(operation.file, None)
            else:
                self.pending.setdefault(operation.file, []).append(operation)
        self.position = position

    def _settle(self, file: str) -> None:
        if file not in self.durable:
            self._settle_deletions()
        content = self.durable.get(file)
        for operation in self.pending.pop(file, []):
            content = _apply(content, operation)
        if content is None:
            content = bytearray()
        self.durable[file] = content

    def _settle_deletions(self) -> None:
        """The first fsync of a new file also syncs its folder (SQLite does), and with it what was
        deleted there before."""
        for file, operations in list(self.pending.items()):
            places = [n for n, one in enumerate(operations) if isinstance(one, Delete)]
            if places:
                self.durable.pop(file, None)
                self.pending[file] = operations[places[-1] + 1 :]

    def survivors(self) -> dict[str, bytes]:
        """The files after a cut right now."""
        chance = self.rng.choice((0.0, 0.3, 0.5, 0.9, 1.0))
        left: dict[str, bytes] = {}
        for file in self.durable.keys() | self.pending.keys():
            content = self.durable.get(file)
            content = None if content is None else bytearray(content)
            for operation in self.pending.get(file, []):
                content = self._perhaps(content, operation, chance)
            if content is not None:
                left[file] = bytes(content)
        return left

    def _perhaps(
        self, content: bytearray | None, operation: Write | Truncate | Delete, chance: float
    ) -> bytearray | None:
        if not isinstance(operation, Write):
            return _apply(content, operation) if self.rng.random() < chance else content
        for start in range(0, len(operation.data), SECTOR):
            if self.rng.random() < chance:
                data = operation.data[start : start + SECTOR]
                if self.rng.random() < 0.05:
                    data = data[: self.rng.randrange(len(data))]
                content = _apply(content, Write("", operation.offset + start, data))
        return content


def _apply(content: bytearray | None, operation: Write | Truncate | Delete) -> bytearray | None:
    if isinstance(operation, Delete):
        return None
    content = bytearray() if content is None else content
    if isinstance(operation, Truncate):
        if len(content) > operation.size:
            del content[operation.size :]
        else:
            content.extend(bytes(operation.size - len(content)))
        return content
    end = operation.offset + len(operation.data)
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    content[operation.offset : end] = operation.data
    return content


def write_files(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)
