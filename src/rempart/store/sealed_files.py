"""Large files beside the tables: encrypted, each under a key of its own that stands in the log.

The key is in an erasable disclosure of an entry: whoever erases the entry has erased the file, also
in every copy of it. AES-256-GCM; the name is authenticated with the content, so that no file can
stand for another. Written to its end, synced, then renamed: a file is there whole or not at all.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rempart.errors import StoreError

_NONCE = 12
SUFFIX = ".sealed"
UNFINISHED = ".part"


class SealedFiles:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> bytes:
        """Writes it; returns its key (32 bytes). StoreError when it cannot be written."""
        key, nonce = AESGCM.generate_key(256), os.urandom(_NONCE)
        sealed = nonce + AESGCM(key).encrypt(nonce, content, name.encode())
        path = self._path(name)
        unfinished = path.with_suffix(UNFINISHED)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished.unlink(missing_ok=True)
            file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file, "wb") as out:
                out.write(sealed)
                out.flush()
                os.fsync(out.fileno())
            unfinished.rename(path)
            self._sync_folder()
        except OSError as error:
            raise StoreError(f"a file cannot be written: {error.strerror}", where=path.name) from (
                error
            )
        return key

    def get(self, name: str, key: bytes) -> bytes:
        """StoreError when it is gone, or is not what was written."""
        path = self._path(name)
        try:
            sealed = path.read_bytes()
            return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], name.encode())
        except OSError as error:
            raise StoreError(f"a file cannot be read: {error.strerror}", where=path.name) from error
        except (InvalidTag, ValueError) as error:
            raise StoreError("a file was changed since it was written", where=path.name) from error

    def drop(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def drop_unfinished(self) -> int:
        """Removes what was being written when the process ended: nobody has its key. To be asked at
        the start, before anything is written; how many there were."""
        left = list(self._folder.glob(f"*{UNFINISHED}"))
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def names(self) -> list[str]:
        """In order; what was never finished is not among them."""
        return sorted(path.name.removesuffix(SUFFIX) for path in self._folder.glob(f"*{SUFFIX}"))

    def _path(self, name: str) -> Path:
        if not name or not all(c.isalnum() or c in "-_" for c in name):
            raise StoreError("no name for a file", where=repr(name[:40]))
        return self._folder / f"{name}{SUFFIX}"

    def _sync_folder(self) -> None:
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
