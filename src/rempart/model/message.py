"""A message: one thing someone sent. An event: what the platform says beside it.

Shapes follow CONTRACT (NDJSON, one per line). Times are aware datetimes in UTC. What no field tells
is *not known* and stays `None`; nothing is guessed. Unknown fields are forbidden here, so that none
can get lost unseen: `ingest` moves them into `extra` (read raw bytes with `ingest.parse_one`).
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

MAX_TEXT_BYTES = 64 * 1024
MAX_ID_BYTES = 256
MAX_NAME_BYTES = 1024


class MessageKind(StrEnum):
    CHAT = "chat"
    POST = "post"
    COMMENT = "comment"
    SMS = "sms"
    DIRECT = "direct"
    PROFILE = "profile"


class Account(
    msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """Who sent it, on which platform. `created_at` is often unknown."""

    id: str
    name: str | None = None
    created_at: datetime | None = None
    roles: tuple[str, ...] = ()


class Media(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """One attached file. `path` is relative to the input file's folder and never outside it."""

    id: str
    sha256: str | None = None
    mime: str | None = None
    path: str | None = None
    url: str | None = None


class Message(
    msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False
):
    """One chat line, post, comment, SMS, direct message or image.

    `text` is the working text (lone surrogates replaced by U+FFFD); the raw bytes are kept beside
    it by whoever received it. `targets` empty means: the channel's owner.
    """

    id: str
    platform: str
    channel: str
    sent_at: datetime
    author: Account
    text: str = ""
    targets: tuple[str, ...] = ()
    reply_to: str | None = None
    kind: MessageKind = MessageKind.CHAT
    private: bool = False
    links: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    extra: dict[str, Any] = {}

    @property
    def hit(self) -> tuple[str, ...]:
        """Whom it hits: the named targets, or the channel (its owner)."""
        return self.targets or (self.channel,)


class EventKind(StrEnum):
    JOIN = "join"
    LEAVE = "leave"
    ANNOUNCED_RAID = "announced_raid"
    PROMOTION = "promotion"
    BAN = "ban"
    EDIT = "edit"
    DELETE = "delete"
    DELIVERED = "delivered"


class Event(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """What the platform tells beside messages; same stream, order and idempotence."""

    event: EventKind
    id: str
    platform: str
    channel: str
    at: datetime
    account: Account | str | None = None
    message: str | None = None
    count: int | None = None
    extra: dict[str, Any] = {}


Item = Message | Event
"""What a stream carries."""
