"""Versions of what decides and what people change: the rules, and what the text detector learned.

What these tables promise:

1. A version is never changed or deleted; its `id` is a hash of its content.
2. What becomes of it is told by moves, one after the other, each with who and why. At most one
   version of a kind is live; when another one goes live it is `replaced` in the same transaction.
3. Bodies are read one by one; lists carry none.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import StrEnum
from typing import NamedTuple

import msgspec


class VersionKind(StrEnum):
    RULES = "rules"
    WORDS = "words"


class VersionState(StrEnum):
    """`reverted`: taken out of force by hand, nothing followed it."""

    PROPOSED = "proposed"
    LIVE = "live"
    REPLACED = "replaced"
    REVERTED = "reverted"


class VersionRow(NamedTuple):
    """`parent`: the version that was live when this one was made. `figures`: JSON, what was
    measured of it. `seq`: the log entry that tells it. The state is that of its last move."""

    kind: VersionKind
    id: str
    parent: str | None
    author: str
    reason: str
    at_ms: int
    figures: str
    seq: int
    state: VersionState
    moved_by: str
    moved_ms: int


class VersionMove(msgspec.Struct, frozen=True):
    state: VersionState
    by: str
    reason: str
    at_ms: int
    seq: int


class VersionTables(ABC):
    """`changed`: kinds whose live version changed in this transaction: the engine reads them so
    that what decides agrees with the tables."""

    changed: set[VersionKind]

    @abstractmethod
    def add(
        self,
        kind: VersionKind,
        id: str,
        body: bytes,
        *,
        author: str,
        reason: str,
        at_ms: int,
        figures: str,
        seq: int,
    ) -> bool:
        """A proposed version. False: it is known, nothing is written."""

    @abstractmethod
    def move(
        self,
        kind: VersionKind,
        id: str,
        state: VersionState,
        *,
        by: str,
        reason: str,
        at_ms: int,
        seq: int,
    ) -> None:
        """NotFoundError: there is no such version."""

    @abstractmethod
    def get(self, kind: VersionKind, id: str) -> VersionRow | None: ...

    @abstractmethod
    def body(self, kind: VersionKind, id: str) -> bytes | None: ...

    @abstractmethod
    def live(self, kind: VersionKind) -> VersionRow | None: ...

    @abstractmethod
    def latest(self, kind: VersionKind, limit: int = 50) -> list[VersionRow]:
        """Newest first."""

    @abstractmethod
    def moves(self, kind: VersionKind, id: str) -> list[VersionMove]:
        """Oldest first."""

    @abstractmethod
    def replaced_by(self, kind: VersionKind, id: str) -> str | None:
        """The version that gave way when this one went live the last time that one did."""
