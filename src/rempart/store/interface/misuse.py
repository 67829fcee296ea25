"""Sources whose notices or complaints are not examined for a while (DSA art. 23(2))."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple


class SuspensionRow(NamedTuple):
    """It touches the processing of notices or complaints, never an account. `reporter`: the keyed
    hash that tells sources apart; `warned_ms`: the warning before it; `ended_ms`: taken back."""

    id: str
    reporter: bytes
    what: str
    from_ms: int
    until_ms: int
    warned_ms: int
    reason: str
    decided_by: str
    seq: int
    ended_ms: int | None = None


class WaitingNotice(NamedTuple):
    """A notice that is not examined yet. `seq`: the entry with its words; `contact` is sealed;
    `digest`: of its receipt, `content`: of what it says."""

    id: str
    suspension: str
    reporter: bytes
    category: str
    language: str
    digest: bytes
    content: bytes
    contact: bytes | None
    received_ms: int
    seq: int
    via: str = ""


class MisuseTables(ABC):
    @abstractmethod
    def add(self, row: SuspensionRow) -> None: ...

    @abstractmethod
    def get(self, id: str) -> SuspensionRow | None: ...

    @abstractmethod
    def end(self, id: str, at_ms: int) -> None: ...

    @abstractmethod
    def standing(self, reporter: bytes, what: str, at_ms: int) -> SuspensionRow | None:
        """The one in force for this source, if any."""

    @abstractmethod
    def of_source(self, reporter: bytes) -> list[SuspensionRow]:
        """All of this source, the first first; those taken back too."""

    @abstractmethod
    def begun(self, from_ms: int, to_ms: int) -> list[SuspensionRow]:
        """Begun in [from, to), in that order; those taken back too."""

    @abstractmethod
    def warnings(self, from_ms: int, to_ms: int) -> list[tuple[bytes, int]]:
        """Sources whose last warning was in [from, to), and when."""

    @abstractmethod
    def wrong_often(self, least: int, limit: int) -> list[bytes]:
        """Sources that people refuted so often, or that were warned; the most refuted first."""

    @abstractmethod
    def last_report(self, reporter: bytes) -> str | None:
        """The newest report of this source: by its receipt the source is written to."""

    # -- notices that wait -----------------------------------------------------------------------

    @abstractmethod
    def wait(self, row: WaitingNotice) -> None: ...

    @abstractmethod
    def waiting(self, reporter: bytes) -> int: ...

    @abstractmethod
    def waiting_of_receipt(self, digest: bytes) -> WaitingNotice | None: ...

    @abstractmethod
    def waited_out(self, at_ms: int, limit: int) -> list[WaitingNotice]:
        """Those whose suspension has ended or was taken back, in order of their coming."""

    @abstractmethod
    def drop_waiting(self, id: str) -> None: ...
