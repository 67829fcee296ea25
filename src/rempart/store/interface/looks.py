"""Tables of second looks, of what waits for a second person, of golden items and of notes.

What they promise: a second look is decided once, and by nobody who made the decision it is about; a
proposal is confirmed or refused by somebody else than who made it. Both are constraints of the
schema, so that no way around the code leads past them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

from rempart.model import LookState, SecondLook


class ProposalRow(NamedTuple):
    """`what`: `decision`, `unseal` or `export`; `request`: its JSON; `state`: open, confirmed,
    refused or withdrawn."""

    id: str
    case: str
    what: str
    request: bytes
    proposed_by: str
    proposed_ms: int
    seq: int
    state: str = "open"
    closed_by: str | None = None
    closed_ms: int | None = None


class NoteRow(NamedTuple):
    """`seen_by`: everyone (the reporters too), team, myself. Its words are in the log's body."""

    id: str
    case: str
    author: str
    seen_by: str
    at_ms: int
    seq: int


class GoldenRow(NamedTuple):
    """`outcome`: the right answer, `no_violation` or `act`. Its text is in the log's body."""

    id: str
    harm: str
    outcome: str
    added_by: str
    added_ms: int
    retired_ms: int | None
    seq: int


class GoldenScore(NamedTuple):
    """How many known-answer items a person met, and how many they answered right."""

    person: str
    met: int
    right: int


class LookTables(ABC):
    # -- appeals and second looks ----------------------------------------------------------------

    @abstractmethod
    def insert(self, look: SecondLook, seq: int, source: bytes | None = None) -> None:
        """`source`: who appeals, as far as told apart. ConflictError when this was asked
        already."""

    @abstractmethod
    def get(self, look: str) -> SecondLook | None: ...

    @abstractmethod
    def of_own_case(self, case: str) -> SecondLook | None:
        """The second look whose case in the queue this is."""

    @abstractmethod
    def of_case(self, case: str) -> list[SecondLook]:
        """All that were asked about a case's decisions, oldest first."""

    @abstractmethod
    def of_report(self, report: str) -> list[SecondLook]: ...

    @abstractmethod
    def of_statement(self, statement: str) -> SecondLook | None: ...

    @abstractmethod
    def page(self, state: LookState | None, limit: int, offset: int = 0) -> list[SecondLook]:
        """The earliest due first."""

    @abstractmethod
    def close(self, look: SecondLook, seq: int) -> None:
        """Writes its state, who decided, reason and answer; `seq`: the entry that says so.
        ConflictError when it was decided, or when this person made the decision it is about."""

    # -- four eyes -------------------------------------------------------------------------------

    @abstractmethod
    def propose(self, row: ProposalRow) -> None: ...

    @abstractmethod
    def proposal(self, id: str) -> ProposalRow | None: ...

    @abstractmethod
    def proposals(self, case: str, *, waiting: bool = False) -> list[ProposalRow]:
        """Oldest first; `waiting`: only those that nobody has answered."""

    @abstractmethod
    def waiting(self, most: int) -> list[ProposalRow]:
        """The oldest that nobody has answered, of all cases."""

    @abstractmethod
    def close_proposal(self, id: str, state: str, by: str, at_ms: int) -> None:
        """ConflictError when it is closed, or when `by` is who proposed it and confirms."""

    # -- notes and golden items ------------------------------------------------------------------

    @abstractmethod
    def add_note(self, row: NoteRow) -> None: ...

    @abstractmethod
    def notes(self, case: str) -> list[NoteRow]: ...

    @abstractmethod
    def add_golden(self, row: GoldenRow) -> None: ...

    @abstractmethod
    def golden(self, id: str) -> GoldenRow | None: ...

    @abstractmethod
    def unmet_golden(self, person: str) -> list[GoldenRow]:
        """Those in use that this person has not answered."""

    @abstractmethod
    def answer_golden(
        self, item: str, person: str, outcome: str, *, correct: bool, at_ms: int, seq: int
    ) -> None: ...

    @abstractmethod
    def golden_scores(self) -> list[GoldenScore]: ...

    @abstractmethod
    def golden_outcomes(self, person: str) -> Sequence[tuple[str, bool]]:
        """(item, whether it was right) in the order they were met."""
