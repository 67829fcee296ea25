"""Per minute and channel: what the chart shows, and the digest that the live pages show.

Distinct authors of a minute are counted with the last minutes' names in memory; after a restart
inside a minute somebody may be counted twice in it. Nothing else here is approximate.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from rempart.model import Message, Outcome
from rempart.store.interface import Tables
from rempart.store.interface.stream import FLAGGED, MessageRow, MinuteRow

MINUTE_MS = 60_000
MINUTES_KEPT = 2_000
SHOWN = 12
SHOWN_FLAGGED = 24
SHOWN_CHARACTERS = 300

_Minute = tuple[str, str, int]
_Channel = tuple[str, str]


class Rollup:
    def __init__(self) -> None:
        self._authors: OrderedDict[_Minute, set[str]] = OrderedDict()
        self._step: dict[_Minute, list[int]] = {}
        self._step_authors: dict[_Minute, set[str]] = {}
        self._shown: dict[_Channel, _Digest] = {}
        self._step_shown: list[tuple[MessageRow, Message, Outcome | None]] = []

    # -- inside the transaction --------------------------------------------------------------

    def take(self, row: MessageRow, message: Message, outcome: Outcome | None) -> None:
        minute = (row.platform, row.channel, row.sent_at_ms // MINUTE_MS * MINUTE_MS)
        counts = self._step.get(minute)
        if counts is None:
            counts = self._step[minute] = [0, 0, 0, 0]
            self._step_authors[minute] = set()
        counts[0] += 1
        self._step_authors[minute].add(row.author)
        if outcome is not None:
            held = row.verdict != "allow"
            counts[1] += held
            counts[2] += held or row.abuse >= FLAGGED
            counts[3] += row.raid is not None
        self._step_shown.append((row, message, outcome))

    def write(self, tables: Tables) -> None:
        if self._step:
            tables.stream.add_minutes(
                [
                    MinuteRow._make((*minute, *counts, self._new_authors(minute)))
                    for minute, counts in self._step.items()
                ]
            )

    def _new_authors(self, minute: _Minute) -> int:
        return len(self._step_authors[minute] - self._authors.get(minute, set()))

    # -- after it ----------------------------------------------------------------------------

    def committed(self) -> None:
        for minute, authors in self._step_authors.items():
            self._authors.setdefault(minute, set()).update(authors)
            self._authors.move_to_end(minute)
        while len(self._authors) > MINUTES_KEPT:
            self._authors.popitem(last=False)
        for row, message, outcome in self._step_shown:
            place = (row.platform, row.channel)
            digest = self._shown.get(place)
            if digest is None:
                digest = self._shown[place] = _Digest()
            digest.take(row, message, outcome)
        self.failed()

    def failed(self) -> None:
        self._step, self._step_authors, self._step_shown = {}, {}, []

    def digests(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Platform, channel and what happened there since the last call."""
        shown, self._shown = self._shown, {}
        return [(*place, digest.data()) for place, digest in shown.items()]


class _Digest:
    """Counts, the last messages and the last flagged ones of one channel."""

    def __init__(self) -> None:
        self.counts = [0, 0, 0, 0]
        self.last: list[tuple[MessageRow, Message, Outcome | None]] = []
        self.flagged: list[tuple[MessageRow, Message, Outcome | None]] = []

    def take(self, row: MessageRow, message: Message, outcome: Outcome | None) -> None:
        self.counts[0] += 1
        held = row.verdict != "allow"
        stands_out = held or row.abuse >= FLAGGED
        self.counts[1] += held
        self.counts[2] += stands_out
        self.counts[3] += row.raid is not None
        kept, limit = (self.flagged, SHOWN_FLAGGED) if stands_out else (self.last, SHOWN)
        kept.append((row, message, outcome))
        if len(kept) > 4 * limit:
            del kept[:-limit]

    def data(self) -> dict[str, Any]:
        rows = [*self.last[-SHOWN:], *self.flagged[-SHOWN_FLAGGED:]]
        rows.sort(key=lambda entry: entry[0].seq)
        names = ("messages", "held", "flagged", "raid")
        return {
            **dict(zip(names, self.counts, strict=True)),
            "shown": [_shown(row, message, outcome) for row, message, outcome in rows],
        }


def _shown(row: MessageRow, message: Message, outcome: Outcome | None) -> dict[str, Any]:
    """One message as the live page shows it. The words of a private message are not shown."""
    return {
        "seq": row.seq,
        "id": row.id,
        "author": row.author,
        "name": row.author_name,
        "text": None if message.private else message.text[:SHOWN_CHARACTERS],
        "at": row.sent_at_ms,
        "target": row.target,
        "verdict": row.verdict,
        "abuse": row.abuse / 1000,
        "labels": {} if outcome is None else dict(outcome.labels),
        "raid": row.raid,
    }
