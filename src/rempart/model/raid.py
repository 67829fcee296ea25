"""A raid: a coordinated attack, with its members, begin, end, confidence and reasons."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class RaidStage(StrEnum):
    """`notice`: coordinated and harmless, shown, never punished, opens no case. `suspect`: hold
    fresh arrivals for minutes. `attack`: hold members, shield the target. *Confirmed* is a state of
    the case, not of the raid. Every stage ends by itself."""

    NOTICE = "notice"
    SUSPECT = "suspect"
    ATTACK = "attack"

    @property
    def rank(self) -> int:
        return _RANK[self]


_RANK = {RaidStage.NOTICE: 0, RaidStage.SUSPECT: 1, RaidStage.ATTACK: 2}


class RaidKind(StrEnum):
    BOT_RAID = "bot_raid"
    LINK_RAID = "link_raid"
    FLOOD = "flood"
    DOGPILE = "dogpile"
    SLOW = "slow"
    SPREAD = "spread"
    BRIGADE = "brigade"


class Member(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """An account of the raid with its own reasons. `core` members share a signature and may be
    acted on one by one; the mere crowd only by short holds."""

    account: str
    name: str | None = None
    created_at: datetime | None = None
    first_at: datetime | None = None
    messages: int = 0
    core: bool = True
    reasons: tuple[str, ...] = ()


class Raid(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What is known of a raid at one moment. `end` is the time of its last message so far.

    `detected_at` and `detected_after_messages` speak of the first *attack*; `suspect_at` of the
    first suspicion. `reasons` are sentences with numbers against the baseline. All event time.
    """

    id: str
    platform: str
    channel: str
    target: str
    stage: RaidStage
    kind: RaidKind
    begin: datetime
    end: datetime
    members: tuple[Member, ...] = ()
    messages: int = 0
    confidence: float = 0.0
    reasons: tuple[str, ...] = ()
    suspect_at: datetime | None = None
    detected_at: datetime | None = None
    detected_after_messages: int | None = None
    until: datetime | None = None
