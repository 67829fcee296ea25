"""Tables of retention: what has outlived its window and is needed by nothing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple


class RetentionRow(NamedTuple):
    """Of one window: everything before `before_ms` is gone; looked at `at_ms`; `place`: the entry
    up to which a pass over messages got."""

    key: str
    before_ms: int
    at_ms: int
    place: int = 0


class OldMessage(NamedTuple):
    """`kept`: it stands out, or something needs it: it is for the window `flagged` to end."""

    seq: int
    platform: str
    author: str
    kept: bool


class RetentionTables(ABC):
    @abstractmethod
    def done(self) -> dict[str, RetentionRow]: ...

    @abstractmethod
    def put_done(self, row: RetentionRow) -> None: ...

    @abstractmethod
    def skew_ms(self) -> int:
        """How far the clock has jumped ahead of what really passed."""

    @abstractmethod
    def begin(self, now_ms: int) -> None:
        """Holds that have ended by then hold nothing."""

    # -- messages ----------------------------------------------------------------------------

    @abstractmethod
    def old_messages(self, after: int, before_ms: int, limit: int) -> list[OldMessage]:
        """In order of their entries, those received before."""

    @abstractmethod
    def old_flagged(self, before_ms: int, cases_before_ms: int, upto: int, limit: int) -> list[int]:
        """Entries up to `upto`, received before and needed by nothing: no case that is open or was
        decided since `cases_before_ms`, no file of a target, no hold."""

    @abstractmethod
    def old_events(self, start: int, end: int) -> list[OldMessage]:
        """`kept`: bans, changes and removals, which belong to the evidence of messages."""

    @abstractmethod
    def drop_messages(self, seqs: Sequence[int]) -> list[int]:
        """The rows, and what hangs on them; the entries whose bodies must go."""

    @abstractmethod
    def drop_events(self, seqs: Sequence[int]) -> None: ...

    # -- what people wrote -----------------------------------------------------------------------

    @abstractmethod
    def old_reports(self, before_ms: int, limit: int) -> list[str]:
        """Reports whose words are there, of cases decided before."""

    @abstractmethod
    def old_contacts(self, before_ms: int, limit: int) -> list[tuple[str, int]]:
        """Reports answered or taken back before, whose contact is there; with their entry."""

    @abstractmethod
    def drop_contacts(self, reports: Sequence[str]) -> None: ...

    @abstractmethod
    def old_cases(self, before_ms: int, limit: int) -> list[str]:
        """Decided before, whose words are there; without those that a hold covers."""

    @abstractmethod
    def case_words(self, case: str) -> list[int]:
        """Entries with what people wrote in a case: notes and conversations."""

    @abstractmethod
    def close_case(self, case: str) -> None:
        """Nobody is named in it any more."""

    @abstractmethod
    def old_access(self, before_ms: int, limit: int) -> list[int]: ...

    @abstractmethod
    def drop_access(self, seqs: Sequence[int]) -> None: ...

    @abstractmethod
    def drop_mails(self, before_ms: int, limit: int) -> int: ...

    @abstractmethod
    def note_words_gone(self, reports: Sequence[str]) -> None:
        """The words of these reports are gone."""
