"""Replies that leave later, what the provider says of them, and whom a person puts back.

Rules kept here:

1. What is sent later is paid for before it leaves. What certainly never left is given back; what
   may have left stays paid.
2. Before somebody who waits is answered it is asked once more what is known of the number by now:
   who turned out to be part of an attack leaves the queue, with a reply stop.
3. A price the provider tells counts when it is higher than what was counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import NamedTuple

from rempart.cases.entries import entry, record, rfc3339
from rempart.cases.measures.undo import undo_measures
from rempart.engine.embedded.replies import Came, LineKeeper
from rempart.errors import NotFoundError
from rempart.model import Measure, MeasureKind, MeasureState
from rempart.protect.replies import Action, Arrival, Rank, Reason, ReplyBook
from rempart.store.interface import Tables
from rempart.store.interface.replies import ReplyRow, Sender

AT_ONCE = 20
"""So many waiting replies leave in one go."""
MOST_LOOKED_AT = 500
SUSPECT_MS = 5 * 60_000
"""So long a mere suspicion keeps somebody waiting, as it holds a message."""
SAVE_CLOCK_MS = 5 * 60_000


class Job(NamedTuple):
    """A reply that is paid for and to be sent. `again`: an earlier attempt may have arrived."""

    row: ReplyRow
    again: bool


def take_due(keeper: LineKeeper, clock_ms: int, *, first: bool = False) -> Future[list[Job]]:
    """Pays for waiting replies as far as there is budget, and gives them with those that are to be
    tried again. `first`: the service has just started, so whatever was on its way may have arrived
    or not."""
    return keeper.engine.write(lambda tables: _take_due(keeper, tables, clock_ms, first))


def _take_due(keeper: LineKeeper, tables: Tables, clock_ms: int, first: bool) -> list[Job]:
    now_ms = keeper.engine.now_ms()
    again = tables.replies.due(keeper.name, (1 << 62) if first else now_ms, AT_ONCE)
    row = tables.replies.line(keeper.name)
    if clock_ms - row.clock_ms >= SAVE_CLOCK_MS:
        tables.replies.put_line(row._replace(clock_ms=clock_ms))
    taken = _pay(keeper, tables, clock_ms, now_ms) if len(again) < AT_ONCE else []
    unknown = Reason.UNKNOWN.value
    return [
        *(Job(one, again=first or one.reason == unknown) for one in again),
        *(Job(one, again=False) for one in taken),
    ]


def _pay(keeper: LineKeeper, tables: Tables, clock_ms: int, now_ms: int) -> list[ReplyRow]:
    waiting = tables.replies.waiting(keeper.name, MOST_LOOKED_AT)
    if not waiting or keeper.is_stopped(tables):
        return []
    came = [_came(one) for one in waiting]
    book = keeper.book(tables, came, clock_ms)
    left = _turned_out(keeper, tables, waiting, book, now_ms)
    gone = {row.id for row in left}
    changed: list[ReplyRow] = []
    for one in waiting:
        if one.id in gone or (
            one.reason == Reason.SUSPECT.value and now_ms - one.at_ms < SUSPECT_MS
        ):
            continue
        arrival = Arrival(one.sender, one.pattern, one.cost)
        decision = book.decide_waiting(arrival, Rank(one.rank))
        if decision.action is Action.WAIT:
            if decision.reason is Reason.PATTERN:
                continue
            break
        state = "sending" if decision.action is Action.ANSWER else "silent"
        book.senders[one.sender].waits = False
        row = one._replace(
            state=state, reason=decision.reason.value, clock_ms=clock_ms, next_ms=now_ms
        )
        tables.replies.settle(row)
        changed.append(row)
        if len(changed) >= AT_ONCE:
            break
    paid = [row for row in changed if row.state == "sending"]
    if paid:
        cost = sum(row.cost for row in paid)
        tables.replies.spend(keeper.name, clock_ms, cost, len(paid))
    if changed or left:
        keeper.keep(tables, book, now_ms)
        keeper.tell(tables, changed, book, now_ms, left)
        keeper.watch(tables, book, now_ms, clock_ms)
    return paid


def _turned_out(
    keeper: LineKeeper, tables: Tables, waiting: Sequence[ReplyRow], book: ReplyBook, now_ms: int
) -> list[ReplyRow]:
    """Who waits and belongs to an attack, as is known by now."""
    raids = {
        row.seq: row.raid
        for row in tables.stream.messages(sorted(row.seq for row in waiting))
        if row.raid is not None and keeper.is_attack(tables, row.raid)
    }
    stops: dict[str, Measure] = {}
    for one in waiting:
        sender = book.sender(one.sender)
        if one.seq in raids and not sender.released:
            sender.waits = False
            if not sender.stopped:
                sender.stopped = True
                stops[one.sender] = keeper.stop(one.sender, raids[one.seq], now_ms)
    return keeper.write_stops(tables, list(stops.values()), now_ms)


def settle(keeper: LineKeeper, row: ReplyRow, *, refund: bool = False) -> Future[None]:
    """What came of an attempt. `refund`: it certainly never left."""

    def change(tables: Tables) -> None:
        now_ms = keeper.engine.now_ms()
        tables.replies.settle(row)
        if refund:
            tables.replies.spend(keeper.name, row.clock_ms, -row.cost, -1)
        if row.state == "sending":
            return
        told = {
            "line": keeper.name,
            "at": rfc3339(now_ms),
            "messages": {row.state: {row.reason: [row.seq]}},
            "provider": row.out_sid or None,
            "detail": row.detail or None,
            "returned": row.cost if refund else None,
        }
        record(tables, [(None, entry("replies", told))])
        tables.announce("line", {"line": keeper.name, **keeper.place()})

    return keeper.engine.write(change)


def told_price(keeper: LineKeeper, sid: str, told: int, parts: int, clock_ms: int) -> Future[bool]:
    """The provider told what the reply to message `sid` cost: more than was counted is counted
    now, less is left as it is; later replies cost what was told, when that is more."""

    def change(tables: Tables) -> bool:
        found = tables.replies.of_sids(keeper.name, [sid]).get(sid)
        if found is None or told <= found.cost:
            return False
        now_ms = keeper.engine.now_ms()
        tables.replies.spend(keeper.name, clock_ms, told - found.cost, 0)
        tables.replies.settle(found._replace(cost=told))
        line = tables.replies.line(keeper.name)
        price = max(line.price, -(-told // max(1, parts)))
        tables.replies.put_line(line._replace(price=price))
        value = {
            "line": keeper.name,
            "at": rfc3339(now_ms),
            "message": found.seq,
            "counted": found.cost,
            "told": told,
        }
        record(tables, [(None, entry("reply_price", value))])
        return True

    return keeper.engine.write(change)


def put_back(keeper: LineKeeper, sender: str, by: str, at_ms: int) -> Future[list[Measure]]:
    """A person says that this number is genuine: its reply stops are undone, and the latest of
    its messages that was met with silence is answered next."""

    def change(tables: Tables) -> list[Measure]:
        now_ms = keeper.engine.now_ms()
        rows = tables.replies.latest(keeper.name, sender=sender, limit=20)
        if not rows:
            raise NotFoundError("this number did not write to the line", where=keeper.name)
        active = [
            row.measure.id
            for row in tables.stream.measures_on(keeper.platform, keeper.channel, account=sender)
            if row.measure.kind is MeasureKind.REPLY_STOP
            and row.measure.state is MeasureState.ACTIVE
        ]
        undone = undo_measures(tables, active, by, at_ms)
        known = tables.replies.senders(keeper.name, [sender]).get(sender, Sender())
        known.released = True
        open_again = next(
            (row for row in rows if row.state in ("silent", "waiting") and row.text), None
        )
        if open_again is not None:
            reason = Reason.PUT_BACK.value
            rank = Rank.RELEASED.value
            tables.replies.settle(open_again._replace(state="waiting", reason=reason, rank=rank))
            known.waits = True
        tables.replies.put_senders(keeper.name, {sender: known}, now_ms)
        value = {
            "line": keeper.name,
            "at": rfc3339(at_ms),
            "by": by,
            "message": open_again.seq if open_again else rows[0].seq,
            "measures": active,
        }
        record(tables, [(None, entry("reply_put_back", value))])
        tables.announce("line", {"line": keeper.name, **keeper.place()})
        return undone

    return keeper.engine.write(change)


def _came(row: ReplyRow) -> Came:
    return Came(row.sid, row.seq, row.sender, row.text, row.cost, row.pattern)
