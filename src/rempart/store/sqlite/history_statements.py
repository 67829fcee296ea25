"""Statements of reasons made into columns: what is counted of each stands in its record alone.

A million records are opened for one report. So only fields that are counted are decoded, words of
a closed list are no new strings, the words of a record get one number together, and columns of
single words are made from these numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from rempart.model import MeasureKind, message_key
from rempart.store.interface.history import (
    NONE,
    Coded,
    Flags,
    MeasureColumns,
    Numbers,
    Positions,
    StatementColumns,
)
from rempart.store.sqlite.columns import Codes, Column, Ids

Strikes = Mapping[tuple[str, str], Sequence[tuple[int, int]]]
"""When strikes against an account (`platform`, `account`) were in force: from, until."""

# The values of the enumerations of the model: a test compares them. Not these themselves, because
# their hash is a function in Python, which would be called for each word of each statement.
Kind = Literal[
    "hold", "hide", "remove", "mute", "time_out", "slow_mode", "members_only", "link_block",
    "shield", "lock_out", "suspend", "reply_stop", "alarm",
]  # fmt: skip
Scope = Literal["message", "account", "channel", "target"]
Ground = Literal["law", "terms", "none"]
Source = Literal["notice", "trusted_flagger", "order", "own_initiative"]
Automated = Literal["fully", "partially", "not"]


class _Said(msgspec.Struct, frozen=True, gc=False):
    """What is counted of a statement."""

    platform: str
    account: str
    kind: Kind
    scope: Scope
    harm: str
    ground: Ground
    source: Source
    automated_detection: bool
    automated_decision: Automated
    rule: str = ""
    message: str | None = None
    ends: bool = False


_decode = msgspec.json.Decoder(_Said).decode
_Words = tuple[str, str, str, str, str, str, str, bool, bool]
_WORDS: Final[Callable[[_Said], _Words]] = attrgetter(
    "kind", "scope", "harm", "ground", "source", "rule", "automated_decision",
    "automated_detection", "ends",
)  # fmt: skip
_DETECTED, _ENDS = 7, 8
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
        self._again = Column(np.bool_, room)
        self._words: Codes[_Words] = Codes(room=room)
        self._suspends = Column(np.bool_)
        self._noted = np.zeros(len(measures), np.bool_)
        self.restricted: Numbers = np.full(len(keys), NONE, np.int64)
        """For each key, when a statement first restricted the message."""

    def take(self, columns: Sequence[tuple[Any, ...]]) -> None:
        """`columns`: number, seq, made_ms, measure, decision, record."""
        number, seq, times, measures, decisions, records = columns
        count = len(number)
        said = list(map(_decode, records))
        places = self._measures.need(measures)
        self._number.take(number, count)
        self._seq.take(seq, count)
        self._made.take(times, count)
        self._measure.add(places)
        self._decision.add(self._decisions.find(decisions))
        again = self._suspending(self._words.take(map(_WORDS, said), count))
        for row in np.flatnonzero(again).tolist():
            again[row] = self._repeats(said[row], times[row])
        self._again.add(again)
        if len(self._keys):
            self._note_restricted(said, places, np.array(times, np.int64))

    def _suspending(self, codes: Positions) -> Flags:
        """Which of these statements suspend somebody; the words of each have one code."""
        new = self._words.names(len(self._suspends.done()))
        self._suspends.add([words[0] == _SUSPEND for words in new])
        suspends: Flags = self._suspends.done()[codes]
        return suspends

    def _repeats(self, one: _Said, at: int) -> bool:
        """The account had a strike in force."""
        strikes = self._strikes.get((one.platform, one.account), ())
        return any(begin < at < end for begin, end in strikes)

    def _note_restricted(self, said: Sequence[_Said], places: Positions, times: Numbers) -> None:
        """A message is looked for once for each measure: with its first statement."""
        rows: list[int] = []
        keys: list[bytes] = []
        for row in np.flatnonzero(~self._noted[places]).tolist():
            one = said[row]
            if one.message is not None and not one.ends:
                rows.append(row)
                keys.append(message_key(one.platform, one.message))
        self._noted[places[rows]] = True
        seen, at = self._keys.find(keys), times[rows]
        new = (seen != NONE) & (self.restricted[seen] == NONE)
        # The first of several is written last, and stays.
        self.restricted[seen[new][::-1]] = at[new][::-1]

    def done(self, measures: MeasureColumns) -> StatementColumns:
        places = self._measure.done()
        imposes = np.zeros(len(places), np.bool_)
        imposes[np.unique(places, return_index=True)[1]] = True
        words = self._words
        kind, scope, harm, ground, source, rule, how = (_part(words, part) for part in range(7))
        ends = _flag(words, _ENDS)
        return StatementColumns(
            self._number.done(), self._seq.done(), self._made.done(), measures.from_ms[places],
            places, self._decision.done(), measures.case[places], kind, scope, harm, ground,
            source, rule, _flag(words, _DETECTED), how, ends, imposes & ~ends, self._again.done(),
        )  # fmt: skip


def _part(whole: Codes[_Words], part: int) -> Coded:
    """One column of words out of a column of tuples."""
    codes: dict[str, int] = {}
    table = [codes.setdefault(str(name[part]), len(codes)) for name in whole.names()]
    own: NDArray[np.int32] = np.array(table, np.int32)[whole.codes()]
    return Coded(own, tuple(codes))


def _flag(whole: Codes[_Words], part: int) -> Flags:
    """One column of flags."""
    table = np.array([name[part] for name in whole.names()], np.bool_)
    return table[whole.codes()]
