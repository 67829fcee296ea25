"""Tables of cases, reports, decisions and answers: three objects from the first migration.

Rules this room keeps in its tables, whatever the code above them does:

1. One open case per thing (`thing` is the 16-byte name of a message, raid, link or pasted text).
2. Reports are append-only. One report per reporter, thing and category: a second one that says
   something else points at the first (`repeats`), the very same one gets only a second receipt.
3. One decision per case; another person may replace it, once, after an appeal or a second look.
   One answer per report and decision, ever.
4. No words of a receipt, no explanation, no contact in clear: receipts are keyed hashes,
   explanations live in the log's erasable bodies (`seq`), contacts are ciphertext.

A *family* is a case with the cases that were merged into it; whatever is asked about a case is
answered for its family. Times are integer milliseconds since the epoch, UTC.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rempart.model import Case, CaseKind, CaseState, Decision
from rempart.store.interface.measures import MeasureRow
from rempart.store.interface.stream import MessageRow

URGENT = 900
"""Cases of the first class (life, safety, children) have this priority or more."""
SOON = 600
"""And those of the second one this."""


def rank_of(priority: int) -> int:
    """The class of a priority: 0 life and children, 1 urgent, 2 the others."""
    return 0 if priority >= URGENT else 1 if priority >= SOON else 2


class CaseQuery(NamedTuple):
    """`harms` None: all; `without`: not these; `languages`: of a report; `kept_from`: not what this
    person is kept from. Which cases, in which window. `channels` None: all; empty: none (no rights,
    no cases)."""

    state: CaseState | None = None
    kind: CaseKind | None = None
    channels: tuple[str, ...] | None = None
    target: str | None = None
    limit: int = 50
    offset: int = 0
    harms: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kept_from: str | None = None


class CasePage(NamedTuple):
    """`total` counts all that match, not only this page."""

    cases: list[Case]
    total: int


class CaseCounts(NamedTuple):
    """For the overview. `urgent` are open cases of the first class (life, safety, children)."""

    open: int
    open_raids: int
    open_messages: int
    urgent: int
    decided: int
    merged: int
    reports: int
    unanswered: int
    oldest_open_ms: int | None
    oldest_unanswered_ms: int | None


class NewCase(NamedTuple):
    """A case to insert. `ordinal` counts the cases of one thing (a raid that goes on after its
    decision opens the next one); `author` and `at_ms` (of the message) let a raid find it."""

    case: Case
    thing: bytes
    ordinal: int = 1
    author: str | None = None
    at_ms: int | None = None
    harm: str = ""
    """What it is called, from the taxonomy; empty: none of them."""


class CaseChange(NamedTuple):
    """What grows: priority and message count never shrink here, `why` is replaced if given."""

    id: str
    priority: int
    messages: int
    why: dict[str, str] | None
    at_ms: int
    harm: str = ""
    """What it is called from now on, if this priority is higher than the present one."""


class LooseCase(NamedTuple):
    """An open message case that a raid may take in."""

    id: str
    author: str
    at_ms: int
    raid: str | None


class FiledReport(NamedTuple):
    """What is needed of a report to compare its words with others'; see `ReportRow`."""

    id: str
    case: str
    received_ms: int
    seq: int
    reporter: bytes | None


class ReportRow(NamedTuple):
    """A report without its words and without its reporter. `seq`: its entry in the log, whose
    first disclosure carries explanation, links and text. `receipts` counts identical deliveries."""

    id: str
    case: str
    category: str
    language: str
    received_ms: int
    seq: int
    repeats: str | None
    receipts: int
    has_contact: bool
    answered_ms: int | None
    reporter: bytes | None = None
    """A keyed hash that tells reporters apart; None when nothing was known."""
    flagger: str | None = None
    """The trusted flagger (DSA art. 22) who reported, by the id of its token."""
    minor: bool = False
    """The reporter says that the person concerned is under 18."""
    wish: str | None = None
    """What the reporter hopes for (`cases.reports.request.WISHES`)."""
    withdrawn: bool = False
    """Taken back by its reporter: answered by that, and by nothing else."""


class NewReport(NamedTuple):
    id: str
    case: str
    thing: bytes
    category: str
    language: str
    reporter: bytes | None
    content: bytes
    repeats: str | None
    received_ms: int
    seq: int
    flagger: str | None = None
    minor: bool = False
    wish: str | None = None
    items: int = 1
    """Exact locations that it names, at least one."""
    via: str = ""
    """By which way it came: `form`, `api`, `platform`."""


