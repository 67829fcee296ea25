"""How many different values a key has seen: exact up to `EXACT` values a ring of slots, estimated
beyond (linear counting over 512 bits, Whang et al. 1990: about 5 % off at a thousand)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rempart.rules.language.slots import MOST_KEYS, SLOTS, KeyColumn

_BITS: Final = 512
_ESTIMATES: Final = [round(-_BITS * math.log(max(1, _BITS - n) / _BITS)) for n in range(_BITS + 1)]
"""How many values there were, by the number of bits that are set."""
EXACT: Final = 24
_REMEMBERED: Final = 20_000
_SHORT: Final = 100


class Distinct:
    """How many different values a key has seen in a sliding window."""

    def __init__(self, over: float) -> None:
        self.over = over
        self._step = over / 4
        self._rings: dict[str, _Ring] = {}
        self._swept = 0
        self._names: dict[str, int] = {}
        """Values met lately, and their hashes: only to save time."""

    def __len__(self) -> int:
        return len(self._rings)

    def add(self, key: str, now: float, value: str) -> int:
        slot = int(now / self._step)
        ring = self._rings.get(key)
        if ring is None:
            self._make_room(slot)
            ring = self._rings[key] = _Ring()
        name = self._names.get(value)
        if name is None:
            name = self._name(value)
        return ring.count_with(slot, name, 1 << name % _BITS)

    def add_all(
        self, keys: Sequence[str], times: NDArray[np.float64], values: KeyColumn
    ) -> list[int]:
        """`add` for each in order; the values as a column."""
        slots: list[int] = (times / self._step).astype(np.int64).tolist()
        known = [self._names.get(value) or self._name(value) for value in values.known]
        bits = [1 << name % _BITS for name in known]
        rings, found = self._rings.get, []
        for key, slot, number in zip(keys, slots, values.numbers.tolist(), strict=True):
            ring = rings(key)
            if ring is None:
                self._make_room(slot)
                ring = self._rings[key] = _Ring()
                rings = self._rings.get
            found.append(ring.count_with(slot, known[number], bits[number]))
        return found

    def _name(self, value: str) -> int:
        name = int.from_bytes(blake2b(value.encode("utf-8", "replace"), digest_size=8).digest())
        if len(self._names) >= _REMEMBERED:
            self._names.clear()
        if len(value) <= _SHORT:
            self._names[value] = name
        return name

    def peek(self, key: str, now: float) -> int:
        ring = self._rings.get(key)
        return ring.count(int(now / self._step)) if ring is not None else 0

    def _make_room(self, slot: int) -> None:
        full = len(self._rings) >= MOST_KEYS // 4
        if slot - self._swept < _Ring.KEPT and not full:
            return
        self._swept = max(slot, self._swept)
        horizon = self._swept - _Ring.KEPT
        self._rings = {key: ring for key, ring in self._rings.items() if ring.newest > horizon}
        if len(self._rings) >= MOST_KEYS // 4:
            order = sorted(self._rings, key=lambda key: (self._rings[key].newest, key))
            for key in order[: len(order) // SLOTS]:
                del self._rings[key]

    def picture(self) -> list[Any]:
        return [self._swept, [[key, ring.picture()] for key, ring in self._rings.items()]]

    def restore(self, picture: list[Any]) -> None:
        self._swept, rings = picture
        self._rings = {key: _Ring.of(row) for key, row in rings}


class _Ring:
    """The values of the last `KEPT` slots: hashes while they are few, then one bitmap a slot."""

    KEPT: Final = 5
    __slots__ = ("_counted", "bitmaps", "newest", "seen")

    def __init__(self) -> None:
        self.newest = 0
        self.seen: dict[int, int] | None = {}
        """Hash to the newest slot it was seen in; None once there were too many."""
        self.bitmaps: dict[int, int] = {}
        self._counted: tuple[int, int, int] | None = None
        """Of the bitmaps: the slot they were counted for, all bits then, and the count."""

    def count_with(self, slot: int, name: int, bit: int) -> int:
        """Adds the value; the count at `slot` with it. `bit`: the one of its name in a bitmap."""
        counted = self._counted
        if counted is None or slot != counted[0] or slot != self.newest or self.seen is not None:
            self.add(slot, name)
            return self.count(slot)
        known = self.bitmaps.get(slot, 0)
        if known & bit:
            return counted[2]
        self.bitmaps[slot] = known | bit
        if counted[1] & bit:
            return counted[2]
        bits = counted[1] | bit
        found = _ESTIMATES[bits.bit_count()]
        self._counted = (slot, bits, found)
        return found

    def add(self, slot: int, name: int) -> None:
        if slot > self.newest:
            self.newest = slot
            self._forget()
        elif slot <= self.newest - self.KEPT:
            return
        if self.seen is None:
            bit = 1 << name % _BITS
            known = self.bitmaps.get(slot, 0)
            if not known & bit:
                self.bitmaps[slot] = known | bit
                if self._counted is not None and not self._counted[1] & bit:
                    self._counted = None
            return
        self.seen[name] = max(slot, self.seen.get(name, 0))
        if len(self.seen) > EXACT:
            for known, when in self.seen.items():
                self.bitmaps[when] = self.bitmaps.get(when, 0) | 1 << known % _BITS
            self.seen = None
            self._counted = None

    def _forget(self) -> None:
        horizon = self.newest - self.KEPT
        if self.seen is not None:
            self.seen = {name: slot for name, slot in self.seen.items() if slot > horizon}
            return
        self.bitmaps = {slot: bits for slot, bits in self.bitmaps.items() if slot > horizon}
        self._counted = None
        if not self.bitmaps:
            self.seen = {}

    def count(self, slot: int) -> int:
        horizon = slot - self.KEPT
        if self.seen is not None:
            if slot <= self.newest:
                return len(self.seen)
            return sum(when > horizon for when in self.seen.values())
        if self._counted is not None and self._counted[0] == slot:
            return self._counted[2]
        bits = 0
        for when, bitmap in self.bitmaps.items():
            if when > horizon:
                bits |= bitmap
        found = _ESTIMATES[bits.bit_count()]
        self._counted = (slot, bits, found)
        return found

    def picture(self) -> list[Any]:
        seen = None if self.seen is None else sorted(self.seen.items())
        bitmaps = [(slot, bits.to_bytes(_BITS // 8)) for slot, bits in sorted(self.bitmaps.items())]
        return [self.newest, seen, bitmaps]

    @classmethod
    def of(cls, picture: list[Any]) -> _Ring:
        ring = cls()
        ring.newest, seen, bitmaps = picture
        ring.seen = None if seen is None else dict(seen)
        ring.bitmaps = {slot: int.from_bytes(bits) for slot, bits in bitmaps}
        return ring
