"""Orders of authorities (DSA art. 9, 10), their letters, and disputes before certified bodies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import NamedTuple

from rempart.model.authority import AuthorityOrder, Dispute, Effect, Missing


class OrderRow(NamedTuple):
    """Times in ms; None: not yet. `receipt_ms`: the authority was told that it arrived (medians
    of the yearly report: `receipt_ms - received_ms`, `effect_ms - received_ms`). `clarified_ms`:
    what was missing was asked for. `told_ms`: the person concerned was told. `due_ms`: until when
    an effect is due; `stage`, `paused_ms`, `shifted_ms` as in `cases.deadlines.Deadline`."""

    id: str
    received_ms: int
    order: AuthorityOrder
    missing: tuple[Missing, ...]
    taken_by: str
    seq: int
    due_ms: int
    receipt_ms: int | None = None
    clarified_ms: int | None = None
    effect: Effect | None = None
    effect_ms: int | None = None
    answered_ms: int | None = None
    told_ms: int | None = None
    stage: int = 0
    paused_ms: int | None = None
    shifted_ms: int = 0


class LetterRow(NamedTuple):
    """`what`: receipt, clarification, effect. `text`: what was drafted for the authority."""

    order: str
    what: str
    text: str
    at_ms: int
    seq: int
    sent_ms: int | None = None


class DisputeRow(NamedTuple):
    """`seq`: the entry that says how it stands now."""

    id: str
    dispute: Dispute
    seq: int


class OrderTables(ABC):
    @abstractmethod
    def add(self, row: OrderRow) -> None: ...

    @abstractmethod
    def put(self, row: OrderRow) -> None:
        """How it stands now. What came in (`order`, `received_ms`) stays as it was."""

    @abstractmethod
    def get(self, id: str) -> OrderRow | None: ...

    @abstractmethod
    def received(self, from_ms: int, to_ms: int) -> list[OrderRow]:
        """Received in [from, to), in that order."""

    @abstractmethod
    def stood(self, as_of: int) -> list[OrderRow]:
        """Those that had come in at this size of the log, as they stood then, in the order of
        their coming."""

    @abstractmethod
    def open(self) -> list[OrderRow]:
        """Not answered, or whose person is not told yet; what is due first comes first."""

    @abstractmethod
    def add_measures(self, id: str, measures: Iterable[str]) -> None: ...

    @abstractmethod
    def measures(self, id: str) -> list[str]: ...

    @abstractmethod
    def add_letter(self, row: LetterRow) -> None: ...

    @abstractmethod
    def letters(self, id: str) -> list[LetterRow]: ...

    @abstractmethod
    def sent(self, id: str, seq: int, at_ms: int) -> None: ...

    @abstractmethod
    def put_dispute(self, row: DisputeRow) -> None: ...

    @abstractmethod
    def dispute(self, id: str) -> DisputeRow | None: ...

    @abstractmethod
    def disputes(self, from_day: str = "", to_day: str = "9999") -> list[DisputeRow]:
        """Submitted in [from, to), days as `YYYY-MM-DD`, in that order."""

    @abstractmethod
    def disputes_stood(self, as_of: int) -> list[DisputeRow]:
        """Those that were known at this size of the log, as they stood then, by their day."""
