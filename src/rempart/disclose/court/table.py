"""A table of the dossier: one CSV, and as much of it in the document as a page can carry."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rempart.disclose.plain_csv import Cell
from rempart.store.interface.history import Numbers

HOUR_MS = 3_600_000


class Empty(StrEnum):
    """What stands in place of rows: nothing happened; nobody declared it; nothing keeps it."""

    NONE = "nothing"
    UNDECLARED = "not_declared"
    UNRECORDED = "not_recorded"


class Table(NamedTuple):
    """`key`: its section, a dash, its name (`3.1-reports`), also that of its file. `head`: names of
    columns, the same in every language. `figures`: keys of the definitions it is counted by."""

    key: str
    head: tuple[str, ...]
    rows: list[list[Cell]]
    figures: tuple[str, ...] = ()
    empty: Empty = Empty.NONE

    @property
    def section(self) -> str:
        return self.key.split("-", 1)[0]


def table(
    key: str,
    head: str,
    rows: Iterable[Iterable[Cell]],
    figures: str = "",
    empty: Empty = Empty.NONE,
) -> Table:
    """`head`, `figures`: names with spaces between them."""
    return Table(
        key, tuple(head.split()), [list(row) for row in rows], tuple(figures.split()), empty
    )


def hours(ms: Numbers, share: float) -> float | None:
    """A quantile of durations, in hours; None of nothing."""
    return None if len(ms) == 0 else round(float(np.quantile(ms, share)) / HOUR_MS, 2)


def share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def grid(shape: tuple[int, ...], *codes: NDArray[np.integer]) -> NDArray[np.int64]:
    """How many rows have each combination of codes."""
    if any(size == 0 for size in shape):
        return np.zeros(shape, np.int64)
    flat = np.zeros(len(codes[0]), np.int32)
    for size, code in zip(shape, codes, strict=True):
        flat *= size
        flat += code.astype(np.int32, copy=False)
    return np.bincount(flat, minlength=int(np.prod(shape))).reshape(shape)