class PlacedDecision(NamedTuple):
    """A decision, and where its case is."""

    decision: Decision
    platform: str
    channel: str


class Answer(NamedTuple):
    """What one report was told of one decision: exactly one. `text` by language (fr, en)."""

    report: str
    decision: str
    text: dict[str, str]
    at_ms: int
    seq: int


class SourceRecord(NamedTuple):
    """What is known of who reports. `recent`: reports since a time; `refuted`: reports of theirs
    about which a person decided that there was nothing."""

    recent: int
    refuted: int


class DecidedMessage(NamedTuple):
    """What was decided of one message. `stood` False: a measure of the case was undone by hand
    afterwards. `categories`: what reporters called it."""

    seq: int
    case: str
    outcome: str
    by: str
    at_ms: int
    stood: bool
    categories: tuple[str, ...]


class CaseTables(ABC):
    # -- reading cases ---------------------------------------------------------------------------

    @abstractmethod
    def page(self, query: CaseQuery) -> CasePage:
        """Life and children first, then by the time that is left, then by reach."""

    @abstractmethod
    def has_reports(self) -> bool:
        """Whether anybody ever reported: receipts were given out."""

    @abstractmethod
    def counts(self, channels: Sequence[str] | None = None) -> CaseCounts: ...

    @abstractmethod
    def get(self, case: str) -> Case | None: ...

    @abstractmethod
    def find(self, prefix: str, limit: int = 3) -> list[str]:
        """Ids that begin with `prefix`, with or without the leading `c-`."""

    @abstractmethod
    def latest(self) -> Case | None:
        """The case opened last that was not merged."""

    @abstractmethod
    def last_of(self, things: Sequence[bytes]) -> dict[bytes, tuple[Case, int]]:
        """For each known thing its open case, else its newest (followed to where it was merged),
        and the ordinal of the thing's own newest case (0 when the thing is only an alias)."""

    @abstractmethod
    def last_of_raids(self, raids: Sequence[str]) -> dict[str, Case]:
        """The newest raid case of each raid, followed to where it was merged."""

    @abstractmethod
    def raids_of(self, case: str) -> list[str]:
        """The raids a case is about: its own, then those of raid cases merged into it."""

    @abstractmethod
    def last_of_messages(self, sequences: Sequence[int]) -> dict[int, Case]:
        """The open case each message belongs to, by its own row or by its raid, else the newest."""

    @abstractmethod
    def all_of_messages(self, sequences: Sequence[int]) -> dict[str, list[int]]:
        """Every case these messages are or were in, also one that was merged into another, with
        which of them."""

    @abstractmethod
    def of_harm(self, cases: Sequence[str], harm: str) -> set[str]:
        """Of these cases those of which a report or a decision ever said this harm; of child
        safety also a report that another case answers (`ChildNamedTables`)."""

    @abstractmethod
    def loose(self, platform: str, channel: str, from_ms: int, raid: str) -> list[LooseCase]:
        """Open message cases of a channel since a time, or already marked with that raid."""

    @abstractmethod
    def family(self, case: str) -> list[str]:
        """The case and those merged into it."""

    # -- what belongs to a case ------------------------------------------------------------------

    @abstractmethod
    def sequences(self, case: str) -> list[int]:
        """Log sequences of the case in rising order: messages, raid, measures, and every case,
        report, decision, answer and access entry. What a dossier contains."""

    @abstractmethod
    def message_sequences(self, case: str) -> list[int]: ...

    @abstractmethod
    def messages(self, case: str, limit: int = 200, offset: int = 0) -> list[MessageRow]:
        """In order of time, without text (see `cases.reading.read_messages`)."""

    @abstractmethod
    def measures(self, case: str, *, active: bool = False) -> list[MeasureRow]:
        """Measures taken for the case's raid or for one of its messages, oldest first."""

    @abstractmethod
    def shields(self, target: str) -> list[MeasureRow]:
        """The shields that are on for a target."""

    @abstractmethod
    def decided_messages(self, limit: int = 5_000) -> list[DecidedMessage]:
        """The messages of decided message cases, in the order of their decisions: the newest
        `limit` of them."""

    # -- writing cases ---------------------------------------------------------------------------

    @abstractmethod
    def insert(self, cases: Sequence[NewCase]) -> None:
        """ConflictError when a thing already has an open case."""

    @abstractmethod
    def change(self, changes: Sequence[CaseChange]) -> None: ...

    @abstractmethod
    def merge(self, cases: Sequence[str], into: str, at_ms: int) -> None:
        """Open cases become `merged`, and what was merged into them before; their reports, raids
        and messages follow by family."""

    @abstractmethod
    def add_messages(self, pairs: Iterable[tuple[str, int]]) -> None:
        """(case, message sequence); known pairs are left alone."""

    @abstractmethod
    def add_aliases(self, case: str, things: Sequence[bytes]) -> None:
        """Further names under which `last_of` finds the case."""

    @abstractmethod
    def add_entries(self, pairs: Iterable[tuple[str, int]]) -> None:
        """(case, log sequence) of entries that are about the case."""

    # -- reports ---------------------------------------------------------------------------------

    @abstractmethod
    def insert_report(self, report: NewReport) -> None: ...

    @abstractmethod
    def same_report(self, reporter: bytes, thing: bytes, category: str) -> list[tuple[str, bytes]]:
        """(id, content digest) of this reporter's reports of this thing and category, first one
        first."""

    @abstractmethod
    def source(self, reporter: bytes, categories: Sequence[str], since_ms: int) -> SourceRecord:
        """The record of one reporter in these categories."""

    @abstractmethod
    def insert_receipt(self, digest: bytes, report: str, at_ms: int) -> None: ...

    @abstractmethod
    def report_of_receipt(self, digest: bytes) -> str | None: ...

    @abstractmethod
    def put_contact(self, report: str, sealed: bytes) -> None: ...

    @abstractmethod
    def sealed_contact(self, report: str) -> bytes | None: ...

    @abstractmethod
    def report(self, report: str) -> ReportRow | None: ...

    @abstractmethod
    def reports(self, case: str, limit: int = 200, offset: int = 0) -> list[ReportRow]: ...

    @abstractmethod
    def report_times(self, case: str, limit: int) -> list[tuple[str, int]]:
        """The first reports of a case (id, when), in order."""

    @abstractmethod
    def reports_on(
        self, platform: str, channel: str, author: str, since_ms: int, limit: int
    ) -> list[tuple[str, int]]:
        """The latest reports (id, when) on open cases of this author's messages there, in order."""

    @abstractmethod
    def filed(self, reports: Sequence[str]) -> list[FiledReport]:
        """Who said something, where and when, in the order of the ids; without ids not known."""

    @abstractmethod
    def having_messages(self, cases: Sequence[str]) -> set[str]:
        """Those of these cases that hold messages, or may by a raid."""

    @abstractmethod
    def author(self, case: str) -> str | None:
        """Who wrote the message that the case is about; None when it is no known message."""

    @abstractmethod
    def unanswered(self, case: str) -> list[ReportRow]: ...

    # -- decisions and answers -------------------------------------------------------------------

    @abstractmethod
    def insert_decision(self, decision: Decision, seq: int) -> None:
        """The first one also closes the case. ConflictError when there is one that this does not
        replace, or when the same person decided before."""

    @abstractmethod
    def decision(self, case: str) -> Decision | None:
        """The one in force: the last."""

    @abstractmethod
    def decisions(self, case: str) -> list[Decision]:
        """In their order: each replaces the one before."""

    @abstractmethod
    def decision_by_id(self, decision: str) -> Decision | None: ...

    @abstractmethod
    def decision_page(
        self, channels: Sequence[str] | None, limit: int, offset: int, *, kept_from: str
    ) -> list[PlacedDecision]:
        """Newest first. `channels`: names, or `platform/channel`; None: all. Without the cases
        that this person is kept from."""

    @abstractmethod
    def drawable(
        self, as_of: int, since_ms: int, until_ms: int, *, harm: str | None, outcome: str | None
    ) -> Iterator[tuple[int, str]]:
        """Entry and id of each decision in a log of that size, made in that time (the end
        excluded), oldest entry first."""

    @abstractmethod
    def insert_answers(self, answers: Sequence[Answer]) -> None:
        """ConflictError when a report already has its answer to this decision."""

    @abstractmethod
    def answer(self, report: str) -> Answer | None:
        """The last one."""

    @abstractmethod
    def answers_of(self, report: str) -> list[Answer]:
        """One for each decision, in their order."""

    @abstractmethod
    def answers(self, case: str) -> list[Answer]: ...
