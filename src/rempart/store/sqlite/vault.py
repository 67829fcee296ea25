"""Sealing and opening bodies: AES-256-GCM under a key of subject and bucket (ADR 36).

A sealed body is nonce (12 bytes), ciphertext, tag (16). Its place (entry and part) is authenticated
with it: a body that was moved does not open. The key is BLAKE2b of the bucket's key, keyed with the
subject's: without either of the two it is random to everybody. Of a body without a bucket it is
BLAKE2b of nothing.

Nonces are random, drawn once per batch. Ciphers are kept, a bounded number of them, because making
one costs three times as much as using it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from threading import Lock
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rempart.errors import LogError
from rempart.log.commit import SealedEntry
from rempart.log.subjects import KEPT, NOBODY
from rempart.store.interface.keys import KeyCounts
from rempart.store.sqlite.subject_keys import SubjectKeys

PARTS = 16
"""Most disclosures an entry may have: a body's place is `PARTS * seq + part`."""
NONCE_BYTES = 12
PLACE_BYTES = 8
MOST_CIPHERS = 4_096
NO_BUCKET = 0
_PERSON = b"rempart body 1"

SealedBody = tuple[int, int, int, bytes]
"""Place, number of the subject, number of the bucket, sealed bytes: a row of the table `body`."""


class OpenedRows(NamedTuple):
    """By place."""

    bodies: list[tuple[int, bytes]]
    erased: list[int]
    damaged: list[int]


class _Writing(NamedTuple):
    """How to seal for one subject."""

    number: int
    cipher: AESGCM


