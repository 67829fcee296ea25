"""Tables of campaigns.

What these tables promise:

1. The picture of a campaign is the whole of it, as last told; each telling is an entry of the log.
2. When two campaigns turn out to be one, the later one names the other in `joined`; that one stays
   readable and says where it went.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

from rempart.model import Campaign


class CampaignRow(NamedTuple):
    """`seq`: the log entry of its last telling. `joined_to`: the campaign that took it in."""

    campaign: Campaign
    seq: int
    updated_ms: int
    joined_to: str | None


class CampaignTables(ABC):
    @abstractmethod
    def put(self, campaign: Campaign, seq: int, at_ms: int) -> None:
        """The campaign as it is now; `seq` is the entry that tells it."""

    @abstractmethod
    def get(self, id: str) -> CampaignRow | None: ...

    @abstractmethod
    def latest(self, *, limit: int = 100, target: str | None = None) -> list[CampaignRow]:
        """Those that stand by themselves, the one with the latest act first."""

    @abstractmethod
    def of_raid(self, raid: str) -> CampaignRow | None:
        """The campaign this raid is part of."""

    @abstractmethod
    def entries(self, id: str) -> list[int]:
        """Sequence numbers of its entries in the log."""
