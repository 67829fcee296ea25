"""Raids of one target: opening, growing, changing stage, ending; and their public picture.

Rules of this module:

1. A raid is known by the message that opened it, so a replay gives it the same id.
2. Members are core when they share a signature with others; everyone else is the crowd.
3. Every stage ends by itself: `until` moves with the raid's last message and never without one.
"""

from __future__ import annotations

from typing import Final
from zlib import crc32

from rempart.detect.raid.clock import shown
from rempart.detect.raid.evidence import MEDIA_BIT, NAME_BIT, WINDOW_MS, Group, Score, family_of
from rempart.detect.raid.reasons import (
    ABUSIVE,
    ARRIVED_TOGETHER,
    IMPERSONATES,
    SAME_COHORT,
    SAME_FAMILY,
    SHARES_LINK,
    SHARES_MEDIA,
    SHARES_NAME,
    SHARES_TEXT,
    YOUNG_ACCOUNT,
    member_reasons,
    raid_reasons,
)
from rempart.detect.raid.state import (
    DAY_MS,
    HOT_KEYS,
    MEMBER_BYTES,
    MEMBERS,
    MINUTE_MS,
    RECENT_DAYS,
    YOUNG_DAYS,
    MemberState,
    Person,
    RaidState,
    TargetData,
    size_of,
)
from rempart.model import Member, Message, Raid, RaidKind, RaidStage, message_key, stable_id
from rempart.model.moments import at_time

LIFE_MS: Final = {
    RaidStage.NOTICE: 3 * MINUTE_MS,
    RaidStage.SUSPECT: 3 * MINUTE_MS,
    RaidStage.ATTACK: 10 * MINUTE_MS,
}
PRUNE_MS: Final = 45_000
PRUNE_AGAIN_MS: Final = 5 * MINUTE_MS
GOES_ON: Final = 2
"""So many abusive messages during a flood of a phone line, and one belongs to it."""
MORE_BYTES: Final = 8_192


def open_raid(data: TargetData, message: Message, now: int, stage: RaidStage) -> RaidState:
    first = message_key(message.platform, message.id).hex()
    raid = RaidState(
        id=stable_id("r", data.key, first),
        stage=stage.value,
        kind=RaidKind.BOT_RAID.value,
        platform=message.platform,
        channel=message.channel,
        begin=now,
        last=now,
        until=now + LIFE_MS[stage],
    )
    data.raids.append(raid)
    return raid


def shared_bit(raid: RaidState) -> int:
    """What the members of this raid share."""
    if raid.shares:
        return raid.shares
    return SHARES_LINK if raid.kind == RaidKind.LINK_RAID.value else SHARES_TEXT


def bits_of(raid: RaidState, person: Person, now: int) -> int:
    """What ties this person to the raid, apart from text."""
    bits = 0
    if person.is_arrival(now):
        bits |= ARRIVED_TOGETHER
    if person.flagged_at >= raid.begin:
        bits |= ABUSIVE
    if person.poses:
        bits |= IMPERSONATES
    if person.created >= 0:
        if now - person.created <= YOUNG_DAYS * DAY_MS:
            bits |= YOUNG_ACCOUNT
        if raid.cohort_day >= 0 and person.created // DAY_MS == raid.cohort_day:
            bits |= SAME_COHORT
    if raid.family >= 0 and family_of(person.name or person.id) == raid.family:
        bits |= SAME_FAMILY
    return bits


def join(raid: RaidState, person: Person, bits: int, core: bool, now: int) -> MemberState | None:
    """Adds or updates a member; None when the list is full (the message is still touched)."""
    member = raid.members.get(person.id)
    if member is None:
        if len(raid.members) >= MEMBERS or raid.member_bytes > MEMBER_BYTES:
            return None
        raid.member_bytes += size_of(person.id, person.name)
        first = person.first if now - person.first <= 2 * WINDOW_MS else now
        member = MemberState(person.name, person.created, first)
        raid.members[person.id] = member
        raid.begin = min(raid.begin, first)
    member.because |= bits
    member.core = member.core or core
    return member


def is_noted(raid: RaidState, account: str) -> bool:
    """Did this account belong to the raid when its list was full already?"""
    more = raid.more
    return bool(more) and all(more[bit >> 3] & 1 << (bit & 7) for bit in _bits(account))


def note_more(raid: RaidState, account: str) -> None:
    """The list is full: the account is remembered in a few bits, and never shown."""
    if not raid.more:
        raid.more = bytearray(MORE_BYTES)
    for bit in _bits(account):
        raid.more[bit >> 3] |= 1 << (bit & 7)


def _bits(account: str) -> tuple[int, ...]:
    # Three places out of one checksum, mixed: checksums with other seeds would not be independent.
    mixed = crc32(account.encode("utf-8", "surrogatepass")) * 0x9E3779B97F4A7C15
    return tuple((mixed >> shift) % (8 * MORE_BYTES) for shift in (16, 30, 44))


