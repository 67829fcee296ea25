"""Table of the messages that reports of child safety name (`cases.child_safety`)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class ChildNaming(NamedTuple):
    """That a report names a message, and which case judges it. `seq` None: nothing has come under
    the id `message` yet. Both None: of a report from before this table, which says it in words."""

    case: str
    report: str
    seq: int | None = None
    message: str | None = None


class ChildNamedTables(ABC):
    @abstractmethod
    def add(self, namings: Sequence[ChildNaming]) -> None:
        """One that is there already for its case stays as it is."""

    @abstractmethod
    def of_messages(self, sequences: Sequence[int]) -> Mapping[str, set[int]]:
        """The cases that judge these messages, also one that was merged into another, with which
        of them; one that came after it was named is found by its id."""

    @abstractmethod
    def of_case(self, case: str) -> list[ChildNaming]:
        """What is judged in a case or in one merged into it."""

    @abstractmethod
    def unjudged(self, platform: str, channel: str) -> int:
        """How many messages of a channel are named and judged by nobody yet, on the word of whoever
        is no trusted flagger."""

    @abstractmethod
    def unjudged_unknown(self) -> int:
        """The same of ids under which nothing has come."""

    @abstractmethod
    def of_source(self, reporter: bytes, since_ms: int) -> int:
        """How many one source has named since a time."""
