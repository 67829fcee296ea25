"""What was given out of the log, and the entries that tell of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple


class GivenRow(NamedTuple):
    """`seq`: the entry; `as_of`: the size of the log that was read; `told`: JSON of what was asked
    and of the files' hashes; `digest`: of the note it came by, None: it was written at once."""

    seq: int
    at_ms: int
    what: str
    by: str
    as_of: int
    told: str
    digest: str | None = None


class GivenOutTables(ABC):
    @abstractmethod
    def add(self, row: GivenRow) -> None: ...

    @abstractmethod
    def known(self, digest: str) -> bool:
        """Whether this note was taken up before."""

    @abstractmethod
    def newest(self, what: str, limit: int) -> list[GivenRow]:
        """The newest first."""

    @abstractmethod
    def size_without_notes(self, size: int) -> int:
        """This size of the log without the entries at its end that only tell of an output: what is
        made again right after it was made is the same."""
