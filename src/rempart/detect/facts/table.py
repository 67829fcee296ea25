"""The table of protected facts in force: keyed hashes by target, and where to look them up.

Rules of this module:

1. No text: an entry is the keyed hash of a window, a length, and a keyed BLAKE2b of the whole
   compact form under the fact's own key. Without the keys nothing here can be tested.
2. The table is immutable; adding or dropping a fact makes another one with another version.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from rempart.detect.facts.stream import WINDOWS, WindowHash
from rempart.model import Message

DIGEST_BYTES: Final = 16
_MIN_BITS: Final = 16
_MAX_BITS: Final = 22
_REMEMBERED: Final = 16_384


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """One way of writing a fact. `window`: length of the window that proposes it, `hash` its keyed
    hash; `length`: characters of the compact form; `digest`: its keyed BLAKE2b; `number`: digits,
    in front of which the dialling prefixes of a telephone number may stand."""

    window: int
    hash: int
    length: int
    digest: bytes
    number: bool


class Fact(msgspec.Struct, frozen=True):
    """`target`: a name, or `platform/name`. `key`: 32 bytes, the fact's own. `everyone`: the target
    chose that messages with it are held for everybody, not only kept from her."""

    id: str
    target: str
    key: bytes
    entries: tuple[Entry, ...]
    everyone: bool = False


class Candidate(NamedTuple):
    fact: Fact
    entry: Entry


class FactTable:
    """`targets`: who has facts. `version` names this very table and tells nothing of it."""

    def __init__(self, site_key: bytes, facts: Iterable[Fact] = (), version: str = "") -> None:
        self.facts = tuple(facts)
        self.targets = frozenset(fact.target for fact in self.facts)
        self.version = version
        self.hash = WindowHash(site_key)
        self._names: dict[tuple[str, str], tuple[str, ...]] = {}
        self.proposed: dict[int, list[Candidate]] = {}
        hashes: dict[int, list[int]] = {}
        for fact in self.facts:
            for entry in fact.entries:
                self.proposed.setdefault(entry.hash, []).append(Candidate(fact, entry))
                hashes.setdefault(entry.window, []).append(entry.hash)
        self.looks = {window: _Look(hashes[window]) for window in WINDOWS if window in hashes}

    def names_of(self, message: Message) -> tuple[str, ...]:
        """The names under which this message's targets have facts."""
        if message.targets:
            return self._named(message.platform, message.targets)
        key = (message.platform, message.channel)
        known = self._names.get(key)
        if known is None:
            known = self._named(message.platform, (message.channel,))
            if len(self._names) < _REMEMBERED:
                self._names[key] = known
        return known

    def _named(self, platform: str, hit: tuple[str, ...]) -> tuple[str, ...]:
        names = (name for target in hit for name in (target, f"{platform}/{target}"))
        return tuple(dict.fromkeys(name for name in names if name in self.targets))

    def __bool__(self) -> bool:
        return bool(self.facts)


class _Look:
    """A bitmap over the top bits of the hashes: most windows are nobody's."""

    def __init__(self, hashes: list[int]) -> None:
        bits = min(_MAX_BITS, max(_MIN_BITS, (len(hashes) * 64).bit_length()))
        self._shift = np.uint64(64 - bits)
        self._bitmap = np.zeros(1 << bits, np.bool_)
        self._bitmap[np.array(hashes, np.uint64) >> self._shift] = True

    def places(self, hashes: NDArray[np.uint64]) -> NDArray[np.int64]:
        return np.flatnonzero(self._bitmap[hashes >> self._shift])


def make_entries(
    site_key: bytes, key: bytes, forms: Iterable[tuple[str, bool]]
) -> tuple[Entry, ...]:
    """The entries of a fact from its compact forms, each with whether it is a number."""
    hasher = WindowHash(site_key)
    entries: dict[bytes, Entry] = {}
    for form, number in forms:
        codes = np.array([ord(char) for char in form], np.uint32)
        window = max(size for size in WINDOWS if size <= len(form))
        hashed = int(hasher.windows(codes[:window])[window][0])
        digest = digest_of(key, form)
        entries[digest] = Entry(window, hashed, len(form), digest, number)
    return tuple(entries.values())


def digest_of(key: bytes, form: str) -> bytes:
    data = form.encode("utf-8", "surrogatepass")
    return blake2b(data, key=key, digest_size=DIGEST_BYTES, person=b"rempart fact").digest()


def is_form(candidate: Candidate, form: str) -> bool:
    """Constant time in the digest."""
    return hmac.compare_digest(candidate.entry.digest, digest_of(candidate.fact.key, form))


__all__ = [
    "Candidate",
    "Entry",
    "Fact",
    "FactTable",
    "digest_of",
    "is_form",
    "make_entries",
]
