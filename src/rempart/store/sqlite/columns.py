"""Rows of SQLite made into columns, a chunk at a time (see `store.interface.history`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rempart.store.interface.history import Coded


class Words:
    """Codes of one column of words, by first appearance."""

    def __init__(self, *known: str) -> None:
        self._codes = {word: code for code, word in enumerate(known)}
        self._parts: list[NDArray[np.int32]] = []

    def take(self, words: Iterable[str], count: int) -> None:
        codes = self._codes
        self._parts.append(
            np.fromiter((codes.setdefault(word, len(codes)) for word in words), np.int32, count)
        )

    def coded(self) -> Coded:
        return Coded(_joined(self._parts, np.int32), tuple(self._codes))


class Column:
    """A column of numbers."""

    def __init__(self, kind: type[np.generic] = np.int64) -> None:
        self._kind = kind
        self._parts: list[NDArray[Any]] = []

    def take(self, values: Iterable[Any], count: int) -> None:
        self._parts.append(np.fromiter(values, self._kind, count))

    def done(self) -> NDArray[Any]:
        return _joined(self._parts, self._kind)


def _joined(parts: list[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, kind)
