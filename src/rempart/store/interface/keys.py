"""Keys of the bodies: what destroying them makes unreadable (ADR 36).

A body opens with two keys: its subject's and its bucket's (`log.subjects`). What is destroyed here
stays readable until the transaction commits; then the keys are gone from the files before `begin`
returns, or, when the disk refused or the power went, at the next tidying or start: the transaction
itself keeps what has to go.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

__all__ = ["KeyCounts", "KeyTables"]


class KeyCounts(NamedTuple):
    """Keys of subjects and of buckets that open, and how many of both were destroyed."""

    subjects: int
    buckets: int
    destroyed: int


class KeyTables(ABC):
    @abstractmethod
    def subjects(self, prefix: str = "", *, after: str = "", limit: int = 1_000) -> list[str]:
        """Subjects with a key whose name begins so, in order, those that come after `after`."""

    @abstractmethod
    def has(self, subject: str) -> bool: ...

    @abstractmethod
    def sequences(self, subject: str) -> list[int]:
        """Entries with a body about this subject that can be read. Reads the whole table."""

    @abstractmethod
    def counts(self) -> KeyCounts: ...

    @abstractmethod
    def days(self, bucket: str) -> list[date]:
        """Days of this bucket that can be read, in order."""

    @abstractmethod
    def destroy_subjects(self, subjects: Sequence[str]) -> int:
        """Makes every body about them unreadable, `KEPT` ones included, except what `reseal` gave
        to another subject before; returns how many had a key. Their names are forgotten at once:
        what is written about them from here on lies under a new key. LogError for nobody."""

    @abstractmethod
    def destroy_days(self, bucket: str, before: date) -> int:
        """Makes the bodies of this bucket unreadable that were written on earlier days (UTC);
        returns how many days that were. What a case or hold needs is resealed first."""
