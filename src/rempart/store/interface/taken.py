"""Table of what took something away from the log: erasures and the end of retention (ADR 47)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Literal, NamedTuple


class TakenRow(NamedTuple):
    """`seq`: the entry that says so. `what`: of an erasure whose data (account, target, reporter),
    of retention the window. `entries`: how many it reached."""

    seq: int
    kind: Literal["erasure", "retention"]
    what: str
    entries: int


class Before(NamedTuple):
    """So many cases and deadlines are older than the keeping of what is written over."""

    cases: int = 0
    deadlines: int = 0


class TakenTables(ABC):
    @abstractmethod
    def add(self, row: TakenRow, reached: Iterable[int]) -> None:
        """`reached`: the entries; without one there is nothing to keep."""

    @abstractmethod
    def since(self, as_of: int) -> list[TakenRow]:
        """What was carried out after the log had this size, and reached what was there then."""

    @abstractmethod
    def before(self) -> Before: ...
