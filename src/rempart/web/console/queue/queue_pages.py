"""The page of the queues: their rules, who works on them, how much waits in each."""

from __future__ import annotations

from datetime import datetime

import msgspec

from rempart.cases.people import people_with
from rempart.cases.queue.queues import Queue
from rempart.cases.queue.queues import queues as all_queues
from rempart.cases.rights import Right
from rempart.model import CaseKind, CaseState
from rempart.store.interface import Tables
from rempart.store.interface.cases import CaseQuery
from rempart.web.auth.caller import Caller, Scope
from rempart.web.console.reading import moment, within


class Person(msgspec.Struct, frozen=True):
    id: str
    name: str


class QueueLine(msgspec.Struct, frozen=True):
    """`waiting`: open cases in it that the caller may see."""

    id: str
    queue: Queue
    waiting: int


class QueuesScreen(msgspec.Struct, frozen=True):
    now: datetime
    queues: list[QueueLine]
    people: list[Person]
    may_change: bool


def queues(tables: Tables, caller: Caller, now_ms: int) -> QueuesScreen:
    lines = [
        QueueLine(id, one, tables.cases.page(query_of(caller, one, limit=0)).total)
        for id, one in all_queues(tables).items()
    ]
    people = [Person(row.id, row.name) for row in people_with(tables, Right.DECIDE)]
    may = caller.is_person and caller.may(Scope.ADMIN)
    return QueuesScreen(moment(now_ms), lines, people if may else [], may)


def query_of(
    caller: Caller,
    queue: Queue | None,
    *,
    limit: int,
    state: CaseState = CaseState.OPEN,
    kind: str | None = None,
) -> CaseQuery:
    """The cases of a queue (None: everything) inside the caller's bounds."""
    names = within(caller)
    channels = None if names is None else set(names)
    harms = None if caller.harms is None else {*caller.harms, ""}
    kinds: tuple[str, ...] = ()
    if queue is not None:
        if queue.channels:
            wanted = {name.partition("/")[2] or name for name in queue.channels}
            channels = wanted if channels is None else wanted & channels
        if queue.harms:
            harms = set(queue.harms) if harms is None else harms & set(queue.harms)
        kinds = queue.kinds
    if kind is None and len(kinds) == 1:
        kind = kinds[0]
    return CaseQuery(
        state,
        None if kind is None else CaseKind(kind),
        None if channels is None else tuple(sorted(channels)),
        limit=limit,
        harms=None if harms is None else tuple(sorted(harms)),
        without=tuple(sorted(caller.without)),
        languages=queue.languages if queue is not None else (),
        kept_from=caller.id,
    )
