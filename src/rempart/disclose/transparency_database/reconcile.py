"""Whether every restriction has exactly one statement in the database, or one recorded exemption.

Counted from the tables as they are, not from what anybody believes was sent: every measure that the
ladder calls a restriction, its statement or exemption, and its row of the outbox. One row per
restriction and database is a unique index; *lost* are those that were read past and have no row.
"""

from __future__ import annotations

import msgspec

from rempart.store.interface import Tables
from rempart.store.interface.feed import Database, FeedState

_NAMED = 1_000


class Reconciled(msgspec.Struct, frozen=True):
    """`restrictions` = `exempt` + `sent` + `open` + `unread` + `unstated`, else it does not
    reconcile. `unstated`, `lost`: ids of measures that must not be. Without a database all of them
    are `unread`: nothing is sent."""

    restrictions: int
    exempt: int
    sent: int
    open: int
    unread: int
    unstated: list[str]
    lost: list[str]
    holds: bool


def reconcile(tables: Tables, database: Database | None) -> Reconciled:
    restrictions = tables.statements.restrictions()
    unstated = [one.measure for one in tables.statements.unstated(_NAMED)]
    exempt = tables.statements.exempted()
    counts: dict[FeedState, int] = {}
    lost: list[str] = []
    unread = restrictions - exempt - len(unstated)
    if database is not None:
        counts = tables.feed.counts(database)
        lost = tables.feed.lost(database, _NAMED)
        unread = tables.feed.unread(database) - len(lost)
    sent = counts.get(FeedState.SENT, 0)
    going = sum(n for state, n in counts.items() if state not in _CLOSED)
    summed = exempt + sent + going + unread + len(unstated) + len(lost)
    holds = not unstated and not lost and summed == restrictions
    return Reconciled(restrictions, exempt, sent, going, unread, unstated, lost, holds)


_CLOSED = frozenset({FeedState.SENT, FeedState.EXEMPT})
