"""What the log, the table and the live pages are told of campaigns.

A campaign is told rarely (see `detect.campaign.campaigns`), so every telling is written at once: an
entry, the row, a live event for each of its places. What a failed transaction could not write is
written by the next one.
"""

from __future__ import annotations

from typing import Any

from rempart.log.commit import seal, to_value
from rempart.model import Campaign
from rempart.model.moments import ms_of
from rempart.store.interface import Tables


class CampaignBook:
    """Campaigns that changed and are not committed yet."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Campaign]] = {}

    def change(self, campaign: Campaign) -> None:
        self._waiting.setdefault(campaign.id, []).append(campaign)

    def write(self, tables: Tables, now_ms: int) -> None:
        for pictures in self._waiting.values():
            for campaign in pictures:
                seq = tables.log.append([seal("campaign", to_value(campaign))])
                tables.campaigns.put(campaign, seq, now_ms)
            for digest in digests(pictures[-1]):
                tables.announce("campaign", digest)

    def committed(self) -> None:
        self._waiting.clear()


def digests(campaign: Campaign) -> list[dict[str, Any]]:
    """A campaign as the live pages show it, once for each place: whoever has rights on one channel
    is not told of the others."""
    return [
        {
            "id": campaign.id,
            "platform": place.partition("/")[0],
            "channel": place.partition("/")[2],
            "target": campaign.target,
            "begin": ms_of(campaign.begin),
            "end": ms_of(campaign.end),
            "raids": len(campaign.raids),
            "members": len(campaign.members),
            "acts": campaign.acts,
            "confidence": campaign.confidence,
            "reasons": list(campaign.reasons),
        }
        for place in campaign.places
    ]
