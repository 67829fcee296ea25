"""Slow attacks while they are on: who belongs to them, at which place, until when.

Rules of this module:

1. One slow attack of a target shows as one raid per place (platform and channel), because measures
   on accounts belong to a place and ids of two platforms may collide.
2. Core members share wording or a link with others. Who was only abusive at the time is named
   without being core, and only when what is usual here leaves little room for doubt.
3. It ends by itself, a week after its last act.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rempart.detect.campaign.memory import has_past, usual_per_day
from rempart.detect.campaign.reasons import (
    ABUSIVE,
    AFTER_BAN,
    CAME_BACK,
    SAME_COHORT,
    SAME_FAMILY,
    SHARES_WORDING,
    member_sentences,
    sentences,
)
from rempart.detect.campaign.slow import (
    LINKED,
    YOUNG_SHARE,
    Finding,
    is_young,
    turns_of,
)
from rempart.detect.campaign.state import (
    DAY_MS,
    HOUR_MS,
    SLOW_MEMBER_BYTES,
    SLOW_RAIDS,
    CampaignData,
    CampaignState,
    Known,
    SlowMember,
    SlowRaid,
    Strand,
)
from rempart.detect.campaign.strands import (
    bits_of,
    is_soft_copy,
    learn_keys,
    matches,
    note_place,
    note_raid,
    take_member,
)
from rempart.model import Member, Message, Raid, RaidKind, RaidStage, message_key, stable_id
from rempart.model.moments import at_time

LIFE_MS: Final = {RaidStage.SUSPECT.value: 2 * DAY_MS, RaidStage.ATTACK.value: 7 * DAY_MS}
NAMING_ODDS: Final = 2.0
_UNKNOWN_ODDS: Final = 0.5
_HINT: Final = 5.0
_TELL_MS: Final = HOUR_MS


def raid_at(data: CampaignData, place: int) -> SlowRaid | None:
    platform, channel, _ = data.places[place]
    for raid in data.slow:
        if (raid.platform, raid.channel) == (platform, channel):
            return raid
    return None


def open_at(data: CampaignData, place: int, message: Message, stage: str, now: int) -> SlowRaid:
    """The raid of this place, opened when there is none; its stage only rises."""
    platform, channel, _ = data.places[place]
    raid = raid_at(data, place)
    if raid is None:
        first = message_key(message.platform, message.id).hex()
        raid = SlowRaid(
            stable_id("r", f"slow/{data.key}", platform, channel, first),
            platform,
            channel,
            stage,
            now,
            now,
            now + LIFE_MS[stage],
            suspect_at=now,
        )
        data.slow.append(raid)
    if stage == RaidStage.ATTACK.value and raid.detected_at < 0:
        raid.stage = stage
        raid.detected_at = now
        raid.told_at = -1
    raid.until = now + LIFE_MS[raid.stage]
    return raid


def drop_ended(data: CampaignData) -> list[SlowRaid]:
    """Those that are over, and the oldest when there are too many."""
    ended = [raid for raid in data.slow if raid.until < data.clock]
    if len(data.slow) - len(ended) > SLOW_RAIDS:
        rest = [raid for raid in data.slow if raid not in ended]
        ended.append(min(rest, key=lambda raid: raid.last))
    for raid in ended:
        data.slow = [other for other in data.slow if other is not raid]
        data.slow_bytes -= sum(_size(account, one) for account, one in raid.members.items())
    return ended


def join(
    state: CampaignState,
    strand: Strand,
    known: Known,
    place: int,
    message: Message,
    *,
    at: int,
    bits: int,
    core: bool,
    messages: int = 1,
) -> SlowRaid:
    """One more act of an account that belongs to the attack."""
    data = state.data
    raid = open_at(data, place, message, RaidStage.ATTACK.value, data.clock)
    account = known.id.partition("/")[2]
    member = raid.members.get(account)
    if member is None:
        member = SlowMember(known.name, known.created, at, 0, bits, core)
        if data.slow_bytes <= SLOW_MEMBER_BYTES:
            raid.members[account] = member
            data.slow_bytes += _size(account, member)
    member.messages += messages
    member.because |= bits | (CAME_BACK if at - member.first >= DAY_MS else 0)
    member.first = min(member.first, at)
    member.core = member.core or core
    raid.messages += messages
    raid.begin, raid.last = min(raid.begin, at), max(raid.last, at)
    strand.begin, strand.last = min(strand.begin, at), max(strand.last, at)
    strand.acts += messages
    note_place(strand, place)
    note_raid(strand, raid.id, raid.begin)
    take_member(data, strand, known.id, known.name, known.created, at, messages, member.because)
    return raid


def gather(state: CampaignState, strand: Strand, message: Message) -> set[int]:
    """Earlier acts that belong to the attack too, now that more of it is known; where they were."""
    data = state.data
    places: set[int] = set()
    for act in data.acts:
        known = state.by_serial[act.serial]
        if act.raid or not known.newcomer or not _belongs(strand, known, act.keys):
            continue
        if _has(data, act.place, known):
            continue
        new = known.id not in strand.members
        bits = bits_of(strand, known, act.keys) | SHARES_WORDING | (ABUSIVE if act.flagged else 0)
        mine = [one for one in data.acts if one.serial == act.serial and one.place == act.place]
        join(
            state, strand, known, act.place, message,
            at=mine[0].at, bits=bits, core=True, messages=len(mine),
        )  # fmt: skip
        learn_keys(strand, act.keys, new)
        places.add(act.place)
    return places


def gather_soft(state: CampaignState, strand: Strand, message: Message) -> set[int]:
    """Others who said before, without a signal, what turned out to be the members' wording."""
    data = state.data
    places: set[int] = set()
    for act in data.acts:
        known = state.by_serial[act.serial]
        if act.raid or act.flagged or known.id in strand.members or not known.newcomer:
            continue
        if is_soft_copy(strand, act.keys):
            bits = bits_of(strand, known, act.keys) | SHARES_WORDING
            join(state, strand, known, act.place, message, at=act.at, bits=bits, core=False)
            places.add(act.place)
    return places


