"""Reviewers' care: counts of abusive texts opened, and pauses. Never which text."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple


class PauseRow(NamedTuple):
    """`since`: texts opened since the last pause; `until_ms`: a pause is asked for until then;
    `skipped`: the day on which she last skipped one."""

    person: str
    since: int = 0
    until_ms: int = 0
    skipped: str = ""


class CareTables(ABC):
    @abstractmethod
    def expose(self, person: str, day: str, harm: str, texts: int) -> None: ...

    @abstractmethod
    def exposed(self, person: str, day: str) -> dict[str, int]:
        """Texts by harm."""

    @abstractmethod
    def by_person(self, day: str) -> dict[str, int]: ...

    @abstractmethod
    def by_day(self, person: str, from_day: str) -> dict[str, int]: ...

    @abstractmethod
    def pause(self, person: str) -> PauseRow: ...

    @abstractmethod
    def put_pause(self, row: PauseRow) -> None: ...

    @abstractmethod
    def forget(self, before_day: str) -> int: ...
