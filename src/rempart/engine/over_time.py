"""The operator with the long memory, fed in input order over all platforms and channels.

Rules kept here:

1. It gets what was flagged or touched by an attack, raids and bans; of a message without a signal
   nothing is even looked at, unless some target is under a campaign.
2. It runs once, in `Pipeline.conclude`: the number of processes and the cut into batches change
   nothing.
3. Private messages whose recipient did not ask for detection are never given to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Protocol

from rempart.detect.campaign.acts import Banned, Hostile, Row, Watched
from rempart.detect.campaign.campaigns import CampaignChange
from rempart.detect.campaign.operator import CampaignOperator
from rempart.detect.campaign.raids import target_key
from rempart.detect.interface import RaidChange, Touch
from rempart.engine.states import MOST_TARGETS, KeyedStates
from rempart.model import (
    ABUSE_LABELS,
    THRESHOLD,
    Campaign,
    Event,
    EventKind,
    Item,
    Label,
    Message,
    Raid,
    RaidKind,
    RaidStage,
    Signal,
)

_HARM = ABUSE_LABELS | {Label.BAD_LINK, Label.KNOWN_MEDIA}
_NOTED = _HARM | {Label.PERSONAL_DATA}
_key_of = lru_cache(maxsize=16_384)(target_key)


class Found(Protocol):
    """What is needed of an analysis."""

    signals: dict[int, list[Signal]]
    candidates: list[Any]


class LongMemory:
    """The states of all targets. `on`: keys with a slow attack or a campaign; `watched`: those of
    whom messages without a signal are looked at too."""

    def __init__(self, operator: CampaignOperator) -> None:
        self.operator = operator
        self.states: KeyedStates[Any] = KeyedStates(operator)
        self.on: set[str] = set()
        self.watched: set[str] = set()

    def restore(self) -> None:
        """After the states were put back, and `on` set."""
        self.watched = set()
        for key in sorted(self.on):
            state = self.states.take(key)
            self._note(key, state)
            self.states.put(key, state)

    def open_raids(self) -> list[Raid]:
        return [raid for key in sorted(self.on) for raid in self._peek(key, "open_raids")]

    def campaigns(self) -> list[Campaign]:
        return [one for key in sorted(self.on) for one in self._peek(key, "campaigns")]

    def _peek(self, key: str, what: str) -> list[Any]:
        state = self.states.take(key)
        found: list[Any] = getattr(self.operator, what)(state)
        self.states.put(key, state)
        return found

    def _note(self, key: str, state: Any) -> None:
        (self.on.add if self.operator.is_on(state) else self.on.discard)(key)
        (self.watched.add if self.operator.is_watching(state) else self.watched.discard)(key)

    def step(
        self,
        items: Sequence[Item],
        analysis: Found,
        touches: dict[int, list[Touch]],
        changes: list[RaidChange],
        is_open: Callable[[Message], bool],
    ) -> tuple[dict[int, list[Touch]], list[RaidChange], list[CampaignChange]]:
        """Touches and raids with those of slow attacks among them, and what campaigns became."""
        rows = _rows(items, analysis, touches, changes)
        if not rows and not self.watched:
            return touches, changes, []
        keys = dict.fromkeys(rows)
        if self.watched:
            for item in items:
                if isinstance(item, Message):
                    keys.update(dict.fromkeys(key for key in _keys(item) if key in self.watched))
                elif item.event is EventKind.BAN:
                    keys.update(dict.fromkeys(sorted(self.watched)))
        campaigns: list[CampaignChange] = []
        touches, changes = dict(touches), list(changes)
        for key in keys:
            self._step_key(key, rows.get(key, []), items, is_open, touches, changes, campaigns)
        campaigns.sort(key=lambda change: (change.position, change.campaign.id))
        return touches, changes, campaigns

    def _step_key(
        self,
        key: str,
        rows: list[Row],
        items: Sequence[Item],
        is_open: Callable[[Message], bool],
        touches: dict[int, list[Touch]],
        changes: list[RaidChange],
        campaigns: list[CampaignChange],
    ) -> None:
        state = self.states.take(key)
        if self.operator.is_watching(state):
            rows = _with_watched(key, rows, items, is_open, -1)
        while rows:
            state, found = self.operator.step(state, rows)
            for touch in found.touches:
                touches[touch.position] = [*touches.get(touch.position, ()), touch]
            changes.extend(found.changes)
            campaigns.extend(found.campaigns)
            last = rows[found.taken - 1].position
            rows = rows[found.taken :]
            if self.operator.is_watching(state) and not any(isinstance(r, Watched) for r in rows):
                rows = _with_watched(key, rows, items, is_open, last)
        self._note(key, state)
        self.states.put(key, state)


def _rows(
    items: Sequence[Item],
    analysis: Found,
    touches: dict[int, list[Touch]],
    changes: list[RaidChange],
) -> dict[str, list[Row]]:
    """What each target's operator gets, in order; a raid after the message that changed it."""
    found: list[tuple[int, int, str, Row]] = []
    newcomers = {candidate.position for candidate, _ in analysis.candidates}
    positions = {
        position
        for position, signals in analysis.signals.items()
        if any(signal.score >= THRESHOLD and signal.label in _NOTED for signal in signals)
    }
    attacks = {position: _attack(touched) for position, touched in touches.items()}
    positions.update(position for position, touch in attacks.items() if touch is not None)
    for position in positions:
        message = items[position]
        if not isinstance(message, Message):
            continue
        signals = analysis.signals.get(position, [])
        flagged = any(one.score >= THRESHOLD and one.label in _HARM for one in signals)
        touch = attacks.get(position)
        row = Hostile(
            position,
            message,
            flagged,
            position in newcomers or not flagged,
            touch.raid if touch is not None else None,
            touch is not None and touch.member,
            signals,
        )
        found.extend((position, 0, key, row) for key in _keys(message))
    for change in changes:
        if change.raid.stage is RaidStage.ATTACK and change.raid.kind is not RaidKind.SLOW:
            found.append((change.position, 1, _key_of(change.raid.target), change))
    for position, item in enumerate(items):
        if type(item) is Event and item.event is EventKind.BAN:
            found.append((position, 2, _key_of(item.channel), Banned(position, item)))
    found.sort(key=lambda one: one[:3])
    rows: dict[str, list[Row]] = {}
    for _, _, key, one in found:
        rows.setdefault(key, []).append(one)
    return rows


