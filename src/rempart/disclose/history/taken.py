"""Words for what was taken from a history after the moment it is read as of. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rempart.store.interface.taken import TakenRow

MOST_NAMED: Final = 20


def entries_of(rows: Sequence[TakenRow]) -> str:
    """The entries that say it, the first ones when there are many."""
    named = ", ".join(str(row.seq) for row in rows[:MOST_NAMED])
    return named if len(rows) <= MOST_NAMED else f"{named} …"
