"""Strands: what belongs together, one raid or several, with all by which the next one is known.

Rules of this module:

1. A raid starts a strand of its own. Strands become one when what they share (wording, links,
   accounts, days on which accounts were made, families of names, bans that were evaded) is more
   than chance; the same target alone is not enough.
2. A strand is a campaign when a slow attack began it, when two raids were tied, or when people
   outside the raid use its wording later or elsewhere.
3. A text that takes the target's side ties nothing, whatever it quotes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Final

from rempart.detect.campaign.acts import ENOUGH, ENOUGH_OF_ONE, WHOLE_BIT, weight_of
from rempart.detect.campaign.reasons import (
    AFTER_BAN,
    SAME_COHORT,
    SAME_FAMILY,
    SHARES_LINK,
    SHARES_WORDING,
    YOUNG_ACCOUNT,
)
from rempart.detect.campaign.state import (
    CAMPAIGN_MEMBERS,
    DAY_MS,
    MEMORY_MS,
    SOFT_KEYS,
    STRAND_DAYS,
    STRAND_KEYS,
    STRAND_MEMBER_BYTES,
    STRAND_MEMBERS,
    STRAND_PLACES,
    STRAND_RAIDS,
    STRANDS,
    CampaignData,
    Known,
    Strand,
    StrandMember,
)
from rempart.detect.raid.evidence import LINK_BIT, family_of
from rempart.detect.raid.tails import poisson_tail

TIE_SCORE: Final = 3.5
SOFT_MEMBERS: Final = 2
SOFT_SHARED: Final = 3
SOFT_OTHERS: Final = 3
WATCH_MS: Final = 7 * DAY_MS
_BAN_MS: Final = 14 * DAY_MS
_COHORT: Final = 3
_BANS: Final = 16


def open_strand(data: CampaignData, id: str, now: int, *, slow: bool) -> Strand:
    strand = Strand(id, now, now, slow=slow)
    data.strands.append(strand)
    if len(data.strands) > STRANDS:
        # A campaign stays before a single raid, the younger before the older.
        loser = min(data.strands, key=lambda one: (one.recognised >= 0, one.last))
        drop_strand(data, loser)
    return strand


def drop_strand(data: CampaignData, strand: Strand) -> None:
    data.strands = [other for other in data.strands if other is not strand]
    data.strand_bytes -= sum(_size(key, one) for key, one in strand.members.items())


def forget_strands(data: CampaignData) -> None:
    for strand in list(data.strands):
        if data.clock - strand.last > MEMORY_MS:
            drop_strand(data, strand)


def is_campaign(strand: Strand) -> bool:
    return strand.recognised >= 0


def is_watched(data: CampaignData) -> bool:
    """Messages without a signal are compared too, for a week after a campaign's last act."""
    return any(
        is_campaign(strand) and data.clock - strand.last <= WATCH_MS for strand in data.strands
    )


def matches(strand: Strand, keys: Sequence[int]) -> bool:
    """Whether an abusive text carries the strand's wording: more of it when only one account said
    it so far, since everybody says something that somebody else says too."""
    shared = [key for key in keys if key in strand.keys]
    told = any(strand.keys[key] >= 2 or key & LINK_BIT for key in shared)
    if sum(map(weight_of, shared)) >= (ENOUGH if told else ENOUGH_OF_ONE):
        return True
    return len(shared) == 1 and len(keys) <= 2 and strand.keys[shared[0]] >= 3


def is_near_copy(strand: Strand, keys: Sequence[int]) -> bool:
    """Whether a text without a signal is nearly one of the strand's: more than a quotation."""
    known = strand.keys
    shared = sum(max(known.get(key, 0), known.get(key | WHOLE_BIT, 0)) >= 2 for key in keys)
    return shared >= 2 and 5 * shared >= 3 * len(keys)


def note_soft(strand: Strand, keys: Sequence[int], serial: int) -> bool:
    """What members say without a signal: when a second one says it, it is theirs. True then."""
    hot = False
    for key in keys:
        members, others, last = strand.soft.get(key, (0, 0, -1))
        if last == serial:
            continue
        if members == 0 and len(strand.soft) >= SOFT_KEYS:
            del strand.soft[next(iter(strand.soft))]
        strand.soft[key] = (members + 1, others, serial)
        hot = hot or members + 1 == SOFT_MEMBERS
    return hot


