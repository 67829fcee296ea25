"""Tables of deadlines, of the order of the queue, and of what people said before they decided.

Rules kept here:

1. Whatever opens or changes a case marks it as *touched*, in the same transaction and by the store
   itself: nothing can open a case and forget its deadlines.
2. Due deadlines are found by one look at an index, whatever there is; in the order of the entries
   that started them.
3. All times are milliseconds since the epoch, UTC.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class DeadlineRow(NamedTuple):
    """See `cases.deadlines.Deadline`; `next_ms`: when something is to be done about it."""

    case: str
    kind: str
    clock: str
    start_ms: int
    start_seq: int
    span_ms: int
    due_ms: int
    stage: int
    lapses: int
    paused_ms: int | None
    shifted_ms: int
    stopped_ms: int | None
    stop_seq: int | None
    next_ms: int | None


class TouchedCase(NamedTuple):
    """A case that was opened or changed. `seq`: the newest entry about it; `views`: of its message;
    `triaged_ms`: when a person last said what it is."""

    id: str
    state: str
    kind: str
    harm: str
    priority: int
    target: str
    opened_ms: int
    graver_ms: int
    reports: int
    reported_ms: int | None
    messages: int
    looked_ms: int | None
    lapses: int
    weight: int
    seq: int
    views: int
    triaged_ms: int | None


class Place(NamedTuple):
    """Where a case stands in the queue. `turn_ms`: the slot of time in which `weight` decides."""

    case: str
    rank: int
    due_ms: int | None
    turn_ms: int
    weight: int


class Standing(NamedTuple):
    """What a queue row shows besides the case. `rank`: its class."""

    rank: int
    harm: str
    due_ms: int | None
    weight: int
    lapses: int
    looked_ms: int | None
    looked_by: str | None
    assignee: str | None


class SourceReport(NamedTuple):
    """One report as its weight needs it: who (a keyed hash), when, how right before."""

    received_ms: int
    reporter: bytes | None
    category: str
    confirmed: int
    refuted: int


class PastReport(NamedTuple):
    """`unfounded`: what people found; None: nobody judged it yet."""

    received_ms: int
    category: str
    unfounded: bool | None


class Told(NamedTuple):
    at_ms: int
    text: dict[str, str]


class TriageRow(NamedTuple):
    at_ms: int
    by: str
    was: str
    harm: str


class ClockSeen(NamedTuple):
    wall_ms: int
    boot_ms: int
    boot: str


class ViewsTold(NamedTuple):
    """How often a message had been seen at a time, by the entry `seq` of a `delivered` event."""

    key: bytes
    views: int
    at_ms: int
    seq: int


class DeadlineTables(ABC):
    # -- deadlines -------------------------------------------------------------------------------

    @abstractmethod
    def touched(self, limit: int = 1_000) -> list[TouchedCase]:
        """Cases to look at; they are marked until `settle`."""

    @abstractmethod
    def touch(self, case: str) -> None:
        """Marks a case that was changed beside its own row."""

    @abstractmethod
    def settle(self, cases: Iterable[str]) -> None: ...

    @abstractmethod
    def of(self, cases: Sequence[str]) -> dict[str, list[DeadlineRow]]: ...

    @abstractmethod
    def put(self, rows: Iterable[DeadlineRow]) -> None:
        """Adds or replaces, by case and kind."""

    @abstractmethod
    def due(self, now_ms: int, limit: int = 500) -> list[DeadlineRow]:
        """What is to be done now, in the order of the entries that started it."""

    @abstractmethod
    def shift(self, by_ms: int) -> int:
        """All that runs moves by so much, because this machine's clock did; returns how many."""

    @abstractmethod
    def stop_all(self, case: str, at_ms: int, seq: int) -> None: ...

    @abstractmethod
    def clock_seen(self) -> ClockSeen | None: ...

    @abstractmethod
    def see_clock(self, seen: ClockSeen) -> None: ...

    # -- place in the queue ----------------------------------------------------------------------

    @abstractmethod
    def place(self, places: Iterable[Place]) -> None: ...

    @abstractmethod
    def standing(self, cases: Sequence[str]) -> dict[str, Standing]: ...

    @abstractmethod
    def lapse(self, case: str) -> None:
        """One deadline more of this case has lapsed."""

    @abstractmethod
    def add_views(self, views: Iterable[ViewsTold]) -> None:
        """What the platform told; the number kept with a message is never smaller than before."""

    # -- what people said ------------------------------------------------------------------------

    @abstractmethod
    def look(self, case: str, by: str, at_ms: int) -> bool:
        """A person looked; True the first time."""

    @abstractmethod
    def rename(self, case: str, harm: str, priority: int, why: dict[str, str]) -> None:
        """A person said what it is: name and priority follow, also downwards."""

    @abstractmethod
    def add_triage(self, case: str, row: TriageRow, seq: int) -> None: ...

    @abstractmethod
    def triage(self, case: str) -> list[TriageRow]: ...

    @abstractmethod
    def assign(self, case: str, person: str | None) -> None: ...

    @abstractmethod
    def load(self) -> dict[str, int]:
        """Open cases by assignee."""

    @abstractmethod
    def set_apart(self, case: str, person: str, why: str, at_ms: int, seq: int) -> None: ...

    @abstractmethod
    def apart(self, case: str) -> dict[str, str]:
        """Who is kept from this case, and why."""

    @abstractmethod
    def people_behind(self, platform: str, account: str) -> list[str]:
        """The people of the console who have this account."""

    @abstractmethod
    def accounts(self, person: str) -> list[tuple[str, str]]:
        """(platform, account)."""

    @abstractmethod
    def put_accounts(self, person: str, accounts: Iterable[tuple[str, str]]) -> None: ...

    @abstractmethod
    def put_queue(self, id: str, at_ms: int, by: str, seq: int, picture: str) -> None: ...

    @abstractmethod
    def queues(self) -> dict[str, str]:
        """The newest picture of each queue."""

    # -- who reported ----------------------------------------------------------------------------

    @abstractmethod
    def trusted(self, case: str) -> bool:
        """Whether a trusted flagger (DSA art. 22) reported it and did not take it back."""

    @abstractmethod
    def sources(self, case: str, limit: int = 200) -> list[SourceReport]:
        """The latest reports of a case and of those merged into it, in order."""

    @abstractmethod
    def loose_reports(self, since_ms: int, limit: int) -> list[tuple[str, int]]:
        """The latest reports (id, when) on open cases of things that are no known message (links,
        texts), in order."""

    @abstractmethod
    def latest_of_many(self, since_ms: int, limit: int) -> str | None:
        """The latest of these when `loose_reports` has counted so many in this transaction; None
        when it has not, so that it is to be asked."""

    @abstractmethod
    def count_source(self, reporters: Iterable[bytes], *, confirmed: bool) -> None: ...

    @abstractmethod
    def source(self, reporter: bytes) -> tuple[int, int]:
        """(confirmed, refuted)."""

    @abstractmethod
    def past_reports(self, reporter: bytes, since_ms: int) -> list[PastReport]:
        """In order of their coming, what a source reported and what people found of it."""

    @abstractmethod
    def warned_ms(self, reporter: bytes) -> int | None:
        """When this source was last warned of misuse."""

    @abstractmethod
    def note_warning(self, reporter: bytes, at_ms: int) -> None: ...

    @abstractmethod
    def tell(self, case: str, at_ms: int, seq: int, text: dict[str, str]) -> None: ...

    @abstractmethod
    def told(self, case: str, since_ms: int) -> list[Told]:
        """What who waits for this case (or the one it was merged into) was told since then."""
