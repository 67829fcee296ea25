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
from itertools import count
from typing import NamedTuple

import apsw
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rempart.errors import LogError
from rempart.log.commit import SealedEntry
from rempart.log.compiled import FEW, KERNEL
from rempart.log.subjects import KEPT, NOBODY
from rempart.store.sqlite.vault import (
    MOST_CIPHERS,
    NO_BUCKET,
    NONCE_BYTES,
    PARTS,
    PLACE_BYTES,
    SealedBody,
    Vault,
    body_keys,
)


class _Writing:
    """How to seal for one subject."""

    __slots__ = ("_cipher", "key", "number")

    def __init__(self, number: int, key: bytes) -> None:
        self.number = number
        self.key = key
        self._cipher: AESGCM | None = None

    @property
    def cipher(self) -> AESGCM:
        if self._cipher is None:
            self._cipher = AESGCM(self.key)
        return self._cipher


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

    def seal(self, first: int, entries: Sequence[SealedEntry], day: int) -> Iterable[SealedBody]:
        """Rows for the bodies of these entries, of which the first gets the number `first`."""
        if any(len(entry.bodies) > PARTS for entry in entries):
            raise LogError(f"an entry has at most {PARTS} disclosures")
        places = [
            place
            for place, entry in zip(count(PARTS * first, PARTS), entries)
            for place in range(place, place + len(entry.bodies))
        ]
        bodies = [body for entry in entries for body in entry.bodies]
        if any(entry.subjects and len(entry.subjects) != len(entry.bodies) for entry in entries):
            raise LogError("each disclosure of an entry is about one subject")
        subjects = [
            subject
            for entry in entries
            for subject in entry.subjects or (NOBODY,) * len(entry.bodies)
        ]
        kinds = [entry.bucket for entry in entries for _ in entry.bodies]
        wanted: dict[str, set[str]] = {}
        for kind, subject in set(zip(kinds, subjects, strict=True)):
            wanted.setdefault(kind, set()).add(subject)
        ready = {kind: self._ready(kind, names, day) for kind, names in wanted.items()}
        writing = [
            ready[kind].writing[subject] for kind, subject in zip(kinds, subjects, strict=True)
        ]
        return zip(
            places,
            [one.number for one in writing],
            [ready[kind].number for kind in kinds],
            _sealed(places, bodies, writing),
            strict=True,
        )

    def reseal(
        self, bodies: Sequence[tuple[int, bytes]], subject: str, kind: str, day: int
    ) -> list[SealedBody]:
        """New rows for bodies in their old places."""
        ready = self._ready(kind, {subject}, day)
        writing = ready.writing[subject]
        places = [place for place, _ in bodies]
        sealed = _sealed(places, [body for _, body in bodies], [writing] * len(bodies))
        return [
            (place, writing.number, ready.number, one)
            for place, one in zip(places, sealed, strict=True)
        ]

    def forget(self) -> None:
        """Every cipher: names were taken back or destroyed."""
        self._buckets.clear()

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
            keys = body_keys([key for _, _, key in found], bucket.key)
            for (subject, number, _), key in zip(found, keys, strict=True):
                bucket.writing[subject] = _Writing(number, key)
        return bucket

    def _keys_of(self, names: set[str]) -> list[tuple[str, int, bytes]]:
        """Name, number and key. A name without a key, or whose key is damaged, begins a new one."""
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
            found |= dict(zip(fresh, zip(numbers, made, strict=True), strict=True))
        return [(name, number, key) for name, (number, key) in found.items()]


def _sealed(
    places: Sequence[int], bodies: Sequence[bytes], writing: Sequence[_Writing]
) -> list[bytes]:
    """Each body at its place, each with a nonce of its own."""
    nonces = os.urandom(NONCE_BYTES * len(bodies))
    if KERNEL is not None and len(bodies) >= FEW:
        return KERNEL.sealed(bodies, [one.key for one in writing], nonces, places)
    return [
        (nonce := nonces[at : at + NONCE_BYTES])
        + one.cipher.encrypt(nonce, body, place.to_bytes(PLACE_BYTES, "big"))
        for at, place, body, one in zip(
            range(0, len(nonces), NONCE_BYTES), places, bodies, writing, strict=True
        )
    ]


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
