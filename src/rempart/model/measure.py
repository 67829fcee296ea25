"""A measure: one protective restriction with a scope, a lease and an undo."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class MeasureKind(StrEnum):
    """`lock_out` hides for the target only: never deleted, just not delivered. `members_only` lets
    followers or older accounts speak. `time_out` is a mute that the platform itself ends."""

    HOLD = "hold"
    HIDE = "hide"
    REMOVE = "remove"
    MUTE = "mute"
    TIME_OUT = "time_out"
    SLOW_MODE = "slow_mode"
    MEMBERS_ONLY = "members_only"
    LINK_BLOCK = "link_block"
    SHIELD = "shield"
    LOCK_OUT = "lock_out"
    SUSPEND = "suspend"
    REPLY_STOP = "reply_stop"
    ALARM = "alarm"


class ScopeKind(StrEnum):
    MESSAGE = "message"
    ACCOUNT = "account"
    CHANNEL = "channel"
    TARGET = "target"


class Scope(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the measure touches: `ref` is the id of a message, account, channel or target."""

    kind: ScopeKind
    platform: str
    channel: str
    ref: str


class MeasureState(StrEnum):
    ACTIVE = "active"
    UNDONE = "undone"
    EXPIRED = "expired"
    NOT_APPLIED = "not_applied"


class Bundle(StrEnum):
    """What a shield does, by name (see `protect.bundles`)."""

    GENTLE = "gentle"
    FIRM = "firm"
    CLOSED = "closed"


class Because(StrEnum):
    """Why a person is asked: a limit was reached, or nothing but a rule's word stood behind what
    would have hidden something from everyone."""

    LIMIT = "limit"
    PROPORTION = "proportion"


class Measure(msgspec.Struct, frozen=True, omit_defaults=True):
    """`from_at` and `until` are event times (the lease); `rule`, `raid`, `message`, `account` are
    its cause. `target`: for whom alone a lock-out holds (None: for all whom a message is aimed at).
    `part_of`: the measure it is part of and undone with. `bundle`: of a shield. `because`: of an
    alarm that asks a person in place of a measure."""

    id: str
    kind: MeasureKind
    scope: Scope
    from_at: datetime
    until: datetime | None
    rule: str
    raid: str | None = None
    message: str | None = None
    account: str | None = None
    priority: int = 0
    reason: dict[str, str] = {}
    automated: bool = True
    state: MeasureState = MeasureState.ACTIVE
    target: str | None = None
    part_of: str | None = None
    bundle: Bundle | None = None
    because: Because | None = None
