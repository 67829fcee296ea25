"""Cases for what one engine step held: one per raid, one per held message outside a raid.

`open_for_step` is called in the transaction that writes the step's messages, raids and measures,
after them. What it keeps:

1. A raid at *suspect* or *attack* has one case, however many messages and accounts; a *notice* has
   none. The case grows with the raid; its priority never falls.
2. A held message that belongs to no such raid has a case of its own. One that is held only because
   its account is under a raid's measure joins that raid's case.
3. When a raid takes in messages that had cases of their own (same raid, or a core member's message
   in the raid's time and channel), those cases are `merged`: their reports go with them. When
   they came in the same step they join the raid's case at once.
4. A raid that goes on after its case was decided opens the next case as soon as something of it is
   held: nothing held waits under a closed case.
5. Nothing held and no raid: no query, no cost. Everything else goes in batches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rempart.cases.entries import at_time, entry, record, rfc3339
from rempart.cases.queue import priority
from rempart.cases.things import message_thing, raid_thing
from rempart.log.commit import SealedEntry
from rempart.model import (
    Case,
    CaseKind,
    CaseState,
    Measure,
    MeasureKind,
    Message,
    Outcome,
    Raid,
    RaidStage,
    ScopeKind,
    stable_id,
)
from rempart.model.moments import ms_of
from rempart.store.interface import Tables
from rempart.store.interface.cases import CaseChange, NewCase


class HeldMessage(NamedTuple):
    """A message of this step whose verdict is not *allow*; `sequence` is its log entry, `key` what
    it is stored under when that is not the key of its platform and id."""

    sequence: int
    message: Message
    outcome: Outcome
    key: bytes | None = None


class _Causes(NamedTuple):
    """Of the measures of held messages: the raids that some of them come from, and which of them
    reach beyond the message, with the message that caused them. A shield does not belong to the
    case of a message that was held while it was on."""

    raids: dict[str, str]
    beyond: dict[str, str | None]


class _Step:
    """What one step writes, collected so that it can be written in batches."""

    def __init__(self, tables: Tables, at_ms: int) -> None:
        self.tables = tables
        self.at_ms = at_ms
        self.new: list[NewCase] = []
        self.changes: list[CaseChange] = []
        self.messages: list[tuple[str, int]] = []
        self.entries: list[tuple[str | None, SealedEntry]] = []
        self.merges: list[tuple[list[str], str]] = []
        self.bound: list[tuple[list[str], str]] = []

    def write(self) -> list[Case]:
        cases = self.tables.cases
        cases.insert(self.new)
        cases.change(self.changes)
        cases.add_messages(self.messages)
        if self.entries:
            record(self.tables, self.entries)
        for merged, into in self.merges:
            cases.merge(merged, into, self.at_ms)
        for measures, case in self.bound:
            self.tables.stream.bind_measures(measures, case)
        opened = [new.case for new in self.new]
        changed = [cases.get(change.id) for change in self.changes]
        return [*opened, *(case for case in changed if case is not None)]


def open_for_step(
    tables: Tables, raids: Sequence[Raid], held: Sequence[HeldMessage], at_ms: int
) -> list[Case]:
    """Opens, grows and merges cases; returns those opened and those that grew.

    `raids`: every change of the step in order (the last picture of each counts).
    """
    pictures = {raid.id: raid for raid in raids if raid.stage is not RaidStage.NOTICE}
    if not pictures and not held:
        return []
    step = _Step(tables, at_ms)
    named = {row.outcome.raid for row in held if row.outcome.raid is not None}
    known = tables.cases.last_of_raids([*pictures, *(named - pictures.keys())])
    of_raid: dict[str, list[HeldMessage]] = {}
    alone: list[HeldMessage] = []
    for row in held:
        raid = row.outcome.raid
        if raid is not None and (raid in pictures or raid in known):
            of_raid.setdefault(raid, []).append(row)
        else:
            alone.append(row)
    joined, alone, caused = _under_a_raids_measure(tables, alone, known, pictures)
    alone = _of_members(alone, pictures, joined)
    for raid in dict.fromkeys((*pictures, *of_raid, *joined)):
        rows = (*of_raid.get(raid, ()), *joined.get(raid, ()))
        case = _raid_case(step, raid, pictures.get(raid), known.get(raid), rows)
        if case is None:
            continue
        for row in joined.get(raid, ()):
            step.messages.append((case, row.sequence))
            _bind(step, row, case, caused)
        picture = pictures.get(raid)
        if picture is not None:
            _take_in(step, picture, case)
    for row in alone:
        _message_case(step, row, caused)
    return step.write()


def _under_a_raids_measure(
    tables: Tables,
    alone: Sequence[HeldMessage],
    known: dict[str, Case],
    pictures: dict[str, Raid],
) -> tuple[dict[str, list[HeldMessage]], list[HeldMessage], _Causes]:
    """Messages held under the measure of a raid that has a case (now also in `known`), those that
    stay alone, and for each measure of a raid that raid."""
    measures = {measure for row in alone for measure in row.outcome.measures}
    if not measures:
        return {}, list(alone), _Causes({}, {})
    rows = [row.measure for row in tables.stream.measures(ids=list(measures), limit=len(measures))]
    caused = {
        row.id: row.raid
        for row in rows
        if row.raid is not None and row.kind is not MeasureKind.LOCK_OUT
    }
    beyond = {row.id: row.message for row in rows if _reaches_beyond(row)}
    missing = {raid for raid in caused.values() if raid not in known and raid not in pictures}
    if missing:
        known.update(tables.cases.last_of_raids(list(missing)))
    joined: dict[str, list[HeldMessage]] = {}
    still: list[HeldMessage] = []
    for row in alone:
        raids = (caused[measure] for measure in row.outcome.measures if measure in caused)
        raid = next((raid for raid in raids if raid in known or raid in pictures), None)
        if raid is None:
            still.append(row)
        else:
            joined.setdefault(raid, []).append(row)
    return joined, still, _Causes(caused, beyond)


def _reaches_beyond(measure: Measure) -> bool:
    on_place = measure.scope.kind in (ScopeKind.CHANNEL, ScopeKind.TARGET)
    return on_place or measure.kind is MeasureKind.LOCK_OUT


def _of_members(
    alone: Sequence[HeldMessage],
    pictures: dict[str, Raid],
    joined: dict[str, list[HeldMessage]],
) -> list[HeldMessage]:
    """Those that stay alone; what a raid's core members sent in its time, before it was recognised
    but in the same step, goes to `joined` (what came in earlier steps, `_take_in` merges)."""
    if not pictures:
        return list(alone)
    still: list[HeldMessage] = []
    cores = [
        (raid, {member.account for member in raid.members if member.core})
        for raid in pictures.values()
    ]
    for row in alone:
        message = row.message
        place = (message.platform, message.channel)
        for raid, core in cores:
            in_time = raid.begin <= message.sent_at <= raid.end
            if in_time and place == (raid.platform, raid.channel) and message.author.id in core:
                joined.setdefault(raid.id, []).append(row)
                break
        else:
            still.append(row)
    return still


def _raid_case(
    step: _Step,
    raid: str,
    picture: Raid | None,
    known: Case | None,
    rows: Sequence[HeldMessage],
) -> str | None:
    """The open case of a raid: opened, grown, or the next one after a decision."""
    threat = any(priority.is_threat(row.outcome.labels) for row in rows)
    if known is not None and known.state is CaseState.OPEN:
        return _grow(step, raid, picture, known, len(rows), threat)
    if known is not None and not rows:
        return None
    picture = picture or _stored(step, raid)
    ordinal = 1
    if known is not None:
        ordinal = step.tables.cases.last_of([raid_thing(raid)])[raid_thing(raid)][1] + 1
    case = _fresh_case(raid, picture, known, ordinal, step.at_ms, threat=threat)
    harm = priority.harm_of_raid(picture, threat=threat) if picture is not None else "raid"
    step.new.append(NewCase(case, raid_thing(raid), ordinal, harm=harm))
    follows = known.id if known is not None else None
    step.entries.append((case.id, opened_entry(case, follows=follows)))
    return case.id


def _grow(
    step: _Step, raid: str, picture: Raid | None, known: Case, held: int, threat: bool
) -> str:
    threat = threat or known.priority >= priority.THREAT_IN_RAID
    messages = picture.messages if picture is not None else known.messages + held
    if picture is not None:
        messages += _messages_of_others(step, raid, known)
    rank, why = known.priority, None
    if picture is None and threat and known.priority < priority.THREAT_IN_RAID:
        picture = _stored(step, raid)
    if picture is not None:
        rank, why = priority.of_raid(picture, threat=threat)
        if rank < known.priority:
            why = None
    harm = priority.harm_of_raid(picture, threat=threat) if picture is not None else ""
    step.changes.append(CaseChange(known.id, rank, messages, why, step.at_ms, harm))
    return known.id


def _messages_of_others(step: _Step, raid: str, case: Case) -> int:
    """Of the other raids that people joined to this case."""
    others = [other for other in step.tables.cases.raids_of(case.id) if other != raid]
    pictures = [_stored(step, other) for other in others]
    return sum(picture.messages for picture in pictures if picture is not None)


def _stored(step: _Step, raid: str) -> Raid | None:
    row = step.tables.stream.raid(raid)
    return row.raid if row is not None else None


def fresh_raid_case(picture: Raid, at_ms: int) -> Case:
    """The first case of a raid."""
    return _fresh_case(picture.id, picture, None, 1, at_ms, threat=False)


def _fresh_case(
    raid: str,
    picture: Raid | None,
    known: Case | None,
    ordinal: int,
    at_ms: int,
    *,
    threat: bool,
) -> Case:
    """From the raid's picture, or when none is stored from the case before it."""
    place: Raid | Case | None = picture or known
    assert place is not None, "a raid is known by its picture or by its case"
    rank, why = priority.ATTACK, known.why if known is not None else {}
    if picture is not None:
        rank, why = priority.of_raid(picture, threat=threat)
    return Case(
        id=stable_id("c", CaseKind.RAID, raid_thing(raid).hex(), str(ordinal)),
        kind=CaseKind.RAID,
        subject=raid,
        platform=place.platform,
        channel=place.channel,
        target=place.target,
        state=CaseState.OPEN,
        opened_at=at_time(at_ms),
        updated_at=at_time(at_ms),
        priority=rank,
        why=why,
        raid=raid,
        messages=place.messages,
    )