class Vault:
    """The keys of one connection in use. `seal` belongs to the writer; `open` may be called from
    any thread."""

    def __init__(self, keys: SubjectKeys) -> None:
        self.keys = keys
        self.leaving: set[int] = set()
        """Subjects that this transaction destroys: nothing can be sealed for them."""
        self.destroying = False
        self._lock = Lock()
        self._ciphers: dict[tuple[int, int], AESGCM | None] = {}
        self._writing: dict[str, tuple[int, int, dict[str, _Writing]]] = {}
        self._seen = keys.changed(), keys.destroyed()

    # -- sealing -----------------------------------------------------------------------------

    def seal(self, first: int, entries: Sequence[SealedEntry], day: int) -> list[SealedBody]:
        """Rows for the bodies of these entries; new keys wait in `keys` for their commit."""
        by_kind = {kind: self._ready(kind, entries, day) for kind in {e.bucket for e in entries}}
        nonces = os.urandom(NONCE_BYTES * sum(len(entry.bodies) for entry in entries))
        rows: list[SealedBody] = []
        append = rows.append
        at = 0
        for seq, (_, bodies, subjects, kind) in enumerate(entries, first):
            if len(bodies) > PARTS:
                raise LogError(f"an entry has at most {PARTS} disclosures")
            bucket, writing = by_kind[kind]
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
        bucket, writing = self._ready(kind, [SealedEntry(b"", (b"",), (subject,), kind)], day)
        number, cipher = writing[subject]
        rows: list[SealedBody] = []
        for place, body in bodies:
            nonce = os.urandom(NONCE_BYTES)
            sealed = cipher.encrypt(nonce, body, place.to_bytes(PLACE_BYTES, "big"))
            rows.append((place, number, bucket, nonce + sealed))
        return rows

    def _ready(
        self, kind: str, entries: Sequence[SealedEntry], day: int
    ) -> tuple[int, dict[str, _Writing]]:
        """The bucket of today, and a cipher for every subject of these entries."""
        known_day, bucket, writing = self._writing.get(kind, (None, NO_BUCKET, {}))
        if known_day != day:
            bucket = NO_BUCKET if kind == KEPT else self.keys.bucket(kind, day)
            writing = {}
            self._writing[kind] = day, bucket, writing
        elif len(writing) > MOST_CIPHERS:
            writing.clear()
        missing = {
            subject
            for entry in entries
            if entry.bucket == kind
            for subject in entry.subjects or (NOBODY,)
            if subject not in writing
        }
        if missing:
            found = self.keys.keys_of(list(missing))
            fresh = sorted(missing - found.keys())
            if fresh:
                found |= self.keys.new_subjects(fresh)
            bucket_key = self._bucket_key(bucket)
            for subject, (number, key) in found.items():
                writing[subject] = _Writing(number, _cipher(key, bucket_key))
        if self.leaving and any(one.number in self.leaving for one in writing.values()):
            self._refuse_leaving(writing, entries)
        return bucket, writing

    def _refuse_leaving(self, writing: dict[str, _Writing], entries: Sequence[SealedEntry]) -> None:
        for entry in entries:
            for subject in entry.subjects or (NOBODY,):
                if subject in writing and writing[subject].number in self.leaving:
                    raise LogError(
                        "this transaction destroys the key that would be written under",
                        next_step="write about it in the next transaction, or about nobody",
                    )

    def _bucket_key(self, number: int) -> bytes:
        if number == NO_BUCKET:
            return b""
        key = self.keys.bucket_keys([number]).get(number)
        if key is None:
            raise LogError("the key of today is damaged", where=str(self.keys.path))
        return key

    # -- opening -----------------------------------------------------------------------------

    def open(self, rows: Iterable[SealedBody]) -> OpenedRows:
        found = OpenedRows([], [], [])
        bodies = found.bodies.append
        with self._lock:
            rows = list(rows)
            ciphers = self._ciphers_for(rows)
            for place, subject, bucket, sealed in rows:
                try:
                    cipher = ciphers[subject, bucket]
                    if cipher is None:
                        found.erased.append(place)
                        continue
                    body = cipher.decrypt(
                        sealed[:NONCE_BYTES],
                        sealed[NONCE_BYTES:],
                        place.to_bytes(PLACE_BYTES, "big"),
                    )
                except (KeyError, InvalidTag, ValueError):
                    found.damaged.append(place)
                    continue
                bodies((place, body))
        return found

    def _ciphers_for(self, rows: Sequence[SealedBody]) -> dict[tuple[int, int], AESGCM | None]:
        """What opens these rows: None where a key was destroyed, nothing where it is lost."""
        ciphers = self._ciphers
        missing = {(row[1], row[2]) for row in rows} - ciphers.keys()
        if not missing:
            return ciphers
        if len(ciphers) > MOST_CIPHERS:
            ciphers.clear()
            missing = {(row[1], row[2]) for row in rows}
        subjects = self.keys.subject_keys(list({subject for subject, _ in missing}))
        buckets = self.keys.bucket_keys(list({bucket for _, bucket in missing} - {NO_BUCKET}))
        buckets[NO_BUCKET] = b""
        for subject, bucket in missing:
            if subject in subjects and bucket in buckets:
                one, other = subjects[subject], buckets[bucket]
                ciphers[subject, bucket] = (
                    None if one is None or other is None else _cipher(one, other)
                )
        return ciphers

    # -- looking up --------------------------------------------------------------------------

    def numbers(self, names: Sequence[str]) -> dict[str, int]:
        with self._lock:
            return self.keys.numbers(names)

    def names(self, prefix: str, after: str, limit: int) -> list[str]:
        with self._lock:
            return self.keys.names(prefix, after, limit)

    def counts(self) -> KeyCounts:
        with self._lock:
            return self.keys.counts()

    def days(self, kind: str) -> list[tuple[int, int]]:
        with self._lock:
            return self.keys.days(kind)

    def alive_buckets(self) -> set[int]:
        """Numbers of the buckets that can be opened, `NO_BUCKET` among them."""
        with self._lock:
            return {NO_BUCKET, *self.keys.alive_buckets()}

    # -- what is kept in memory --------------------------------------------------------------

    def refresh(self) -> None:
        """Forgets every cipher when another connection has destroyed keys."""
        with self._lock:
            changed, destroyed = self._seen
            if self.keys.changed() != changed:
                self._seen = self.keys.changed(), self.keys.destroyed()
                if self._seen[1] != destroyed:
                    self._ciphers.clear()

    def forget(self) -> None:
        """Forgets every cipher: keys were destroyed, or new ones taken back."""
        with self._lock:
            self._ciphers.clear()
            self._writing.clear()
            self.leaving.clear()
            self.destroying = False


def _cipher(subject_key: bytes, bucket_key: bytes) -> AESGCM:
    derived = blake2b(bucket_key, key=subject_key, digest_size=32, person=_PERSON)
    return AESGCM(derived.digest())
