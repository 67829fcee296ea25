"""The clocks of orders: the deadlines of cases, applied to what an authority waits for.

An order has one deadline, its effect. At half of the time a reminder, before the end an alarm, at
the end it lapses: each once, as an entry, and the on-call is called. Nothing is given effect, nor
answered, by a clock. When a time set by the authority is over, the person concerned is told.
"""

from __future__ import annotations

from collections.abc import Callable

from rempart.cases.entries import entry, record, rfc3339
from rempart.cases.queue.deadlines import Deadline, DeadlineKind, Stage, stage_at
from rempart.cases.queue.policy import Policy
from rempart.model.moments import ms_of
from rempart.store.interface import Tables
from rempart.store.interface.orders import OrderRow

_HAPPENED = {Stage.REMINDED: "reminded", Stage.WARNED: "warned", Stage.LAPSED: "lapsed"}


def deadline_of(row: OrderRow) -> Deadline:
    return Deadline(
        case=row.id,
        kind=DeadlineKind.DECIDE,
        clock=row.order.clock,
        start_ms=row.received_ms,
        start_seq=row.seq,
        span_ms=max(1, row.due_ms - row.received_ms - row.shifted_ms),
        due_ms=row.due_ms,
        stage=Stage(row.stage),
        paused_ms=row.paused_ms,
        shifted_ms=row.shifted_ms,
        stopped_ms=row.effect_ms,
    )


def with_deadline(row: OrderRow, one: Deadline) -> OrderRow:
    return row._replace(
        due_ms=one.due_ms,
        stage=int(one.stage),
        paused_ms=one.paused_ms,
        shifted_ms=one.shifted_ms,
    )


def sweep_orders(
    tables: Tables, policy: Policy, now_ms: int, tell: Callable[[OrderRow], None]
) -> None:
    """One pass over the open orders: stages of their clocks; silences that are over (`tell`)."""
    near: dict[str, int] = {}
    for row in tables.orders.open():
        _pass_on(row, now_ms, tell)
        one = deadline_of(row)
        if not one.runs:
            continue
        stage = stage_at(one, policy, now_ms)
        if stage <= one.stage:
            continue
        told = {
            "order": row.id,
            "what": _HAPPENED[stage],
            "clock": row.order.clock,
            "due": rfc3339(row.due_ms),
            "at": rfc3339(now_ms),
        }
        record(tables, [(None, entry("authority-order", told))])
        tables.orders.put(row._replace(stage=int(stage)))
        if stage >= Stage.WARNED:
            what = "deadline-lapsed" if stage is Stage.LAPSED else "deadline-near"
            near[what] = near.get(what, 0) + 1
    for what, count in near.items():
        tables.announce("alarm", {"what": what, "count": count, "order": True})


def _pass_on(row: OrderRow, now_ms: int, tell: Callable[[OrderRow], None]) -> None:
    until = row.order.silent_until
    over = until is not None and ms_of(until) <= now_ms
    if over and row.told_ms is None and row.effect is not None and row.effect.value != "refused":
        tell(row)
