"""Statements of reasons made into columns: what is counted of each stands in its record alone.

A million records are opened for one report. So only fields that are counted are decoded, the words
of a record get one number together, and columns of single words are made from these numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from rempart.model import MeasureKind, message_key
from rempart.store.interface.history import (
    NONE,
    Coded,
    MeasureColumns,
    Numbers,
    StatementColumns,
)
from rempart.store.sqlite.columns import Codes, Column, Ids

Strikes = Mapping[tuple[str, str], Sequence[tuple[int, int]]]
"""When strikes against an account (`platform`, `account`) were in force: from, until."""


class _Said(msgspec.Struct, frozen=True, gc=False):
    """What is counted of a statement."""

    measure: str
    platform: str
    channel: str
    account: str
    kind: str
    scope: str
    harm: str
    ground: str
    source: str
    automated_detection: bool
    automated_decision: str
    rule: str = ""
    message: str | None = None
    decision: str | None = None
    ends: bool = False


_decode = msgspec.json.Decoder(_Said).decode
_WORDS: Final[Callable[[_Said], tuple[str, ...]]] = attrgetter(
    "platform", "channel", "kind", "scope", "harm", "ground", "source", "rule", "automated_decision"
)
_ACCOUNT: Final[Callable[[_Said], tuple[str, str]]] = attrgetter("platform", "account")
_MEASURE: Final[Callable[[_Said], str]] = attrgetter("measure")
_DECISION: Final[Callable[[_Said], str | None]] = attrgetter("decision")
_DETECTED: Final[Callable[[_Said], bool]] = attrgetter("automated_detection")
_ENDS: Final[Callable[[_Said], bool]] = attrgetter("ends")
_SUSPEND: Final = MeasureKind.SUSPEND.value


class Statements:
    """Takes statements in order of their number. `keys`: messages whose views were told; `room`:
    so many statements there are at most."""

    def __init__(
        self, measures: Ids, decisions: Ids, keys: Ids, strikes: Strikes, room: int
    ) -> None:
        self._measures = measures
        self._decisions = decisions
        self._keys = keys
        self._strikes = strikes
        self._number, self._seq, self._made = (Column(room=room) for _ in range(3))
        self._measure, self._decision = (Column(np.int32, room) for _ in range(2))
        self._detected, self._ends, self._again = (Column(np.bool_, room) for _ in range(3))
        self._words: Codes[tuple[str, ...]] = Codes(room=room)
        self._accounts: Codes[tuple[str, str]] = Codes(room=room)
        self.restricted: Numbers = np.full(len(keys), NONE, np.int64)
        """For each key, when a statement first restricted the message."""

    def take(self, columns: Sequence[tuple[Any, ...]]) -> None:
        """`columns`: number, seq, made_ms, record."""
        number, seq, times, records = columns
        count = len(number)
        said = list(map(_decode, records))
        self._number.take(number, count)
        self._seq.take(seq, count)
        self._made.take(times, count)
        self._measure.add(self._measures.need(list(map(_MEASURE, said))))
        self._decision.add(self._decisions.find(list(map(_DECISION, said))))
        self._words.take(map(_WORDS, said), count)
        self._accounts.take(map(_ACCOUNT, said), count)
        self._detected.take(map(_DETECTED, said), count)
        self._ends.take(map(_ENDS, said), count)
        again = np.zeros(count, np.bool_)
        for row, one in enumerate(said):
            if one.kind == _SUSPEND:
                again[row] = self._repeats(one, times[row])
        self._again.add(again)
        if len(self._keys):
            self._note_restricted(said, np.array(times, np.int64))

    def _repeats(self, one: _Said, at: int) -> bool:
        """The account had a strike in force."""
        strikes = self._strikes.get((one.platform, one.account), ())
        return any(begin < at < end for begin, end in strikes)

    def _note_restricted(self, said: Sequence[_Said], times: Numbers) -> None:
        rows: list[int] = []
        keys: list[bytes] = []
        for row, one in enumerate(said):
            if one.message is not None and not one.ends:
                rows.append(row)
                keys.append(message_key(one.platform, one.message))
        seen, at = self._keys.find(keys), times[rows]
        new = (seen != NONE) & (self.restricted[seen] == NONE)
        # The first of several is written last, and stays.
        self.restricted[seen[new][::-1]] = at[new][::-1]

    def done(self, measures: MeasureColumns) -> StatementColumns:
        places = self._measure.done()
        imposes = np.zeros(len(places), np.bool_)
        imposes[np.unique(places, return_index=True)[1]] = True
        ended = self._ends.done()
        words = self._words
        place = _part(words, lambda name: f"{name[0]}/{name[1]}")
        kind, scope, harm, ground, source, rule, how = (
            _part(words, itemgetter(part)) for part in range(2, 9)
        )
        return StatementColumns(
            self._number.done(), self._seq.done(), self._made.done(), measures.from_ms[places],
            places, self._decision.done(), measures.case[places], place, self._accounts.codes(),
            kind, scope, harm, ground, source, rule, self._detected.done(), how, ended,
            imposes & ~ended, self._again.done(),
        )  # fmt: skip


def _part(whole: Codes[tuple[str, ...]], of: Callable[[tuple[str, ...]], str]) -> Coded:
    """One column of words out of a column of tuples."""
    codes: dict[str, int] = {}
    table = [codes.setdefault(of(name), len(codes)) for name in whole.names()]
    own: NDArray[np.int32] = np.array(table, np.int32)[whole.codes()]
    return Coded(own, tuple(codes))
