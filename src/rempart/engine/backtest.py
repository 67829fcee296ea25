"""Rules over history: whom they would have hit, and what people said of those messages since.

Rules kept here:

1. The stored messages are read in the order in which they came, with the signals that were stored
   with them: no detector runs again. Every rule counts as live, whatever its state says.
2. What people decided is read from the cases: a hit on a message that was found fine is the figure
   that matters.
3. Nothing is written, and what is running is not touched.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import repeat
from threading import Lock
from typing import Final, NamedTuple

import msgspec

from rempart.detect.text.fold import fold
from rempart.engine.alone import alone
from rempart.engine.backtest_raids import raids_answered
from rempart.engine.embedded.items import messages_of
from rempart.model import Message, RaidStage
from rempart.model.moments import ms_of
from rempart.rules import Facts, RaidTouch
from rempart.rules.language import Fired, Program
from rempart.store.interface import Tables
from rempart.store.interface.raids import RaidRow

CHUNK: Final = 16_384
EXAMPLES: Final = 20
BARS: Final = 60
MOST_MESSAGES: Final = 2_000_000
_UNDER_WAY = Lock()

Progress = Callable[[int, int], object]


class HitCounts(msgspec.Struct, frozen=True):
    """What one rule would have done. `fine` and `upheld`: hits that people have reviewed since, and
    found fine or kept the measures of; `already`: hits that were held anyway; `overlap`: other
    rules (of these, and of those that acted then) with the number of common hits; `series`: hits in
    equal spans of time. A rule over raids hits raids: its accounts are their core members,
    `already` those that were attacks, `fine` those that were lifted since."""

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
    """`examples`: entries of the log; `raids`: those that a rule over raids hit."""

    examples: list[int]
    raids: list[str] = []


class Backtest(msgspec.Struct, frozen=True):
    """`begin_ms` and `end_ms`: of the messages looked at, by event time; `step_ms`: the length of
    one bar of the series."""

    version: str
    messages: int
    begin_ms: int
    end_ms: int
    step_ms: int
    rules: list[RuleHits]


class _Then(msgspec.Struct):
    """What rules ask of a stored outcome; its signals stay unread."""

    abuse: float = 0.0
    labels: dict[str, float] = {}
    raid: str | None = None
    rules: tuple[str, ...] = ()


_NOTHING_THEN: Final = _Then()
_then = msgspec.json.Decoder(_Then).decode


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
        self.raids: list[str] = []


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
    for start, stop in _spans(tables, wanted):
        with _uncollected():
            chunk = _read(tables, start, stop, sees)
            if chunk is None:
                continue
            times = chunk.sent_at_ms
            begin = min(begin or times[0], *times)
            end = max(end, *times)
            many = _facts(chunk, raids, folded=trial.needs_fold)
            for place, fired in trial.run_all(many, state).items():
                _take(tallies, fired, chunk, place, reviewed)
            seen += len(times)
            del many, chunk
        if progress is not None:
            progress(seen, wanted)
    for raid, fired in raids_answered(tables, trial, state, begin, end, sees):
        _take_raid(tallies, fired, raid)
    step = max(1, -(-(end - begin + 1) // BARS))
    found = [_hits(name, tally, begin, step) for name, tally in tallies.items()]
    return Backtest(program.hash, seen, begin, end, step, found)


def _hit(tallies: Mapping[str, _Tally], fired: Fired) -> dict[str, None]:
    """The rules that acted, each once and in order; what was unknown or failed is counted."""
    for name in fired.unknown:
        tallies[name].unknown += 1
    for name, _ in fired.errors:
        tallies[name].errors += 1
    hit = dict.fromkeys(effect.rule for effect in fired.effects)
    hit.update(dict.fromkeys(fired.labelled))
    return hit


def _take(
    tallies: Mapping[str, _Tally],
    fired: Fired,
    chunk: _Chunk,
    place: int,
    reviewed: Mapping[int, str],
) -> None:
    hit = _hit(tallies, fired)
    for name in hit:
        _count(tallies[name], name, chunk, place, reviewed, hit)


def _take_raid(tallies: Mapping[str, _Tally], fired: Fired, row: RaidRow) -> None:
    raid = row.raid
    hit = _hit(tallies, fired)
    for name in hit:
        tally = tallies[name]
        tally.count += 1
        tally.accounts.update((raid.platform, one.account) for one in raid.members if one.core)
        tally.channels.add((raid.platform, raid.channel))
        tally.times.append(ms_of(raid.end))
        tally.fine += row.lifted_ms is not None
        tally.already += raid.stage is RaidStage.ATTACK
        tally.overlap.update(other for other in hit if other != name)
        if len(tally.raids) < EXAMPLES:
            tally.raids.append(raid.id)


def _count(
    tally: _Tally,
    name: str,
    chunk: _Chunk,
    place: int,
    reviewed: Mapping[int, str],
    hit: dict[str, None],
) -> None:
    message, seq = chunk.messages[place], chunk.seq[place]
    decided = reviewed.get(seq)
    tally.count += 1
    tally.accounts.add((message.platform, message.author.id))
    tally.channels.add((message.platform, message.channel))
    tally.times.append(chunk.sent_at_ms[place])
    tally.fine += decided == "lift"
    tally.upheld += decided == "uphold"
    tally.already += chunk.held[place]
    others = (*hit, *chunk.then[place].rules)
    tally.overlap.update(other for other in others if other != name)
    if len(tally.examples) < EXAMPLES:
        tally.examples.append(seq)


def _hits(name: str, tally: _Tally, begin: int, step: int) -> RuleHits:
    series = [0] * BARS
    for at in tally.times:
        series[max(0, min(BARS - 1, (at - begin) // step))] += 1
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
        tally.raids,
    )


class _Chunk(NamedTuple):
    """Messages of the store in the order of their coming, with what was found in them then."""

    seq: Sequence[int]
    sent_at_ms: Sequence[int]
    held: Sequence[int]
    messages: Sequence[Message]
    then: Sequence[_Then]


def _spans(tables: Tables, count: int) -> Iterator[tuple[int, int]]:
    """Entries from and before which to read, oldest first."""
    newest = tables.stream.latest(limit=1)
    if newest:
        end = newest[0].seq + 1
        for start in range(tables.stream.message_seq_back(count), end, CHUNK):
            yield start, min(start + CHUNK, end)


def _read(
    tables: Tables, start: int, stop: int, sees: Callable[[str, str], bool] | None
) -> _Chunk | None:
    """Private messages are left out, and those whose words were erased."""
    rows = tables.stream.history(start, stop)
    found = messages_of(rows.body)
    kept = [
        place
        for place, message in enumerate(found)
        if message is not None
        and not message.private
        and (sees is None or sees(message.channel, message.platform))
    ]
    if not kept:
        return None
    seq, sent_at_ms, held, outcomes, _ = rows
    if len(kept) < len(found):
        seq = [seq[place] for place in kept]
        sent_at_ms = [sent_at_ms[place] for place in kept]
        held = [held[place] for place in kept]
        outcomes = [outcomes[place] for place in kept]
    messages = [message for message in map(found.__getitem__, kept) if message is not None]
    then = [_NOTHING_THEN if outcome is None else _then(outcome) for outcome in outcomes]
    return _Chunk(seq, sent_at_ms, held, messages, then)


@contextmanager
def _uncollected() -> Iterator[None]:
    """A chunk makes tens of thousands of tuples that all go again; looking through them for cycles
    would cost a fifth of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class _Raids:
    """The stage that each raid reached: what it was at the time of a message is not stored."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._touches: dict[str | None, RaidTouch | None] = {None: None}

    def touches(self, raids: Sequence[str | None]) -> list[RaidTouch | None]:
        """For each of these, None included."""
        for raid in set(raids).difference(self._touches):
            row = self._tables.stream.raid(raid) if raid is not None else None
            touch = RaidTouch(row.raid.id, row.raid.stage, True, ()) if row else None
            self._touches[raid] = touch
        return [self._touches[raid] for raid in raids]


def _facts(chunk: _Chunk, raids: _Raids, *, folded: bool) -> list[Facts]:
    """Column by column: an object at a time costs twice as much."""
    then, nothing = chunk.then, repeat(())
    columns = zip(
        chunk.messages,
        nothing,
        [one.labels for one in then],
        [one.abuse for one in then],
        raids.touches([one.raid for one in then]),
        nothing,
        fold([message.text for message in chunk.messages]) if folded else repeat(""),
        repeat(False),
    )
    return list(map(tuple.__new__, repeat(Facts), columns))
