"""Counters of the rule language: sliding windows over event time, bounded memory per key.

Rules kept here:

1. Event time only. A window is cut into `SLOTS` slots; a count is the sum of the slots that begin
   inside the window, so it forgets in steps of a sixteenth of the window and never counts what is
   older. Late messages are counted in the slot of their own time while it is in the window.
2. Bounded: a key costs one dictionary entry and one row of a flat array, whatever it counts; keys
   that were not used for a whole window are swept; at `MOST_KEYS` the stalest sixteenth goes first.
3. Deterministic: the state after a message depends only on the messages before it, never on how
   the stream was cut; `dump` and `load` keep it byte for byte.
4. `crossed` answers yes once per key and window, the first time the count reaches the number.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rempart.rules.language.budgets import Budget
from rempart.rules.language.distinct import Distinct
from rempart.rules.language.slots import MOST_KEYS, SLOTS, SUM, WIDTH, Ints, KeyColumn, add_sorted

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


Keeper = Counter | Distinct | Budget
