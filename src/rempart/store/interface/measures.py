"""Tables of measures, and of their deliveries to connectors.

Times and pages as in `store.interface.stream`, of which they are a part.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

from rempart.model import Measure, MeasureKind, MeasureState


class MeasureRow(NamedTuple):
    """`measure.state` is the state now. `case`: the case it was bound to. `ended_by`: `lease`, or
    the id of the person or decision that undid it. `seq` and `ended_seq` are log entries."""

    measure: Measure
    seq: int
    case: str | None
    ended_ms: int | None
    ended_by: str | None
    ended_seq: int | None


class DeliveryRow(NamedTuple):
    """One measure on its way to one connector. `operation`: `apply` or `undo`; `state`: `pending`,
    `done` or `failed` (given up: the measure is shown as not applied)."""

    id: int
    measure: str
    connector: str
    operation: str
    state: str
    attempts: int
    next_at_ms: int
    detail: str
    updated_ms: int


class MeasureTables(ABC):
    undone: list[Measure]
    """Measures that a person undid in this transaction; `taken` those that the planner may not
    know: the engine reads them so that its memory agrees with the tables."""
    taken: list[Measure]

    # -- measures ----------------------------------------------------------------------------

    @abstractmethod
    def add_measures(self, measures: Sequence[Measure], seqs: Sequence[int]) -> None:
        """`seqs[i]` is the log entry of `measures[i]`. A known id is left as it is. Those that the
        planner may not know (a person's, and lock-outs, which deadlines and reports cause too) are
        `taken`."""

    @abstractmethod
    def parts_of(self, ids: Sequence[str]) -> list[str]:
        """Active measures that are part of these, directly."""

    @abstractmethod
    def measure(self, id: str) -> MeasureRow | None: ...

    @abstractmethod
    def measures(
        self,
        *,
        ids: Sequence[str] | None = None,
        raid: str | None = None,
        case: str | None = None,
        kinds: Sequence[MeasureKind] | None = None,
        active: bool = False,
        within: Sequence[str] | None = None,
        limit: int = 1_000,
        offset: int = 0,
    ) -> list[MeasureRow]:
        """Newest first; conditions are joined by *and*."""

    @abstractmethod
    def measures_on(
        self, platform: str, channel: str, *, message: str | None = None, account: str | None = None
    ) -> list[MeasureRow]:
        """Measures whose cause is this message, or that touch this account, in this channel."""

    @abstractmethod
    def rule_record(self, rule: str, window_ms: int, after: int) -> tuple[int, int]:
        """How many measures this rule called for, alarms and parts of others apart, within
        `window_ms` before its newest one and told after the entry `after`; and how many of them
        people undid."""

    @abstractmethod
    def bind_measures(self, ids: Sequence[str], case: str) -> None: ...

    @abstractmethod
    def end_measures(
        self, ids: Sequence[str], state: MeasureState, *, seq: int, at_ms: int, by: str
    ) -> list[MeasureRow]:
        """Those of them that were active are now undone, expired or not applied; returns them.
        `seq` is the log entry that tells it.
        Whatever a connector was told of them is queued to be taken back (`undo`), and deliveries
        still waiting to apply them are dropped."""

    @abstractmethod
    def due_measures(self, now_ms: int, limit: int = 1_000) -> list[MeasureRow]:
        """Active measures whose lease is over."""

    # -- deliveries --------------------------------------------------------------------------

    @abstractmethod
    def queue_deliveries(
        self, measures: Sequence[str], connector: str, operation: str, at_ms: int
    ) -> None:
        """Once per measure, connector and operation; a repeat is left as it is."""

    @abstractmethod
    def due_deliveries(
        self,
        now_ms: int,
        limit: int = 100,
        *,
        connector: str | None = None,
        without: Sequence[str] = (),
    ) -> list[DeliveryRow]:
        """Pending ones whose time has come: measures before statements of reasons, then the oldest
        first; an `undo` never before its `apply`. `connector`: those to it alone; `without`: none
        to these."""

    @abstractmethod
    def settle_delivery(
        self, id: int, *, state: str, detail: str, at_ms: int, next_at_ms: int | None = None
    ) -> bool:
        """After an attempt: `pending` with a next time, `done`, or `failed`. False: it was dropped
        during the attempt, since its measure ended before anybody had noted that it was tried."""

    @abstractmethod
    def failed_deliveries(self, since_ms: int, limit: int = 100) -> list[DeliveryRow]:
        """Given up since then, newest first: their measures are not applied."""

    @abstractmethod
    def not_applied(self) -> dict[str, int]:
        """By connector: measures in force whose delivery was given up."""

    @abstractmethod
    def deliveries(self, measures: Sequence[str]) -> list[DeliveryRow]: ...
