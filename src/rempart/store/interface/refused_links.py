"""Table of links that a person decided must not be passed on again (`cases.refused_links`)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence


class RefusedLinkTables(ABC):
    @abstractmethod
    def add(self, links: Sequence[str], case: str, at_ms: int) -> int:
        """Returns how many are new."""

    @abstractmethod
    def drop(self, case: str) -> int:
        """Those that this case refused; returns how many there were."""

    @abstractmethod
    def all(self) -> list[str]:
        """In order."""
