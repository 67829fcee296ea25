"""Reads the history as of a size of the log: the columns, and what people declared beside them."""

from __future__ import annotations

from typing import NamedTuple

from rempart.cases.dated import Said, history
from rempart.store.interface import Tables
from rempart.store.interface.history import Columns
from rempart.store.interface.misuse import SuspensionRow, WarningRow
from rempart.store.interface.orders import DisputeRow, OrderRow
from rempart.store.interface.taken import Before, TakenRow

_FOREVER = 2**62


class Declared(NamedTuple):
    """What nobody counted but somebody told: orders of authorities, disputes before certified
    bodies, sources of notices and complaints that were suspended or warned, dated settings. Small;
    one object each."""

    orders: tuple[OrderRow, ...] = ()
    disputes: tuple[DisputeRow, ...] = ()
    suspensions: tuple[SuspensionRow, ...] = ()
    warnings: tuple[WarningRow, ...] = ()
    said: tuple[Said, ...] = ()


class History(NamedTuple):
    """`as_of`: the size of the log it was read at. `taken`: what an erasure or the end of a
    retention took from it since then. `before`: what counts as having always stood so."""

    as_of: int
    columns: Columns
    declared: Declared
    taken: tuple[TakenRow, ...] = ()
    before: Before = Before()

    @property
    def erasures(self) -> list[TakenRow]:
        return [row for row in self.taken if row.kind == "erasure"]

    @property
    def expiries(self) -> list[TakenRow]:
        return [row for row in self.taken if row.kind == "retention"]


def read_history(tables: Tables, as_of: int | None = None) -> History:
    """Everything as of a size of the log (ADR 47). `as_of` None: as of now. Whatever is written
    later, the same size gives the same history; but for what an erasure or a retention takes, which
    it names."""
    size = tables.log.size()
    as_of = size if as_of is None else min(as_of, size)
    declared = Declared(
        tuple(tables.orders.stood(as_of)),
        tuple(tables.orders.disputes_stood(as_of)),
        tuple(_begun(row) for row in tables.misuse.begun(0, _FOREVER) if row.seq < as_of),
        tuple(row for row in tables.misuse.warnings() if row.seq < as_of),
        tuple(history(tables, before_seq=as_of)),
    )
    taken = tuple(tables.taken.since(as_of))
    return History(as_of, tables.history.read(as_of), declared, taken, tables.taken.before())


def _begun(row: SuspensionRow) -> SuspensionRow:
    """Without its early end, which is told nowhere and may have come later."""
    return row._replace(ended_ms=None)
