"""The master key: under it the keys of all bodies lie at rest, in a file of its own (mode 0600).

It protects a copy of the databases that came without it: a backup of `subjects.db` in another
place, a disk image of the data folder when the operator keeps `master.key` elsewhere and links to
it. Destroying it destroys every text of the instance at once. It is never replaced silently: a new
one would open nothing.
"""

from __future__ import annotations

import os
import stat
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import blake2b
from itertools import count
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rempart.errors import InputError, LogError
from rempart.log.compiled import FEW, KERNEL
from rempart.log.keys import sync_folder, write_new

MASTER_FILE = "master.key"
KEY_BYTES = 32
NONCE_BYTES = 12
_PERSON = b"rempart body 1"
_HEAD = "rempart-master-1 "
_BACK = "put the folder keys/ back from its backup: without this key no text can be read"


class MasterKey:
    """Wraps keys with AES-256-GCM; `place` says which key it is and cannot be exchanged."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._cipher = AESGCM(key)

    def wrap(self, key: bytes, place: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key, place)

    def unwrap(self, wrapped: bytes, place: bytes) -> bytes:
        """LogError: damaged, or wrapped under another master key."""
        try:
            return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], place)
        except (InvalidTag, ValueError) as error:
            raise LogError("a key does not open under the master key", next_step=_BACK) from error

    def wrap_all(self, prefix: bytes, numbers: Sequence[int], keys: bytes) -> list[bytes]:
        """Keys (concatenated) whose places are `prefix` and their number."""
        if KERNEL is not None and len(numbers) >= FEW:
            nonces = os.urandom(NONCE_BYTES * len(numbers))
            return KERNEL.wrapped(self._key, prefix, numbers, keys, nonces)
        return [
            self.wrap(keys[at : at + KEY_BYTES], b"%b%d" % (prefix, number))
            for at, number in zip(count(0, KEY_BYTES), numbers, strict=False)
        ]

    def unwrap_all(
        self, prefix: bytes, numbers: Sequence[int], wrapped: Sequence[bytes]
    ) -> list[bytes]:
        """Keys whose places are `prefix` and their number; empty where one does not open."""
        if KERNEL is not None and len(wrapped) >= FEW:
            return KERNEL.unwrapped(self._key, prefix, numbers, wrapped)
        found: list[bytes] = []
        for number, one in zip(numbers, wrapped, strict=True):
            try:
                found.append(self.unwrap(one, b"%b%d" % (prefix, number)))
            except LogError:
                found.append(b"")
        return found

    def body_keys(
        self, prefix: bytes, numbers: Sequence[int], wrapped: Sequence[bytes], bucket_key: bytes
    ) -> list[bytes]:
        """The `body_keys` of what `unwrap_all` gives; empty where one does not open."""
        if KERNEL is not None and len(wrapped) >= FEW:
            return KERNEL.derived(self._key, prefix, numbers, wrapped, _PERSON, bucket_key)
        keys = self.unwrap_all(prefix, numbers, wrapped)
        return [body_keys([key], bucket_key)[0] if key else b"" for key in keys]


def body_keys(subject_keys: Sequence[bytes], bucket_key: bytes) -> list[bytes]:
    """What bodies of these subjects in this bucket are sealed with: BLAKE2b of the bucket's key,
    keyed with the subject's."""
    if KERNEL is not None and len(subject_keys) >= FEW:
        return KERNEL.keyed(_PERSON, subject_keys, bucket_key)
    return [
        blake2b(bucket_key, key=key, digest_size=KEY_BYTES, person=_PERSON).digest()
        for key in subject_keys
    ]


def load_master(folder: Path, *, has_keys: bool) -> MasterKey:
    """The master key in `folder`; made on first use, durably. InputError: it is gone although there
    are keys wrapped under it, is no key, or others can read it."""
    path = folder / MASTER_FILE
    if not path.exists():
        if has_keys:
            raise InputError("the master key is gone", where=str(path), next_step=_BACK)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_new(path, _HEAD + b64encode(os.urandom(KEY_BYTES)).decode() + "\n", 0o600)
        sync_folder(folder)
    return read_master(folder)


def read_master(folder: Path) -> MasterKey:
    path = folder / MASTER_FILE
    try:
        mode = path.stat().st_mode
        text = path.read_text("ascii")
    except FileNotFoundError as error:
        raise InputError("the master key is gone", where=str(path), next_step=_BACK) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"no readable master key: {error}", where=str(path), next_step=_BACK
        ) from error
    if stat.S_IMODE(mode) & 0o077:
        raise InputError(
            "others can read the master key", where=str(path), next_step=f"chmod 600 {path}"
        )
    try:
        key = b64decode(text.removeprefix(_HEAD).strip(), validate=True)
    except ValueError:
        key = b""
    if not text.startswith(_HEAD) or len(key) != KEY_BYTES:
        raise InputError("this is no master key", where=str(path), next_step=_BACK)
    return MasterKey(key)
