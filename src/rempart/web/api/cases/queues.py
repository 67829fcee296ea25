"""Queues and who works on what: holding a case, triage, recusal, assignment, deadlines.

The console's forms do the same by the same functions. All of it is for signed-in people: a token
holds nothing, judges nothing and is concerned by nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from rempart.cases.entries import entry, record, rfc3339
from rempart.cases.queue.clockwork import clock_of, deadline_of, pause, resume
from rempart.cases.queue.desk import Desk, Seen
from rempart.cases.queue.policy import Clock, clocks
from rempart.cases.queue.queues import Queue, assign, put_queue, queues, recuse
from rempart.cases.queue.triage import look_at, triage
from rempart.errors import NotFoundError
from rempart.model import Case, CaseState
from rempart.store.interface import Tables
from rempart.web.api.cases.cases import find_case
from rempart.web.api.people.care import care_of
from rempart.web.api.request import AnyRequest, engine_of, moment, write
from rempart.web.auth import Caller, must_be_known, needs, needs_person
from rempart.web.auth.gate import now_ms

Reason = Annotated[str, msgspec.Meta(min_length=3, max_length=1_000)]
MODERATE = [needs_person("moderate")]


class HoldView(msgspec.Struct, frozen=True):
    """`mine`: the caller holds it. `holder` by name; `others`: who else looks, by name."""

    case: str
    mine: bool
    holder: str | None
    seconds_left: int
    others: list[str]


class DeadlineView(msgspec.Struct, frozen=True):
    """`what`: look, decide or tell. `stopped_at`: when the act was done or the case closed."""

    what: str
    clock: str
    started_at: datetime
    started_by: int
    due_at: datetime
    lapses: int
    paused_at: datetime | None
    stopped_at: datetime | None
    stopped_by: int | None


class Deadlines(msgspec.Struct, frozen=True):
    """The deadlines of a case, and the clock they follow with its sources."""

    case: str
    deadlines: list[DeadlineView]
    clock: Clock | None


class TriageRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What it is: a key of the taxonomy (`GET /reports/categories`)."""

    harm: str


class WhyRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Reason


class AssignRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    person: str


class QueueView(msgspec.Struct, frozen=True):
    id: str
    queue: Queue


class QueueList(msgspec.Struct, frozen=True):
    queues: list[QueueView]


class AccountsRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`platform/account`, one after the other."""

    accounts: Annotated[list[str], msgspec.Meta(max_length=50)]


def desk_of(request: AnyRequest) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


async def take_hold(request: AnyRequest, case: str) -> HoldView:
    """A heartbeat. The first one is the look that the first deadline asks for."""
    who, at_ms = must_be_known(request), now_ms()
    with engine_of(request).read() as tables:
        found = find_case(tables, who, case)
        looked = tables.deadlines.standing([case])[case].looked_ms is not None
    had = desk_of(request).holders(time.monotonic()).get(case)
    seen = desk_of(request).hold(case, who.id, time.monotonic())
    mine = seen.hold is not None and seen.hold.person == who.id
    if mine and not looked and found.state is CaseState.OPEN:
        await write(request, lambda tables: look_at(tables, case, who.id, at_ms))
    if mine and had != who.id:
        _tell_presence(request, found, "held")
    return _hold_view(request, who, case, seen)


async def let_go(request: AnyRequest, case: str) -> None:
    """Releases the hold of the caller, and says so to who watches."""
    who = must_be_known(request)
    if desk_of(request).release(case, who.id):
        with engine_of(request).read() as tables:
            _tell_presence(request, find_case(tables, who, case), "released")


def _tell_presence(request: AnyRequest, case: Case, what: str) -> None:
    engine_of(request).hub.publish(
        "presence",
        {"case": case.id, "what": what, "platform": case.platform, "channel": case.channel},
        platform=case.platform,
        channel=case.channel,
    )


async def change_case(
    request: AnyRequest, case: str, change: Callable[[Tables, Case, str, int], Any]
) -> Any:
    who, at_ms = must_be_known(request), now_ms()
    return await write(
        request, lambda tables: change(tables, find_case(tables, who, case), who.id, at_ms)
    )


@post("/cases/{case:str}/hold", guards=MODERATE, status_code=200, tags=["queues"])
async def hold(request: AnyRequest, case: FromPath[str]) -> HoldView:
    """Holds an open case for a minute, for deciding; to be repeated. 200 also when somebody else
    holds it: `mine` says so."""
    return await take_hold(request, case)


@post("/cases/{case:str}/release", guards=MODERATE, status_code=200, tags=["queues"])
async def release(request: AnyRequest, case: FromPath[str]) -> HoldView:
    """Lets go of a case."""
    await let_go(request, case)
    return HoldView(case, False, None, 0, [])


@post("/cases/{case:str}/take-over", guards=MODERATE, status_code=200, tags=["queues"])
async def take_over(request: AnyRequest, case: FromPath[str]) -> HoldView:
    """Takes a held case over from whoever holds it. Both are told; it is an entry of the log."""
    who = must_be_known(request)

    def change(tables: Tables, found: Case, by: str, at_ms: int) -> None:
        other = desk_of(request).take_over(found.id, by, time.monotonic())
        told = {
            "case": found.id,
            "what": "taken-over",
            "from": other,
            "to": by,
            "at": rfc3339(at_ms),
        }
        record(tables, [(found.id, entry("assignment", told))])
        tables.deadlines.assign(found.id, by)
        tables.announce(
            "presence",
            {
                "case": found.id,
                "what": "taken-over",
                "platform": found.platform,
                "channel": found.channel,
            },
        )

    await change_case(request, case, change)
    return _hold_view(request, who, case, desk_of(request).hold(case, who.id, time.monotonic()))


@post("/cases/{case:str}/triage", guards=MODERATE, status_code=200, tags=["queues"])
async def triage_case(
    request: AnyRequest, case: FromPath[str], data: JSONBody[TriageRequest]
) -> Case:
    """Says what an open case is: the category of a reporter is confirmed or falls back."""

    def change(tables: Tables, found: Case, by: str, at_ms: int) -> Case:
        return triage(tables, found.id, data.harm, by, at_ms, person=True)

    changed: Case = await change_case(request, case, change)
    return changed


@post("/cases/{case:str}/recuse", guards=MODERATE, status_code=200, tags=["queues"])
async def recuse_case(
    request: AnyRequest, case: FromPath[str], data: JSONBody[WhyRequest]
) -> HoldView:
    """I am concerned: the case is never shown to me again and goes to somebody else."""
    await give_up(request, case, data.reason)
    return HoldView(case, False, None, 0, [])


async def give_up(request: AnyRequest, case: str, reason: str) -> None:
    def change(tables: Tables, found: Case, by: str, at_ms: int) -> None:
        recuse(tables, found, by, reason, care_of(request), at_ms)

    await change_case(request, case, change)
    desk_of(request).release(case, must_be_known(request).id)


@post("/cases/{case:str}/assign", guards=MODERATE, status_code=200, tags=["queues"])
async def assign_case(
    request: AnyRequest, case: FromPath[str], data: JSONBody[AssignRequest]
) -> Case:
    """Gives a case to somebody who may decide it."""

    def change(tables: Tables, found: Case, by: str, at_ms: int) -> Case:
        assign(tables, found, data.person, by, care_of(request), at_ms)
        return found

    changed: Case = await change_case(request, case, change)
    return changed


@get("/cases/{case:str}/deadlines", guards=[needs("read")], sync_to_thread=True, tags=["queues"])
def case_deadlines(request: AnyRequest, case: FromPath[str]) -> Deadlines:
    """What must happen by when, what started and stopped it, and by which law."""
    return _deadlines(request, case)


def _deadlines(request: AnyRequest, case: str) -> Deadlines:
    with engine_of(request).read() as tables:
        find_case(tables, must_be_known(request), case)
        rows = [deadline_of(row) for row in tables.deadlines.of([case]).get(case, [])]
        harm = tables.deadlines.standing([case])[case].harm
    views = [
        DeadlineView(
            one.kind.value,
            one.clock,
            moment(one.start_ms),
            one.start_seq,
            moment(one.due_ms),
            one.lapses,
            None if one.paused_ms is None else moment(one.paused_ms),
            None if one.stopped_ms is None else moment(one.stopped_ms),
            one.stop_seq,
        )
        for one in sorted(rows, key=lambda row: row.due_ms)
    ]
    return Deadlines(case, views, clocks().get(clock_of(harm)))


@post("/cases/{case:str}/deadlines/pause", guards=MODERATE, status_code=200, tags=["queues"])
async def pause_case(
    request: AnyRequest, case: FromPath[str], data: JSONBody[WhyRequest]
) -> Deadlines:
    """The time to decide stands still while a reporter is asked: 72 hours at most."""
    policy = engine_of(request).policy

    def change(tables: Tables, found: Case, by: str, at_ms: int) -> None:
        pause(tables, policy, found.id, data.reason, by, at_ms)

    await change_case(request, case, change)
    return await asyncio.to_thread(_deadlines, request, case)


@post("/cases/{case:str}/deadlines/resume", guards=MODERATE, status_code=200, tags=["queues"])
async def resume_case(request: AnyRequest, case: FromPath[str]) -> Deadlines:
    """The clock goes on where it stood."""
    policy = engine_of(request).policy

    def change(tables: Tables, found: Case, by: str, at_ms: int) -> None:
        resume(tables, policy, found.id, by, at_ms)

    await change_case(request, case, change)
    return await asyncio.to_thread(_deadlines, request, case)


@get("/queues", guards=[needs("read")], sync_to_thread=True, tags=["queues"])
def list_queues(request: AnyRequest) -> QueueList:
    """The queues and their rules; *everything* is always there and not in this list."""
    with engine_of(request).read() as tables:
        return QueueList([QueueView(id, one) for id, one in queues(tables).items()])


@post("/queues", guards=[needs_person("admin")], tags=["queues"])
async def add_queue(request: AnyRequest, data: JSONBody[Queue]) -> QueueView:
    """A new queue."""
    return await save_queue(request, None, data)


@post("/queues/{queue:str}", guards=[needs_person("admin")], status_code=200, tags=["queues"])
async def change_queue(
    request: AnyRequest, queue: FromPath[str], data: JSONBody[Queue]
) -> QueueView:
    """A new version of a queue; `removed` ends it. Older versions stay in the log."""
    return await save_queue(request, queue, data)


async def save_queue(request: AnyRequest, id: str | None, queue: Queue) -> QueueView:
    who, at_ms = must_be_known(request), now_ms()
    saved = await write(request, lambda tables: put_queue(tables, id, queue, who.id, at_ms))
    return QueueView(saved, queue)


@post(
    "/people/{person:str}/accounts",
    guards=[needs_person("admin")],
    status_code=200,
    tags=["queues"],
)
async def put_accounts(
    request: AnyRequest, person: FromPath[str], data: JSONBody[AccountsRequest]
) -> AccountsRequest:
    """The accounts that a person of the console has on the platforms: cases about them are never
    shown to that person and go to another administrator."""
    who, at_ms = must_be_known(request), now_ms()
    pairs = [(platform, account) for platform, _, account in map(_split, data.accounts) if account]

    def change(tables: Tables) -> None:
        if tables.access.person(person) is None:
            raise NotFoundError("there is no such person", where=person)
        told = {"person": person, "accounts": data.accounts, "by": who.id, "at": rfc3339(at_ms)}
        record(tables, [(None, entry("person-accounts", told))])
        tables.deadlines.put_accounts(person, pairs)

    await write(request, change)
    return data


route_handlers: list[Any] = [
    hold,
    release,
    take_over,
    triage_case,
    recuse_case,
    assign_case,
    case_deadlines,
    pause_case,
    resume_case,
    list_queues,
    add_queue,
    change_queue,
    put_accounts,
]


def _split(account: str) -> tuple[str, str, str]:
    return account.strip().partition("/")


def _hold_view(request: AnyRequest, who: Caller, case: str, seen: Seen) -> HoldView:
    with engine_of(request).read() as tables:
        names = {
            id: row.name if (row := tables.access.person(id)) is not None else id
            for id in {*seen.others, *([seen.hold.person] if seen.hold else [])}
        }
    hold = seen.hold
    left = max(0, int(hold.until - time.monotonic())) if hold is not None else 0
    return HoldView(
        case,
        hold is not None and hold.person == who.id,
        None if hold is None else names[hold.person],
        left,
        [names[other] for other in seen.others],
    )
