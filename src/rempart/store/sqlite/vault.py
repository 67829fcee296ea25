"""Opening bodies, and the form they are sealed in: AES-256-GCM under a key of subject and bucket
(ADR 36).

A sealed body is nonce (12 bytes), ciphertext, tag (16). Its place (entry and part) is authenticated
with it: a body that was moved does not open. The key is BLAKE2b of the bucket's key, keyed with the
subject's: without either of the two it is random to everybody. Of a body without a bucket it is
BLAKE2b of nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from hashlib import blake2b
from itertools import compress
from threading import Lock
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rempart.log.commit import digest
from rempart.log.kernel import FEW, KERNEL
from rempart.log.master_key import KEY_BYTES
from rempart.store.interface.keys import KeyCounts
from rempart.store.sqlite.subject_keys import SubjectKeys

PARTS = 16
"""Most disclosures an entry may have: a body's place is `PARTS * seq + part`."""
NONCE_BYTES = 12
PLACE_BYTES = 8
MOST_CIPHERS = 4_096
MOST_KEYS = 16_384
NO_BUCKET = 0
_PERSON = b"rempart body 1"

SealedBody = tuple[int, int, int, bytes]
"""Place, number of the subject, number of the bucket, sealed bytes: a row of the table `body`."""


_Keys = dict[tuple[int, int], bytes | None]
"""What opens a body, by numbers of subject and bucket; None: destroyed."""


class _Columns(NamedTuple):
    places: tuple[int, ...]
    subjects: tuple[int, ...]
    buckets: tuple[int, ...]
    sealed: tuple[bytes, ...]

    def pairs(self) -> Iterable[tuple[int, int]]:
        return zip(self.subjects, self.buckets, strict=True)


class OpenedRows(NamedTuple):
    """`bodies` that opened, each with its place in `places`; the others are places."""

    places: list[int]
    bodies: list[bytes]
    erased: list[int]
    damaged: list[int]


class DigestedRows(NamedTuple):
    """The same with digests in place of bodies."""

    places: list[int]
    digests: list[bytes]
    erased: list[int]
    damaged: list[int]


class Vault:
    """The keys of one connection in use, from any thread."""

    def __init__(self, keys: SubjectKeys) -> None:
        self.keys = keys
        self.destroying = False
        """Whether this transaction destroys keys: they go when it has committed."""
        self._lock = Lock()
        self._keys: _Keys = {}
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

    def digests(self, rows: Iterable[SealedBody]) -> DigestedRows:
        """Of what these bodies say. On the compiled path texts do not even become objects."""
        rows = list(rows)
        if KERNEL is None or len(rows) < FEW:
            opened = self.open(rows)
            return DigestedRows(
                opened.places, list(map(digest, opened.bodies)), opened.erased, opened.damaged
            )
        columns = _Columns(*zip(*rows, strict=True))
        numbers = {pair: number for number, pair in enumerate(dict.fromkeys(columns.pairs()))}
        with self._lock:
            known = self._keys_for(numbers.keys())
            keys = [known.get(pair, b"") for pair in numbers]
        erased: list[int] = []
        damaged: list[int] = []
        if not all(keys):
            told = dict(zip(numbers, keys, strict=True))
            erased = [row[0] for row in rows if told[row[1:3]] is None]
            damaged = [row[0] for row in rows if told[row[1:3]] == b""]
            readable = [row for row in rows if told[row[1:3]]]
            if not readable:
                return DigestedRows([], [], erased, damaged)
            columns = _Columns(*zip(*readable, strict=True))
        which = list(map(numbers.__getitem__, columns.pairs()))
        whole = [key or bytes(KEY_BYTES) for key in keys]
        digests, good = KERNEL.sealed_digests(columns.sealed, whole, which, columns.places)
        places = list(columns.places)
        if 0 in good:
            damaged = sorted(
                damaged + [p for p, fine in zip(places, good, strict=True) if not fine]
            )
            places = list(compress(places, good))
            digests = list(compress(digests, good))
        return DigestedRows(places, digests, erased, sorted(damaged))

    def _ciphers_for(self, rows: Sequence[SealedBody]) -> dict[tuple[int, int], AESGCM | None]:
        """What opens these rows: None where a key was destroyed, nothing where it is lost."""
        ciphers = self._ciphers
        pairs = {row[1:3] for row in rows}
        missing = {pair for pair in pairs if pair not in ciphers}
        if not missing:
            return ciphers
        if len(ciphers) > MOST_CIPHERS:
            ciphers.clear()
            missing = pairs
        keys = self._keys_for(missing)
        for pair in missing:
            if pair in keys:
                key = keys[pair]
                ciphers[pair] = None if key is None else AESGCM(key)
        return ciphers

    def _keys_for(self, pairs: Collection[tuple[int, int]]) -> _Keys:
        """With what bodies of these pairs are sealed with: the same two cases."""
        known = self._keys
        missing = {pair for pair in pairs if pair not in known}
        if not missing:
            return known
        if len(known) > MOST_KEYS:
            known.clear()
            missing = set(pairs)
        subjects = self.keys.subject_keys(list({subject for subject, _ in missing}))
        buckets = self.keys.bucket_keys(list({bucket for _, bucket in missing} - {NO_BUCKET}))
        buckets[NO_BUCKET] = b""
        for subject, bucket in missing:
            if subject in subjects and bucket in buckets:
                one, other = subjects[subject], buckets[bucket]
                known[subject, bucket] = (
                    None if one is None or other is None else body_key(one, other)
                )
        return known

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
        """Forgets every key when another connection has destroyed keys."""
        with self._lock:
            changed, destroyed = self._seen
            if self.keys.changed() != changed:
                self._seen = self.keys.changed(), self.keys.destroyed()
                if self._seen[1] != destroyed:
                    self._clear()

    def forget(self) -> None:
        """Forgets every key: keys were destroyed."""
        with self._lock:
            self._clear()
            self.destroying = False

    def _clear(self) -> None:
        self._keys.clear()
        self._ciphers.clear()


def body_key(subject_key: bytes, bucket_key: bytes) -> bytes:
    """What a body of this subject in this bucket is sealed with."""
    return blake2b(bucket_key, key=subject_key, digest_size=KEY_BYTES, person=_PERSON).digest()
