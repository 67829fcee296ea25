"""Raids of minutes in the long memory: what they are known by, and what they are tied to.

Rules of this module:

1. The raid itself is the other operator's; its acts only teach what it is known by.
2. Who takes the target's side is no part of it, even when rude or quoting (`takes_her_side`).
"""

from __future__ import annotations

from typing import Final

from rempart.detect.campaign import state as states
from rempart.detect.campaign.acts import Hostile, Wording
from rempart.detect.campaign.attack import confidence_of
from rempart.detect.campaign.memory import account_key, place_of
from rempart.detect.campaign.reasons import ABUSIVE, IN_RAID
from rempart.detect.campaign.state import CampaignData, CampaignState, Strand
from rempart.detect.campaign.strands import (
    TIE_SCORE,
    is_near_copy,
    learn_keys,
    matches,
    merge,
    note_place,
    note_raid,
    open_strand,
    take_member,
    ties_of,
)
from rempart.model import Message, Raid, stable_id
from rempart.model.moments import ms_of

_CALM: Final = 4
_AROUND_MS: Final = states.MINUTE_MS


def target_name(data: CampaignData, message: Message) -> str:
    return next((name for name in message.hit if target_key(name) == data.key), message.hit[0])


def target_key(target: str) -> str:
    """One key for a name on every platform: case and a leading sign do not count."""
    return target.strip().lstrip("@#").casefold()[:256] or target[:256]


def takes_her_side(data: CampaignData, wording: Wording) -> bool:
    """Counter-mobilisation, which may be rude and quotes what it answers to: words of support, a
    quotation with something said about it, a hashtag that mostly peaceful people use. A mere copy
    of the attack's text with the others' hashtag is an attack all the same."""
    if wording.supportive or wording.quotes:
        return True
    if not any(data.tags.get(tag, 0) >= _CALM for tag in wording.tags):
        return False
    return not any(is_near_copy(strand, wording.keys) for strand in data.strands)


def strand_of(data: CampaignData, raid: str) -> Strand | None:
    return next((one for one in data.strands if raid in one.raids), None)


def take_raid_act(
    state: CampaignState, row: Hostile, wording: Wording, strand: Strand, now: int, burst: bool
) -> None:
    """Teaches what the raid is known by; the raid itself is the other operator's."""
    data, message = state.data, row.message
    strand.acts += 1
    strand.last = strand.raid_last = max(strand.last, now)
    note_place(strand, place_of(data, message, target_name(data, message)))
    if takes_her_side(data, wording):
        return
    if not row.core and not matches(strand, wording.keys):
        if row.flagged and row.newcomer:
            learn_keys(strand, wording.keys, True)
        return
    author = message.author
    created = ms_of(author.created_at) if author.created_at is not None else -1
    name = (author.name or "")[:40] or None
    key = account_key(message)
    known = strand.members.get(key)
    first = known is None or not known.because & ABUSIVE
    because = IN_RAID | (ABUSIVE if row.flagged else 0)
    take_member(data, strand, key, name, created, now, 1, because)
    if row.flagged or not burst:
        learn_keys(strand, wording.keys, first)


def take_raid(state: CampaignState, raid: Raid, now: int) -> None:
    """A raid became an attack, grew or ended: who is in it, and what it is tied to."""
    data = state.data
    strand = strand_of(data, raid.id)
    if strand is None:
        strand = open_strand(data, stable_id("c", data.key, raid.id), now, slow=False)
        note_raid(strand, raid.id, ms_of(raid.begin))
        strand.acts = raid.messages
        strand.begin = ms_of(raid.begin)
        strand.confidence = raid.confidence
    for member in raid.members:
        if not member.core:
            continue
        key = f"{raid.platform}/{member.account}"[: states.TEXT_BYTES]
        if key not in strand.members:
            created = ms_of(member.created_at) if member.created_at is not None else -1
            first = ms_of(member.first_at) if member.first_at is not None else now
            take_member(data, strand, key, member.name, created, first, member.messages, IN_RAID)
    strand.raid_last = max(strand.raid_last, ms_of(raid.end))
    strand.last = max(strand.last, strand.raid_last)
    _recall(state, strand, raid)
    tie(data, strand)


def _recall(state: CampaignState, strand: Strand, raid: Raid) -> None:
    """What was said as the raid began, before it was recognised, is its wording too."""
    begin, end = ms_of(raid.begin) - _AROUND_MS, ms_of(raid.end) + _AROUND_MS
    for act in state.data.acts:
        if act.raid or not begin <= act.at <= end:
            continue
        if state.by_serial[act.serial].id in strand.members:
            act.raid = True
            learn_keys(strand, act.keys, False)
        elif matches(strand, act.keys):
            act.raid = True


def tie(data: CampaignData, strand: Strand) -> None:
    """Joins the strand with an earlier one when they have enough in common."""
    best: tuple[float, Strand, list[tuple[str, list[float]]]] | None = None
    for other in data.strands:
        if other is strand:
            continue
        score, evidence = ties_of(strand, other)
        if score >= TIE_SCORE and (best is None or score > best[0]):
            best = (score, other, evidence)
    if best is None:
        return
    score, other, evidence = best
    into, rest = (other, strand) if other.begin <= strand.begin else (strand, other)
    ties = [*into.ties, *rest.ties, *evidence]
    recognised = min(one for one in (into.recognised, rest.recognised, data.clock) if one >= 0)
    confidence = max(into.confidence, rest.confidence, confidence_of(score))
    into.recognised = recognised
    merge(data, into, rest)
    into.confidence, into.ties = confidence, newest(ties)
    into.told = -1


def newest(ties: list[tuple[str, list[float]]]) -> list[tuple[str, list[float]]]:
    """One of each kind, the latest."""
    latest = {code: (code, values) for code, values in ties}
    return list(latest.values())
