"""Rows of SQLite made into columns, a chunk at a time (see `store.interface.history`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from rempart.store.interface.history import Coded

W = TypeVar("W")


class Codes(Generic[W]):
    """Codes of one column, by first appearance."""

    def __init__(self, *known: W) -> None:
        self._codes = {word: code for code, word in enumerate(known)}
        self._parts: list[NDArray[np.int32]] = []

    def take(self, words: Sequence[W], count: int) -> None:
        codes = self._codes
        for word in dict.fromkeys(words):
            codes.setdefault(word, len(codes))
        self._parts.append(np.fromiter(map(codes.__getitem__, words), np.int32, count))

    def codes(self) -> NDArray[np.int32]:
        return _joined(self._parts, np.int32)

    def names(self) -> tuple[W, ...]:
        return tuple(self._codes)


class Words(Codes[str]):
    """Of a column of words."""

    def coded(self) -> Coded:
        return Coded(self.codes(), self.names())


class Column:
    """A column of numbers."""

    def __init__(self, kind: type[np.generic] = np.int64) -> None:
        self._kind = kind
        self._parts: list[NDArray[Any]] = []

    def take(self, values: Iterable[Any], count: int) -> None:
        self._parts.append(np.fromiter(values, self._kind, count))

    def done(self) -> NDArray[Any]:
        return _joined(self._parts, self._kind)


def firsts(digests: Sequence[bytes]) -> NDArray[np.int64]:
    """Blobs of eight bytes as numbers."""
    return np.frombuffer(b"".join(digests), ">i8").astype(np.int64)


def _joined(parts: list[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, kind)
