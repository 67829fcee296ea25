"""The access log: which entries of the log tell who was here and did what."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple


class AccessEntryRow(NamedTuple):
    """`kind` is the entry's name: `sign-in`, `person`, `role`, `invitation`, `access`, `alarm`;
    `what` happened; `actor` did it (empty: nobody known); `about` whom or what it concerns;
    `seen_by`: which other admin has seen an alarm."""

    seq: int
    at_ms: int
    kind: str
    what: str
    actor: str
    about: str
    seen_by: str | None = None


class AccessLogTables(ABC):
    @abstractmethod
    def add(self, row: AccessEntryRow) -> None: ...

    @abstractmethod
    def page(
        self, *, kind: str | None, person: str | None, before: int | None, limit: int
    ) -> list[AccessEntryRow]:
        """Newest first. `person`: who did it, or whom it concerns."""

    @abstractmethod
    def viewed(self, actor: str, case: str, since_ms: int) -> bool:
        """Whether a view of that case by her was noted since then."""

    @abstractmethod
    def views(self, actor: str, since_ms: int, until_ms: int) -> list[int]:
        """When she viewed cases or searched in them, oldest first (ms)."""

    @abstractmethod
    def alarms(self, since_ms: int) -> list[AccessEntryRow]:
        """Alarms that no other admin has seen."""

    @abstractmethod
    def last_alarm(self, actor: str, what: str) -> int | None:
        """When she last gave cause for one of that kind (ms)."""

    @abstractmethod
    def saw_alarm(self, seq: int, by: str) -> bool:
        """False for what is no alarm, is seen already, or is about `by` herself."""
