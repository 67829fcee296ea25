"""Table of mails to reporters who left an address. No address and no word is kept in it.

A mail is queued in the transaction of what it tells of, once for each report and thing, and only
for a report that has a contact; it is sent afterwards, so that a mail server that is down delays a
mail and nothing else. Times are integer milliseconds since the epoch, UTC.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import StrEnum
from typing import NamedTuple


class MailAbout(StrEnum):
    """What a mail tells: the report arrived, the team wrote, the answer is there."""

    RECEIPT = "receipt"
    MESSAGE = "message"
    ANSWER = "answer"


class MailState(StrEnum):
    """`none`: the contact holds no mail address, or was erased."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    NONE = "none"


class MailRow(NamedTuple):
    """`about`: the log sequence of what it tells of."""

    id: int
    report: str
    what: MailAbout
    about: int
    attempts: int
    queued_ms: int


class MailTables(ABC):
    @abstractmethod
    def queue(self, report: str, what: MailAbout, about: int, at_ms: int) -> None:
        """Once for each report and thing; nothing for a report without a contact."""

    @abstractmethod
    def due(self, now_ms: int, limit: int) -> list[MailRow]: ...

    @abstractmethod
    def settle(
        self, id: int, state: MailState, *, detail: str = "", next_at_ms: int | None = None
    ) -> None:
        """After an attempt; `pending` with the time of the next one."""

    @abstractmethod
    def counts(self) -> dict[MailState, int]: ...
