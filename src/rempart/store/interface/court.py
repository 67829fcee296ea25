"""What a court dossier tells of how the service was run: clocks, failures, alarms, queues, silence.

Readings only, each as of a size of the log (`as_of`: entries with a smaller sequence number): what
came later, or was written over later, is told as it stood then.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import NamedTuple

from rempart.store.interface.history import Numbers
from rempart.store.interface.versions import VersionKind, VersionMove


class ClockRow(NamedTuple):
    """Deadlines of one kind and clock that began in a time: `late` ones ended after they were due,
    `never` were due by then and had not ended."""

    kind: str
    clock: str
    begun: int
    late: int
    never: int


class FailureRow(NamedTuple):
    """An order to a platform that failed for good."""

    at_ms: int
    connector: str
    operation: str


class AlarmRow(NamedTuple):
    seq: int
    at_ms: int
    what: str


class QueueRow(NamedTuple):
    """One version of a queue. `picture`: JSON of `cases.queue.queues.Queue`."""

    id: str
    at_ms: int
    by: str
    seq: int
    picture: str


class ChangeRow(NamedTuple):
    """A version of the rules or of the words with what became of it, as of a size of the log."""

    kind: VersionKind
    id: str
    parent: str | None
    author: str
    reason: str
    at_ms: int
    seq: int
    moves: tuple[VersionMove, ...]


class CourtTables(ABC):
    @abstractmethod
    def queries(self) -> Mapping[str, str]:
        """The query behind each reading, by its name."""

    @abstractmethod
    def unanswered(self, as_of: int) -> Numbers:
        """Entries of the reports that were neither answered nor withdrawn, in order."""

    @abstractmethod
    def clocks(self, as_of: int, from_ms: int, until_ms: int) -> list[ClockRow]: ...

    @abstractmethod
    def failures(self, as_of: int, from_ms: int, until_ms: int) -> list[FailureRow]: ...

    @abstractmethod
    def alarms(self, as_of: int, from_ms: int, until_ms: int) -> list[AlarmRow]: ...

    @abstractmethod
    def queues(self, as_of: int) -> list[QueueRow]:
        """Every version, in the order in which they were said."""

    @abstractmethod
    def changes(self, as_of: int) -> list[ChangeRow]:
        """Every version, the oldest first."""
