"""The published terms, by version. A version is never changed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple


class TermsRow(NamedTuple):
    """`content`: JSON of `cases.terms.Terms`, whose SHA-256 is `digest`. `summary`: JSON, what is
    new, by language. In force from `from_ms` until the next version."""

    version: int
    from_ms: int
    digest: str
    significant: bool
    summary: dict[str, str]
    content: bytes
    published_by: str
    seq: int
    announced_ms: int | None = None


class TermsTables(ABC):
    @abstractmethod
    def add(self, row: TermsRow) -> None: ...

    @abstractmethod
    def announced(self, version: int, at_ms: int) -> None: ...

    @abstractmethod
    def versions(self) -> list[TermsRow]:
        """All of them, the oldest first."""

    @abstractmethod
    def version(self, number: int) -> TermsRow | None: ...

    @abstractmethod
    def latest(self) -> TermsRow | None: ...

    @abstractmethod
    def at(self, at_ms: int) -> TermsRow | None:
        """The version in force at that time."""

    @abstractmethod
    def announced_since(self, at_ms: int) -> TermsRow | None:
        """The newest version that was announced since."""

    @abstractmethod
    def used_rules(self) -> list[str]:
        """The rules that ever called for a measure, alarms apart."""
