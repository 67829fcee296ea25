"""Opinions of plug-ins in the embedded engine: from the queue into the log and the tables.

Rules kept here:

1. An opinion is a write like others: it waits in the engine's queue, never before a message, and
   one that cannot be taken costs nothing but itself.
2. Whatever an opinion does is in its own entry of the log, `opinion`, before it is done: who said
   what, with which model, and what came of it. One in shadow is written down and does nothing.
3. What a person decided, or is deciding, no opinion changes.
4. After a restart the measures that an opinion caused are remembered from the log, in its place
   among the messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from rempart.cases.deciding.statements import spoken_in
from rempart.cases.entries import entry, record, rfc3339
from rempart.cases.intake import HeldMessage, open_for_step
from rempart.cases.live import tell_case, tell_measures
from rempart.cases.measures.undo import undone_entry
from rempart.cases.queue import priority
from rempart.engine.embedded.items import encode_outcome, logged_message, plain_outcome, subject_of
from rempart.engine.embedded.logged_opinions import ENTRY, LoggedOpinion, beyond_the_message
from rempart.engine.embedded.measures import write_measures
from rempart.engine.embedded.memory import EngineMemory
from rempart.engine.opinions import Rejudged, rejudge
from rempart.engine.settings import EngineSettings
from rempart.model import (
    Case,
    CaseKind,
    CaseState,
    MeasureState,
    Message,
    Opinion,
    Outcome,
    ScopeKind,
    Verdict,
)
from rempart.rules.builtin.hold_abuse import HoldAbuse
from rempart.store.interface import Tables
from rempart.store.interface.cases import CaseChange
from rempart.store.interface.stream import FLAGGED, MessageRow, MinuteRow

if TYPE_CHECKING:
    from rempart.engine.embedded.engine import EmbeddedEngine

MINUTE_MS = 60_000
_outcome = msgspec.json.Decoder(Outcome).decode


def opine(engine: EmbeddedEngine, opinions: Sequence[Opinion]) -> Future[list[LoggedOpinion]]:
    """Takes opinions in order; those that were written down, once they are durable. An opinion on
    what nobody knows any more is left out, and so is a cached one that changes nothing."""
    return engine.write(
        lambda tables: _take_all(
            tables, engine.writer.memory, engine.settings, opinions, engine.now_ms()
        )
    )


class _Judged(NamedTuple):
    row: MessageRow
    message: Message
    before: Outcome
    case: Case | None


def _take_all(
    tables: Tables,
    memory: EngineMemory,
    settings: EngineSettings,
    opinions: Sequence[Opinion],
    now_ms: int,
) -> list[LoggedOpinion]:
    before = memory.planned()
    try:
        taken = (_take(tables, memory, settings, one, now_ms) for one in opinions)
        return [told for told in taken if told is not None]
    except BaseException:
        memory.unplan(before)
        raise


def _take(
    tables: Tables,
    memory: EngineMemory,
    settings: EngineSettings,
    opinion: Opinion,
    now_ms: int,
) -> LoggedOpinion | None:
    rules = settings.opinions.get(opinion.source)
    found = _found(tables, opinion.of)
    if rules is None or found is None:
        return None
    _, message, before, known = found
    case = known.id if known is not None else None
    may_release = _own_holds(tables, before) if rules.release else frozenset()
    judged = rejudge(
        memory.pipeline, memory.state.book, message, before, opinion, may_release=may_release
    )
    if opinion.cached and not judged.changed:
        return None
    told = LoggedOpinion(
        opinion.of,
        opinion.source,
        opinion.model,
        {label: repr(float(score)) for label, score in opinion.labels.items()},
        opinion.at.isoformat(),
        before.verdict.value,
        judged.outcome.verdict.value,
        message.id,
        message.platform,
        message.channel,
        rules.shadow,
        opinion.cached,
        [measure.id for measure in judged.measures],
        list(judged.released),
    )
    value = msgspec.to_builtins(told)
    about = subject_of(message)
    said = entry(ENTRY, {**value, "written": rfc3339(now_ms)}, subject=about)
    seq = record(tables, [(case, said)])
    if not rules.shadow:
        memory.plan(beyond_the_message(judged.measures))
        _carry_out(tables, settings, found, judged, opinion, seq, now_ms)
    return told


def _found(tables: Tables, seq: int) -> _Judged | None:
    """The message of an entry with its outcome now; None when its words were erased, or a person
    decided about it."""
    rows = tables.stream.messages([seq])
    message = logged_message(tables.log.bodies(seq)) if rows else None
    if message is None:
        return None
    row = rows[0]
    before = _outcome(row.outcome or plain_outcome(row.id))
    case, _ = tables.cases.last_of([row.key]).get(row.key, (None, 0))
    raid = row.raid or before.raid
    if case is None and raid is not None:
        case = tables.cases.last_of_raids([raid]).get(raid)
    if case is not None and case.state is CaseState.DECIDED:
        return None
    return _Judged(row, message, before, case)


def _own_holds(tables: Tables, outcome: Outcome) -> frozenset[str]:
    """Of its measures those that are in force and only hold this message for its words."""
    if not outcome.measures:
        return frozenset()
    rows = tables.stream.measures(ids=outcome.measures, active=True)
    return frozenset(
        row.measure.id
        for row in rows
        if row.measure.rule == HoldAbuse.name
        and row.measure.scope.kind is ScopeKind.MESSAGE
        and row.measure.automated
    )


def _carry_out(
    tables: Tables,
    settings: EngineSettings,
    found: _Judged,
    judged: Rejudged,
    opinion: Opinion,
    seq: int,
    now_ms: int,
) -> None:
    """`seq`: the entry of the opinion, which belongs to the case that it opens."""
    row, message, before, case = found
    after = judged.outcome
    place = case.id if case is not None else None
    if after == before:
        return
    tables.stream.rejudge(
        row.seq, after.verdict.value, round(after.abuse * 1000), encode_outcome(after)
    )
    _recount(tables, row, before, after)
    if judged.released:
        _release(tables, judged.released, place, opinion, now_ms)
    if judged.measures:
        spoken = {message.id: spoken_in(message, after.labels)}
        write_measures(tables, settings, judged.measures, now_ms, spoken)
    held = after.verdict is not Verdict.ALLOW
    if case is not None:
        _grow(tables, case, message, judged, now_ms)
    elif held:
        for opened in open_for_step(
            tables, [], [HeldMessage(row.seq, message, after, row.key)], now_ms
        ):
            tables.cases.add_entries([(opened.id, seq)])
            tell_case(tables, opened)


def _grow(tables: Tables, case: Case, message: Message, judged: Rejudged, now_ms: int) -> None:
    """The open case of the message, or of its raid: a threat that was not seen at first comes to
    the front now."""
    labels = judged.outcome.labels
    if case.kind is CaseKind.RAID:
        rank = priority.THREAT_IN_RAID if priority.is_threat(labels) else case.priority
        why = None
    else:
        if judged.measures:
            tables.stream.bind_measures([measure.id for measure in judged.measures], case.id)
        rank, why = priority.of_message(labels, message.hit[0])
    if rank > case.priority:
        harm = "threat" if case.kind is CaseKind.RAID else priority.harm_of_labels(labels)
        tables.cases.change([CaseChange(case.id, rank, case.messages, why, now_ms, harm)])
        tell_case(tables, tables.cases.get(case.id))


def _release(
    tables: Tables, measures: Sequence[str], case: str | None, opinion: Opinion, now_ms: int
) -> None:
    by = opinion.detector
    seq = record(tables, [(case, undone_entry(measures, by, now_ms, case=case))])
    rows = tables.stream.end_measures(measures, MeasureState.UNDONE, seq=seq, at_ms=now_ms, by=by)
    tell_measures(tables, [row.measure for row in rows], case)


def _recount(tables: Tables, row: MessageRow, before: Outcome, after: Outcome) -> None:
    """The minute of the message in the chart follows what holds now."""
    held = _held(after) - _held(before)
    flagged = _flagged(after) - _flagged(before)
    if held or flagged:
        minute = row.sent_at_ms // MINUTE_MS * MINUTE_MS
        tables.stream.add_minutes(
            [MinuteRow(row.platform, row.channel, minute, 0, held, flagged, 0, 0)]
        )


def _held(outcome: Outcome) -> int:
    return outcome.verdict is not Verdict.ALLOW


def _flagged(outcome: Outcome) -> int:
    return outcome.verdict is not Verdict.ALLOW or round(outcome.abuse * 1000) >= FLAGGED
