"""The rows of counters, and counting many messages in them at once.

A row has `SLOTS` slots in a ring (slot `n` lies at place `n % SLOTS`), then the number of the
newest slot, the time until which `crossed` stays quiet, and the sum of the slots.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

SLOTS: Final = 16
MOST_KEYS: Final = 2_000_000
"""So many keys one counter remembers; see the head of `counters`."""
SUM: Final = SLOTS + 2
WIDTH: Final = SLOTS + 3
Ints = NDArray[np.int64]


class KeyColumn(NamedTuple):
    """The keys of many messages, in their order, and what every counter by them needs: `known`:
    each once, in the order of their coming, first in message `first`; `numbers`: which of these
    each message has; `order`: the messages of each key together, in the order of their coming."""

    keys: Sequence[str]
    known: Sequence[str]
    first: NDArray[np.intp]
    numbers: Ints
    order: NDArray[np.intp]

    @classmethod
    def of(cls, keys: Sequence[str]) -> KeyColumn:
        known = list(dict.fromkeys(keys))
        number = dict(zip(known, range(len(known)), strict=True)).__getitem__
        numbers = np.fromiter(map(number, keys), np.int64, len(keys))
        # sixteen bits are sorted by counting
        small = numbers.astype(np.int16) if len(known) < 1 << 15 else numbers
        order = np.argsort(small, kind="stable")
        sizes = np.bincount(numbers, minlength=len(known))
        return cls(keys, known, order[np.cumsum(sizes) - sizes], numbers, order)


def add_sorted(cells: Ints, rows: Ints, slots: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """One more in row `rows[i]` and slot `slots[i]`, in order; the messages of one row stand
    together, in the order of their coming. The count after each, as if they came one by one; and
    which are not counted, because their row's messages come out of the order of slots."""
    size = len(rows)
    counts = np.zeros(size, np.int64)
    if not size:
        return counts, np.zeros(0, np.bool_)
    heads = np.flatnonzero(np.concatenate(([True], rows[1:] != rows[:-1])))
    group = np.repeat(np.arange(len(heads)), np.diff(np.append(heads, size)))
    back = np.zeros(size, np.bool_)
    back[1:] = (slots[1:] < slots[:-1]) & (rows[1:] == rows[:-1])
    back[heads] = slots[heads] < cells[rows[heads], SLOTS]
    late = np.logical_or.reduceat(back, heads)[group]
    if late.any():
        kept = ~late
        counts[kept], _ = add_sorted(cells, rows[kept], slots[kept])
        return counts, late
    owners = rows[heads]
    newest = cells[owners, SLOTS]
    last = slots[np.append(heads[1:], size) - 1]
    # those of this very call that are still in the window
    shifted = slots - slots.min() + SLOTS
    line = group * (int(shifted.max()) + SLOTS + 1) + shifted
    counts = np.arange(1, size + 1) - np.searchsorted(line, line - (SLOTS - 1))
    new = slots > last[group] - SLOTS
    ring = np.bincount(
        group[new] * SLOTS + slots[new] % SLOTS, minlength=len(owners) * SLOTS
    ).reshape(-1, SLOTS)
    # and those counted before, where any is: newest first, summed up
    busy = np.flatnonzero((cells[owners, SUM] > 0) & (slots[heads] - newest < SLOTS))
    if len(busy):
        places = (newest[busy, None] - np.arange(SLOTS)) % SLOTS
        before = cells[owners[busy, None], places]
        summed = np.cumsum(before, axis=1)
        which = np.full(len(owners), -1)
        which[busy] = np.arange(len(busy))
        mine = np.flatnonzero(which[group] >= 0)
        gone = (slots - newest[group])[mine]
        seen = summed[which[group[mine]], np.maximum(SLOTS - 1 - gone, 0)]
        counts[mine] += np.where(gone < SLOTS, seen, 0)
        still = np.arange(SLOTS) + (last - newest)[busy, None] < SLOTS
        ring[busy[:, None], places] += np.where(still, before, 0)
    cells[owners, :SLOTS] = ring
    cells[owners, SLOTS] = last
    cells[owners, SUM] = ring.sum(axis=1)
    return counts, late
