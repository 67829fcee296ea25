"""Whether an act belongs to a campaign that is known already, and whose business it is."""

from __future__ import annotations

from collections.abc import Sequence

from rempart.detect.campaign import state as states
from rempart.detect.campaign.attack import raid_at
from rempart.detect.campaign.slow import SPAN_MS
from rempart.detect.campaign.state import CampaignData, CampaignState, Known, Strand
from rempart.detect.campaign.strands import is_campaign, matches


def is_sudden(state: CampaignState, strand: Strand, place: int, now: int) -> bool:
    """The first minutes of a return are the other operator's, who sees whether it is a raid; what
    comes back slowly is seen here, from the second time on."""
    if raid_at(state.data, place) is not None:
        return False
    if any(one.raid_last >= 0 and now - one.raid_last <= SPAN_MS for one in state.data.strands):
        return True
    platform, channel, _ = state.data.places[place]
    earlier = [
        act
        for act in state.data.acts
        if not act.raid
        and act.newcomer
        and state.data.places[act.place][:2] == (platform, channel)
        and SPAN_MS <= now - act.at <= states.DAY_MS * 14
        and matches(strand, act.keys)
    ]
    return not earlier


def is_known(data: CampaignData, keys: Sequence[int]) -> bool:
    return any(is_campaign(strand) and matches(strand, keys) for strand in data.strands)


def campaign_of_act(data: CampaignData, known: Known, keys: Sequence[int]) -> Strand | None:
    """The campaign whose wording this is, or whose member this is."""
    for strand in data.strands:
        if is_campaign(strand) and (known.id in strand.members or matches(strand, keys)):
            return strand
    return None


def all_members(data: CampaignData) -> set[str]:
    return {key for strand in data.strands if is_campaign(strand) for key in strand.members}
