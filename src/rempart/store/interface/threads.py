"""Tables of what is said after a report: the conversation with its reporter, and withdrawals.

Words are not here but in the log's bodies (`seq`), so that erasing reaches them. Times are integer
milliseconds since the epoch, UTC.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple


class Side(StrEnum):
    """Who speaks. The team is one: a reporter is never told which person answers."""

    REPORTER = "reporter"
    TEAM = "team"


class SaidRow(NamedTuple):
    """One message of the conversation about a report. `by`: the person of the team who wrote."""

    seq: int
    report: str
    side: Side
    by: str | None
    at_ms: int


class ThreadTables(ABC):
    @abstractmethod
    def add(self, row: SaidRow) -> None: ...

    @abstractmethod
    def said(self, reports: Sequence[str]) -> list[SaidRow]:
        """All that was said about these reports, in order."""

    @abstractmethod
    def count(self, report: str, side: Side, since_ms: int = 0) -> int:
        """How often that side spoke since then."""

    @abstractmethod
    def withdraw(self, report: str, at_ms: int, seq: int) -> None:
        """ConflictError when it was withdrawn before."""
