"""Campaigns as somebody with rights on some channels may read them.

Rules kept here:

1. Who has rights on one of its places may know of a campaign; what lies in other channels (raids,
   cases, accounts, places) is left out, and `whole` says that something was.
2. A member *returns* in a raid when an earlier raid of the campaign has the same account of the
   same platform among its members.
3. What was held or reported about the target in the campaign's time stands beside it, and is not
   made a part of it: nobody becomes a member by being reported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from rempart.model import Campaign, CampaignMember, CaseKind
from rempart.store.interface import Tables
from rempart.store.interface.campaigns import CampaignRow
from rempart.store.interface.cases import CaseQuery

Sees = Callable[[str, str], bool]
"""Whether somebody has rights on this channel of this platform."""
MOST_BESIDE: Final = 100
READ_AT_ONCE: Final = 500


class CampaignRaid(msgspec.Struct, frozen=True):
    """One raid of a campaign. `returning`: members of an earlier raid of it; `case`: its case."""

    id: str
    kind: str
    stage: str
    platform: str
    channel: str
    begin: datetime
    end: datetime
    messages: int
    members: int
    returning: int
    case: str | None = None


class Beside(msgspec.Struct, frozen=True):
    """A case about the same target in the campaign's time that belongs to no raid of it: something
    held, or reported."""

    case: str
    kind: CaseKind
    platform: str
    channel: str
    opened_at: datetime
    messages: int
    reports: int


class CampaignSummary(msgspec.Struct, frozen=True):
    """`raids` and `members` count the whole campaign. `joined_to`: the campaign that took it in."""

    id: str
    target: str
    begin: datetime
    end: datetime
    recognised_at: datetime
    until: datetime | None
    raids: int
    members: int
    acts: int
    confidence: float
    reasons: list[str]
    joined_to: str | None = None


class CampaignView(msgspec.Struct, frozen=True):
    """One campaign. `raids` in order of their begin; `returning`: accounts (`platform/account`)
    that came in two raids or more; `reports`: all reports on its raids and beside it; `whole`
    False: parts lie in channels without rights and are left out."""

    summary: CampaignSummary
    places: list[str]
    raids: list[CampaignRaid]
    members: list[CampaignMember]
    returning: list[str]
    beside: list[Beside]
    reports: int
    whole: bool
    log: list[int]


def summary_of(row: CampaignRow) -> CampaignSummary:
    one = row.campaign
    return CampaignSummary(
        id=one.id,
        target=one.target,
        begin=one.begin,
        end=one.end,
        recognised_at=one.recognised_at,
        until=one.until,
        raids=len(one.raids),
        members=len(one.members),
        acts=one.acts,
        confidence=one.confidence,
        reasons=list(one.reasons),
        joined_to=row.joined_to,
    )


def visible(campaign: Campaign, sees: Sees) -> bool:
    return any(_sees_place(place, sees) for place in campaign.places)


def visible_campaigns(
    tables: Tables, sees: Sees, *, target: str | None, limit: int, offset: int = 0
) -> list[CampaignRow]:
    """Those with the latest act first. Looks at the latest `READ_AT_ONCE` of all channels."""
    rows = tables.campaigns.latest(limit=READ_AT_ONCE, target=target)
    return [row for row in rows if visible(row.campaign, sees)][offset : offset + limit]


def read_campaign(tables: Tables, row: CampaignRow, sees: Sees) -> CampaignView:
    campaign = row.campaign
    raids, returning, accounts, left_out = _raids(tables, campaign, sees)
    places = [place for place in campaign.places if _sees_place(place, sees)]
    everything = len(places) == len(campaign.places) and not left_out
    members = [
        member
        for member in campaign.members
        if everything or f"{member.platform}/{member.account}" in accounts
    ]
    beside = _beside(tables, campaign, {raid.case for raid in raids}, sees)
    known = tables.cases.last_of_raids([raid.id for raid in raids])
    return CampaignView(
        summary=summary_of(row),
        places=places,
        raids=raids,
        members=members,
        returning=returning,
        beside=beside,
        reports=sum(case.reports for case in known.values()) + sum(one.reports for one in beside),
        whole=everything,
        log=tables.campaigns.entries(campaign.id),
    )


def campaign_of_raids(tables: Tables, raids: Sequence[str], sees: Sees) -> CampaignRow | None:
    """The campaign one of these raids is part of; the one that took it in, when two became one."""
    for raid in raids:
        row = tables.campaigns.of_raid(raid)
        steps = 0
        while row is not None and row.joined_to is not None and steps < READ_AT_ONCE:
            row, steps = tables.campaigns.get(row.joined_to), steps + 1
        if row is not None and visible(row.campaign, sees):
            return row
    return None


def _raids(
    tables: Tables, campaign: Campaign, sees: Sees
) -> tuple[list[CampaignRaid], list[str], set[str], bool]:
    """Visible raids, accounts that return, all accounts of visible raids, and whether any raid was
    left out."""
    met: set[str] = set()
    again: dict[str, None] = {}
    found: list[CampaignRaid] = []
    left_out = False
    cases = tables.cases.last_of_raids(campaign.raids)
    for id in campaign.raids:
        row = tables.stream.raid(id)
        if row is None:
            continue
        raid = row.raid
        if not sees(raid.channel, raid.platform):
            left_out = True
            continue
        accounts = {f"{raid.platform}/{member.account}" for member in raid.members}
        known = accounts & met
        again.update(dict.fromkeys(sorted(known)))
        met |= accounts
        case = cases.get(id)
        found.append(
            CampaignRaid(
                id=id,
                kind=raid.kind.value,
                stage=raid.stage.value,
                platform=raid.platform,
                channel=raid.channel,
                begin=raid.begin,
                end=raid.end,
                messages=raid.messages,
                members=len(raid.members),
                returning=len(known),
                case=case.id if case is not None else None,
            )
        )
    return found, list(again), met, left_out


def _beside(tables: Tables, campaign: Campaign, own: set[str | None], sees: Sees) -> list[Beside]:
    page = tables.cases.page(CaseQuery(target=campaign.target, limit=READ_AT_ONCE))
    until = campaign.until or campaign.end
    found = [
        Beside(
            case.id,
            case.kind,
            case.platform,
            case.channel,
            case.opened_at,
            case.messages,
            case.reports,
        )
        for case in page.cases
        if case.id not in own
        and case.raid is None
        and case.merged_into is None
        and campaign.begin <= case.opened_at <= until
        and sees(case.channel, case.platform)
    ]
    return sorted(found, key=lambda one: (one.opened_at, one.case))[:MOST_BESIDE]


def _sees_place(place: str, sees: Sees) -> bool:
    platform, _, channel = place.partition("/")
    return sees(channel, platform)
