"""Tables of incident files: what a target ticked for her file, and who asked to take it away.

No word of a message or an act is here, only its place in the log. `target` is a name, or
`platform/name`, as in the invitations. Times are integer milliseconds since the epoch, UTC.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

MESSAGE, ACT = "message", "act"


class IncidentItem(NamedTuple):
    """One entry in a file. `at_ms`: when it happened; `added_ms`: when it was ticked."""

    target: str
    seq: int
    kind: str
    at_ms: int
    added_ms: int


class IncidentRequest(NamedTuple):
    """Somebody asks to take a file away. `recipient`: for whom; `mandate`: how it was proven that
    they may have it, in the words of the first person, who is not the second."""

    id: str
    target: str
    recipient: str
    asked_ms: int
    mandate: str | None = None
    first_by: str | None = None
    first_ms: int | None = None
    second_by: str | None = None
    second_ms: int | None = None
    refused_by: str | None = None
    refused_ms: int | None = None
    why: str | None = None
    taken_ms: int | None = None

    @property
    def waits(self) -> bool:
        return self.second_by is None and self.refused_by is None


class IncidentTables(ABC):
    @abstractmethod
    def add(self, item: IncidentItem) -> bool:
        """False when it is in the file already."""

    @abstractmethod
    def remove(self, target: str, seq: int) -> bool: ...

    @abstractmethod
    def items(self, target: str) -> list[IncidentItem]:
        """In the order in which it happened."""

    @abstractmethod
    def addressed(self, target: str, limit: int, before_seq: int | None = None) -> list[int]:
        """Entries of the messages to this target that were held or flagged, newest first."""

    @abstractmethod
    def put_request(self, request: IncidentRequest) -> None:
        """Adds or replaces. ConflictError when two acts of it were by one person."""

    @abstractmethod
    def request(self, id: str) -> IncidentRequest | None: ...

    @abstractmethod
    def requests(
        self, *, target: str | None = None, waiting: bool = False, limit: int = 100
    ) -> list[IncidentRequest]:
        """Newest first."""
