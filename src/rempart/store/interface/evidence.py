"""Table of the evidence entries: which entry of a case was promoted, and to which."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence


class EvidenceTables(ABC):
    @abstractmethod
    def due(self, limit: int) -> list[str]:
        """Cases with entries that may not have been looked at yet."""

    @abstractmethod
    def done(self, case: str) -> None:
        """Everything of this case was looked at; a new entry of it makes it due again."""

    @abstractmethod
    def add(self, pairs: Iterable[tuple[int, int | None]]) -> None:
        """(entry, its evidence entry); None: it needs none."""

    @abstractmethod
    def of(self, sequences: Sequence[int]) -> dict[int, int | None]:
        """The evidence entry of each of these that was looked at."""

    @abstractmethod
    def judging(self, first: int, last: int) -> list[int]:
        """Entries that say which rules and detectors judged between these two entries: those told
        in between, and the last of each kind before."""
