"""Four rules that people use today, run over the very same streams.

`rate`: one account, more than 20 messages in 30 s (a platform's own limit). `joins`: 10 first-time
authors in 10 s. `same`: one text (12 characters or more) by 5 authors in 60 s. `newcomers`: 5
first-time authors in 60 s of whom 3 were flagged; it names those first-time authors as members.
Alarms less than 10 minutes apart are one alarm.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rempart.detect.interface import EventObservation, Observation
from rempart.model import THRESHOLD

NAMES = ("rate", "joins", "same", "newcomers")
_MERGED_S = 600.0


class Alarm(NamedTuple):
    position: int
    at: float
    named: frozenset[str]


class Baselines:
    """Feed messages in order; `known` are the authors who wrote before."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.known = set(known)
        self.alarms: dict[str, list[Alarm]] = {name: [] for name in NAMES}
        self.named: set[str] = set()
        self._last = dict.fromkeys(NAMES, float("-inf"))
        self._own: dict[str, deque[float]] = {}
        self._joins: deque[float] = deque()
        self._same: dict[str, deque[tuple[float, str]]] = {}
        self._new: deque[tuple[float, str]] = deque()
        self._new_at: dict[str, float] = {}
        self._flagged: set[str] = set()
        self._swept = 0.0

    def run(self, rows: Sequence[Observation | EventObservation]) -> None:
        for row in rows:
            if isinstance(row, Observation):
                message = row.message
                self.feed(
                    row.position,
                    message.sent_at.timestamp(),
                    message.author.id,
                    message.text,
                    row.abuse >= THRESHOLD,
                )

    def feed(self, position: int, at: float, author: str, text: str, flagged: bool) -> None:
        own = self._own.setdefault(author, deque())
        own.append(at)
        while own[0] < at - 30:
            own.popleft()
        if len(own) > 20:
            self._alarm("rate", position, at)
        self._newcomer(position, at, author, flagged)
        if len(text) >= 12:
            self._duplicate(position, at, author, text)
        if at > self._swept + 120:
            self._sweep(at)

    def _newcomer(self, position: int, at: float, author: str, flagged: bool) -> None:
        if author not in self.known:
            self.known.add(author)
            self._joins.append(at)
            self._new.append((at, author))
            self._new_at[author] = at
        while self._joins and self._joins[0] < at - 10:
            self._joins.popleft()
        if len(self._joins) >= 10:
            self._alarm("joins", position, at)
        while self._new and self._new[0][0] < at - 60:
            gone = self._new.popleft()[1]
            self._new_at.pop(gone, None)
            self._flagged.discard(gone)
        if flagged and author in self._new_at:
            self._flagged.add(author)
        if len(self._new) >= 5 and len(self._flagged) >= 3:
            fresh = frozenset(name for _, name in self._new)
            self.named |= fresh
            self._alarm("newcomers", position, at, fresh)

    def _duplicate(self, position: int, at: float, author: str, text: str) -> None:
        uses = self._same.setdefault(text, deque())
        uses.append((at, author))
        while uses[0][0] < at - 60:
            uses.popleft()
        if len(uses) >= 5 and len(Counter(name for _, name in uses)) >= 5:
            self._alarm("same", position, at)

    def _alarm(
        self, name: str, position: int, at: float, named: frozenset[str] = frozenset()
    ) -> None:
        if at - self._last[name] > _MERGED_S:
            self.alarms[name].append(Alarm(position, at, named))
        self._last[name] = at

    def _sweep(self, at: float) -> None:
        self._swept = at
        for text in [text for text, uses in self._same.items() if uses[-1][0] < at - 60]:
            del self._same[text]
        for author in [name for name, own in self._own.items() if own[-1] < at - 30]:
            del self._own[author]
