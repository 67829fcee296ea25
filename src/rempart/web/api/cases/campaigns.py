"""Campaigns: raids and single acts against one target, joined over weeks and platforms.

Read only. Whoever has rights on one of a campaign's channels may know of it; what lies in other
channels is left out of the answer, which says so (`whole`).
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import FromPath, FromQuery, QueryParameter

from rempart.cases.raids.campaigns import (
    CampaignSummary,
    CampaignView,
    read_campaign,
    summary_of,
    visible,
    visible_campaigns,
)
from rempart.errors import NotFoundError
from rempart.store.interface import Tables
from rempart.store.interface.campaigns import CampaignRow
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.auth import Caller, must_be_known, needs

Limit = Annotated[int, QueryParameter(ge=1, le=200)]
Offset = Annotated[int, QueryParameter(ge=0, le=10_000)]


class CampaignList(msgspec.Struct, frozen=True):
    campaigns: list[CampaignSummary]


@get("/campaigns", guards=[needs("read")], sync_to_thread=True, tags=["campaigns"])
def list_campaigns(
    request: AnyRequest,
    target: FromQuery[str | None] = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> CampaignList:
    """Campaigns that stand by themselves, the one with the latest act first."""
    who = must_be_known(request)
    with engine_of(request).read() as tables:
        rows = visible_campaigns(tables, who.sees, target=target, limit=limit, offset=offset)
    return CampaignList([summary_of(row) for row in rows])


@get("/campaigns/{campaign:str}", guards=[needs("read")], sync_to_thread=True, tags=["campaigns"])
def show_campaign(request: AnyRequest, campaign: FromPath[str]) -> CampaignView:
    """One campaign: its raids, members, who returned, and what was held or reported meanwhile."""
    who = must_be_known(request)
    with engine_of(request).read() as tables:
        return read_campaign(tables, find_campaign(tables, who, campaign), who.sees)


def find_campaign(tables: Tables, who: Caller, id: str) -> CampaignRow:
    """NotFoundError also when all of it lies in channels without rights."""
    row = tables.campaigns.get(id)
    if row is None or not visible(row.campaign, who.sees):
        raise NotFoundError("there is no such thing in a channel you have rights on")
    return row


route_handlers: list[Any] = [list_campaigns, show_campaign]
