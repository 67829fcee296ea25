"""Tables of the lock-out folder: what was not delivered to a target, and who may look with her.

What these tables promise:

1. No text is here: a row names the entry of its message, whose body is the only place of its words.
2. A row stays until the message's words are erased: what is locked out is never deleted.
3. Of a helper's invitation and session there are digests only. Both end at once when she is revoked
   or expires.

All times are milliseconds since the epoch, UTC.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple


class LockedRow(NamedTuple):
    """The message of the log entry `seq` was not delivered to `target` (`platform/name`).
    `released_ms`: when it was let through."""

    target: str
    seq: int
    at_ms: int
    released_ms: int | None = None
    released_by: str | None = None


class HelperRow(NamedTuple):
    """Somebody whom a target lets look. `target`: as in her session, a name or `platform/name`."""

    id: str
    target: str
    name: str
    may_release: bool
    created_ms: int
    expires_ms: int
    invitation: bytes
    session: bytes | None = None
    opened_ms: int | None = None
    revoked_ms: int | None = None

    def is_good(self, now_ms: int) -> bool:
        return self.revoked_ms is None and now_ms < self.expires_ms


class FolderTables(ABC):
    @abstractmethod
    def lock(self, rows: Sequence[LockedRow]) -> None:
        """What was released before is locked out again."""

    @abstractmethod
    def folder(
        self, targets: Sequence[str], *, limit: int = 100, before: int | None = None
    ) -> list[LockedRow]:
        """The latest first; `before`: entries below this one."""

    @abstractmethod
    def locked(self, targets: Sequence[str], seq: int) -> LockedRow | None: ...

    @abstractmethod
    def count(self, targets: Sequence[str]) -> tuple[int, int]:
        """How many wait, and how many were released."""

    @abstractmethod
    def release(self, targets: Sequence[str], seq: int, at_ms: int, by: str) -> bool:
        """False when it waited no more."""

    @abstractmethod
    def put_helper(self, row: HelperRow) -> None: ...

    @abstractmethod
    def helpers(self, target: str) -> list[HelperRow]:
        """The latest first, those of the past too."""

    @abstractmethod
    def open_helper(self, invitation: bytes, session: bytes, now_ms: int) -> HelperRow | None:
        """Spends the invitation: works once, while the helper is good."""

    @abstractmethod
    def helper(self, session: bytes) -> HelperRow | None: ...

    @abstractmethod
    def revoke_helper(self, target: str, id: str, at_ms: int) -> bool: ...
