"""What is held of an account, for an order for information (DSA art. 10(2)). A pure reading.

Rules kept here:

1. Only what was collected for the service already: there is no field that asks anybody or looks
   anywhere else. Each field says where it comes from.
2. Left out and counted: words of private messages, of child safety, and what was erased. Who
   reported, who decided and what anybody's protected facts are is in no field.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from rempart.cases.child_safety import sealed_messages
from rempart.cases.entries import at_time
from rempart.cases.reading import read_message
from rempart.errors import InputError
from rempart.model import Held
from rempart.store.interface import Tables
from rempart.store.interface.stream import MessageRow

MOST = 10_000


class Field(msgspec.Struct, frozen=True):
    """`origin`: how it came to be held. `left_out`: how many parts are not given, with the why."""

    field: Held
    value: Any
    origin: str
    left_out: dict[str, int] = {}


class AccountHeld(msgspec.Struct, frozen=True):
    account: str
    fields: list[Field]


class Information(msgspec.Struct, frozen=True):
    """`log_size`: how large the log was when this was read."""

    order: str
    made_at: datetime
    log_size: int
    accounts: list[AccountHeld]


def information(
    tables: Tables, order: str, accounts: Sequence[str], wanted: Sequence[Held], at_ms: int
) -> Information:
    if not wanted:
        raise InputError("choose what is given", where="wanted")
    found = [AccountHeld(account, _fields(tables, account, wanted)) for account in accounts]
    return Information(order, at_time(at_ms), tables.log.size(), found)


def _fields(tables: Tables, account: str, wanted: Sequence[Held]) -> list[Field]:
    platform, _, id = account.partition("/")
    if not platform or not id:
        raise InputError("an account is written platform/id", where=account)
    rows = _rows(tables, platform, id)
    makers = {
        Held.NAMES: lambda: _names(rows),
        Held.TIMES: lambda: _times(rows),
        Held.CHANNELS: lambda: _channels(rows),
        Held.MESSAGES: lambda: _messages(tables, rows),
        Held.MEASURES: lambda: _measures(tables, platform, id),
    }
    return [makers[field]() for field in Held if field in set(wanted)]


def _rows(tables: Tables, platform: str, id: str) -> list[MessageRow]:
    rows = [
        row
        for place in tables.stream.channels()
        if place.platform == platform
        for row in tables.stream.latest_by_author(platform, place.channel, id, limit=MOST)
    ]
    return sorted(rows, key=lambda row: row.seq)[-MOST:]


def _names(rows: Sequence[MessageRow]) -> Field:
    names = sorted({row.author_name for row in rows if row.author_name})
    return Field(Held.NAMES, names, _came_with(rows, "display name sent by the platform"))


def _times(rows: Sequence[MessageRow]) -> Field:
    value = {
        "first": at_time(min(row.sent_at_ms for row in rows)) if rows else None,
        "last": at_time(max(row.sent_at_ms for row in rows)) if rows else None,
        "messages": len(rows),
    }
    return Field(Held.TIMES, value, _came_with(rows, "time of sending, as the platform gave it"))


def _channels(rows: Sequence[MessageRow]) -> Field:
    value = sorted({f"{row.platform}/{row.channel}" for row in rows})
    return Field(Held.CHANNELS, value, _came_with(rows, "channel in which it was published"))


def _messages(tables: Tables, rows: Sequence[MessageRow]) -> Field:
    value, left_out = [], {"private": 0, "child_safety": 0, "erased": 0}
    sealed = sealed_messages(tables, [row.seq for row in rows])
    for row in rows:
        message = read_message(tables, row)
        if message is None:
            left_out["erased"] += 1
        elif message.private:
            left_out["private"] += 1
        elif row.seq in sealed:
            left_out["child_safety"] += 1
        else:
            value.append(
                {
                    "id": row.id,
                    "channel": row.channel,
                    "sent_at": at_time(row.sent_at_ms),
                    "text": message.text,
                    "entry": row.seq,
                }
            )
    origin = _came_with(rows, "body of the entry, byte for byte as it was received")
    return Field(Held.MESSAGES, value, origin, {why: n for why, n in left_out.items() if n})


def _measures(tables: Tables, platform: str, id: str) -> Field:
    rows = [
        row
        for place in tables.stream.channels()
        if place.platform == platform
        for row in tables.stream.measures_on(platform, place.channel, account=id)
    ]
    value = [
        {
            "kind": row.measure.kind.value,
            "channel": row.measure.scope.channel,
            "from": row.measure.from_at,
            "until": row.measure.until,
            "state": row.measure.state.value,
        }
        for row in rows
    ]
    return Field(Held.MEASURES, value, "measures of this service, from its own log")


def _came_with(rows: Sequence[MessageRow], what: str) -> str:
    if not rows:
        return f"{what}; nothing is held"
    return f"{what}; entries {rows[0].seq} to {rows[-1].seq} of the log"