def _take_in(step: _Step, raid: Raid, case: str) -> None:
    """Open message cases that turn out to be part of the raid."""
    begin_ms, end_ms = ms_of(raid.begin), ms_of(raid.end)
    loose = step.tables.cases.loose(raid.platform, raid.channel, begin_ms, raid.id)
    if not loose:
        return
    members = {member.account for member in raid.members if member.core}
    merged = [
        row.id
        for row in loose
        if row.raid == raid.id or (row.author in members and begin_ms <= row.at_ms <= end_ms)
    ]
    if merged:
        step.merges.append((merged, case))
        step.entries.extend((one, merged_entry(one, case, step.at_ms)) for one in merged)


def _message_case(step: _Step, row: HeldMessage, caused: _Causes) -> None:
    message = row.message
    thing = row.key or message_thing(message.platform, message.id)
    rank, why = priority.of_message(row.outcome.labels, message.hit[0])
    case = Case(
        id=stable_id("c", CaseKind.MESSAGE, thing.hex(), "1"),
        kind=CaseKind.MESSAGE,
        subject=message.id,
        platform=message.platform,
        channel=message.channel,
        target=message.hit[0],
        state=CaseState.OPEN,
        opened_at=at_time(step.at_ms),
        updated_at=at_time(step.at_ms),
        priority=rank,
        why=why,
        raid=row.outcome.raid,
        messages=1,
    )
    sent_ms = ms_of(message.sent_at)
    harm = priority.harm_of_labels(row.outcome.labels)
    step.new.append(NewCase(case, thing, author=message.author.id, at_ms=sent_ms, harm=harm))
    step.messages.append((case.id, row.sequence))
    step.entries.append((case.id, opened_entry(case, messages=(row.sequence,))))
    _bind(step, row, case.id, caused)


def _bind(step: _Step, row: HeldMessage, case: str, caused: _Causes) -> None:
    """Measures of a raid are found by their raid; those the message itself caused are bound."""
    own = [
        measure
        for measure in row.outcome.measures
        if measure not in caused.raids
        and caused.beyond.get(measure, row.message.id) == row.message.id
    ]
    if own:
        step.bound.append((own, case))


def opened_entry(
    case: Case, *, follows: str | None = None, messages: Iterable[int] | None = None
) -> SealedEntry:
    return entry(
        "case",
        {
            "id": case.id,
            "happened": "opened",
            "kind": case.kind.value,
            "subject": case.subject,
            "platform": case.platform,
            "channel": case.channel,
            "target": case.target,
            "at": rfc3339(ms_of(case.opened_at)),
            "priority": case.priority,
            "why": case.why,
            "raid": case.raid,
            "follows": follows,
            "messages": None if messages is None else list(messages),
        },
    )


def merged_entry(case: str, into: str, at_ms: int) -> SealedEntry:
    return entry("case", {"id": case, "happened": "merged", "into": into, "at": rfc3339(at_ms)})
