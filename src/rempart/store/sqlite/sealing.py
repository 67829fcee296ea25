"""Sealing bodies on their way into the log: which key is whose, and a cipher for each.

A name and its number are rows of the store, so they come and go with the transaction; the key of a
number is made ahead of its use and is durable before it (`subject_keys`). Nonces are random, drawn
once per batch. Ciphers are kept, a bounded number of them, because making one costs three times as
much as using it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

import apsw
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rempart.errors import LogError
from rempart.log.commit import SealedEntry
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


class _Writing(NamedTuple):
    """How to seal for one subject."""

    number: int
    cipher: AESGCM


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

    def seal(self, first: int, entries: Sequence[SealedEntry], day: int) -> list[SealedBody]:
        """Rows for the bodies of these entries, of which the first gets the number `first`."""
        ready = {kind: self._ready(kind, entries, day) for kind in {e.bucket for e in entries}}
        nonces = os.urandom(NONCE_BYTES * sum(len(entry.bodies) for entry in entries))
        rows: list[SealedBody] = []
        append = rows.append
        at = 0
        for seq, (_, bodies, subjects, kind) in enumerate(entries, first):
            if len(bodies) > PARTS:
                raise LogError(f"an entry has at most {PARTS} disclosures")
            _, bucket, _, writing = ready[kind]
            for place, body, subject in zip(
                range(PARTS * seq, PARTS * seq + len(bodies)),
                bodies,
                subjects or (NOBODY,) * len(bodies),
                strict=True,
            ):
                number, cipher = writing[subject]
                nonce = nonces[at : at + NONCE_BYTES]
                at += NONCE_BYTES
                sealed = cipher.encrypt(nonce, body, place.to_bytes(PLACE_BYTES, "big"))
                append((place, number, bucket, nonce + sealed))
        return rows

    def reseal(
        self, bodies: Sequence[tuple[int, bytes]], subject: str, kind: str, day: int
    ) -> list[SealedBody]:
        """New rows for bodies in their old places."""
        ready = self._ready(kind, [SealedEntry(b"", (b"",), (subject,), kind)], day)
        number, cipher = ready.writing[subject]
        rows: list[SealedBody] = []
        for place, body in bodies:
            nonce = os.urandom(NONCE_BYTES)
            sealed = cipher.encrypt(nonce, body, place.to_bytes(PLACE_BYTES, "big"))
            rows.append((place, number, ready.number, nonce + sealed))
        return rows

    def forget(self) -> None:
        """Every cipher: names were taken back or destroyed."""
        self._buckets.clear()

    def _ready(self, kind: str, entries: Sequence[SealedEntry], day: int) -> _Bucket:
        """The bucket of today, with a cipher for every subject of these entries."""
        bucket = self._buckets.get(kind)
        if bucket is None or bucket.day != day:
            number, key = (NO_BUCKET, b"") if kind == KEPT else self._vault.bucket(kind, day)
            bucket = self._buckets[kind] = _Bucket(day, number, key, {})
        elif len(bucket.writing) > MOST_CIPHERS:
            bucket.writing.clear()
        missing = {
            subject
            for entry in entries
            if entry.bucket == kind
            for subject in entry.subjects or (NOBODY,)
            if subject not in bucket.writing
        }
        if missing:
            found = self._keys_of(missing)
            keys = body_keys([key for _, _, key in found], bucket.key)
            for (subject, number, _), key in zip(found, keys, strict=True):
                bucket.writing[subject] = _Writing(number, AESGCM(key))
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
