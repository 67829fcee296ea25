"""Rules over history: whom they would have hit, and what people said of those messages since.

Rules kept here:

1. The stored messages are read in the order in which they came, with the signals that were stored
   with them: no detector runs again. Every rule counts as live, whatever its state says.
2. What people decided is read from the cases: a hit on a message that was found fine is the figure
   that matters.
3. Nothing is written, and what is running is not touched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Final

import msgspec

from rempart.detect.text.fold import fold
from rempart.engine.alone import alone
from rempart.engine.embedded_items import logged_message
from rempart.model import Message, Outcome, Verdict
from rempart.rules import Facts, RaidTouch
from rempart.rules.language import Program
from rempart.store.interface import Tables
from rempart.store.interface.stream import MessageRow

CHUNK: Final = 2_000
EXAMPLES: Final = 20
BARS: Final = 60
MOST_MESSAGES: Final = 2_000_000
_UNDER_WAY = Lock()
_outcomes = msgspec.json.Decoder(Outcome)
_NONE: Final = Outcome("", Verdict.ALLOW, 0.0)

Progress = Callable[[int, int], object]


class HitCounts(msgspec.Struct, frozen=True):
    """What one rule would have done. `fine` and `upheld`: hits that people have reviewed since, and
    found fine or kept the measures of; `already`: hits that were held anyway; `overlap`: other
    rules (of these, and of those that acted then) with the number of common hits; `series`: hits in
    equal spans of time."""

    rule: str
    state: str
    hits: int
    accounts: int
    channels: int
    fine: int
    upheld: int
    already: int
    unknown: int
    errors: int
    overlap: dict[str, int]
    series: list[int]


class RuleHits(HitCounts, frozen=True):
    """`examples`: entries of the log."""

    examples: list[int]


class Backtest(msgspec.Struct, frozen=True):
    """`begin_ms` and `end_ms`: of the messages looked at, by event time; `step_ms`: the length of
    one bar of the series."""

    version: str
    messages: int
    begin_ms: int
    end_ms: int
    step_ms: int
    rules: list[RuleHits]


class _Tally:
    """What one rule has collected so far."""

    def __init__(self, state: str) -> None:
        self.state = state
        self.count = self.fine = self.upheld = self.already = self.unknown = self.errors = 0
        self.accounts: set[tuple[str, str]] = set()
        self.channels: set[tuple[str, str]] = set()
        self.overlap: Counter[str] = Counter()
        self.times: list[int] = []
        self.examples: list[int] = []


def backtest(
    tables: Tables,
    program: Program,
    *,
    messages: int = 100_000,
    sees: Callable[[str, str], bool] | None = None,
    progress: Progress | None = None,
) -> Backtest:
    """The last `messages` messages of the store through these rules. `sees`: which channel on which
    platform one has rights on. One at a time: ConflictError while another one runs."""
    with alone(_UNDER_WAY, "a comparison with history"):
        return _backtest(tables, program, messages, sees, progress)


def _backtest(
    tables: Tables,
    program: Program,
    messages: int,
    sees: Callable[[str, str], bool] | None,
    progress: Progress | None,
) -> Backtest:
    trial = program.all_live()
    state = trial.new_state()
    reviewed = {one.seq: one.outcome for one in tables.cases.decided_messages(MOST_MESSAGES)}
    raids = _Raids(tables)
    tallies = {rule.name: _Tally(rule.state) for rule in program.rules}
    seen, begin, end = 0, 0, 0
    wanted = min(messages, MOST_MESSAGES)
    for row, message, outcome, folded in _history(tables, wanted, sees):
        seen += 1
        begin = min(begin or row.sent_at_ms, row.sent_at_ms)
        end = max(end, row.sent_at_ms)
        fired = trial.run(_facts(message, outcome, folded, raids), state)
        for name in fired.unknown:
            tallies[name].unknown += 1
        for name, _ in fired.errors:
            tallies[name].errors += 1
        hit = dict.fromkeys(effect.rule for effect in fired.effects)
        hit.update(dict.fromkeys(fired.labelled))
        for name in hit:
            _count(tallies[name], name, row, outcome, reviewed.get(row.seq), hit)
        if progress is not None and seen % CHUNK == 0:
            progress(seen, wanted)
    step = max(1, -(-(end - begin + 1) // BARS))
    found = [_hits(name, tally, begin, step) for name, tally in tallies.items()]
    return Backtest(program.hash, seen, begin, end, step, found)


def _count(
    tally: _Tally,
    name: str,
    row: MessageRow,
    outcome: Outcome,
    reviewed: str | None,
    hit: dict[str, None],
) -> None:
    tally.count += 1
    tally.accounts.add((row.platform, row.author))
    tally.channels.add((row.platform, row.channel))
    tally.times.append(row.sent_at_ms)
    tally.fine += reviewed == "lift"
    tally.upheld += reviewed == "uphold"
    tally.already += row.held
    tally.overlap.update(other for other in (*hit, *outcome.rules) if other != name)
    if len(tally.examples) < EXAMPLES:
        tally.examples.append(row.seq)


def _hits(name: str, tally: _Tally, begin: int, step: int) -> RuleHits:
    series = [0] * BARS
    for at in tally.times:
        series[min(BARS - 1, (at - begin) // step)] += 1
    return RuleHits(
        name,
        tally.state,
        tally.count,
        len(tally.accounts),
        len(tally.channels),
        tally.fine,
        tally.upheld,
        tally.already,
        tally.unknown,
        tally.errors,
        dict(tally.overlap.most_common(10)),
        series if tally.count else [],
        tally.examples,
    )


def _history(
    tables: Tables, messages: int, sees: Callable[[str, str], bool] | None
) -> Iterator[tuple[MessageRow, Message, Outcome, str]]:
    """The last messages, oldest first, with what was found in them then. Private ones are left
    out, and those whose words were erased."""
    newest = tables.stream.latest(limit=1)
    if not newest:
        return
    end = newest[0].seq + 1
    first = tables.stream.message_seq_back(messages)
    for start in range(first, end, CHUNK):
        stop = min(start + CHUNK, end)
        rows = {row.seq: row for row in tables.stream.messages_between(start, stop)}
        found: list[tuple[MessageRow, Message]] = []
        for seq, bodies in tables.log.bodies_between(start, stop):
            row = rows.get(seq)
            if row is None or (sees is not None and not sees(row.channel, row.platform)):
                continue
            message = logged_message(bodies)
            if message is not None and not message.private:
                found.append((row, message))
        folds = fold([message.text for _, message in found])
        for (row, message), folded in zip(found, folds, strict=True):
            yield row, message, _outcomes.decode(row.outcome) if row.outcome else _NONE, folded


class _Raids:
    """The stage that each raid reached: what it was at the time of a message is not stored."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._touches: dict[str, RaidTouch | None] = {}

    def touch(self, raid: str) -> RaidTouch | None:
        if raid not in self._touches:
            row = self._tables.stream.raid(raid)
            self._touches[raid] = RaidTouch(raid, row.raid.stage, True, ()) if row else None
        return self._touches[raid]


def _facts(message: Message, outcome: Outcome, folded: str, raids: _Raids) -> Facts:
    touch = raids.touch(outcome.raid) if outcome.raid is not None else None
    return Facts(message, outcome.signals, outcome.labels, outcome.abuse, touch, fold=folded)
