"""Deadlines and places of cases, kept in the transaction that changed the cases.

The store marks every case that is opened or changed (`store.interface.deadlines`); `keep` looks at
those before the transaction commits, so that no case is ever there without its deadlines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rempart.cases.care import CareSettings
from rempart.cases.entries import entry, record, rfc3339
from rempart.cases.harms import harms
from rempart.cases.queue import deadlines as pure
from rempart.cases.queue.deadlines import CaseFacts, Deadline, DeadlineKind, Stage
from rempart.cases.queue.order import Reach, rank_of_case, turn_of, weight_of
from rempart.cases.queue.policy import APPEAL, OTHER, Policy
from rempart.cases.queue.queues import keep_from_the_reported
from rempart.cases.reports.independence import Voice, independent
from rempart.errors import ConflictError
from rempart.model import CaseState
from rempart.store.interface import Tables
from rempart.store.interface.cases import rank_of
from rempart.store.interface.deadlines import DeadlineRow, Place, TouchedCase

MOST_VOICES = 200
SECOND_LOOKS = frozenset({"appeal", "second_look"})
_ALL_COUNTED = 32
"""Up to so many reports each is weighed anew; beyond, when they have grown by a sixteenth."""


def keep(tables: Tables, policy: Policy, now_ms: int, *, care: CareSettings) -> int:
    """Deadlines and places of everything that was touched; returns how many cases that were."""
    total = 0
    while rows := tables.deadlines.touched():
        known = tables.deadlines.of([row.id for row in rows])
        written: list[DeadlineRow] = []
        places: list[Place] = []
        for row in rows:
            own = [deadline_of(one) for one in known.get(row.id, ())]
            if row.state != CaseState.OPEN:
                fresh = [
                    pure.stopped(one, now_ms, row.seq) for one in own if one.stopped_ms is None
                ]
            else:
                if not own:
                    _judged_by_others(tables, row.id, care, now_ms)
                fresh = _fresh(row, own, policy)
                places.append(place_of(tables, row, _merged(own, fresh), policy))
            written.extend(row_of(one, policy) for one in fresh)
        tables.deadlines.put(written)
        tables.deadlines.place(places)
        tables.deadlines.settle(row.id for row in rows)
        total += len(rows)
    return total


def pause(tables: Tables, policy: Policy, case: str, reason: str, by: str, at_ms: int) -> None:
    """The time to decide stands still while a reporter is asked for more: 72 hours at most, and
    never for life and children."""
    _stand(tables, policy, case, "paused", reason, by, at_ms)


def resume(tables: Tables, policy: Policy, case: str, by: str, at_ms: int) -> None:
    _stand(tables, policy, case, "resumed", None, by, at_ms)


def _stand(
    tables: Tables,
    policy: Policy,
    case: str,
    happened: str,
    reason: str | None,
    by: str,
    at_ms: int,
) -> None:
    rows = [deadline_of(row) for row in tables.deadlines.of([case]).get(case, [])]
    one = next((row for row in rows if row.kind is DeadlineKind.DECIDE), None)
    if one is None or one.stopped_ms is not None:
        raise ConflictError("no clock runs for this case", where=case)
    if happened == "paused":
        if tables.deadlines.standing([case])[case].rank == 0:
            raise ConflictError("where life or a child may be at stake no clock is paused")
        after = pure.paused(one, at_ms)
    else:
        after = pure.resumed(one, at_ms)
    told = {
        "case": case,
        "what": one.kind.value,
        "clock": one.clock,
        "happened": happened,
        "reason": reason,
        "by": by,
        "at": rfc3339(at_ms),
        "due": rfc3339(after.due_ms),
    }
    record(tables, [(case, entry("deadline", told))])
    tables.deadlines.put([row_of(after, policy)])
    tables.deadlines.touch(case)


def place_of(
    tables: Tables, row: TouchedCase, deadlines: Iterable[Deadline], policy: Policy
) -> Place:
    """Where an open case stands now."""
    minor = row.target in policy.minors
    rank = rank_of_case(rank_of(row.priority), minor=minor, lapses=row.lapses)
    due_ms = due_of(deadlines)
    trusted = row.reports > 0 and tables.deadlines.trusted(row.id)
    turn = turn_of(rank, row.opened_ms if due_ms is None else due_ms, trusted=trusted)
    return Place(row.id, rank, due_ms, turn, _weight(tables, row))


def due_of(deadlines: Iterable[Deadline]) -> int | None:
    """When the next act of a person is due."""
    return min(
        (
            one.due_ms
            for one in deadlines
            if one.stopped_ms is None and one.kind is not DeadlineKind.TELL
        ),
        default=None,
    )


def deadline_of(row: DeadlineRow) -> Deadline:
    return Deadline(
        row.case,
        DeadlineKind(row.kind),
        row.clock,
        row.start_ms,
        row.start_seq,
        row.span_ms,
        row.due_ms,
        Stage(row.stage),
        row.lapses,
        row.paused_ms,
        row.shifted_ms,
        row.stopped_ms,
        row.stop_seq,
    )


def row_of(one: Deadline, policy: Policy) -> DeadlineRow:
    return DeadlineRow(
        one.case,
        one.kind.value,
        one.clock,
        one.start_ms,
        one.start_seq,
        one.span_ms,
        one.due_ms,
        int(one.stage),
        one.lapses,
        one.paused_ms,
        one.shifted_ms,
        one.stopped_ms,
        one.stop_seq,
        pure.next_ms(one, policy),
    )


def clock_of(harm: str, kind: str = "") -> str:
    """The clock of a harm; of what has no name in the taxonomy, that of the others. An appeal and a
    second look have their own."""
    if kind in SECOND_LOOKS:
        return APPEAL
    known = harms().get(harm)
    return known.clock if known is not None else OTHER


def _judged_by_others(tables: Tables, case: str, care: CareSettings, now_ms: int) -> None:
    """Who is reported does not judge it."""
    found = tables.cases.get(case)
    if found is not None:
        keep_from_the_reported(tables, found, care, now_ms)


def _fresh(row: TouchedCase, own: Sequence[Deadline], policy: Policy) -> list[Deadline]:
    """What is new or different among the deadlines of an open case."""
    looked = row.looked_ms if (row.looked_ms or 0) >= row.graver_ms else None
    facts = CaseFacts(
        row.id,
        clock_of(row.harm, row.kind),
        row.target,
        row.graver_ms,
        row.seq,
        row.reported_ms if row.reports else None,
        looked,
    )
    by_person = row.triaged_ms is not None and row.triaged_ms >= row.graver_ms
    fresh = (
        pure.changed(list(own), facts, policy, by_person=by_person)
        if own
        else pure.deadlines_of(facts, policy)
    )
    if looked is not None:
        merged = _merged(own, fresh)
        look = next((one for one in merged if one.kind is DeadlineKind.LOOK), None)
        if look is not None and look.stopped_ms is None:
            fresh = [one for one in fresh if one.kind is not DeadlineKind.LOOK]
            fresh.append(pure.stopped(look, looked, row.seq))
    return fresh


def _merged(own: Iterable[Deadline], fresh: Iterable[Deadline]) -> list[Deadline]:
    return list({one.kind: one for one in (*own, *fresh)}.values())


def _weight(tables: Tables, row: TouchedCase) -> int:
    counted = row.reports <= _ALL_COUNTED or row.reports % (row.reports // 16) == 0
    if not counted and row.weight:
        return row.weight
    voices = []
    if row.reports:
        voices = [
            Voice(one.received_ms, one.reporter, one.confirmed, one.refuted)
            for one in tables.deadlines.sources(row.id, MOST_VOICES)
        ]
    return weight_of(Reach(row.views, row.messages, independent(voices)))
