"""Sealing bodies on their way into the log: which key is whose, and a cipher for each.

A name and its number are rows of the store, so they come and go with the transaction; the key of a
number is made ahead of its use and is durable before it (`subject_keys`). Nonces are random, drawn
once per batch. What seals is kept, for a bounded number of subjects. A batch is sealed on the
compiled path; without it, and for few bodies, each key keeps a cipher of its own, because making
one costs three times as much as using it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import apsw
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rempart.errors import LogError
from rempart.log.commit import SealedEntry
from rempart.log.compiled import FEW, KERNEL
from rempart.log.master_key import body_keys
from rempart.log.subjects import KEPT, NOBODY
from rempart.store.sqlite.vault import (
    MOST_CIPHERS,
    NO_BUCKET,
    NONCE_BYTES,
    PARTS,
    PLACE_BYTES,
    SealedBody,
    Vault,
)

_Writing = tuple[int, bytes]
"""How to seal for one subject: its number, and the key of its bodies."""


class _Bucket(NamedTuple):
    """Where bodies of one kind go on one day; `key` is empty for what has no bucket."""

    day: int
    number: int
    key: bytes
    writing: dict[str, _Writing]


class Sealer:
    """Belongs to one connection and its thread. `used` is the highest number given to a name so
    far: kept by the store (`keys.put_mark`), as numbers never come back."""

    def __init__(self, connection: apsw.Connection, vault: Vault, used: int = 0) -> None:
        self.used = used
        self._db = connection
        self._vault = vault
        self._buckets: dict[str, _Bucket] = {}
        self._ciphers: dict[bytes, AESGCM] = {}

    def seal(self, first: int, entries: Sequence[SealedEntry], day: int) -> Iterable[SealedBody]:
        """Rows for the bodies of these entries, of which the first gets the number `first`."""
        places: list[int] = []
        bodies: list[bytes] = []
        subjects: list[str] = []
        kinds: list[str] = []
        for seq, (_, parts, whose, kind) in enumerate(entries, first):
            count = len(parts)
            if count > PARTS:
                raise LogError(f"an entry has at most {PARTS} disclosures")
            if whose and len(whose) != count:
                raise LogError("each disclosure of an entry is about one subject")
            places += range(PARTS * seq, PARTS * seq + count)
            bodies += parts
            subjects += whose or (NOBODY,) * count
            kinds += (kind,) * count
        wanted = set(kinds)
        if len(wanted) == 1:
            ready = self._ready(wanted.pop(), set(subjects), day)
            writing = list(map(ready.writing.__getitem__, subjects))
            buckets = [ready.number] * len(kinds)
        else:
            pairs = list(zip(kinds, subjects, strict=True))
            each = {
                kind: self._ready(kind, {name for other, name in pairs if other == kind}, day)
                for kind in wanted
            }
            writing = [each[kind].writing[name] for kind, name in pairs]
            buckets = [each[kind].number for kind in kinds]
        sealed = self._sealed(places, bodies, [key for _, key in writing])
        return zip(places, [number for number, _ in writing], buckets, sealed, strict=True)

    def reseal(
        self, bodies: Sequence[tuple[int, bytes]], subject: str, kind: str, day: int
    ) -> list[SealedBody]:
        """New rows for bodies in their old places."""
        ready = self._ready(kind, {subject}, day)
        number, key = ready.writing[subject]
        places = [place for place, _ in bodies]
        sealed = self._sealed(places, [body for _, body in bodies], [key] * len(bodies))
        return [
            (place, number, ready.number, one) for place, one in zip(places, sealed, strict=True)
        ]

    def _sealed(
        self, places: Sequence[int], bodies: Sequence[bytes], keys: Sequence[bytes]
    ) -> list[bytes]:
        """Each body at its place, with its key and a nonce of its own."""
        nonces = os.urandom(NONCE_BYTES * len(bodies))
        if KERNEL is not None and len(bodies) >= FEW:
            return KERNEL.sealed(bodies, keys, nonces, places)
        return [
            (nonce := nonces[at : at + NONCE_BYTES])
            + self._cipher(key).encrypt(nonce, body, place.to_bytes(PLACE_BYTES, "big"))
            for at, place, body, key in zip(
                range(0, len(nonces), NONCE_BYTES), places, bodies, keys, strict=True
            )
        ]

    def _cipher(self, key: bytes) -> AESGCM:
        cipher = self._ciphers.get(key)
        if cipher is None:
            if len(self._ciphers) > MOST_CIPHERS:
                self._ciphers.clear()
            cipher = self._ciphers[key] = AESGCM(key)
        return cipher

    def forget(self) -> None:
        """Every key: names were taken back or destroyed."""
        self._buckets.clear()
        self._ciphers.clear()

    def _ready(self, kind: str, names: set[str], day: int) -> _Bucket:
        """The bucket of today, with what seals for each of these subjects."""
        bucket = self._buckets.get(kind)
        if bucket is None or bucket.day != day:
            number, key = (NO_BUCKET, b"") if kind == KEPT else self._vault.bucket(kind, day)
            bucket = self._buckets[kind] = _Bucket(day, number, key, {})
        elif len(bucket.writing) > MOST_CIPHERS:
            bucket.writing.clear()
        missing = names.difference(bucket.writing)
        if missing:
            found = self._keys_of(missing)
            keys = body_keys([key for _, key in found.values()], bucket.key)
            numbers = [number for number, _ in found.values()]
            bucket.writing.update(zip(found, zip(numbers, keys, strict=True), strict=True))
        return bucket

    def _keys_of(self, names: set[str]) -> dict[str, tuple[int, bytes]]:
        """Number and key of each. A name without a key, or whose key is damaged, begins a new
        one."""
        known = numbers_of(self._db, names)
        keys = self._vault.subject_keys([number for _, number in known])
        found = {name: (number, key) for name, number in known if (key := keys.get(number))}
        fresh = sorted(names - found.keys())
        if fresh:
            numbers = range(self.used + 1, self.used + 1 + len(fresh))
            made = self._vault.new_subjects(numbers)
            self._db.executemany(
                "INSERT INTO subject VALUES (?, ?)", zip(numbers, map(encode, fresh), strict=True)
            )
            self.used += len(fresh)
            found.update(zip(fresh, zip(numbers, made, strict=True), strict=True))
        return found


def numbers_of(connection: apsw.Connection, names: set[str]) -> list[tuple[str, int]]:
    """Every number of these names, of one name in rising order."""
    rows = connection.execute(
        "SELECT name, number FROM subject WHERE name IN carray(?) ORDER BY number",
        (apsw.carray(tuple(map(encode, names))),),
    )
    return [(decode(name), number) for name, number in rows]


def encode(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def decode(name: bytes) -> str:
    return name.decode("utf-8", "surrogatepass")
