"""Sources whose notices or complaints are not examined for a while (DSA art. 23(2))."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

from rempart.store.interface.deadlines import PastReport


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


class WaitingAppeal(NamedTuple):
    """An appeal that is not examined yet, of a `report`'s answer or against a `statement`. `seq`:
    the entry with its words."""

    id: str
    suspension: str
    source: bytes
    of: str
    decision: str
    report: str | None
    statement: str | None
    received_ms: int
    seq: int


class AppealWarning(NamedTuple):
    """`text` by language, as it was told."""

    warned_ms: int
    text: dict[str, str]


class WarningRow(NamedTuple):
    """A warning that was sent, to nobody by name. `what`: notices or complaints; `seq`: its
    entry."""

    what: str
    at_ms: int
    seq: int


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
    def warned(self, row: WarningRow) -> None: ...

    @abstractmethod
    def warnings(self) -> list[WarningRow]:
        """All that were sent, the first first."""

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

    # -- appeals ---------------------------------------------------------------------------------

    @abstractmethod
    def source_of_look(self, look: str) -> bytes | None:
        """Who appealed, as far as told apart."""

    @abstractmethod
    def past_appeals(self, source: bytes, since_ms: int) -> list[PastReport]:
        """In order; `category`: the harm of the decision contested; `unfounded`: a person called it
        manifestly unfounded."""

    @abstractmethod
    def appeals_wrong_often(self, least: int, limit: int) -> list[bytes]:
        """Sources with so many manifestly unfounded appeals, or that were warned."""

    @abstractmethod
    def last_look(self, source: bytes) -> str | None:
        """The newest appeal of this source that was examined."""

    @abstractmethod
    def appeal_warning(self, source: bytes) -> AppealWarning | None:
        """The last one."""

    @abstractmethod
    def note_appeal_warning(self, source: bytes, warning: AppealWarning) -> None: ...

    @abstractmethod
    def wait_appeal(self, row: WaitingAppeal) -> None:
        """ConflictError when it waits already."""

    @abstractmethod
    def waiting_appeals(self, source: bytes) -> int: ...

    @abstractmethod
    def waiting_appeal_of(
        self, *, report: str | None = None, statement: str | None = None
    ) -> WaitingAppeal | None:
        """The newest of this report, or the one against this statement."""

    @abstractmethod
    def appeals_waited_out(self, at_ms: int, limit: int) -> list[WaitingAppeal]:
        """Those whose suspension has ended or was taken back, in order of their coming."""

    @abstractmethod
    def drop_waiting_appeal(self, id: str) -> None: ...
