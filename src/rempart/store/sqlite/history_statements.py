"""Statements of reasons made into columns, by what is counted of each (`counted`).

A million of them are read for one report, so no record is opened: the words of a statement have one
number together, and columns of single words are made from these numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rempart.errors import StoreError
from rempart.model import MeasureKind
from rempart.store.interface.history import (
    NONE,
    Coded,
    Flags,
    MeasureColumns,
    Numbers,
    StatementColumns,
)
from rempart.store.sqlite.columns import Codes, Column, Ids
from rempart.store.sqlite.counted import Counted

_SUSPEND: Final = MeasureKind.SUSPEND.value


class Statements:
    """Takes statements in order of their number. `known`: words by their code; `keys`: messages
    whose views were told; `room`: so many statements there are at most."""

    def __init__(
        self, known: Mapping[int, Counted], measures: Ids, decisions: Ids, keys: Ids, room: int
    ) -> None:
        self._known = known
        self._measures = measures
        self._decisions = decisions
        self._keys = keys
        self._number, self._seq, self._made = (Column(room=room) for _ in range(3))
        self._measure, self._decision = (Column(np.int32, room) for _ in range(2))
        self._words: Codes[int] = Codes(room=room)
        self._ends = Column(np.bool_)
        self.restricted: Numbers = np.full(len(keys), NONE, np.int64)
        """For each key, when a statement first restricted the message."""

    def take(self, columns: Sequence[tuple[Any, ...]]) -> None:
        """`columns`: number, seq, made_ms, measure, decision, key, words. StoreError: nobody has
        counted one of them yet."""
        number, seq, times, measures, decisions, keys, words = columns
        count = len(number)
        self._number.take(number, count)
        self._seq.take(seq, count)
        self._made.take(times, count)
        self._measure.add(self._measures.need(measures))
        self._decision.add(self._decisions.find(decisions))
        codes = self._words.take(words, count)
        new = self._words.names(len(self._ends.done()))
        if None in new:
            raise StoreError(
                "a statement of an earlier version is not counted yet",
                where=f"statement {number[words.index(None)]}",
                next_step="start the service once (rempart serve): it counts them, and says which "
                "it cannot",
            )
        self._ends.add([self._known[code].ends for code in new])
        if len(self._keys):
            self._note_restricted(keys, self._ends.done()[codes], np.array(times, np.int64))

    def _note_restricted(self, keys: Sequence[bytes | None], ends: Flags, times: Numbers) -> None:
        seen = self._keys.find(keys)
        new = (seen != NONE) & ~ends
        new[new] = self.restricted[seen[new]] == NONE
        # The first of several is written last, and stays.
        self.restricted[seen[new][::-1]] = times[new][::-1]

    def suspending(self) -> Numbers:
        """Numbers of those that suspend somebody."""
        numbers: Numbers = self._number.done()[self._part("kind").is_(_SUSPEND)]
        return numbers

    def done(self, measures: MeasureColumns, again: Numbers) -> StatementColumns:
        """`again`: numbers of those that suspend somebody who had a strike in force."""
        number, places = self._number.done(), self._measure.done()
        imposes = np.zeros(len(places), np.bool_)
        imposes[np.unique(places, return_index=True)[1]] = True
        part, ends = self._part, self._flag("ends")
        return StatementColumns(
            number, self._seq.done(), self._made.done(), measures.from_ms[places], places,
            self._decision.done(), measures.case[places], part("kind"), part("scope"),
            part("harm"), part("ground"), part("source"), part("rule"),
            self._flag("automated_detection"), part("automated_decision"), ends, imposes & ~ends,
            np.isin(number, again),
        )  # fmt: skip

    def _part(self, name: str) -> Coded:
        """One column of words."""
        codes: dict[str, int] = {}
        table = [codes.setdefault(each, len(codes)) for each in self._each(name)]
        own: NDArray[np.int32] = np.array(table, np.int32)[self._words.codes()]
        return Coded(own, tuple(codes))

    def _flag(self, name: str) -> Flags:
        """One column of flags."""
        flags: Flags = np.array(self._each(name), np.bool_)[self._words.codes()]
        return flags

    def _each(self, name: str) -> list[Any]:
        """By the code of this read."""
        return [getattr(self._known[code], name) for code in self._words.names()]
