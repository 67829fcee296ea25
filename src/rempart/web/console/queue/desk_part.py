"""Parts of the queue and case pages: why a case is first, how long, who has it, what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from rempart.cases.queue.desk import Desk
from rempart.cases.queue.order import why_first
from rempart.cases.queue.policy import Policy
from rempart.cases.queue.queues import queues
from rempart.model import Case, CaseState
from rempart.store.interface import Tables
from rempart.store.interface.deadlines import Standing
from rempart.web.auth.caller import Caller, Scope
from rempart.web.console.queue.desk_screens import DeskPart, QueueName, Turn
from rempart.web.console.reading import moment


class AtWork(msgspec.Struct, frozen=True):
    """What is known beside the tables: the clocks, and who holds what now."""

    policy: Policy
    desk: Desk | None = None
    now_s: float = 0.0

    @property
    def holders(self) -> Mapping[str, str]:
        return self.desk.holders(self.now_s) if self.desk is not None else {}


def turns(
    tables: Tables, cases: Sequence[Case], at_work: AtWork | None, now_ms: int
) -> dict[str, Turn]:
    """For each open case why it stands where it does."""
    if at_work is None:
        return {}
    standings = tables.deadlines.standing([case.id for case in cases])
    holders = at_work.holders
    people = {person.id: person.name for person in tables.access.people()}
    return {
        case.id: _turn(
            case,
            standings[case.id],
            at_work.policy,
            now_ms,
            people.get(holders.get(case.id, "")),
            people.get(standings[case.id].assignee or ""),
        )
        for case in cases
        if case.state is CaseState.OPEN and case.id in standings
    }


def desk_part(
    tables: Tables, caller: Caller, case: Case, at_work: AtWork | None, now_ms: int
) -> DeskPart | None:
    """None for a case that is closed."""
    turn = turns(tables, [case], at_work, now_ms).get(case.id)
    if turn is None or at_work is None:
        return None
    may = caller.is_person and caller.may(Scope.MODERATE)
    mine, others = False, []
    if at_work.desk is not None and caller.is_person:
        seen = at_work.desk.seen(case.id, caller.id, at_work.now_s)
        mine = seen.hold is not None and seen.hold.person == caller.id
        names = {person.id: person.name for person in tables.access.people()}
        others = [names.get(other, other) for other in seen.others]
    return DeskPart(
        turn,
        mine,
        others,
        may,
        bool(tables.deadlines.triage(case.id)),
        len(tables.deadlines.told(case.id, 0)),
    )


def queue_names(tables: Tables, caller: Caller) -> list[QueueName]:
    """The queues that the caller may work on."""
    return [
        QueueName(id, dict(one.name))
        for id, one in queues(tables).items()
        if caller.bounds.queue(id)
    ]


def _turn(
    case: Case,
    standing: Standing,
    policy: Policy,
    now_ms: int,
    holder: str | None,
    assignee: str | None,
) -> Turn:
    minor = case.target in policy.minors
    why = why_first(
        standing.harm,
        minor=minor,
        due_ms=standing.due_ms,
        now_ms=now_ms,
        lapses=standing.lapses,
    )
    return Turn(
        why,
        standing.rank,
        standing.harm,
        None if standing.due_ms is None else moment(standing.due_ms),
        standing.due_ms is not None and standing.due_ms <= now_ms,
        standing.lapses,
        standing.looked_ms is not None,
        minor,
        holder,
        assignee,
    )
