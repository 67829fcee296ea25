"""Tables of erasure: requests, holds, and the reach of an erasure into all other tables."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from typing import NamedTuple

OPEN_STATES = ("asked", "waiting", "needed", "finding", "erasing")


class Reach(IntEnum):
    """How an entry was found to concern the subject, and how far it is."""

    NAMING = 0
    """It names the subject beside others."""
    OWN = 1
    """The subject's own words; nothing of it is gone yet."""
    BARE = 2
    """The same; its row in the tables says whose it was no more."""
    NAMED_ID = 3
    """The same; but the message's id still names the subject."""
    GONE = 4
    """Nothing is left of it."""
    QUOTING = 5
    """It does not name the subject, but holds its words."""


class ErasureRow(NamedTuple):
    """One request. `kind`: account (`subject` is `platform/id`), target (a name, or
    `platform/name`), reporter (the report's id). `subject` None and `reason` empty: it was carried
    out. `upto`: entries below it are reached; `place`: how far the finding got."""

    id: str
    kind: str
    subject: str | None
    basis: str
    reason: str
    state: str
    asked_by: str
    asked_ms: int
    confirmed_by: str | None = None
    confirmed_ms: int | None = None
    due_ms: int | None = None
    needed_for: str | None = None
    needed_until_ms: int | None = None
    upto: int | None = None
    place: int = 0
    closed_by: str | None = None
    closed_ms: int | None = None
    counts: str = "{}"


class HoldRow(NamedTuple):
    """`covers`: account, target, reporter, case (its id) or channel (`platform/name`)."""

    id: str
    kind: str
    source: str
    reason: str
    covers: str
    subject: str
    placed_by: str
    placed_ms: int
    until_ms: int
    lift_asked_by: str | None = None
    lift_asked_ms: int | None = None
    lift_reason: str | None = None
    lifted_by: str | None = None
    lifted_ms: int | None = None

    def holds(self, now_ms: int) -> bool:
        return self.lifted_ms is None and now_ms < self.until_ms


class NeededCase(NamedTuple):
    """A case that material of the subject belongs to. `due_ms`: its next deadline; `decided_ms`:
    of its last decision; `looks`: appeals of it that wait."""

    id: str
    state: str
    kind: str
    raid: str | None
    opened_ms: int
    due_ms: int | None
    decided_ms: int | None
    looks: int


class OwnMessage(NamedTuple):
    """A message of an account: its entry, and under which name it was sent."""

    seq: int
    key: bytes
    name: str | None


Scrub = Callable[[str], str]
"""Text without what must be forgotten; the same object when there was nothing."""
ScrubBytes = Callable[[bytes], bytes]
ScrubId = Callable[[bytes, str], bytes]


