"""Opening bodies, and the form they are sealed in: AES-256-GCM under a key of subject and bucket
(ADR 36).

A sealed body is nonce (12 bytes), ciphertext, tag (16). Its place (entry and part) is authenticated
with it: a body that was moved does not open. The key is BLAKE2b of the bucket's key, keyed with the
subject's: without either of the two it is random to everybody. Of a body without a bucket it is
BLAKE2b of nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, compress, repeat
from threading import Lock
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rempart.log.commit import LONE_LEAF, lone_leaves
from rempart.log.compiled import FEW, KERNEL
from rempart.store.interface.keys import KeyCounts
from rempart.store.sqlite.subject_keys import SubjectKeys

PARTS = 16
"""Most disclosures an entry may have: a body's place is `PARTS * seq + part`."""
NONCE_BYTES = 12
PLACE_BYTES = 8
MOST_CIPHERS = 4_096
MOST_KEYS = 16_384
NO_BUCKET = 0

SealedBody = tuple[int, int, int, bytes]
"""Place, number of the subject, number of the bucket, sealed bytes: a row of the table `body`."""
COLUMNS = 4


LOST = b""
"""In place of a key that should be there and is not, or is damaged."""


class OpenedRows(NamedTuple):
    """`bodies` that opened, each with its place in `places`; the others are places."""

    places: list[int]
    bodies: list[bytes]
    erased: list[int]
    damaged: list[int]


class LeafRows(NamedTuple):
    """The same with the leaf that each body alone gives in its stead."""

    places: list[int]
    leaves: list[bytes]
    erased: list[int]
    damaged: list[int]


class Vault:
    """The keys of one connection in use, from any thread."""

    def __init__(self, keys: SubjectKeys) -> None:
        self.keys = keys
        self.destroying = False
        """Whether this transaction destroys keys: they go when it has committed."""
        self._lock = Lock()
        self._keys: dict[int, dict[int, bytes | None]] = {}
        """What opens a body, by bucket and subject; None: destroyed."""
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

    def leaves(self, rows: Iterable[SealedBody]) -> LeafRows:
        """Of what these bodies say. On the compiled path texts do not even become objects."""
        cells: list[Any] = list(chain.from_iterable(rows))
        if KERNEL is None or len(cells) < FEW * COLUMNS:
            opened = self.open(zip(*[iter(cells)] * COLUMNS, strict=True))
            leaves = lone_leaves(opened.bodies)
            return LeafRows(opened.places, leaves, opened.erased, opened.damaged)
        places: list[int] = cells[::COLUMNS]
        sealed: list[bytes] = cells[3::COLUMNS]
        with self._lock:
            keys = self._keys_of_rows(cells[1::COLUMNS], cells[2::COLUMNS])
        whole = list(filter(None, keys))
        erased: list[int] = []
        damaged: list[int] = []
        if len(whole) != len(keys):
            erased = [place for place, key in zip(places, keys, strict=True) if key is None]
            damaged = [place for place, key in zip(places, keys, strict=True) if key == LOST]
            places, sealed = list(compress(places, keys)), list(compress(sealed, keys))
        leaves, good = KERNEL.sealed_leaves(LONE_LEAF, sealed, whole, places)
        if 0 in good:
            damaged += [place for place, fine in zip(places, good, strict=True) if not fine]
            places, leaves = list(compress(places, good)), list(compress(leaves, good))
        return LeafRows(places, leaves, erased, sorted(damaged))

    def _ciphers_for(self, rows: Sequence[SealedBody]) -> dict[tuple[int, int], AESGCM | None]:
        """What opens these rows: None where a key was destroyed, nothing where it is lost."""
        ciphers = self._ciphers
        pairs = {row[1:3] for row in rows}
        missing = [pair for pair in pairs if pair not in ciphers]
        if not missing:
            return ciphers
        if len(ciphers) > MOST_CIPHERS:
            ciphers.clear()
            missing = list(pairs)
        keys = self._keys_of_rows(*map(list, zip(*missing, strict=True)))
        for pair, key in zip(missing, keys, strict=True):
            if key != LOST:
                ciphers[pair] = None if key is None else AESGCM(key)
        return ciphers

    def _keys_of_rows(self, subjects: list[int], buckets: list[int]) -> list[bytes | None]:
        """With what each body is sealed: None where a key was destroyed, `LOST` where one is."""
        wanted = set(buckets)
        if len(wanted) == 1:
            known = self._keys_in(wanted.pop(), set(subjects))
            return list(map(known.get, subjects, repeat(LOST)))
        tables = {
            bucket: self._keys_in(
                bucket,
                {one for one, other in zip(subjects, buckets, strict=True) if other == bucket},
            )
            for bucket in wanted
        }
        return [
            tables[bucket].get(subject, LOST)
            for subject, bucket in zip(subjects, buckets, strict=True)
        ]

    def _keys_in(self, bucket: int, subjects: set[int]) -> dict[int, bytes | None]:
        """With what bodies of these subjects in one bucket are sealed, by subject: None where a key
        was destroyed, nothing where one is lost. Others may stand there too."""
        known = self._keys.setdefault(bucket, {})
        missing = subjects.difference(known)
        if not missing:
            return known
        if sum(map(len, self._keys.values())) > MOST_KEYS:
            self._keys.clear()
            known, missing = self._keys.setdefault(bucket, {}), subjects
        other: bytes | None = b""
        if bucket != NO_BUCKET:
            found = self.keys.bucket_keys([bucket])
            if bucket not in found:
                return known
            other = found[bucket]
        if other is None:
            known.update(dict.fromkeys(self.keys.subject_keys(list(missing))))
        else:
            known.update(self.keys.body_keys(list(missing), other))
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
