"""How an act enters an attack, opens one or makes a suspicion, and what is found by it.

`Findings` are filled in the order of the rows.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from rempart.detect.campaign import state as states
from rempart.detect.campaign.acts import Hostile, Watched, Wording
from rempart.detect.campaign.attack import (
    confidence_of,
    drop_ended,
    gather,
    join,
    name_the_rest,
    open_at,
    picture,
    raid_at,
    take_finding,
    taken_up_beside,
    worth_telling,
)
from rempart.detect.campaign.campaigns import CampaignChange
from rempart.detect.campaign.memory import advance, forget_old
from rempart.detect.campaign.raids import newest, strand_of, tie
from rempart.detect.campaign.reasons import ABUSIVE, SHARES_WORDING, member_sentences
from rempart.detect.campaign.slow import SPAN_MS, Finding, turns_of
from rempart.detect.campaign.state import CampaignState, Known, SlowRaid, Strand
from rempart.detect.campaign.strands import (
    bits_of,
    forget_strands,
    is_campaign,
    learn_keys,
    matches,
    open_strand,
)
from rempart.detect.interface import RaidChange, Touch
from rempart.model import Message, RaidStage, stable_id

_LONE: Final = 2


class Findings(NamedTuple):
    """`taken`: how many rows were looked at (see `step`)."""

    touches: list[Touch]
    changes: list[RaidChange]
    campaigns: list[CampaignChange]
    taken: int


def tick(state: CampaignState, position: int, at: int, found: Findings) -> int:
    """Event time goes on to `at`, and what ended by it is told; the time it is now."""
    data = state.data
    day = data.clock // states.DAY_MS
    now = advance(data, at)
    if data.clock // states.DAY_MS != day:
        forget_old(state)
        forget_strands(data)
    for raid in drop_ended(data):
        found.changes.append(RaidChange(position, picture(data, raid)))
    return now


def enter(
    state: CampaignState,
    strand: Strand,
    row: Hostile | Watched,
    known: Known,
    place: int,
    wording: Wording,
    now: int,
    bits: int,
    core: bool,
    found: Findings,
) -> None:
    """The act belongs to this strand: its author is a member, its raid has one message more."""
    data = state.data
    new = known.id not in strand.members
    opened = raid_at(data, place) is None
    raid = join(state, strand, known, place, row.message, at=now, bits=bits, core=core)
    changed = {place}
    if core:
        learn_keys(strand, wording.keys, new)
        if new:
            changed |= gather(state, strand, row.message)
    if new:
        changed |= name_the_rest(state, strand, row.message)
    if opened:
        raid.confidence = max(raid.confidence, strand.confidence)
        began = float(max(1, (now - strand.begin) // states.DAY_MS))
        raid.evidence = raid.evidence or [("continues", [began]), *strand.ties]
        raid.detected_after = raid.messages
    tell_raids(state, row.position, changed, now, found)
    member = raid.members.get(known.id.partition("/")[2])
    reasons = member_sentences(member.because if member else bits)
    is_core = member.core if member else core
    found.touches.append(Touch(row.position, raid.id, RaidStage(raid.stage), is_core, reasons))


def more_of_it(
    state: CampaignState,
    strand: Strand,
    row: Hostile,
    finding: Finding,
    now: int,
    found: Findings,
) -> None:
    """While a campaign is on, wording that turns up beside it and would do for an attack of its own
    is the campaign's too."""
    if not finding.is_attack:
        return
    new = taken_up_beside(state, strand, finding)
    if not new:
        return
    missing = finding._replace(linked=new)
    places = absorb(state, strand, missing, row.message)
    places |= gather(state, strand, row.message)
    tell_raids(state, row.position, places, now, found)
    touch_author(state, row, found)


