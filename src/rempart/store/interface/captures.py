"""Table of pages captured on request (`cases.evidence.captures`). Times: integer ms, UTC."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final, NamedTuple

ASKED: Final = "asked"
TAKEN: Final = "taken"
FAILED: Final = "failed"


class CaptureRow(NamedTuple):
    """`seq`: the entry by which it was asked for; `done_seq`: what came of it;
    `proof_seq`: what its source's own signature says (`cases.evidence.source_proofs`)."""

    id: str
    case: str
    asked_by: str
    asked_ms: int
    state: str
    seq: int
    done_seq: int | None = None
    done_ms: int | None = None
    proof_seq: int | None = None


class CaptureTables(ABC):
    @abstractmethod
    def add(self, row: CaptureRow) -> None: ...

    @abstractmethod
    def end(self, id: str, state: str, seq: int, at_ms: int) -> bool:
        """False when it has ended already."""

    @abstractmethod
    def set_proof(self, id: str, seq: int) -> bool:
        """False when it has one already."""

    @abstractmethod
    def get(self, id: str) -> CaptureRow | None: ...

    @abstractmethod
    def of_case(self, case: str) -> list[CaptureRow]:
        """In the order in which they were asked for."""

    @abstractmethod
    def waiting(self, limit: int) -> list[CaptureRow]:
        """Oldest first."""
