"""Rows of SQLite made into columns, a chunk at a time (see `store.interface.history`).

A column is one block from the beginning: many small arrays, put together at the end, would need the
memory twice. Chunks are small, because what a chunk is made of should still lie in the cache of the
processor when it becomes numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from itertools import count as counting
from itertools import islice
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from rempart.errors import StoreError
from rempart.store.interface.history import NONE, Coded

CHUNK: Final = 512
_LAST: Final = np.uint64(2**64 - 1)
W = TypeVar("W")


class Column:
    """A column of numbers. `room`: how many rows there will be at most, if somebody knows. Room
    that is not used takes no memory; growing copies, and leaves holes behind."""

    def __init__(self, kind: type[np.generic] = np.int64, room: int = 0) -> None:
        self._held: NDArray[Any] = np.empty(room, kind)
        self._count = 0

    def take(self, values: Iterable[Any], count: int) -> None:
        self.add(np.fromiter(values, self._held.dtype, count))

    def add(self, values: Sequence[Any] | NDArray[Any]) -> None:
        end = self._count + len(values)
        if end > len(self._held):
            grown = np.empty(max(2 * end, CHUNK), self._held.dtype)
            grown[: self._count] = self._held[: self._count]
            self._held = grown
        self._held[self._count : end] = values
        self._count = end

    def done(self) -> NDArray[Any]:
        return self._held[: self._count]


class Codes(Generic[W]):
    """Codes of one column, by first appearance."""

    def __init__(self, *known: W, room: int = 0) -> None:
        self._codes: defaultdict[W, int] = defaultdict(counting().__next__)
        self._column = Column(np.int32, room)
        for word in known:
            self._codes[word]

    def take(self, words: Iterable[W], count: int) -> NDArray[np.int32]:
        """Their codes."""
        codes = np.fromiter(map(self._codes.__getitem__, words), np.int32, count)
        self._column.add(codes)
        return codes

    def codes(self) -> NDArray[np.int32]:
        return self._column.done()

    def names(self, first: int = 0) -> tuple[W, ...]:
        """By their codes, from the first one that is asked for."""
        return tuple(islice(self._codes, first, None))


class Words(Codes[str]):
    """Of a column of words."""

    def coded(self) -> Coded:
        return Coded(self.codes(), self.names())


class Ids:
    """Positions of rows by their id. A million ids in a dict are two hundred megabytes, and several
    places of the memory to fetch for each look. Here an id is the 64 bits that Python hashes it to,
    with a key of the process; `done` checks that no two are the same. They are sorted, and a
    directory of their first bits says where to begin."""

    def __init__(self, room: int = 0) -> None:
        self._column = Column(np.uint64, room)
        self._sort(np.zeros(0, np.uint64))

    def take(self, ids: Sequence[Hashable]) -> None:
        """The next rows."""
        self._column.add(_hashes(ids))

    def done(self) -> None:
        """All rows were taken. StoreError: two ids that nothing tells apart in this process."""
        self._sort(self._column.done())
        self._column = Column(np.uint64)

    def _sort(self, hashes: NDArray[np.uint64]) -> None:
        order = np.argsort(hashes)
        ordered = hashes[order]
        if (ordered[1:] == ordered[:-1]).any():
            raise StoreError("two ids have the same hash, by chance", next_step="run it again")
        bits = len(hashes).bit_length() + 1
        self._shift = np.uint64(64 - bits)
        begins = np.arange(1 << bits, dtype=np.uint64) << self._shift
        self._begin = np.searchsorted(ordered, begins).astype(np.int32)
        self._sorted = np.append(ordered, _LAST)
        self._order = np.append(order, NONE).astype(np.int32)

    def __len__(self) -> int:
        return len(self._order) - 1

    def find(self, ids: Sequence[Hashable]) -> NDArray[np.int32]:
        """Their positions; `NONE` where there is no such row."""
        hashes = _hashes(ids)
        at = self._begin[hashes >> self._shift]
        before = np.flatnonzero(self._sorted[at] < hashes)
        while len(before):
            at[before] += 1
            before = before[self._sorted[at[before]] < hashes[before]]
        found: NDArray[np.int32] = self._order[at]
        found[self._sorted[at] != hashes] = NONE
        return found

    def need(self, ids: Sequence[Hashable]) -> NDArray[np.int32]:
        """Their positions. StoreError: a row names one that is not there."""
        found = self.find(ids)
        if (found == NONE).any():
            missing = ids[int(np.argmax(found == NONE))]
            raise StoreError("a row names another that is not there", where=str(missing))
        return found


def _hashes(ids: Sequence[Hashable]) -> NDArray[np.uint64]:
    return np.fromiter(map(hash, ids), np.int64, len(ids)).view(np.uint64)


def chunks(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """The columns of so many rows at a time."""
    while chunk := list(islice(rows, CHUNK)):
        yield list(zip(*chunk, strict=True))


def firsts(digests: Sequence[bytes]) -> NDArray[np.int64]:
    """Blobs of eight bytes as numbers."""
    return np.frombuffer(b"".join(digests), ">i8").astype(np.int64)