def name_the_rest(state: CampaignState, strand: Strand, message: Message) -> set[int]:
    """Hostile newcomers whom no wording links, where chance leaves little room for doubt."""
    data = state.data
    rest: dict[int, list[int]] = {}
    hinted: set[int] = set()
    for act in data.acts:
        if act.newcomer and act.flagged and not act.raid and act.at >= strand.begin:
            known = state.by_serial[act.serial]
            if known.id not in strand.members:
                rest.setdefault(act.serial, []).append(act.place)
                if any(key in strand.keys for key in act.keys):
                    hinted.add(act.serial)
    days = max((data.clock - strand.begin) / DAY_MS, 1.0)
    usual = usual_per_day(data, strand.begin) * days + 0.12
    odds = max(0.0, len(rest) - usual) / usual if has_past(data, strand.begin) else _UNKNOWN_ODDS
    core = list(strand.members.values())
    young = (sum(_young(one.first, one.created) for one in core) + 1) / (len(core) + 2)
    places: set[int] = set()
    for serial, where in rest.items():
        known = state.by_serial[serial]
        bits = bits_of(strand, known, ())
        if (
            odds * _odds_of(known, young, bits, len(where)) * (_HINT if serial in hinted else 1.0)
            < NAMING_ODDS
        ):
            continue
        for place in dict.fromkeys(where):
            acts = [a for a in data.acts if a.serial == serial and a.place == place]
            join(
                state, strand, known, place, message,
                at=acts[0].at, bits=bits | ABUSIVE, core=False, messages=len(acts),
            )  # fmt: skip
            places.add(place)
    return places


def _odds_of(known: Known, young: float, bits: int, acts: int) -> float:
    """How much likelier an attacker is like this than somebody who was only rude here once."""
    odds = 15.0 if acts >= 4 else 3.0 if acts >= 2 else 0.6
    if known.created >= 0:
        odds *= young / YOUNG_SHARE if is_young(known) else (1 - young) / (1 - YOUNG_SHARE)
    for bit, times in ((SAME_COHORT, 10.0), (SAME_FAMILY, 20.0), (AFTER_BAN, 5.0)):
        if bits & bit:
            odds *= times
    return odds


def _young(first: int, created: int) -> bool:
    return created >= 0 and first - created <= 30 * DAY_MS


def _belongs(strand: Strand, known: Known, keys: Sequence[int]) -> bool:
    """Its wording is the strand's, or it is another act of a member."""
    return matches(strand, keys) or known.id in strand.members


def taken_up_beside(state: CampaignState, strand: Strand, finding: Finding) -> frozenset[int]:
    """Who is not known of the attack yet, and whose wording a member shares or is taken up as often
    as one of its own: what two strangers say alike happens during an attack too."""
    acts = [act for act in state.data.acts if act.newcomer and act.at >= finding.begin]
    found: set[int] = set()
    for circle in finding.circles:
        outside = {one for one in circle if state.by_serial[one].id not in strand.members}
        if len(outside) < len(circle) or turns_of(circle, acts) >= LINKED:
            found |= outside
    return frozenset(found)


def _has(data: CampaignData, place: int, known: Known) -> bool:
    raid = raid_at(data, place)
    return raid is not None and known.id.partition("/")[2] in raid.members


def take_finding(raid: SlowRaid, finding: Finding) -> None:
    raid.evidence = finding.evidence
    raid.confidence = max(raid.confidence, confidence_of(finding.score))


def confidence_of(score: float) -> float:
    return round(min(0.99, 1 - 10 ** (-max(score, 0.0) / 4)), 3)


def worth_telling(raid: SlowRaid, now: int) -> bool:
    """New members of the first score at once, later by tenths or once an hour."""
    new = len(raid.members) - raid.told_members
    if raid.told_at >= 0 and (
        new == 0 or (new * 10 < len(raid.members) and now - raid.told_at < _TELL_MS)
    ):
        return False
    raid.told_members, raid.told_at = len(raid.members), now
    return True


def picture(data: CampaignData, raid: SlowRaid) -> Raid:
    """The raid as everybody else sees it."""
    target = next(
        (name for platform, channel, name in data.places
         if (platform, channel) == (raid.platform, raid.channel)),
        raid.channel,
    )  # fmt: skip
    members = tuple(
        Member(
            account=account,
            name=member.name or account,
            created_at=at_time(member.created) if member.created >= 0 else None,
            first_at=at_time(member.first),
            messages=member.messages,
            core=member.core,
            reasons=member_sentences(member.because),
        )
        for account, member in raid.members.items()
    )
    detected = raid.detected_at >= 0
    return Raid(
        id=raid.id,
        platform=raid.platform,
        channel=raid.channel,
        target=target,
        stage=RaidStage(raid.stage),
        kind=RaidKind.SLOW,
        begin=at_time(raid.begin),
        end=at_time(raid.last),
        members=members,
        messages=raid.messages,
        confidence=raid.confidence,
        reasons=sentences(raid.evidence),
        suspect_at=at_time(raid.suspect_at) if raid.suspect_at >= 0 else None,
        detected_at=at_time(raid.detected_at) if detected else None,
        detected_after_messages=raid.detected_after if detected else None,
        until=at_time(raid.until),
    )


def _size(account: str, member: SlowMember) -> int:
    name = member.name or ""
    return len(account.encode("utf-8", "replace")) + len(name.encode("utf-8", "replace")) + 24
