"""Figures over cases and reports, counted by the store: what took how long, what is still open,
what was right. Readings only.

Durations come in classes of a minute (below an hour), of a quarter of an hour (below two days), of
six hours beyond: a curve needs no more. Where a window holds more than `MOST` cases, reports or
decisions, each so-manieth is counted for all of them: a share needs no more either, and nobody's
page may cost minutes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

MOST = 50_000


class Waited(NamedTuple):
    """`number` cases or reports of a group waited so many minutes; `done`: until it was done, else
    until now and still waiting. `late`: a deadline had passed."""

    harm: str
    language: str
    channel: str
    minutes: int
    done: bool
    late: bool
    number: int


class Judged(NamedTuple):
    """Of `total` judged, `upheld` were right and `overturned` of the upheld were taken back later.
    `group`: what was judged: a rule, a kind of reporter, a reviewer."""

    group: str
    total: int
    upheld: int
    overturned: int


class FigureTables(ABC):
    """`channels` None: all; times in ms; `since_ms` is when a case was opened, a report received, a
    decision made."""

    @abstractmethod
    def first_actions(
        self, since_ms: int, now_ms: int, channels: Sequence[str] | None = None
    ) -> list[Waited]:
        """Cases, from their opening to the first act of a person; merged ones are left out, they
        wait in the one they were merged into. `language` is empty."""

    @abstractmethod
    def answers(
        self, since_ms: int, now_ms: int, channels: Sequence[str] | None = None
    ) -> list[Waited]:
        """Reports, from their coming to the answer."""

    @abstractmethod
    def by_rule(self, since_ms: int, channels: Sequence[str] | None = None) -> list[Judged]:
        """Decided cases with a measure of each rule."""

    @abstractmethod
    def by_reporters(self, since_ms: int, channels: Sequence[str] | None = None) -> list[Judged]:
        """Decided reports by kind of source: `flagger`, `known` (told apart), `unknown`."""

    @abstractmethod
    def by_flagger(self, since_ms: int, channels: Sequence[str] | None = None) -> list[Judged]:
        """Decided reports by trusted flagger, by the id of its token."""

    @abstractmethod
    def by_reviewer(self, since_ms: int, channels: Sequence[str] | None = None) -> list[Judged]:
        """Decisions by who made them."""

    @abstractmethod
    def open_by_rank(self, channels: Sequence[str] | None = None) -> dict[int, int]:
        """Open cases by class."""