def make_of_lone(
    state: CampaignState,
    row: Hostile,
    known: Known,
    place: int,
    wording: Wording,
    now: int,
    found: Findings,
) -> bool:
    """People outside a raid who use its wording make it a campaign."""
    data = state.data
    for strand in data.strands:
        if is_campaign(strand) or not matches(strand, wording.keys):
            continue
        acts = [
            act
            for act in data.acts
            if not act.raid
            and act.newcomer
            and state.by_serial[act.serial].id not in strand.members
            and matches(strand, act.keys)
        ]
        lone = {act.serial for act in acts}
        if turns_of(lone, acts) < _LONE or acts[-1].at - acts[0].at < SPAN_MS:
            continue
        strand.recognised = now
        strand.ties = newest([*strand.ties, ("lone", [float(len(lone))])])
        bits = bits_of(strand, known, wording.keys) | ABUSIVE
        enter(state, strand, row, known, place, wording, now, bits, True, found)
        return True
    return False


def open_attack(
    state: CampaignState, row: Hostile, finding: Finding, now: int, found: Findings
) -> None:
    """A slow attack is recognised: its strand, its members so far, one raid per place."""
    data = state.data
    first = stable_id("s", data.key, row.message.platform, row.message.id)
    strand = open_strand(data, stable_id("c", data.key, first), now, slow=True)
    strand.recognised = now
    strand.confidence = confidence_of(finding.score)
    strand.keys = dict(finding.keys)
    strand.ties = list(finding.evidence)
    places = absorb(state, strand, finding, row.message)
    places |= gather(state, strand, row.message)
    places |= name_the_rest(state, strand, row.message)
    for place in places:
        raid = raid_at(data, place)
        if raid is not None:
            take_finding(raid, finding)
            raid.detected_after = raid.messages
    tie(data, strand)
    tell_raids(state, row.position, places, now, found)
    touch_author(state, row, found)


def absorb(state: CampaignState, strand: Strand, finding: Finding, message: Message) -> set[int]:
    """Those whom the finding links become core members, their wording the strand's."""
    data = state.data
    places: set[int] = set()
    for act in data.acts:
        if act.serial not in finding.linked or act.raid or act.at < finding.begin:
            continue
        known = state.by_serial[act.serial]
        new = known.id not in strand.members
        bits = bits_of(strand, known, act.keys) | SHARES_WORDING | (ABUSIVE if act.flagged else 0)
        join(state, strand, known, act.place, message, at=act.at, bits=bits, core=True)
        if not finding.keys.keys().isdisjoint(act.keys):
            learn_keys(strand, act.keys, new)
        places.add(act.place)
    return places


def suspect(
    state: CampaignState,
    row: Hostile,
    place: int,
    finding: Finding,
    now: int,
    found: Findings,
) -> None:
    """Too little for an attack: the raid of this place is told as a suspicion."""
    data = state.data
    raid = raid_at(data, place)
    fresh = raid is None
    raid = open_at(data, place, row.message, RaidStage.SUSPECT.value, now)
    take_finding(raid, finding)
    raid.messages += 1
    raid.last = now
    found.touches.append(
        Touch(row.position, raid.id, RaidStage(raid.stage), False, member_sentences(ABUSIVE))
    )
    if fresh:
        found.changes.append(RaidChange(row.position, picture(data, raid)))


def touch_author(state: CampaignState, row: Hostile, found: Findings) -> None:
    """The message that made the attack known belongs to it when its author does."""
    account = row.message.author.id
    for raid in state.data.slow:
        member = raid.members.get(account)
        if member is not None and raid.platform == row.message.platform:
            found.touches.append(
                Touch(
                    row.position, raid.id, RaidStage(raid.stage), member.core,
                    member_sentences(member.because),
                )
            )  # fmt: skip
            return


def tell_raids(
    state: CampaignState, position: int, places: set[int], now: int, found: Findings
) -> None:
    """The raids of these places, where they have become worth telling."""
    told: list[SlowRaid] = []
    for place in sorted(places):
        raid = raid_at(state.data, place)
        if raid is not None and not raid.evidence:
            strand = strand_of(state.data, raid.id)
            raid.evidence = list(strand.ties) if strand is not None else []
            raid.confidence = strand.confidence if strand is not None else 0.0
            raid.detected_after = raid.messages
        if raid is not None and raid not in told and worth_telling(raid, now):
            told.append(raid)
            found.changes.append(RaidChange(position, picture(state.data, raid)))
