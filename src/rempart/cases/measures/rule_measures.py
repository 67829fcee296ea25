"""What the community's rules did: the measures that stand because of a version, taken back at once.

Of a version are the measures that one of its rules called for since it first went live: those of
the same rule under an earlier version, which may be in force again, stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rempart.cases.measures.undo import undo_measures
from rempart.model import Measure
from rempart.store.interface import Tables
from rempart.store.interface.measures import MeasureRow
from rempart.store.interface.versions import VersionKind, VersionState

_PAGE = 1_000


def active_measures(tables: Tables) -> Iterator[MeasureRow]:
    """Every measure that is on, newest first."""
    at = 0
    while True:
        rows = tables.stream.measures(active=True, limit=_PAGE, offset=at)
        yield from rows
        if len(rows) < _PAGE:
            return
        at += _PAGE


def measures_of_version(
    tables: Tables,
    version: str,
    rules: frozenset[str],
    active: Iterable[MeasureRow] | None = None,
) -> list[MeasureRow]:
    """What is on because of `rules` since this version of them first went live, newest first.
    `active`: all measures that are on, when somebody has read them already."""
    moves = tables.versions.moves(VersionKind.RULES, version)
    since = next((move.seq for move in moves if move.state is VersionState.LIVE), None)
    if since is None:
        return []
    found = active_measures(tables) if active is None else active
    return [row for row in found if row.measure.rule in rules and row.seq > since]


def undo_version(
    tables: Tables, version: str, rules: frozenset[str], by: str, at_ms: int
) -> list[Measure]:
    """Takes all of it back, as one entry; returns the measures that were still active."""
    ids = [row.measure.id for row in measures_of_version(tables, version, rules)]
    return undo_measures(tables, ids, by, at_ms)
