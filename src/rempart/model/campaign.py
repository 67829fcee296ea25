"""A campaign: raids and single acts against one target, joined over time and places."""

from __future__ import annotations

from datetime import datetime

import msgspec


class CampaignMember(msgspec.Struct, frozen=True, omit_defaults=True):
    """An account of the campaign on one platform (ids of two platforms may collide)."""

    account: str
    platform: str
    name: str | None = None
    created_at: datetime | None = None
    first_at: datetime | None = None
    messages: int = 0
    reasons: tuple[str, ...] = ()


class Campaign(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known of a campaign at one moment (the whole picture, not what is new).

    `raids` are the ids of the raids it joins, in order of their begin; single acts belong to raids
    of kind *slow*. `places` are `platform/channel`. `acts` counts hostile messages. `reasons` say
    why these raids belong together. `end` is the time of its last act so far. `joined` are
    campaigns told before that turned out to be this one. All event time.
    """

    id: str
    target: str
    begin: datetime
    end: datetime
    recognised_at: datetime
    raids: tuple[str, ...] = ()
    members: tuple[CampaignMember, ...] = ()
    platforms: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    acts: int = 0
    confidence: float = 0.0
    reasons: tuple[str, ...] = ()
    until: datetime | None = None
    joined: tuple[str, ...] = ()
