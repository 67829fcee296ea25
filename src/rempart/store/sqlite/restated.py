"""What an erasure has said anew, for readings as of a size of the log (ADR 47).

Rows point to the newest entry that says them. As of an older size they were there all the same, and
lie where the first one lay: an erasure of words changes no count.
"""

from __future__ import annotations

import apsw
import numpy as np

from rempart.store.interface.history import Numbers


def stood(column: str) -> str:
    """SQL: whether what this entry says was there as of `:as_of`. NULL: there is no such entry."""
    return f"(+{column} < :as_of OR {column} IN (SELECT seq FROM restated WHERE first < :as_of))"


def first(column: str) -> str:
    """SQL: the entry that said it first. `column` with its table: both have a `seq`."""
    return f"coalesce((SELECT first FROM restated WHERE seq = {column}), {column})"


class Firsts:
    """The same for many entries at once."""

    def __init__(self, db: apsw.Connection) -> None:
        pairs = np.array(list(db.execute("SELECT seq, first FROM restated ORDER BY seq")), np.int64)
        self._anew, self._first = pairs.reshape(-1, 2).T

    def of(self, entries: Numbers) -> Numbers:
        if not len(self._anew):
            return entries
        place = np.searchsorted(self._anew, entries).clip(max=len(self._anew) - 1)
        return np.where(self._anew[place] == entries, self._first[place], entries)
