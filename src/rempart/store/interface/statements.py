"""Tables of statements of reasons and of strikes.

What they promise: a statement is never changed and there is one per measure and decision about it
(the machine's has none); a strike is given once per account and decision, and is never deleted:
it expires, or is overturned by name of the decision that did so.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rempart.model import Exemption, Statement


class StatementRow(NamedTuple):
    """`seq`: the entry of the log that holds it."""

    statement: Statement
    seq: int


class ExemptionRow(NamedTuple):
    """`seq`: the entry of the log that holds it."""

    exemption: Exemption
    seq: int


class Unstated(NamedTuple):
    """A restriction that has neither a statement nor an exemption: this must never be."""

    measure: str


class StrikeRow(NamedTuple):
    """`overturned_by`: the decision that took it back."""

    id: str
    platform: str
    account: str
    case: str
    decision: str
    harm: str
    at_ms: int
    expires_ms: int
    overturned_by: str | None = None
    overturned_ms: int | None = None


class StatementTables(ABC):
    @abstractmethod
    def next_number(self) -> int:
        """The number of the next statement of this transaction."""

    @abstractmethod
    def add(self, rows: Sequence[StatementRow]) -> None:
        """Known ones (same measure and decision) are left alone."""

    @abstractmethod
    def by_number(self, number: int) -> StatementRow | None: ...

    @abstractmethod
    def get(self, id: str) -> StatementRow | None: ...

    @abstractmethod
    def of_measures(self, measures: Sequence[str]) -> list[StatementRow]:
        """All of these restrictions, oldest first."""

    @abstractmethod
    def of_decision(self, decision: str, limit: int) -> tuple[list[StatementRow], int]:
        """Those that a decision brought, oldest first, and how many there are."""

    @abstractmethod
    def page(
        self, *, before: int | None = None, since_ms: int = 0, limit: int = 100
    ) -> list[StatementRow]:
        """Newest first; `before` is a number, exclusive."""

    @abstractmethod
    def drawable(self, as_of: int, since_ms: int, until_ms: int) -> Iterator[tuple[int, str]]:
        """Entry and id of each statement that came with its restriction, before any decision: in a
        log of that size, made in that time (the end excluded), oldest entry first."""

    @abstractmethod
    def after(self, number: int, limit: int) -> list[StatementRow]:
        """Those with a greater number, oldest first."""

    @abstractmethod
    def exempt(self, rows: Sequence[ExemptionRow]) -> None:
        """A restriction that has one already keeps it."""

    @abstractmethod
    def exemptions(self, measures: Sequence[str]) -> dict[str, ExemptionRow]:
        """By measure."""

    @abstractmethod
    def exempted(self) -> int: ...

    @abstractmethod
    def restrictions(self) -> int:
        """How many measures the ladder calls a restriction, whatever became of them."""

    @abstractmethod
    def unstated(self, limit: int) -> list[Unstated]:
        """Restrictions that have neither a statement nor an exemption, oldest first."""

    @abstractmethod
    def add_strikes(self, rows: Sequence[StrikeRow]) -> None: ...

    @abstractmethod
    def strikes(self, platform: str, account: str) -> list[StrikeRow]:
        """Oldest first, expired and overturned ones included."""

    @abstractmethod
    def overturn_strikes(self, decision: str, by: str, at_ms: int) -> list[StrikeRow]:
        """Takes back the strikes of a decision; those that this changed."""