def _with_watched(
    key: str,
    rows: list[Row],
    items: Sequence[Item],
    is_open: Callable[[Message], bool],
    after: int,
) -> list[Row]:
    """The rows with all other messages to this target, and bans anywhere, after a position."""
    taken = {row.position for row in rows if isinstance(row, Hostile | Banned)}
    mixed: list[tuple[int, int, Row]] = [
        (row.position, place, row) for place, row in enumerate(rows)
    ]
    for position, item in enumerate(items[after + 1 :], after + 1):
        if position in taken:
            continue
        if isinstance(item, Event):
            if item.event is EventKind.BAN:
                mixed.append((position, -1, Banned(position, item)))
        elif key in _keys(item) and is_open(item):
            mixed.append((position, -1, Watched(position, item)))
    mixed.sort(key=lambda one: one[:2])
    return [row for _, _, row in mixed]


def _keys(message: Message) -> tuple[str, ...]:
    targets = message.targets
    if not targets:
        return (_key_of(message.channel),)
    return tuple(dict.fromkeys(_key_of(target) for target in targets[:MOST_TARGETS]))


def _attack(touched: Sequence[Touch]) -> Touch | None:
    """The touch of a raid at *attack*, the core's before the crowd's."""
    best: Touch | None = None
    for touch in touched:
        if touch.stage is RaidStage.ATTACK and (best is None or touch.member > best.member):
            best = touch
    return best
