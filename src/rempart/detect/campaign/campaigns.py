"""Campaigns as everybody else sees them, and when there is something new to tell of one."""

from __future__ import annotations

from typing import Final, NamedTuple

from rempart.detect.campaign.reasons import member_sentences, sentences
from rempart.detect.campaign.state import HOUR_MS, MEMORY_MS, CampaignData, Strand
from rempart.model import Campaign, CampaignMember
from rempart.model.moments import at_time

_TELL_MS: Final = 6 * HOUR_MS
_GROWTH: Final = 1.25


class CampaignChange(NamedTuple):
    """After the message at `position` the campaign is known to be this (the whole picture)."""

    position: int
    campaign: Campaign


def is_due(strand: Strand, now: int) -> bool:
    """Told when it is recognised or tied to another raid, when it has grown by a quarter, and every
    few hours while it goes on."""
    size = len(strand.members) + 8 * len(strand.raids)
    if strand.told >= 0:
        if size == strand.told_members:
            return False
        if size < strand.told_members * _GROWTH and now - strand.told < _TELL_MS:
            return False
    strand.told, strand.told_members = now, size
    return True


def campaign_of(data: CampaignData, strand: Strand) -> Campaign:
    places = [data.places[place] for place in strand.places]
    names = [name for _, _, name in places]
    members = tuple(
        CampaignMember(
            account=key.partition("/")[2],
            platform=key.partition("/")[0],
            name=member.name,
            created_at=at_time(member.created) if member.created >= 0 else None,
            first_at=at_time(member.first),
            messages=member.messages,
            reasons=member_sentences(member.because),
        )
        for key, member in strand.members.items()
    )
    return Campaign(
        id=strand.id,
        target=names[0] if names else data.key,
        begin=at_time(strand.begin),
        end=at_time(strand.last),
        recognised_at=at_time(strand.recognised),
        raids=tuple(sorted(strand.raids, key=lambda raid: (strand.raids[raid], raid))),
        members=members,
        platforms=tuple(dict.fromkeys(platform for platform, _, _ in places)),
        places=tuple(f"{platform}/{channel}" for platform, channel, _ in places),
        acts=strand.acts,
        confidence=strand.confidence,
        reasons=sentences(strand.ties),
        until=at_time(strand.last + MEMORY_MS),
        joined=tuple(strand.joined),
    )
