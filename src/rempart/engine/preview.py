"""What a step would do before it is done: how many accounts and messages, with examples.

Rules kept here:

1. Nothing is written, and what is running is not touched: a book of its own, over the messages of
   the last hour as they were stored, with what was found in them then.
2. A look back is bounded (`LOOK_BACK`); more than that is said as *at least*.
3. A lock-out restricts nobody and counts for nothing here.
4. Private messages are counted and never shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from rempart.cases.child_safety import sealed_messages
from rempart.engine.embedded.items import logged_message
from rempart.model import (
    Measure,
    MeasureKind,
    Message,
    Outcome,
    ScopeKind,
    Signal,
    Verdict,
    message_key,
)
from rempart.protect import MeasureBook, Modes
from rempart.protect.enforce import restraint
from rempart.rules import Facts
from rempart.store.interface import Tables
from rempart.store.interface.stream import MessageRow

LOOK_BACK: Final = 500
HOUR_MS: Final = 3_600_000
EXAMPLES: Final = 5
_outcome = msgspec.json.Decoder(Outcome).decode


class Example(msgspec.Struct, frozen=True):
    """A message that would be touched. `seq`: its entry of the log. Pages blur its text."""

    seq: int
    author: str
    text: str


class Preview(msgspec.Struct, frozen=True):
    """`at_least`: the look back was not long enough to count all. `reversible` False: it cannot be
    undone on the platform."""

    accounts: int
    messages: int
    examples: list[Example]
    at_least: bool = False
    reversible: bool = True


def of_undoing(tables: Tables, measures: Sequence[Measure]) -> Preview:
    """Taking these back: whom they hold, and the messages that would be let through."""
    accounts = {measure.account or measure.scope.ref for measure in measures if _on_person(measure)}
    held = [measure for measure in measures if measure.scope.kind is ScopeKind.MESSAGE]
    messages = len({(m.scope.platform, m.scope.channel, m.scope.ref) for m in held})
    raids = {measure.raid for measure in measures if measure.raid is not None}
    rows = [row for raid in sorted(raids) for row in tables.stream.latest_of_raid(raid, limit=100)]
    for raid in raids:
        messages = max(messages, len(tables.stream.raid_sequences(raid)))
    return Preview(len(accounts), messages, examples_of(tables, rows))


def of_taking(tables: Tables, measures: Sequence[Measure], modes: Modes, now_ms: int) -> Preview:
    """Taking these: what they would have touched in the last hour."""
    reversible = all(measure.kind is not MeasureKind.REMOVE for measure in measures)
    book = MeasureBook()
    for measure in measures:
        if measure.scope.kind is not ScopeKind.MESSAGE:
            book.remember(measure)
    accounts = {measure.account for measure in measures if measure.account is not None}
    touched: list[MessageRow] = []
    looked = False
    for platform, channel in sorted(
        {(measure.scope.platform, measure.scope.channel) for measure in measures}
    ):
        rows = tables.stream.latest(platform, channel, limit=LOOK_BACK)
        recent = [row for row in rows if row.sent_at_ms > now_ms - HOUR_MS]
        looked = looked or len(recent) == LOOK_BACK
        touched += [row for row in reversed(recent) if _touches(tables, book, row, modes)]
    named = [measure.scope for measure in measures if measure.scope.kind is ScopeKind.MESSAGE]
    keys = [message_key(scope.platform, scope.ref) for scope in named]
    touched += [row for key in keys if (row := tables.stream.message(key)) is not None]
    accounts |= {row.author for row in touched}
    messages = len(touched)
    return Preview(len(accounts), messages, examples_of(tables, touched[::-1]), looked, reversible)


def _on_person(measure: Measure) -> bool:
    return measure.scope.kind is ScopeKind.ACCOUNT or measure.account is not None


def _touches(tables: Tables, book: MeasureBook, row: MessageRow, modes: Modes) -> bool:
    if not book.accounts and not book.places:
        return False
    message = logged_message(tables.log.bodies(row.seq))
    if message is None:
        return False
    found = restraint(book, _facts(message, row), modes)
    return found.verdict is not Verdict.ALLOW or found.mode is not None


def _facts(message: Message, row: MessageRow) -> Facts:
    if row.outcome is None:
        return Facts(message, (), {}, 0.0, None)
    outcome = _outcome(row.outcome)
    signals: tuple[Signal, ...] = outcome.signals
    return Facts(message, signals, outcome.labels, outcome.abuse, None)


def examples_of(tables: Tables, rows: Iterable[MessageRow]) -> list[Example]:
    """The first few of these messages that are neither private nor sealed."""
    found: list[Example] = []
    for row in rows:
        if sealed_messages(tables, [row.seq]):
            continue
        message = logged_message(tables.log.bodies(row.seq))
        if message is not None and not message.private:
            found.append(Example(row.seq, row.author_name or row.author, message.text[:300]))
        if len(found) == EXAMPLES:
            break
    return found
