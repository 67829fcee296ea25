"""Opening bodies, and the form they are sealed in: AES-256-GCM under a key of subject and bucket
(ADR 36).

A sealed body is nonce (12 bytes), ciphertext, tag (16). Its place (entry and part) is authenticated
with it: a body that was moved does not open. The key is BLAKE2b of the bucket's key, keyed with the
subject's: without either of the two it is random to everybody. Of a body without a bucket it is
BLAKE2b of nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from threading import Lock
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

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
    """`bodies` that opened, each with its place in `places`; the others are places."""

    places: list[int]
    bodies: list[bytes]
    erased: list[int]
    damaged: list[int]


class Vault:
    """The keys of one connection in use, from any thread."""

    def __init__(self, keys: SubjectKeys) -> None:
        self.keys = keys
        self.destroying = False
        """Whether this transaction destroys keys: they go when it has committed."""
        self._lock = Lock()
        self._ciphers: dict[tuple[int, int], AESGCM | None] = {}
        self._seen = keys.changed(), keys.destroyed()

    # -- opening -----------------------------------------------------------------------------

    def open(self, rows: Iterable[SealedBody]) -> OpenedRows:
        found = OpenedRows([], [], [], [])
        place_of, body_of = found.places.append, found.bodies.append
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
                place_of(place)
                body_of(body)
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
                    None if one is None or other is None else cipher_of(one, other)
                )
        return ciphers

    # -- keys --------------------------------------------------------------------------------

    def bucket(self, kind: str, day: int) -> tuple[int, bytes]:
        """Number and key of this bucket, made if there is none."""
        with self._lock:
            return self.keys.bucket(kind, day)

    def subject_keys(self, numbers: Sequence[int]) -> dict[int, bytes | None]:
        with self._lock:
            return self.keys.subject_keys(numbers)

    def new_subjects(self, numbers: range) -> list[bytes]:
        """Keys for these numbers, which no name had yet."""
        with self._lock:
            return self.keys.new_subjects(numbers)

    def days(self, kind: str) -> list[tuple[int, int]]:
        with self._lock:
            return self.keys.days(kind)

    def counts(self) -> KeyCounts:
        with self._lock:
            return self.keys.counts()

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
        """Forgets every cipher: keys were destroyed."""
        with self._lock:
            self._ciphers.clear()
            self.destroying = False


def cipher_of(subject_key: bytes, bucket_key: bytes) -> AESGCM:
    derived = blake2b(bucket_key, key=subject_key, digest_size=32, person=_PERSON)
    return AESGCM(derived.digest())