class ErasureTables(ABC):
    # -- requests ----------------------------------------------------------------------------

    @abstractmethod
    def put(self, row: ErasureRow) -> None:
        """ConflictError when another request for the same subject waits, or the two people are
        one."""

    @abstractmethod
    def get(self, id: str) -> ErasureRow | None: ...

    @abstractmethod
    def rows(self, *, states: Sequence[str] | None = None, limit: int = 200) -> list[ErasureRow]:
        """Newest first."""

    @abstractmethod
    def waiting_for(self, kind: str, subject: str) -> ErasureRow | None: ...

    @abstractmethod
    def carried_out_since(self, at_ms: int) -> bool:
        """Whether an erasure was carried out then or later."""

    @abstractmethod
    def due(self, now_ms: int) -> ErasureRow | None:
        """The confirmed request whose time came first."""

    @abstractmethod
    def next_ms(self) -> int | None:
        """When a confirmed request is due next."""

    @abstractmethod
    def note_entries(self, erasure: str, seqs: Iterable[int], reach: Reach) -> None:
        """Those that were noted already keep how far they are."""

    @abstractmethod
    def move_entries(self, erasure: str, seqs: Iterable[int], reach: Reach) -> None:
        """So far they are now."""

    @abstractmethod
    def noted(self, erasure: str, *reaches: Reach, limit: int | None = None) -> list[int]:
        """In the order of the log."""

    @abstractmethod
    def drop_noted(self, erasure: str) -> None: ...

    @abstractmethod
    def pseudonym_begun(self, erasure: str) -> str | None:
        """What stands already where the account's name stood; None before the first such row."""

    # -- holds -------------------------------------------------------------------------------

    @abstractmethod
    def put_hold(self, row: HoldRow) -> None: ...

    @abstractmethod
    def hold(self, id: str) -> HoldRow | None: ...

    @abstractmethod
    def holds(self, *, now_ms: int | None = None, limit: int = 200) -> list[HoldRow]:
        """Newest first; `now_ms`: only those that hold then."""

    # -- what an account, a target and a reporter have here ------------------------------------

    @abstractmethod
    def cases_of_account(self, platform: str, account: str) -> list[NeededCase]:
        """Cases about the account, one of its messages, or a raid that it belongs to."""

    @abstractmethod
    def cases_of_target(self, platform: str, name: str) -> list[NeededCase]: ...

    @abstractmethod
    def cases_of_report(self, report: str) -> list[NeededCase]: ...

    @abstractmethod
    def measures_on_account(self, platform: str, account: str) -> list[tuple[int, int | None]]:
        """Begin and end of each measure in force on it."""

    @abstractmethod
    def court_ban_until(self, platform: str, account: str) -> int | None:
        """Until when a court keeps the account from the service."""

    @abstractmethod
    def in_files(self, platform: str, account: str) -> int | None:
        """When one of its messages was last put into a target's incident file."""

    @abstractmethod
    def wrote_in(self, platform: str, channel: str, account: str) -> bool: ...

    # -- finding -----------------------------------------------------------------------------

    @abstractmethod
    def own_messages(
        self, platform: str, account: str, start: int, end: int
    ) -> list[OwnMessage]: ...

    @abstractmethod
    def own_events(self, platform: str, account: str, start: int, end: int) -> list[int]: ...

    @abstractmethod
    def other_entries(self, start: int, end: int) -> list[int]:
        """Entries that are neither a message nor an event: those that may name people."""

    # -- forgetting --------------------------------------------------------------------------

    @abstractmethod
    def forget_messages(
        self, pseudonym: str, seqs: Sequence[int], bare: ScrubBytes
    ) -> tuple[dict[str, int], list[tuple[int, str]]]:
        """The rows of these messages say whose they were no more: counts by what it is, and the id
        of each. `bare`: an outcome, as it may stay."""

    @abstractmethod
    def rename_messages(
        self, seqs: Sequence[int], renamed: Callable[[str], str], outcome: ScrubId
    ) -> None:
        """Other ids for these messages, wherever they stand as such. `outcome`: one with its new
        id."""

    @abstractmethod
    def forget_account(self, platform: str, account: str, pseudonym: str) -> dict[str, int]:
        """In every other column that names the account stands the pseudonym; counts by what it
        is."""

    @abstractmethod
    def conflicts_of(self, seqs: Sequence[int]) -> list[int]:
        """Entries that brought other bodies for these messages."""

    @abstractmethod
    def entries_of_target(self, platform: str, name: str) -> list[int]:
        """What she wrote down herself."""

    @abstractmethod
    def forget_target(self, platform: str, name: str) -> dict[str, int]:
        """Folder, helpers, matches, files and sessions; her facts are `facts.drop_facts`."""

    @abstractmethod
    def entries_of_report(self, report: str) -> list[int]:
        """What a reporter said: the report, the conversation, the appeal."""

    @abstractmethod
    def forget_reporter(self, report: str) -> dict[str, int]: ...

    @abstractmethod
    def scrub_pictures(
        self,
        needles: Sequence[bytes],
        named: Callable[[bytes], bool],
        words: Scrub,
        json: ScrubBytes,
    ) -> dict[str, int]:
        """Everything else in which one of these bytes stands, whatever the table: pictures of
        raids, campaigns, measures, statements, orders of authorities (JSON), and prose. `named`
        says of one cell whether any of them does: it is asked when there are many of them."""

    @abstractmethod
    def scrub_words(self, cases: Sequence[str], words: Scrub, json: ScrubBytes) -> dict[str, int]:
        """What people and texts of answers say in these cases, beside the log."""

    @abstractmethod
    def drop_aliases(self, cases: Sequence[str]) -> None:
        """Names of texts that were pasted into reports."""

    @abstractmethod
    def scrub_states(self, needle: bytes, scrub: Callable[[str, bytes], bytes]) -> int:
        """Stored states in which these bytes stand, rewritten; by key."""

    @abstractmethod
    def cases_of_entries(self, seqs: Sequence[int]) -> dict[int, str]:
        """The case that each of these belongs to, where it belongs to one."""

    @abstractmethod
    def restated(self, pairs: Sequence[tuple[int, int]]) -> None:
        """What pointed to the first entry points to the second from now on; lists of entries have
        both."""

    @abstractmethod
    def looks_at(self, cases: Sequence[str]) -> list[str]:
        """Cases of appeals and second looks at these."""

    @abstractmethod
    def entries_of_case(self, case: str) -> list[int]:
        """What the log says of a case, without messages."""

    @abstractmethod
    def forget_requests(self, kind: str, subject: str, pseudonym: str) -> None:
        """Earlier requests and holds that name the subject name the pseudonym."""

    @abstractmethod
    def shift(self, by_ms: int) -> int:
        """The clock jumped: what runs moves with it; returns how many requests and holds."""
