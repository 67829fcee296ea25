"""What a community declares of itself, with dates. Rows are added and never changed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple


class DatedRow(NamedTuple):
    """`value`: JSON of a `model.DatedValue`; None: none from `from_day` on. Days as `YYYY-MM-DD`,
    both included. `seq`: its entry of the log."""

    seq: int
    kind: str
    key: str
    from_day: str
    until: str | None
    value: bytes | None
    by: str
    at_ms: int


class DatedTables(ABC):
    @abstractmethod
    def add(self, row: DatedRow) -> None: ...

    @abstractmethod
    def rows(
        self, kind: str | None = None, key: str | None = None, *, before_seq: int | None = None
    ) -> list[DatedRow]:
        """In the order in which they were said. `before_seq`: as it was known when the log had
        that size."""