def note_other(strand: Strand, keys: Sequence[int]) -> bool:
    """Somebody else says it; True when it is something that members said."""
    known = [key for key in keys if key in strand.soft]
    for key in known:
        members, others, last = strand.soft[key]
        strand.soft[key] = (members, others + 1, last)
    return len(known) >= SOFT_SHARED


def is_soft_copy(strand: Strand, keys: Sequence[int]) -> bool:
    """Nearly what several members say, and what hardly anybody else does."""
    if len(keys) < SOFT_SHARED:
        return False
    shared = 0
    for key in keys:
        members, others, _ = strand.soft.get(key, (0, 0, -1))
        shared += members >= SOFT_MEMBERS and others <= SOFT_OTHERS * members
    return shared >= SOFT_SHARED


def learn_keys(strand: Strand, keys: Sequence[int], new_account: bool) -> None:
    """The wording of a member is the strand's; the least used goes when there is no room."""
    for key in keys:
        known = strand.keys.get(key)
        if known is not None:
            strand.keys[key] = known + new_account
            continue
        if len(strand.keys) >= STRAND_KEYS:
            least = next((old for old, count in strand.keys.items() if count <= 1), None)
            if least is None:
                return
            del strand.keys[least]
        strand.keys[key] = 1


def take_member(
    data: CampaignData,
    strand: Strand,
    key: str,
    name: str | None,
    created: int,
    first: int,
    messages: int,
    because: int,
) -> bool:
    """Adds or updates a member; True when it is new. A full list still counts them."""
    member = strand.members.get(key)
    if member is not None:
        member.messages += messages
        member.because |= because
        member.first = min(member.first, first)
        return False
    strand.member_total += 1
    if created >= 0:
        day = created // DAY_MS
        if day in strand.days or len(strand.days) < STRAND_DAYS:
            strand.days[day] = strand.days.get(day, 0) + 1
    family = family_of(name or key.partition("/")[2])
    if family >= 0 and (family in strand.families or len(strand.families) < STRAND_DAYS):
        strand.families[family] = strand.families.get(family, 0) + 1
    member = StrandMember(name, created, first, messages, because)
    most = CAMPAIGN_MEMBERS if is_campaign(strand) else STRAND_MEMBERS
    if len(strand.members) >= most or data.strand_bytes > STRAND_MEMBER_BYTES:
        return True
    strand.members[key] = member
    data.strand_bytes += _size(key, member)
    return True


def note_raid(strand: Strand, raid: str, begin: int) -> None:
    if raid in strand.raids or len(strand.raids) < STRAND_RAIDS:
        strand.raids.setdefault(raid, begin)


def note_place(strand: Strand, place: int) -> None:
    if place not in strand.places and len(strand.places) < STRAND_PLACES:
        strand.places.append(place)


def note_ban(data: CampaignData, account: str, now: int) -> None:
    known = data.accounts.get(account)
    if known is not None:
        known.banned = now
    for strand in data.strands:
        if account in strand.members and len(strand.bans) < _BANS:
            strand.bans.append(now)


def evades(strand: Strand, created: int) -> bool:
    """Made within two weeks after members were banned."""
    return created >= 0 and any(0 <= created - ban <= _BAN_MS for ban in strand.bans)


def ties_of(one: Strand, other: Strand) -> tuple[float, list[tuple[str, list[float]]]]:
    """How much two strands have in common beyond chance, in powers of ten, and what it is."""
    evidence: list[tuple[str, list[float]]] = []
    shared = one.keys.keys() & other.keys.keys()
    links = sum(bool(key & LINK_BIT) for key in shared)
    worded = sum(max(one.keys[key], other.keys[key]) >= 2 for key in shared) - links
    total = poisson_tail(worded, 0.15)
    if worded > 0:
        evidence.append(("tied-wording", [float(worded)]))
    if links:
        total += 4.0
        evidence.append(("tied-link", []))
    accounts = len(one.members.keys() & other.members.keys())
    if accounts:
        total += poisson_tail(accounts, 0.1)
        evidence.append(("tied-accounts", [float(accounts)]))
    total += _identity(one, other, evidence)
    gap = max(one.begin - other.last, other.begin - one.last, 0)
    evidence.append(("tied-target", [float(max(1, round(gap / DAY_MS)))]))
    return round(total + 0.5, 3), evidence


