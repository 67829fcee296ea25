"""Who let whom in, or gave her more rights, and when last: see `cases.second_person`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple


class SponsorRow(NamedTuple):
    """`by` let `person` in, let her in again or gave her more rights; last at `at_ms`."""

    person: str
    by: str
    at_ms: int


class SponsorTables(ABC):
    @abstractmethod
    def put(self, row: SponsorRow) -> None:
        """The later of what is known and this."""

    @abstractmethod
    def since(self, at_ms: int) -> list[SponsorRow]:
        """Those later than that."""

    @abstractmethod
    def days(self) -> int | None:
        """For how long the settings say that it counts; None: they have said nothing yet."""

    @abstractmethod
    def set_days(self, days: int) -> None: ...
