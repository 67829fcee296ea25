"""Reads the history as of a size of the log: the columns, and what people declared beside them."""

from __future__ import annotations

from typing import NamedTuple

from rempart.cases.dated import Said, history
from rempart.store.interface import Tables
from rempart.store.interface.history import Columns
from rempart.store.interface.misuse import SuspensionRow
from rempart.store.interface.orders import DisputeRow, OrderRow

_FOREVER = 2**62


class Declared(NamedTuple):
    """What nobody counted but somebody told: orders of authorities, disputes before certified
    bodies, suspended sources of notices and complaints, dated settings. Small; one object each."""

    orders: tuple[OrderRow, ...] = ()
    disputes: tuple[DisputeRow, ...] = ()
    suspensions: tuple[SuspensionRow, ...] = ()
    said: tuple[Said, ...] = ()


class History(NamedTuple):
    """`as_of`: the size of the log it was read at."""

    as_of: int
    columns: Columns
    declared: Declared


def read_history(tables: Tables, as_of: int | None = None) -> History:
    """Everything, in the moment of `tables`. `as_of` None: as of now. How an order or a dispute
    stands is as it stands now, when it had come in by then: their steps have no row of their own.
    """
    size = tables.log.size()
    as_of = size if as_of is None else min(as_of, size)
    declared = Declared(
        tuple(row for row in tables.orders.received(0, _FOREVER) if row.seq < as_of),
        tuple(row for row in tables.orders.disputes() if row.seq < as_of),
        tuple(row for row in tables.misuse.begun(0, _FOREVER) if row.seq < as_of),
        tuple(history(tables, before_seq=as_of)),
    )
    return History(as_of, tables.history.read(as_of), declared)
