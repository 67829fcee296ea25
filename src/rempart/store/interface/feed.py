"""Tables of what goes to the Commission's Transparency Database.

What they promise: one row per restriction and database; a payload that is on its way or arrived is
never changed; only one way leads to `sent`, by a receipt. Times are integer milliseconds, UTC.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from rempart.model import Statement


class Database(StrEnum):
    SANDBOX = "sandbox"
    PRODUCTION = "production"


class FeedState(StrEnum):
    """`waiting`: goes out when due; `blocked`: a gate or a person holds it; `sending`: it was
    handed over and nobody knows yet whether it is stored; `refused`: the database said why."""

    WAITING = "waiting"
    BLOCKED = "blocked"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    EXEMPT = "exempt"


CLOSED = frozenset({FeedState.SENT, FeedState.EXEMPT})
OPEN_TO_CHANGE = frozenset({FeedState.WAITING, FeedState.BLOCKED, FeedState.REFUSED})


class FeedRow(NamedTuple):
    """`payload`: JSON as it is sent; `faults`: JSON list of [field, what, start, end]; `texts`:
    JSON of what a person wrote instead, by field; `due_ms`: when it may leave (`waiting`), or when
    to ask whether it arrived (`sending`); `later`: decisions made after it was sent;
    `released_by`: the person who let it go although a gate held it."""

    puid: str
    measure: str
    channel: str
    platform: str
    state: FeedState
    payload: bytes
    faults: bytes
    texts: bytes
    due_ms: int
    attempts: int = 0
    receipt: bytes | None = None
    sent_ms: int | None = None
    later: int = 0
    released_by: str | None = None


class FeedTables(ABC):
    @abstractmethod
    def read_until(self, database: Database) -> int:
        """Number of the last statement that was read for it."""

    @abstractmethod
    def put(self, database: Database, rows: Sequence[FeedRow], read_until: int | None) -> None:
        """New rows, and others as they are now."""

    @abstractmethod
    def get(self, database: Database, puid: str) -> FeedRow | None: ...

    @abstractmethod
    def of_measures(self, database: Database, measures: Sequence[str]) -> dict[str, FeedRow]:
        """By measure."""

    @abstractmethod
    def due(self, database: Database, state: FeedState, now_ms: int, limit: int) -> list[FeedRow]:
        """Of this state, oldest due first."""

    @abstractmethod
    def page(self, database: Database, states: Sequence[FeedState], limit: int) -> list[FeedRow]:
        """Newest first."""

    @abstractmethod
    def counts(self, database: Database) -> dict[FeedState, int]: ...

    @abstractmethod
    def unread(self, database: Database) -> int:
        """Restrictions with a statement and without an exemption that have no row."""

    @abstractmethod
    def lost(self, database: Database, limit: int) -> list[str]:
        """Of these, those whose statement was read already: measures that must not be."""

    @abstractmethod
    def names(self, told: Sequence[Statement]) -> list[tuple[str, ...]]:
        """What the words of each must not tell: under which names its account wrote what stands out
        in the channel, and whom the message that it is about hit."""
