"""What is played into a service: items in order, each with its moment, moved to the present.

Moving to the present keeps every distance: between messages, and between an account's creation and
its messages. Ids of moved items carry the moment of the run, because the same id with another time
would be another body under a known id.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from rempart.model import Account, Event, Item, Message

_encode = msgspec.json.Encoder().encode


class Cue(NamedTuple):
    """One item to send: `second` after the beginning of the play (0 or less: at once)."""

    second: float
    raw: bytes


class Pace(NamedTuple):
    """`speed` 2 is twice as fast, 0 as fast as possible; what comes before `live_from` (seconds of
    the recording) is history and sent at once."""

    speed: float = 1.0
    live_from: float = 0.0


def moved_to_now(items: Sequence[Item], pace: Pace, now: datetime) -> list[Cue]:
    """The cues of a play that begins `now`: at its end, the last item is of that moment."""
    if not items:
        return []
    first, last = at(items[0]), max(at(item) for item in items)
    ends = now + timedelta(seconds=_scaled((last - first).total_seconds(), pace))
    shift = ends - last
    tag = f"{int(now.timestamp() * 10):x}"
    return [
        Cue(_scaled((at(item) - first).total_seconds(), pace), _encode(_moved(item, shift, tag)))
        for item in items
    ]


def as_recorded(items: Sequence[Item], raws: Sequence[bytes], pace: Pace) -> list[Cue]:
    """The cues of a play that changes nothing: original times, ids and bytes."""
    if not items:
        return []
    first = at(items[0])
    return [
        Cue(_scaled((at(item) - first).total_seconds(), pace), raw)
        for item, raw in zip(items, raws, strict=True)
    ]


def at(item: Item) -> datetime:
    """When it happened."""
    return item.sent_at if isinstance(item, Message) else item.at


def _scaled(second: float, pace: Pace) -> float:
    if pace.speed == 0:
        return 0.0
    return (second - pace.live_from) / pace.speed


def _moved(item: Item, shift: timedelta, tag: str) -> Item:
    if isinstance(item, Event):
        account = item.account
        return msgspec.structs.replace(
            item,
            id=f"{item.id}@{tag}",
            at=_later(item.at, shift),
            account=_older(account, shift) if isinstance(account, Account) else account,
            message=None if item.message is None else f"{item.message}@{tag}",
        )
    return msgspec.structs.replace(
        item,
        id=f"{item.id}@{tag}",
        sent_at=_later(item.sent_at, shift),
        author=_older(item.author, shift),
        reply_to=None if item.reply_to is None else f"{item.reply_to}@{tag}",
    )


def _older(account: Account, shift: timedelta) -> Account:
    if account.created_at is None:
        return account
    return msgspec.structs.replace(account, created_at=_later(account.created_at, shift))


def _later(value: datetime, shift: timedelta) -> datetime:
    """To the millisecond, as platforms tell it."""
    moved = (value + shift).astimezone(UTC)
    return moved.replace(microsecond=moved.microsecond // 1000 * 1000)