def take_group(raid: RaidState, group: Group, found: Score, now: int) -> None:
    """The group becomes the raid's members, its signatures the raid's. Who is not linked to the
    others by a signature, a cohort or a family of names stays provisional (see `prune`)."""
    raid.evidence = found.evidence
    raid.cohort_day, raid.family = found.cohort_day, found.family
    raid.young = any(code == "young" for code, _ in found.evidence)
    circle = group.linked
    if any(key & MEDIA_BIT for key in group.keys):
        raid.shares = SHARES_MEDIA
    elif group.keys and all(key & NAME_BIT for key in group.keys):
        raid.shares = SHARES_NAME
    if (raid.young or raid.family >= 0) and not _is_of_the_cohort(raid, group, now):
        circle = frozenset()  # a formula of the chat's own that runs beside made-up accounts
    for key, count in group.keys.items() if circle else ():
        if len(raid.hot) < HOT_KEYS:
            raid.hot[key] = max(raid.hot.get(key, 0), count)
    for person in group.people:
        linked = person.id in circle
        if linked and raid.young and person.flagged_at < 0 and not _fits(raid, person, now, True):
            continue  # an account of another age needs a stronger tie (see `membership`)
        bits = bits_of(raid, person, now) | (shared_bit(raid) if linked else 0)
        core = linked or bool(bits & (SAME_COHORT | SAME_FAMILY))
        if person.is_regular(now) and not core:
            continue
        new = person.id not in raid.members
        member = join(raid, person, bits, core, now)
        if member is not None and new:
            member.messages = person.said if person.is_coming(now) else person.acts
            raid.messages += member.messages
            raid.flagged += min(person.flagged, member.messages)
            if person.flagged_at >= 0:
                member.because |= ABUSIVE


def _is_of_the_cohort(raid: RaidState, group: Group, now: int) -> bool:
    """Is half of the circle young, or of the family of names, where that is what betrays them?"""
    people = [person for person in group.people if person.id in group.linked]
    return 2 * sum(_fits(raid, person, now, False) for person in people) >= len(people)


def _fits(raid: RaidState, person: Person, now: int, unknown: bool) -> bool:
    """Young, or of the family of names; `unknown` is said of accounts without a date."""
    if raid.family >= 0 and family_of(person.name or person.id) == raid.family:
        return True
    if person.created < 0:
        return unknown
    return raid.young and now - person.created <= RECENT_DAYS * DAY_MS


def prune(raid: RaidState, now: int) -> bool:
    """A while after the attack began, those whom nothing has linked to it leave the list: they were
    only rude at the wrong moment. A dogpile of people has no signature and keeps its crowd, unless
    it turns out to be one wording; of a flood those stay who go on."""
    if raid.detected_at < 0 or now - raid.detected_at < PRUNE_MS or now < raid.pruned_at:
        return False
    first = raid.pruned_at < 0
    raid.pruned_at = now + PRUNE_AGAIN_MS
    flood = raid.kind == RaidKind.FLOOD.value
    if not first and not flood:
        return False
    if raid.open_list and not flood:
        core = sum(member.core for member in raid.members.values())
        if core * 5 < 3 * len(raid.members):
            return False
        # What looked like people with own words turned out to be one wording.
        raid.open_list, raid.kind = False, RaidKind.BOT_RAID.value
    loose = [
        account
        for account, member in raid.members.items()
        if (
            max(member.messages * member.core, member.flagged) < GOES_ON
            if flood
            else not member.core
        )
    ]
    for account in loose:
        raid.messages -= raid.members.pop(account).messages
    return bool(loose)


def set_stage(raid: RaidState, stage: RaidStage, now: int) -> None:
    if stage.rank > RaidStage(raid.stage).rank or raid.suspect_at < 0:
        raid.stage = stage.value
    if stage.rank >= RaidStage.SUSPECT.rank and raid.suspect_at < 0:
        raid.suspect_at = now
    if stage is RaidStage.ATTACK and raid.detected_at < 0:
        raid.detected_at = now
        raid.detected_after = raid.messages
    prolong(raid, now)


def prolong(raid: RaidState, now: int) -> None:
    raid.last = max(raid.last, now)
    raid.until = raid.last + LIFE_MS[RaidStage(raid.stage)]


def picture(data: TargetData, raid: RaidState) -> Raid:
    """The raid as everybody else sees it: event times, sentences, members in order of arrival."""
    members = tuple(
        Member(
            account=account,
            name=member.name or account,
            created_at=at_time(member.created) if member.created >= 0 else None,
            first_at=shown(data, member.first),
            messages=member.messages,
            core=member.core,
            reasons=member_reasons(member.because),
        )
        for account, member in raid.members.items()
    )
    return Raid(
        id=raid.id,
        platform=raid.platform,
        channel=raid.channel,
        target=data.key[len(raid.platform) + 1 :] or raid.channel,
        stage=RaidStage(raid.stage),
        kind=RaidKind(raid.kind),
        begin=shown(data, raid.begin),
        end=shown(data, raid.last),
        members=members,
        messages=raid.messages,
        confidence=raid.confidence,
        reasons=raid_reasons(raid.evidence),
        suspect_at=shown(data, raid.suspect_at) if raid.suspect_at >= 0 else None,
        detected_at=shown(data, raid.detected_at) if raid.detected_at >= 0 else None,
        detected_after_messages=raid.detected_after if raid.detected_at >= 0 else None,
        until=shown(data, raid.until),
    )
