"""Counters of the rule language: sliding windows over event time, bounded memory per key.

Rules kept here:

1. Event time only. A window is cut into `SLOTS` slots; a count is the sum of the slots that begin
   inside the window, so it forgets in steps of a sixteenth of the window and never counts what is
   older. Late messages are counted in the slot of their own time while it is in the window.
2. Bounded: a key costs one dictionary entry and one row of a flat array, whatever it counts; keys
   that were not used for a whole window are swept; at `MOST_KEYS` the stalest sixteenth goes first.
3. Deterministic: the state after a message depends only on the messages before it, never on how
   the stream was cut; `dump` and `load` keep it byte for byte.
4. Distinct counts are exact up to `EXACT` values a slot ring and estimated beyond (linear counting
   over 512 bits, Whang et al. 1990: about 5 % off at a thousand).
5. `crossed` answers yes once per key and window, the first time the count reaches the number.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Container, Sequence
from hashlib import blake2b
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rempart.rules.language.slots import SLOTS, SUM, WIDTH, Ints, KeyColumn, add_sorted

MOST_KEYS: Final = 2_000_000
MOST_LABELS: Final = 200_000
_BITS: Final = 512
_ESTIMATES: Final = [round(-_BITS * math.log(max(1, _BITS - n) / _BITS)) for n in range(_BITS + 1)]
"""How many values there were, by the number of bits that are set."""
EXACT: Final = 24
_REMEMBERED: Final = 20_000
_SHORT: Final = 100
_EMPTY: Final = array("q", bytes(8 * SLOTS))
_FRESH: Final = array("q", bytes(8 * WIDTH))


class Counter:
    """Counts per key in a sliding window of `over` seconds."""

    def __init__(self, over: float) -> None:
        self.over = over
        self._step = over / SLOTS
        self._rows: dict[str, int] = {}
        self._free: list[int] = []
        self._cells = array("q")
        self._newest = 0
        self._swept = 0

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, key: str, now: float) -> int:
        """Counts one more at `now` (event time, s); the count with it."""
        slot = int(now / self._step)
        row = self._rows.get(key)
        if row is None:
            row = self._new(key, slot)
        base = row * WIDTH
        cells = self._cells
        newest = cells[base + SLOTS]
        if slot > newest:
            self._turn(base, newest, slot)
        elif slot <= newest - SLOTS:
            return cells[base + SUM]
        cells[base + slot % SLOTS] += 1
        count = cells[base + SUM] = cells[base + SUM] + 1
        return count

    def add_all(self, column: KeyColumn, times: NDArray[np.float64]) -> list[int]:
        """`add` for each in order: the same counts, many at once. Keys whose messages come out of
        order are counted one by one."""
        keys = column.keys
        slots = (times / self._step).astype(np.int64)
        latest = np.maximum(np.maximum.accumulate(slots), self._newest)
        crowded = len(self._rows) + len(keys) > MOST_KEYS
        if crowded or int((slots - latest).min(initial=0)) < -SLOTS:
            return [self.add(key, now) for key, now in zip(keys, times.tolist(), strict=True)]
        self._newest = int(latest[-1]) if len(latest) else self._newest
        if len(slots) and slots[0] - self._swept >= SLOTS:
            self._sweep(int(slots[0]))
        known = self._rows.get
        numbers = np.array([known(key, -1) for key in column.known], np.int64)
        new = np.flatnonzero(numbers < 0)
        if len(new):
            fresh = [column.known[number] for number in new.tolist()]
            numbers[new] = self._take_rows(fresh, slots[column.first[new]])
        order = column.order
        counts, late = add_sorted(self._table(), numbers[column.numbers[order]], slots[order])
        found = np.empty(len(keys), np.int64)
        found[order] = counts
        told: list[int] = found.tolist()
        for place in sorted(order[late].tolist()):
            told[place] = self.add(keys[place], float(times[place]))
        return told

    def peek(self, key: str, now: float) -> int:
        """The count at `now`, unchanged."""
        row = self._rows.get(key)
        if row is None:
            return 0
        base = row * WIDTH
        gone = int(now / self._step) - self._cells[base + SLOTS]
        if gone <= 0 or not self._cells[base + SUM]:
            return self._cells[base + SUM]
        if gone >= SLOTS:
            return 0
        newest = self._cells[base + SLOTS]
        return sum(
            self._cells[base + (newest - back) % SLOTS] for back in range(max(0, SLOTS - gone))
        )

    def since(self, key: str, now: float) -> float:
        """Seconds since the oldest slot of the window in which the key was counted."""
        row = self._rows.get(key)
        if row is None:
            return 0.0
        base = row * WIDTH
        newest = self._cells[base + SLOTS]
        oldest = max(newest - SLOTS + 1, int(now / self._step) - SLOTS + 1)
        for slot in range(oldest, newest + 1):
            if self._cells[base + slot % SLOTS]:
                return max(0.0, now - slot * self._step)
        return 0.0

    def fires(self, key: str, now: float, count: int, at_least: int) -> bool:
        """Whether `count` reaches `at_least` for the first time in this key's window."""
        if count < at_least:
            return False
        row = self._rows.get(key)
        if row is None:
            return False
        place = row * WIDTH + SLOTS + 1
        if int(now) < self._cells[place]:
            return False
        self._cells[place] = math.ceil(now + self.over)
        return True

    def _turn(self, base: int, newest: int, slot: int) -> None:
        cells = self._cells
        if cells[base + SUM]:
            if slot - newest >= SLOTS:
                cells[base : base + SLOTS] = _EMPTY
                cells[base + SUM] = 0
            else:
                for passed in range(newest + 1, slot + 1):
                    place = base + passed % SLOTS
                    if cells[place]:
                        cells[base + SUM] -= cells[place]
                        cells[place] = 0
        cells[base + SLOTS] = slot

    def _new(self, key: str, slot: int) -> int:
        if slot > self._newest:
            self._newest = slot
            if slot - self._swept >= SLOTS:
                self._sweep(slot)
        if len(self._rows) >= MOST_KEYS:
            self._drop_stalest()
        return self._take_row(key, slot)

    def _take_row(self, key: str, slot: int) -> int:
        if self._free:
            row = self._free.pop()
            self._cells[row * WIDTH : (row + 1) * WIDTH] = _FRESH
        else:
            row = len(self._cells) // WIDTH
            self._cells.extend(_FRESH)
        self._rows[key] = row
        self._cells[row * WIDTH + SLOTS] = slot
        return row

    def _take_rows(self, keys: Sequence[str], slots: Ints) -> list[int]:
        """`_take_row` for each of these new keys in order."""
        again = min(len(self._free), len(keys))
        rows = [self._free.pop() for _ in range(again)]
        size = len(self._cells) // WIDTH
        rows += range(size, size + len(keys) - again)
        self._cells.frombytes(bytes(8 * WIDTH * (len(keys) - again)))
        table = self._table()
        table[rows[:again]] = 0
        table[rows, SLOTS] = slots
        self._rows.update(zip(keys, rows, strict=True))
        return rows

    def _table(self) -> Ints:
        """The cells as rows; no row can be added while it is held."""
        return np.frombuffer(self._cells, np.int64).reshape(-1, WIDTH)

    def _sweep(self, slot: int) -> None:
        """Drops keys unused for two windows before `slot`: who is late by a window finds what was
        counted."""
        self._swept = slot
        rows = np.fromiter(self._rows.values(), np.intp, len(self._rows))
        unused = np.flatnonzero(self._table()[rows, SLOTS] < slot - 2 * SLOTS)
        if len(unused):
            keys = list(self._rows)
            for place in unused.tolist():
                self._free.append(self._rows.pop(keys[place]))

    def _drop_stalest(self) -> None:
        cells = self._cells
        order = sorted(self._rows, key=lambda key: (cells[self._rows[key] * WIDTH + SLOTS], key))
        for key in order[: max(1, len(order) // SLOTS)]:
            self._free.append(self._rows.pop(key))

    def picture(self) -> list[Any]:
        """For `restore`: rows in order of their keys' coming, so equal states give equal bytes;
        without the sums, which follow from the rest."""
        kept = self._table()[np.fromiter(self._rows.values(), np.intp, len(self._rows)), :SUM]
        return [self._newest, self._swept, list(self._rows), kept.tobytes()]

    def restore(self, picture: list[Any]) -> None:
        self._newest, self._swept, keys, raw = picture
        kept = np.frombuffer(raw, np.int64).reshape(-1, SUM)
        rows = np.empty((len(kept), WIDTH), np.int64)
        rows[:, :SUM] = kept
        rows[:, SUM] = kept[:, :SLOTS].sum(axis=1)
        self._cells = array("q")
        self._cells.frombytes(rows.tobytes())
        self._rows = {key: row for row, key in enumerate(keys)}
        self._free = []


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


class Budget:
    """Token buckets: `size` at once, refilled evenly within `every` seconds."""

    def __init__(self, size: float, every: float) -> None:
        self.size = size
        self.every = every
        self._levels: dict[str, tuple[float, float]] = {}
        self._swept = 0.0

    def __len__(self) -> int:
        return len(self._levels)

    def exceeded(self, key: str, now: float) -> bool:
        """Takes one token; True when there was none. The clock of a key never runs back."""
        if now - self._swept > self.every:
            self._swept = now
            full = now - self.every
            self._levels = {k: level for k, level in self._levels.items() if level[1] > full}
        level, then = self._levels.get(key, (self.size, now))
        now = max(now, then)
        level = min(self.size, level + (now - then) * self.size / self.every)
        if level < 1.0:
            self._levels[key] = (level, now)
            return True
        if key not in self._levels and len(self._levels) >= MOST_KEYS:
            self._levels.pop(next(iter(self._levels)))
        self._levels[key] = (level - 1.0, now)
        return False

    def picture(self) -> list[Any]:
        return [self._swept, [[key, *level] for key, level in self._levels.items()]]

    def restore(self, picture: list[Any]) -> None:
        self._swept, rows = picture
        self._levels = {key: (level, then) for key, level, then in rows}


Keeper = Counter | Distinct | Budget


class Labels:
    """Labels on accounts, channels, targets and messages: with an end, a reason, and by whom. What
    a person set or took away stands above what a rule does, until it ends. At `MOST_LABELS` the
    sixteenth that ends first goes, and of what people set nothing before all else is gone."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], tuple[float, bool, bool, str]] = {}

    def __len__(self) -> int:
        return len(self._held)

    def has(self, thing: str, label: str, now: float) -> bool:
        if not self._held:
            return False
        found = self._held.get((thing, label))
        return found is not None and found[1] and now < found[0]

    def set(
        self,
        thing: str,
        label: str,
        *,
        now: float,
        until: float,
        reason: str,
        by_hand: bool = False,
        on: bool = True,
    ) -> bool:
        """False when a person's word stands against it."""
        found = self._held.get((thing, label))
        if found is not None and found[2] and not by_hand and now < found[0]:
            return False
        if found is not None and not by_hand and found[1] is on:
            until = max(until, found[0])
        if found is None and len(self._held) >= MOST_LABELS:
            self._drop_first_to_end()
        self._held[thing, label] = (until, on, by_hand, reason)
        return True

    def _drop_first_to_end(self) -> None:
        order = sorted(self._held.items(), key=lambda held: (held[1][2], held[1][0], held[0]))
        for name, _ in order[: max(1, len(order) // SLOTS)]:
            del self._held[name]

    def sweep(self, now: float) -> None:
        self._held = {name: held for name, held in self._held.items() if held[0] > now}

    def keep(self, rules: Container[str]) -> None:
        """A label goes with the rule that set it; what people set stays."""
        self._held = {
            name: held for name, held in self._held.items() if held[2] or held[3] in rules
        }

    def picture(self) -> list[Any]:
        return [[*name, *held] for name, held in self._held.items()]

    def restore(self, picture: list[Any]) -> None:
        self._held = {(row[0], row[1]): (row[2], row[3], row[4], row[5]) for row in picture}
