"""What a rule may look at: fields with their types, and where each is found in the facts.

A field may be unknown (`maybe`) when the platform need not tell it. Fields are computed once per
message and only when some rule names them.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from rempart.model import RaidKind
from rempart.rules.language.types import Type


class Field(NamedTuple):
    """`code` reads it from `f` (facts), `m` (message), `a` (account), `now` (event time, s)."""

    type: Type
    code: str
    maybe: bool
    doc: str


_TARGET: Final = "(m.targets[0] if m.targets else m.channel)"
_AGE: Final = "(None if a.created_at is None else now - a.created_at.timestamp())"

FIELDS: Final[dict[str, Field]] = {
    "message.text": Field(Type.TEXT, "m.text", False, "the text as it was written"),
    "message.fold": Field(Type.TEXT, "f.fold", False, "the text with hiding undone, lower case"),
    "message.kind": Field(
        Type.TEXT, "m.kind.value", False, "chat, post, comment, sms, direct or profile"
    ),
    "message.private": Field(Type.BOOL, "m.private", False, "whether only its targets can read it"),
    "message.is_reply": Field(
        Type.BOOL, "m.reply_to is not None", False, "whether it answers another message"
    ),
    "message.links": Field(Type.TEXTS, "m.links", False, "links the platform found"),
    "message.media": Field(Type.NUMBER, "len(m.media)", False, "number of attached files"),
    "message.targets": Field(Type.TEXTS, "m.hit", False, "whom it hits"),
    "account.id": Field(Type.TEXT, "a.id", False, "the account's id on its platform"),
    "account.name": Field(Type.TEXT, "a.name", True, "its shown name"),
    "account.age": Field(Type.DURATION, _AGE, True, "time since the account was made"),
    "account.roles": Field(Type.TEXTS, "a.roles", False, "moderator, vip, subscriber …"),
    "channel.name": Field(Type.TEXT, "m.channel", False, "where it was published"),
    "channel.platform": Field(Type.TEXT, "m.platform", False, "the platform"),
    "target.name": Field(Type.TEXT, _TARGET, False, "the first one it hits"),
    "raid.stage": Field(
        Type.TEXT,
        "f.raid.stage.value if f.raid is not None else 'none'",
        False,
        "none, notice, suspect or attack",
    ),
    "raid.member": Field(
        Type.BOOL,
        "f.raid is not None and f.raid.member",
        False,
        "whether the account shares a signature with others of the raid",
    ),
    "abuse": Field(Type.NUMBER, "f.abuse", False, "the highest abuse score, 0.5 is flagged"),
    "hour": Field(Type.NUMBER, "m.sent_at.hour", False, "hour of the day of its sending, UTC"),
}

THINGS: Final[dict[str, str]] = {
    "account": "m.platform + '\\x1f' + a.id",
    "channel": "m.platform + '\\x1f' + m.channel",
    "target": f"m.platform + '\\x1f' + {_TARGET}",
    "message": "m.platform + '\\x1f' + m.channel + '\\x1f' + m.id",
}
"""What counters are keyed by and labels stand on: the code of its key."""

DURATIONS: Final[dict[str, float]] = {
    "seconds": 1.0,
    "minutes": 60.0,
    "hours": 3_600.0,
    "days": 86_400.0,
}

CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "message.kind": ("chat", "post", "comment", "sms", "direct", "profile"),
    "raid.stage": ("none", "notice", "suspect", "attack"),
}
"""Fields with few values: comparing with another one is a mistake."""

RAID_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "raid.kind": tuple(kind.value for kind in RaidKind),
    "raid.stage": ("notice", "suspect", "attack"),
}
"""The same for rules over raids."""
