"""Tables of protected facts, of the messages kept from their target, and of targets' sessions.

What these tables promise:

1. No text of a fact, no name for it and no hash that could be tested without its key is in them.
2. What is dropped is gone from the file, not only from the table.
3. `changed` is True once a fact was added or dropped in this transaction.

All times are milliseconds since the epoch, UTC.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final, NamedTuple

MATCHES_KEPT_MS: Final = 90 * 86_400_000
"""So long a target can see what was kept from her."""


class FactRow(NamedTuple):
    """`target`: a name, or `platform/name`. `sealed`: opened with the fact's own key only."""

    id: str
    target: str
    sealed: bytes
    added_ms: int


class FactMatchRow(NamedTuple):
    """The message of the log entry `seq` was kept from `target`. `fact` empty: its sender was
    locked out."""

    target: str
    seq: int
    fact: str
    at_ms: int


class TargetSessionRow(NamedTuple):
    digest: bytes
    target: str
    created_ms: int
    last_ms: int


class FactTables(ABC):
    changed: bool

    @abstractmethod
    def facts(self, target: str | None = None) -> list[FactRow]:
        """Oldest first; of all targets, or of one."""

    @abstractmethod
    def put_fact(self, row: FactRow) -> None: ...

    @abstractmethod
    def drop_facts(self, ids: Sequence[str]) -> int:
        """With their matches; returns how many facts there were."""

    @abstractmethod
    def add_matches(self, rows: Sequence[FactMatchRow]) -> None:
        """Rows that are known already stay as they are; those older than `MATCHES_KEPT_MS` go."""

    @abstractmethod
    def matches(self, target: str, *, limit: int = 100) -> list[FactMatchRow]:
        """The latest first."""

    @abstractmethod
    def forget_matches(self, target: str) -> int: ...

    @abstractmethod
    def use_invitation(self, digest: bytes, expires_ms: int, now_ms: int) -> bool:
        """True exactly once, and only before it expires."""

    @abstractmethod
    def put_session(self, row: TargetSessionRow) -> None: ...

    @abstractmethod
    def session(self, digest: bytes) -> TargetSessionRow | None: ...

    @abstractmethod
    def touch_session(self, digest: bytes, now_ms: int) -> None: ...

    @abstractmethod
    def end_sessions(self, target: str, only: bytes | None = None) -> int: ...

    @abstractmethod
    def sessions(self, target: str) -> list[TargetSessionRow]: ...
