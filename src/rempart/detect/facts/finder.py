"""Finds protected facts in messages to their targets.

Rules of this module:

1. Pure: the table is given, nothing is kept. Only messages that hit the fact's target are looked
   at.
2. A word must begin and end where the fact does ("Martin Roy" is not in "martin royal"); a long
   form may also be glued to others. In front of a number the prefixes of dialling may stand.
3. What was found says whose fact it is and which, for the target alone. It is no signal: nothing of
   it reaches an outcome, unless the target chose so (`Fact.everyone`).
4. Of one message each fact is told once; a message is looked at up to its first 64 K characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from rempart.detect.facts.stream import Compact, compact, joined_texts
from rempart.detect.facts.table import Candidate, FactTable, is_form
from rempart.model import Message

_GLUED: Final = 12
"""From so many characters on a form is found inside longer words too."""
_PREFIX: Final = 4
_MOST_TRIES: Final = 2_000
"""Confirmations per message and fact, for texts that repeat what proposes."""


class FactMatch(NamedTuple):
    """The message at `position` holds this fact of `target`; `fact` empty: its sender is locked out
    for the target. `everyone`: the target chose that it is held for everybody."""

    position: int
    target: str
    fact: str
    everyone: bool = False


class FactFinder:
    def __init__(self, table: FactTable) -> None:
        self.table = table

    def find(self, messages: Sequence[Message], folds: Sequence[str]) -> list[FactMatch]:
        """In order of the messages."""
        names_of = self.table.names_of
        rows = [
            (index, names) for index, message in enumerate(messages) if (names := names_of(message))
        ]
        if not rows:
            return []
        text, starts = joined_texts([folds[index] for index, _ in rows])
        stream = compact(text)
        owners: dict[tuple[int, str], FactMatch] = {}
        hashes = self.table.hash.windows(stream.codes)
        tried: dict[tuple[int, str], int] = {}
        for window, look in self.table.looks.items():
            if window not in hashes:
                continue
            for place in look.places(hashes[window]).tolist():
                for candidate in self.table.proposed.get(int(hashes[window][place]), ()):
                    if candidate.entry.window != window:
                        continue
                    row = int(np.searchsorted(starts, stream.places[place], "right")) - 1
                    index, names = rows[row]
                    fact = candidate.fact
                    known = (index, fact.id)
                    if fact.target not in names or known in owners:
                        continue
                    tried[known] = tried.get(known, 0) + 1
                    if tried[known] <= _MOST_TRIES and _is_there(stream, place, candidate):
                        owners[known] = FactMatch(index, fact.target, fact.id, fact.everyone)
        return [owners[key] for key in sorted(owners)]


def _is_there(stream: Compact, place: int, candidate: Candidate) -> bool:
    entry = candidate.entry
    end = place + entry.length
    if end > len(stream.codes) or not _stands_alone(stream, place, end, entry.number):
        return False
    form = "".join(map(chr, stream.codes[place:end].tolist()))
    return is_form(candidate, form)


def _stands_alone(stream: Compact, start: int, end: int, number: bool) -> bool:
    gaps = stream.gaps
    behind = end == len(gaps) or gaps[end] > gaps[end - 1]
    if number:
        if not behind and stream.is_digit[end]:
            return False
        first = start
        while first and gaps[first] == gaps[first - 1] and stream.is_digit[first - 1]:
            first -= 1
            if start - first > _PREFIX:
                return False
        return True
    if end - start >= _GLUED:
        return True
    return bool(behind and (start == 0 or gaps[start] > gaps[start - 1]))