def _identity(one: Strand, other: Strand, evidence: list[tuple[str, list[float]]]) -> float:
    """Accounts made together, named alike, or made when the others were banned."""
    total = 0.0
    cohort = sum(
        min(count, other.days[day])
        for day, count in one.days.items()
        if count + other.days.get(day, 0) >= _COHORT and day in other.days
    )
    if cohort:
        expected = 0.05 * min(sum(one.days.values()), sum(other.days.values())) ** 0.5
        total += min(3.0, poisson_tail(cohort, 0.1 + expected))
        evidence.append(("tied-cohort", [float(cohort)]))
    names = sum(
        min(count, other.families[family])
        for family, count in one.families.items()
        if family in other.families
    )
    if names >= 2:
        total += min(3.0, poisson_tail(names, 0.4))
        evidence.append(("tied-names", [float(names)]))
    first, second = (one, other) if one.begin <= other.begin else (other, one)
    evading = sum(evades(first, member.created) for member in second.members.values())
    if evading * 2 >= len(second.members) > 0:
        total += 1.5
        evidence.append(("tied-ban", [float(evading)]))
    return total


def was_told(strand: Strand) -> bool:
    return strand.told >= 0


def merge(data: CampaignData, into: Strand, other: Strand) -> None:
    """Two strands become one; the older id and the older order are kept."""
    into.begin, into.last = min(into.begin, other.begin), max(into.last, other.last)
    if was_told(other):
        into.joined = [*into.joined, *other.joined, other.id]
    into.raid_last = max(into.raid_last, other.raid_last)
    into.acts += other.acts
    into.slow = into.slow or other.slow
    for raid, begin in other.raids.items():
        note_raid(into, raid, begin)
    for key, count in other.keys.items():
        if key in into.keys:
            into.keys[key] += count
        elif len(into.keys) < STRAND_KEYS:
            into.keys[key] = count
    for key, found in other.soft.items():
        if len(into.soft) < SOFT_KEYS:
            into.soft.setdefault(key, found)
    for counts, more in ((into.days, other.days), (into.families, other.families)):
        for value, count in islice(more.items(), 2 * STRAND_DAYS):
            if value in counts or len(counts) < 2 * STRAND_DAYS:
                counts[value] = counts.get(value, 0) + count
    total = into.member_total + other.member_total
    drop_strand(data, other)
    known = len(into.members.keys() & other.members.keys())
    days, families = into.days, into.families
    into.days, into.families = {}, {}
    for account, one in other.members.items():
        take_member(
            data, into, account, one.name, one.created, one.first, one.messages, one.because
        )
    into.days, into.families = days, families
    into.member_total = total - known
    for place in other.places:
        note_place(into, place)
    into.bans = sorted({*into.bans, *other.bans})[-_BANS:]


def bits_of(strand: Strand, known: Known, keys: Sequence[int]) -> int:
    """What ties an account to the strand apart from its abuse."""
    bits = 0
    if matches(strand, keys):
        bits |= SHARES_WORDING
    if any(key & LINK_BIT and key in strand.keys for key in keys):
        bits |= SHARES_LINK
    if known.created >= 0:
        if known.first - known.created <= 30 * DAY_MS:
            bits |= YOUNG_ACCOUNT
        if strand.days.get(known.created // DAY_MS, 0) >= _COHORT:
            bits |= SAME_COHORT
        if evades(strand, known.created):
            bits |= AFTER_BAN
    family = family_of(known.name or known.id.partition("/")[2])
    if family >= 0 and strand.families.get(family, 0) >= _COHORT:
        bits |= SAME_FAMILY
    return bits


def _size(key: str, member: StrandMember) -> int:
    name = member.name or ""
    return len(key.encode("utf-8", "replace")) + len(name.encode("utf-8", "replace")) + 16
