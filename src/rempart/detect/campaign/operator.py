"""The operator with the long memory: slow attacks and campaigns against one target.

Rules of this module:

1. The key is the target's name, over all platforms and channels. Fed with hostile acts, raids and
   bans in the order of the input; how they are cut into batches changes nothing.
2. Nothing is asked of a message without a signal, unless its target is under a slow attack or a
   campaign: then its wording is compared with the attack's.
3. A raid of minutes is the other operator's; here its acts only teach what the raid is known by.
4. Event time only; nothing ever ends by silence of the clock, but at the next thing that happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rempart.detect.campaign import state as states
from rempart.detect.campaign.acts import Banned, Hostile, Row, Watched, Wording, wordings
from rempart.detect.campaign.attack import picture
from rempart.detect.campaign.belonging import all_members, campaign_of_act, is_known, is_sudden
from rempart.detect.campaign.campaigns import CampaignChange, campaign_of, is_due
from rempart.detect.campaign.findings import (
    Findings,
    enter,
    make_of_lone,
    more_of_it,
    open_attack,
    suspect,
    tick,
)
from rempart.detect.campaign.memory import account_key, is_burst, learn, meet, place_of, remember
from rempart.detect.campaign.raids import (
    strand_of,
    take_raid,
    take_raid_act,
    takes_her_side,
    target_key,
    target_name,
)
from rempart.detect.campaign.reasons import ABUSIVE
from rempart.detect.campaign.slow import look
from rempart.detect.campaign.state import CampaignData, CampaignState, Known
from rempart.detect.campaign.strands import bits_of, is_campaign, is_watched, matches, note_ban
from rempart.detect.campaign.watching import take_watched
from rempart.detect.interface import RaidChange
from rempart.model import Account, Campaign, MessageKind, Raid, RaidKind, RaidStage
from rempart.model.moments import ms_of


class CampaignOperator:
    """`step(state, rows) -> (state, findings)`; the state given is consumed.

    `rows` are all hostile acts of the target, and while `is_watching` all its other messages too.
    A step ends early (`taken`) when watching begins, so that the caller can give it the messages
    that follow.
    """

    name: ClassVar[str] = "campaign"
    version: ClassVar[str] = "2"
    max_state_bytes: ClassVar[int] = 100_000

    def fresh(self, key: str) -> CampaignState:
        return CampaignState(CampaignData(version=2, key=key))

    def load(self, blob: bytes) -> CampaignState:
        return states.load(blob)

    def dump(self, state: CampaignState) -> bytes:
        return states.dump(state)

    def is_watching(self, state: CampaignState) -> bool:
        """Whether messages without a signal are wanted too."""
        return is_watched(state.data)

    def open_raids(self, state: CampaignState) -> list[Raid]:
        return [picture(state.data, raid) for raid in state.data.slow]

    def is_on(self, state: CampaignState) -> bool:
        """Whether a slow attack or a campaign is known of this target."""
        data = state.data
        return bool(data.slow) or any(is_campaign(one) for one in data.strands)

    def campaigns(self, state: CampaignState) -> list[Campaign]:
        return [campaign_of(state.data, one) for one in state.data.strands if is_campaign(one)]

    def step(self, state: CampaignState, rows: Sequence[Row]) -> tuple[CampaignState, Findings]:
        found = Findings([], [], [], len(rows))
        watching = is_watched(state.data)
        for taken, (row, wording) in enumerate(zip(rows, wordings(rows), strict=True), 1):
            if isinstance(row, Hostile) and row.raid is None and not wording.aimed:
                if watching:  # meant for nobody: known by its wording, at most (see `acts`)
                    take_watched(state, Watched(row.position, row.message), wording, found)
            elif isinstance(row, Hostile):
                _take_act(state, row, wording, found)
            elif isinstance(row, Watched):
                take_watched(state, row, wording, found)
            elif isinstance(row, RaidChange):
                _take_raid(state, row, found)
            else:
                _take_ban(state, row, found)
            _tell_campaigns(state, row.position, found)
            if not watching and is_watched(state.data):
                return state, found._replace(taken=taken)
        return state, found


# -- acts ------------------------------------------------------------------------------------------


def _take_act(state: CampaignState, row: Hostile, wording: Wording, found: Findings) -> None:
    data, message = state.data, row.message
    now = tick(state, row.position, ms_of(message.sent_at), found)
    burst = is_burst(data, now)
    strand = strand_of(data, row.raid) if row.raid is not None else None
    if strand is not None:
        take_raid_act(state, row, wording, strand, now, burst)
        return
    if account_key(message) not in all_members(data) and takes_her_side(data, wording):
        return
    if burst and account_key(message) not in data.accounts and not is_known(data, wording.keys):
        return
    attacked = any(is_campaign(one) or one.slow for one in data.strands)
    known = meet(state, message, now, row.newcomer, sure=row.flagged)
    place = place_of(data, message, target_name(data, message))
    if row.flagged:
        learn(data, known, now, attacked)
    # A line that answers by itself provokes the same insults from people who share nothing.
    apart = row.raid is not None or message.kind is MessageKind.SMS
    if not burst:
        remember(state, known, place, wording.keys, now, flagged=row.flagged, raid=apart)
    if not apart:
        _judge(state, row, known, place, wording, now, burst, found)


def _judge(
    state: CampaignState,
    row: Hostile,
    known: Known,
    place: int,
    wording: Wording,
    now: int,
    burst: bool,
    found: Findings,
) -> None:
    """Does this act belong to a campaign that is known, or does it make one?"""
    data = state.data
    strand = campaign_of_act(data, known, wording.keys)
    if strand is not None and known.newcomer and not is_sudden(state, strand, place, now):
        core = matches(strand, wording.keys)
        bits = bits_of(strand, known, wording.keys) | (ABUSIVE if row.flagged else 0)
        enter(state, strand, row, known, place, wording, now, bits, core, found)
        return
    if burst or not known.newcomer or not row.flagged:
        return
    if make_of_lone(state, row, known, place, wording, now, found):
        return
    finding = look(state, now)
    if finding is None:
        return
    going_on = next((one for one in data.strands if is_campaign(one)), None)
    if going_on is not None:
        more_of_it(state, going_on, row, finding, now, found)
    elif finding.is_attack:
        open_attack(state, row, finding, now, found)
    elif finding.is_suspect and not any(one.slow for one in data.strands):
        suspect(state, row, place, finding, now, found)


def _take_raid(state: CampaignState, row: RaidChange, found: Findings) -> None:
    raid = row.raid
    if raid.stage is RaidStage.ATTACK and raid.kind is not RaidKind.SLOW:
        take_raid(state, raid, tick(state, row.position, ms_of(raid.end), found))


# -- bans and telling ------------------------------------------------------------------------------


def _take_ban(state: CampaignState, row: Banned, found: Findings) -> None:
    event = row.event
    if target_key(event.channel) != state.data.key and not is_watched(state.data):
        return
    account = event.account.id if isinstance(event.account, Account) else event.account
    if account is None:
        return
    key = f"{event.platform}/{account}"[: states.TEXT_BYTES]
    note_ban(state.data, key, tick(state, row.position, ms_of(event.at), found))


def _tell_campaigns(state: CampaignState, position: int, found: Findings) -> None:
    data = state.data
    for strand in data.strands:
        if is_campaign(strand) and is_due(strand, data.clock):
            found.campaigns.append(CampaignChange(position, campaign_of(data, strand)))
