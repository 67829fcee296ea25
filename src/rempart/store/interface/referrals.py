"""Table of what was passed on (`cases.evidence.referrals`). Times are integer milliseconds, UTC."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final, NamedTuple

PREPARED: Final = "prepared"
SENT: Final = "sent"
ACKNOWLEDGED: Final = "acknowledged"
WITHDRAWN: Final = "withdrawn"


class ReferralRow(NamedTuple):
    """`place`: its key in `referral_places.toml`; `kind`: authority, provider or target;
    `known_ms`: since when the service knew (the case was opened);
    `sent_seq`: the entry that says that it left."""

    id: str
    case: str
    place: str
    kind: str
    harm: str
    known_ms: int
    prepared_by: str
    prepared_ms: int
    state: str
    seq: int
    sent_by: str | None = None
    sent_ms: int | None = None
    reference: str | None = None
    acknowledged_ms: int | None = None
    done_seq: int | None = None
    sent_seq: int | None = None


class ReferralTables(ABC):
    @abstractmethod
    def put(self, row: ReferralRow) -> None:
        """Adds or replaces."""

    @abstractmethod
    def get(self, id: str) -> ReferralRow | None: ...

    @abstractmethod
    def of_case(self, case: str) -> list[ReferralRow]:
        """In the order in which they were prepared."""

    @abstractmethod
    def stood(self, as_of: int) -> list[ReferralRow]:
        """All that were there at this size of the log, in order, as they stood then."""
