"""From rows and log bodies to the parts of a screen. Pure functions of the tables.

Words come only from the log's bodies (`text` None: erased). Nothing here decides or writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from rempart.cases.child_safety import sealed_messages
from rempart.cases.reading import CaseMessage
from rempart.ingest import parse_one
from rempart.log.commit import message_of
from rempart.model import Case, ItemRefusal, MeasureKind, MeasureState, Message, Outcome, Verdict
from rempart.model.moments import at_time, ms_of
from rempart.store.interface import Tables
from rempart.store.interface.measures import MeasureRow as StoredMeasure
from rempart.store.interface.raids import RaidRow
from rempart.store.interface.stream import MessageRow
from rempart.web.auth.caller import Caller
from rempart.web.console.screens import (
    LogState,
    MeasureRow,
    RaidBar,
    Said,
    SignalSeen,
    SignalSum,
)

_outcomes = msgspec.json.Decoder(Outcome)
_ORDER = {MeasureKind.SHIELD: 0, MeasureKind.LOCK_OUT: 1, MeasureKind.SLOW_MODE: 2}


moment = at_time


def within(caller: Caller) -> list[str] | None:
    """Names of the channels somebody has rights on, for queries; None: all. An entry
    `platform/channel` asks for the channel's name; `Caller.sees` then tells platforms apart."""
    if caller.channels is None:
        return None
    return sorted({name.partition("/")[2] or name for name in caller.channels} | caller.channels)


def log_state(tables: Tables) -> LogState:
    checkpoint = tables.log.last_checkpoint()
    return LogState(
        size=tables.log.size(),
        root=tables.log.root().hex(),
        checkpoint_size=checkpoint[0] if checkpoint else None,
        checkpoint_at=moment(checkpoint[2]) if checkpoint else None,
    )


def message_at(tables: Tables, seq: int) -> Message | None:
    """The message of an entry as it was received; None when its body was erased."""
    bodies = tables.log.bodies(seq)
    if not bodies:
        return None
    parsed = parse_one(message_of(bodies[0]).item)
    if isinstance(parsed, ItemRefusal) or not isinstance(parsed.item, Message):
        return None
    return parsed.item


def said_of_case(one: CaseMessage) -> Said:
    shown = said(one.row, one.message, one.outcome, released=one.released)
    if one.provenance is not None:
        shown = msgspec.structs.replace(shown, proof=one.provenance.proof)
    if one.sealed is None:
        return shown
    return msgspec.structs.replace(
        shown, sealed=True, links=list(one.sealed.links), hashes=list(one.sealed.hashes)
    )


def said_in_channel(tables: Tables, rows: Sequence[MessageRow]) -> list[Said]:
    """Without private messages and without sealed ones: they are nobody's to read here."""
    sealed = sealed_messages(tables, [row.seq for row in rows])
    found: list[Said] = []
    for row in rows:
        message = message_at(tables, row.seq)
        if row.seq in sealed or (message is not None and message.private):
            continue
        outcome = None if row.outcome is None else _outcomes.decode(row.outcome)
        found.append(said(row, message, outcome))
    return found


def said(
    row: MessageRow, message: Message | None, outcome: Outcome | None, *, released: bool = False
) -> Said:
    return Said(
        seq=row.seq,
        id=row.id,
        at=moment(row.sent_at_ms),
        author=row.author,
        author_name=row.author_name,
        author_created_at=message.author.created_at if message else None,
        text=message.text if message else None,
        verdict=Verdict(row.verdict),
        abuse=row.abuse / 1000,
        labels=dict(outcome.labels) if outcome else {},
        signals=[
            SignalSeen(s.detector, s.version, s.label, s.score, s.span, s.why)
            for s in (outcome.signals if outcome else ())
        ],
        raid=row.raid,
        released=released,
        links=list(message.links) if message else [],
        media=len(message.media) if message else 0,
    )


def raid_bars(tables: Tables, rows: Sequence[RaidRow], now_ms: int) -> list[RaidBar]:
    cases = tables.cases.last_of_raids([row.raid.id for row in rows])
    return [
        RaidBar(
            row.raid,
            cases[row.raid.id].id if row.raid.id in cases else None,
            under_way=row.raid.stage == "attack"
            and row.lifted_ms is None
            and row.raid.until is not None
            and ms_of(row.raid.until) > now_ms,
            lifted=row.lifted_ms is not None,
        )
        for row in rows
    ]


def measure_rows(
    tables: Tables, rows: Iterable[StoredMeasure], *, may_undo: bool
) -> list[MeasureRow]:
    """Those that are on first, then what touches most people first. A delivery that failed or
    still waits is said."""
    listed = list(rows)
    deliveries = {
        row.measure: f"{row.connector}: {row.detail or row.state}"
        for row in tables.stream.deliveries([row.measure.id for row in listed])
        if row.state == "failed" and row.operation in ("apply", "undo")
    }
    raids = tables.cases.last_of_raids([r.measure.raid for r in listed if r.measure.raid])
    found = [
        MeasureRow(
            measure=row.measure,
            case=row.case or _case_id(raids, row.measure.raid),
            undoable=may_undo and row.measure.state is MeasureState.ACTIVE,
            delivery=deliveries.get(row.measure.id),
        )
        for row in listed
    ]
    return sorted(
        found,
        key=lambda r: (r.measure.state is not MeasureState.ACTIVE, _ORDER.get(r.measure.kind, 9)),
    )


def _case_id(cases: dict[str, Case], raid: str | None) -> str | None:
    found = cases.get(raid) if raid else None
    return found.id if found else None


def signal_sums(messages: Sequence[Said]) -> list[SignalSum]:
    """What each detector said over these messages, the most frequent first."""
    counted: Counter[tuple[str, str, str]] = Counter()
    highest: dict[tuple[str, str, str], float] = {}
    for message in messages:
        for key in {(s.detector, s.version, s.label) for s in message.signals}:
            counted[key] += 1
        for signal in message.signals:
            key = (signal.detector, signal.version, signal.label)
            highest[key] = max(highest.get(key, 0.0), signal.score)
    return [SignalSum(*key, number, highest[key]) for key, number in counted.most_common()]
