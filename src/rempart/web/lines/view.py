"""What people see of a line: spent, cap, answered, waiting, met with silence and why."""

from __future__ import annotations

from datetime import datetime

import msgspec

from rempart.cases.child_safety import sealed_messages
from rempart.connect.sms.settings import PLATFORM, masked
from rempart.engine.embedded.items import logged_message
from rempart.protect.replies import MILLION
from rempart.store.interface import Tables
from rempart.store.interface.replies import DAY_MS, ReplyRow
from rempart.web.api.request import moment
from rempart.web.lines.desk import LineDesk

MOST_SHOWN = 100


class CountOf(msgspec.Struct, frozen=True):
    reason: str
    count: int


class Money(msgspec.Struct, frozen=True):
    """`spent` and `cap` in the line's currency; `used`: their ratio."""

    spent: float
    cap: float
    used: float


class ReplyView(msgspec.Struct, frozen=True):
    """One message of the line. `sender` is masked; `entry`: its log entry; `text` None: erased."""

    id: int
    entry: int
    at: datetime
    sender: str
    state: str
    reason: str
    detail: str = ""
    text: str | None = None


class LineView(msgspec.Struct, frozen=True):
    """A line now, and its last 24 hours. `answered`: in the answer to the webhook; `sent`: later;
    `silent` and `waiting` by reason. `latest`: the newest that were met with silence, wait, or were
    refused."""

    now: datetime
    name: str
    platform: str
    channel: str
    currency: str
    price: float
    hour: Money
    day: Money
    messages: int
    answered: int
    sent: int
    silent: list[CountOf]
    waiting: list[CountOf]
    waiting_now: int
    refused: int
    unsigned: int
    latest: list[ReplyView]
    may_put_back: bool = False


class LineList(msgspec.Struct, frozen=True):
    lines: list[LineView]


def line_view(tables: Tables, desk: LineDesk, now_ms: int, *, may_put_back: bool) -> LineView:
    settings, name = desk.settings, desk.name
    row = tables.replies.line(name)
    spent = tables.replies.spent(name, max(desk.clock.now_ms(), row.clock_ms))
    counts = tables.replies.counts(name, now_ms - DAY_MS)
    by_state: dict[str, int] = {}
    for (state, _), count in counts.items():
        by_state[state] = by_state.get(state, 0) + count
    limits = settings.limits
    latest = [
        one
        for state in ("silent", "waiting", "refused")
        for one in tables.replies.latest(name, state=state, limit=MOST_SHOWN)
    ]
    latest.sort(key=lambda one: one.id, reverse=True)
    return LineView(
        now=moment(now_ms),
        name=name,
        platform=PLATFORM,
        channel=settings.number,
        currency=settings.currency,
        price=max(settings.price, row.price / MILLION),
        hour=_money(spent.hour, limits.cap_hour),
        day=_money(spent.day, limits.cap_day),
        messages=sum(counts.values()),
        answered=by_state.get("answered", 0),
        sent=by_state.get("sent", 0),
        silent=_reasons(counts, "silent"),
        waiting=_reasons(counts, "waiting"),
        waiting_now=by_state.get("waiting", 0) + by_state.get("sending", 0),
        refused=by_state.get("refused", 0),
        unsigned=desk.counts["unsigned"],
        latest=[_reply(tables, one) for one in latest[:MOST_SHOWN]],
        may_put_back=may_put_back,
    )


def _money(spent: int, cap: int) -> Money:
    return Money(round(spent / MILLION, 4), cap / MILLION, spent / cap if cap else 1.0)


def _reasons(counts: dict[tuple[str, str], int], state: str) -> list[CountOf]:
    found = [CountOf(reason, count) for (of, reason), count in counts.items() if of == state]
    return sorted(found, key=lambda one: (-one.count, one.reason))


def _reply(tables: Tables, row: ReplyRow) -> ReplyView:
    sealed = sealed_messages(tables, [row.seq])
    message = None if sealed else logged_message(tables.log.bodies(row.seq))
    return ReplyView(
        id=row.id,
        entry=row.seq,
        at=moment(row.at_ms),
        sender=masked(row.sender),
        state=row.state,
        reason=row.reason,
        detail=row.detail,
        text=None if message is None else message.text,
    )
