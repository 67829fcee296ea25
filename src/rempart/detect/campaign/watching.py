"""Messages without a signal, while their target is under a slow attack or a campaign: a message
belongs to it by its author, or by its wording."""

from __future__ import annotations

from rempart.detect.campaign.acts import Watched, Wording
from rempart.detect.campaign.attack import gather_soft
from rempart.detect.campaign.belonging import all_members, is_sudden
from rempart.detect.campaign.findings import Findings, enter, tell_raids, tick
from rempart.detect.campaign.memory import (
    account_key,
    is_burst,
    meet,
    note_tags,
    place_of,
    remember,
)
from rempart.detect.campaign.raids import takes_her_side, target_name
from rempart.detect.campaign.reasons import SHARES_WORDING
from rempart.detect.campaign.state import CampaignState, Strand
from rempart.detect.campaign.strands import (
    bits_of,
    is_campaign,
    is_near_copy,
    is_soft_copy,
    is_watched,
    note_other,
    note_soft,
)
from rempart.model.moments import ms_of


def take_watched(state: CampaignState, row: Watched, wording: Wording, found: Findings) -> None:
    data, message = state.data, row.message
    if not is_watched(data):
        return
    now = tick(state, row.position, ms_of(message.sent_at), found)
    key = account_key(message)
    if key not in all_members(data):
        note_tags(data, wording.tags)
        if takes_her_side(data, wording):
            return
    known = data.accounts.get(key)
    if known is not None and not known.newcomer:
        return
    place = place_of(data, message, target_name(data, message))
    for strand in data.strands:
        if not is_campaign(strand):
            continue
        member = known is not None and key in strand.members
        copies = is_near_copy(strand, wording.keys)
        if member or copies or is_soft_copy(strand, wording.keys):
            if not is_sudden(state, strand, place, now):
                take_unflagged(state, strand, row, place, wording, now, copies, found)
            return
        if note_other(strand, wording.keys):
            known = meet(state, message, now, newcomer=True, sure=False)
            if not is_burst(data, now):
                remember(state, known, place, wording.keys, now, flagged=False, raid=False)


def take_unflagged(
    state: CampaignState,
    strand: Strand,
    row: Watched,
    place: int,
    wording: Wording,
    now: int,
    copies: bool,
    found: Findings,
) -> None:
    """A message without a signal belongs to the campaign: by its author, or by its wording."""
    data = state.data
    member = data.accounts.get(account_key(row.message))
    hot = False
    if member is not None and member.id in strand.members and not copies:
        hot = note_soft(strand, wording.keys, member.serial)
    known = meet(state, row.message, now, newcomer=True, sure=False)
    if not is_burst(data, now):
        remember(state, known, place, wording.keys, now, flagged=False, raid=False)
    bits = bits_of(strand, known, wording.keys)
    if copies or is_soft_copy(strand, wording.keys):
        bits |= SHARES_WORDING
    enter(state, strand, row, known, place, wording, now, bits, copies, found)
    if hot:
        places = gather_soft(state, strand, row.message)
        tell_raids(state, row.position, places, now, found)
