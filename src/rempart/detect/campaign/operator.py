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
from typing import ClassVar, Final, NamedTuple

from rempart.detect.campaign import state as states
from rempart.detect.campaign.acts import Banned, Hostile, Row, Watched, Wording, wordings
from rempart.detect.campaign.attack import (
    confidence_of,
    drop_ended,
    gather,
    gather_soft,
    join,
    name_the_rest,
    open_at,
    picture,
    raid_at,
    take_finding,
    taken_up_beside,
    worth_telling,
)
from rempart.detect.campaign.belonging import (
    all_members,
    campaign_of_act,
    is_known,
    is_sudden,
)
from rempart.detect.campaign.campaigns import CampaignChange, campaign_of, is_due
from rempart.detect.campaign.memory import (
    account_key,
    advance,
    forget_old,
    is_burst,
    learn,
    meet,
    note_tags,
    place_of,
    remember,
)
from rempart.detect.campaign.raids import (
    newest,
    strand_of,
    take_raid,
    take_raid_act,
    takes_her_side,
    target_key,
    target_name,
    tie,
)
from rempart.detect.campaign.reasons import ABUSIVE, SHARES_WORDING, member_sentences
from rempart.detect.campaign.slow import SPAN_MS, Finding, look, turns_of
from rempart.detect.campaign.state import CampaignData, CampaignState, Known, SlowRaid, Strand
from rempart.detect.campaign.strands import (
    bits_of,
    forget_strands,
    is_campaign,
    is_near_copy,
    is_soft_copy,
    is_watched,
    learn_keys,
    matches,
    note_ban,
    note_other,
    note_soft,
    open_strand,
)
from rempart.detect.interface import RaidChange, Touch
from rempart.detect.raid.clock import event_ms
from rempart.model import (
    Account,
    Campaign,
    Message,
    MessageKind,
    Raid,
    RaidKind,
    RaidStage,
    stable_id,
)

_LONE: Final = 2


class Findings(NamedTuple):
    """`taken`: how many rows were looked at (see `step`)."""

    touches: list[Touch]
    changes: list[RaidChange]
    campaigns: list[CampaignChange]
    taken: int


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
                    _take_watched(state, Watched(row.position, row.message), wording, found)
            elif isinstance(row, Hostile):
                _take_act(state, row, wording, found)
            elif isinstance(row, Watched):
                _take_watched(state, row, wording, found)
            elif isinstance(row, RaidChange):
                _take_raid(state, row, found)
            else:
                _take_ban(state, row, found)
            _tell_campaigns(state, row.position, found)
            if not watching and is_watched(state.data):
                return state, found._replace(taken=taken)
        return state, found


def _tick(state: CampaignState, position: int, at: int, found: Findings) -> int:
    data = state.data
    day = data.clock // states.DAY_MS
    now = advance(data, at)
    if data.clock // states.DAY_MS != day:
        forget_old(state)
        forget_strands(data)
    for raid in drop_ended(data):
        found.changes.append(RaidChange(position, picture(data, raid)))
    return now


# -- acts ------------------------------------------------------------------------------------------


def _take_act(state: CampaignState, row: Hostile, wording: Wording, found: Findings) -> None:
    data, message = state.data, row.message
    now = _tick(state, row.position, event_ms(message.sent_at), found)
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
        _join(state, strand, row, known, place, wording, now, bits, core, found)
        return
    if burst or not known.newcomer or not row.flagged:
        return
    if _make_of_lone(state, row, known, place, wording, now, found):
        return
    finding = look(state, now)
    if finding is None:
        return
    going_on = next((one for one in data.strands if is_campaign(one)), None)
    if going_on is not None:
        _more_of_it(state, going_on, row, finding, now, found)
    elif finding.is_attack:
        _open_attack(state, row, finding, now, found)
    elif finding.is_suspect and not any(one.slow for one in data.strands):
        _suspect(state, row, place, finding, now, found)


def _join(
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
    _tell_raids(state, row.position, changed, now, found)
    member = raid.members.get(known.id.partition("/")[2])
    reasons = member_sentences(member.because if member else bits)
    is_core = member.core if member else core
    found.touches.append(Touch(row.position, raid.id, RaidStage(raid.stage), is_core, reasons))


def _more_of_it(
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
    places = _absorb(state, strand, missing, row.message)
    places |= gather(state, strand, row.message)
    _tell_raids(state, row.position, places, now, found)
    _touch_author(state, row, found)


def _open_attack(
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
    places = _absorb(state, strand, finding, row.message)
    places |= gather(state, strand, row.message)
    places |= name_the_rest(state, strand, row.message)
    for place in places:
        raid = raid_at(data, place)
        if raid is not None:
            take_finding(raid, finding)
            raid.detected_after = raid.messages
    tie(data, strand)
    _tell_raids(state, row.position, places, now, found)
    _touch_author(state, row, found)


def _absorb(state: CampaignState, strand: Strand, finding: Finding, message: Message) -> set[int]:
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


def _touch_author(state: CampaignState, row: Hostile, found: Findings) -> None:
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


def _suspect(
    state: CampaignState,
    row: Hostile,
    place: int,
    finding: Finding,
    now: int,
    found: Findings,
) -> None:
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


def _tell_raids(
    state: CampaignState, position: int, places: set[int], now: int, found: Findings
) -> None:
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


# -- messages without a signal, while a campaign is on ---------------------------------------------


def _take_watched(state: CampaignState, row: Watched, wording: Wording, found: Findings) -> None:
    data, message = state.data, row.message
    if not is_watched(data):
        return
    now = _tick(state, row.position, event_ms(message.sent_at), found)
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
                _take_unflagged(state, strand, row, place, wording, now, copies, found)
            return
        if note_other(strand, wording.keys):
            known = meet(state, message, now, newcomer=True, sure=False)
            if not is_burst(data, now):
                remember(state, known, place, wording.keys, now, flagged=False, raid=False)


def _take_unflagged(
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
    _join(state, strand, row, known, place, wording, now, bits, copies, found)
    if hot:
        places = gather_soft(state, strand, row.message)
        _tell_raids(state, row.position, places, now, found)


def _make_of_lone(
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
        _join(state, strand, row, known, place, wording, now, bits, True, found)
        return True
    return False


def _take_raid(state: CampaignState, row: RaidChange, found: Findings) -> None:
    raid = row.raid
    if raid.stage is RaidStage.ATTACK and raid.kind is not RaidKind.SLOW:
        take_raid(state, raid, _tick(state, row.position, event_ms(raid.end), found))


# -- bans and telling ------------------------------------------------------------------------------


def _take_ban(state: CampaignState, row: Banned, found: Findings) -> None:
    event = row.event
    if target_key(event.channel) != state.data.key and not is_watched(state.data):
        return
    account = event.account.id if isinstance(event.account, Account) else event.account
    if account is None:
        return
    key = f"{event.platform}/{account}"[: states.TEXT_BYTES]
    note_ban(state.data, key, _tick(state, row.position, event_ms(event.at), found))


def _tell_campaigns(state: CampaignState, position: int, found: Findings) -> None:
    data = state.data
    for strand in data.strands:
        if is_campaign(strand) and is_due(strand, data.clock):
            found.campaigns.append(CampaignChange(position, campaign_of(data, strand)))
