"""Court bans (Code pénal, art. 131-35-1), and accounts that look like those they are about."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import NamedTuple

from rempart.model.authority import CourtBan


class BanRow(NamedTuple):
    """In force in [from_ms, until_ms) unless it ended earlier. `looked_seq`: up to which entry new
    accounts were compared; `confirmed_by`: the second person."""

    id: str
    ban: CourtBan
    from_ms: int
    until_ms: int
    taken_by: str
    at_ms: int
    seq: int
    looked_seq: int
    confirmed_by: str | None = None
    confirmed_ms: int | None = None
    ended_ms: int | None = None
    ended_why: str | None = None


class SuspicionRow(NamedTuple):
    """`why`: `name` or `id`, in what it looks alike. `found`: what a person says, `same` or
    `other`; None: nobody looked yet."""

    ban: str
    platform: str
    account: str
    name: str
    why: str
    at_ms: int
    seq: int
    found: str | None = None
    found_by: str | None = None
    found_why: str | None = None
    found_ms: int | None = None


class Newcomer(NamedTuple):
    """An account that wrote, as its newest message shows it."""

    platform: str
    account: str
    name: str
    seq: int


class BanTables(ABC):
    @abstractmethod
    def put(self, row: BanRow) -> None: ...

    @abstractmethod
    def get(self, id: str) -> BanRow | None: ...

    @abstractmethod
    def all(self) -> list[BanRow]:
        """The newest first."""

    @abstractmethod
    def in_force(self, at_ms: int) -> list[BanRow]: ...

    @abstractmethod
    def add_measures(self, id: str, measures: Iterable[str]) -> None: ...

    @abstractmethod
    def measures(self, id: str) -> list[str]: ...

    @abstractmethod
    def suspect(self, row: SuspicionRow) -> bool:
        """False when it is known already."""

    @abstractmethod
    def judge(self, row: SuspicionRow) -> None: ...

    @abstractmethod
    def suspicions(self, id: str) -> list[SuspicionRow]:
        """Those that nobody looked at first, then the newest."""

    @abstractmethod
    def writers(self, after_seq: int, limit: int) -> list[Newcomer]:
        """Authors of the messages after that entry, in rising order, at most so many messages."""
