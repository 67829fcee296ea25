"""The operator across channels: one state per signature, whoever it comes from and wherever.

A few accounts that write one hostile message in each of many channels are nothing in any of them;
the signature they share sees them all.

Rules of this module:

1. Only what a target's operator offered is seen: abusive or link-bearing messages of people who are
   no regulars there.
2. An attack needs several channels, several authors and harm within the window; a link that many
   people post in many channels without abuse is news.
3. Each channel gets a moment to see a raid of its own, which wins: only what then still comes is
   spread.
4. The picture is told of when it has a tenth more members, and every ten seconds of event time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

import msgspec

from rempart.detect.interface import (
    Detections,
    EventObservation,
    KeyedOperator,
    Observation,
    RaidChange,
    Touch,
)
from rempart.detect.raid.reasons import ABUSIVE, SHARES_TEXT, member_reasons, raid_reasons
from rempart.detect.raid.state import MINUTE_MS
from rempart.model import (
    THRESHOLD,
    Label,
    Member,
    Raid,
    RaidKind,
    RaidStage,
    message_key,
    stable_id,
)
from rempart.model.moments import at_time, ms_of

WINDOW_MS: Final = 20 * MINUTE_MS
LIFE_MS: Final = 20 * MINUTE_MS
MIN_CHANNELS: Final = 4
MIN_AUTHORS: Final = 5
MIN_FLAGGED: Final = 4
MIN_SPAN_MS: Final = 20_000
TELL_MS: Final = 10_000
MAX_USES: Final = 64
MAX_MEMBERS: Final = 200
HARM: Final = frozenset({Label.BAD_LINK, Label.KNOWN_MEDIA})


class Use(msgspec.Struct, array_like=True, gc=False):
    at: int
    account: str
    name: str | None
    channel: str
    flagged: bool
    created: int = -1


class SpreadMember(msgspec.Struct, array_like=True, gc=False):
    name: str | None
    created: int
    first: int
    messages: int


class SpreadData(msgspec.Struct, array_like=True, gc=False):
    key: str
    clock: int = -1
    uses: list[Use] = []
    raid: str = ""
    platform: str = ""
    channel: str = ""
    target: str = ""
    begin: int = -1
    last: int = -1
    detected_at: int = -1
    detected_after: int = 0
    messages: int = 0
    channels: int = 0
    members: dict[str, SpreadMember] = {}
    told_members: int = 0
    told_at: int = -1


_DECODER: Final = msgspec.msgpack.Decoder(SpreadData)
_REASONS: Final = member_reasons(SHARES_TEXT | ABUSIVE)


class SpreadOperator(KeyedOperator[SpreadData]):
    """Finds one signature that spreads over many channels."""

    name: ClassVar[str] = "spread"
    version: ClassVar[str] = "2"
    max_state_bytes: ClassVar[int] = 64_000

    def fresh(self, key: str) -> SpreadData:
        return SpreadData(key)

    def load(self, blob: bytes) -> SpreadData:
        return _DECODER.decode(blob)

    def dump(self, state: SpreadData) -> bytes:
        return msgspec.msgpack.encode(state)

    def open_raids(self, state: SpreadData) -> list[Raid]:
        return [_picture(state)] if state.raid else []

    def step(
        self, state: SpreadData, batch: Sequence[Observation | EventObservation]
    ) -> tuple[SpreadData, Detections]:
        found = Detections([], [], [])
        for row in batch:
            if isinstance(row, Observation):
                _take(state, row, found)
        return state, found


def _take(state: SpreadData, row: Observation, found: Detections) -> None:
    message = row.message
    state.clock = now = max(state.clock, ms_of(message.sent_at))
    if state.raid and now - state.last > LIFE_MS:
        found.changes.append(_change(state, row))
        state.raid = ""
        state.members = {}
        state.messages = 0
    author = message.author
    created = ms_of(author.created_at) if author.created_at is not None else -1
    use = Use(
        now,
        f"{author.id}"[:128],
        (author.name or "")[:40] or None,
        f"{message.platform}/{message.channel}"[:256],
        row.abuse >= THRESHOLD or not HARM.isdisjoint(row.labels),
        created,
    )
    state.uses = [known for known in state.uses if now - known.at <= WINDOW_MS][-MAX_USES + 1 :]
    state.uses.append(use)
    if state.raid:
        _join(state, use)
        state.last = now
        state.messages += 1
        found.touches.append(Touch(row.position, state.raid, RaidStage.ATTACK, True, _REASONS))
        gained = len(state.members) - state.told_members
        if gained * 10 >= len(state.members) or now - state.told_at >= TELL_MS:
            _tell(state, row, found)
    elif _is_attack(state.uses):
        _open(state, row)
        found.touches.append(Touch(row.position, state.raid, RaidStage.ATTACK, True, _REASONS))
        _tell(state, row, found)


def _tell(state: SpreadData, row: Observation, found: Detections) -> None:
    state.told_members, state.told_at = len(state.members), state.clock
    found.changes.append(_change(state, row))


def _change(state: SpreadData, row: Observation) -> RaidChange:
    return RaidChange(
        row.position,
        _picture(state),
        tuple(dict.fromkeys(use.channel for use in state.uses)),
        sum(use.flagged for use in state.uses),
        len(state.uses),
    )


def _is_attack(uses: Sequence[Use]) -> bool:
    flagged = {use.account for use in uses if use.flagged}
    return (
        uses[-1].at - uses[0].at >= MIN_SPAN_MS
        and len({use.channel for use in uses if use.flagged}) >= MIN_CHANNELS
        and len(flagged) >= MIN_FLAGGED
        and len({use.account for use in uses}) >= MIN_AUTHORS
        and sum(use.flagged for use in uses) * 2 >= len(uses)
    )


def _open(state: SpreadData, row: Observation) -> None:
    message = row.message
    key = message_key(message.platform, message.id).hex()
    state.raid = stable_id("r", f"signature/{state.key}", key)
    state.platform, state.channel = message.platform, message.channel
    state.target = message.hit[0]
    state.begin = min(use.at for use in state.uses)
    state.last = state.detected_at = state.clock
    for use in state.uses:
        _join(state, use)
    state.messages = state.detected_after = len(state.uses)


def _join(state: SpreadData, use: Use) -> None:
    member = state.members.get(use.account)
    if member is not None:
        member.messages += 1
    elif len(state.members) < MAX_MEMBERS:
        state.members[use.account] = SpreadMember(use.name, use.created, use.at, 1)


def _picture(state: SpreadData) -> Raid:
    channels = len({use.channel for use in state.uses})
    reasons = raid_reasons(
        [
            ("channels", [float(len(state.members)), float(channels), WINDOW_MS / MINUTE_MS]),
            (
                "abuse_messages",
                [float(sum(use.flagged for use in state.uses)), float(len(state.uses))],
            ),
        ]
    )
    members = tuple(
        Member(
            account=account,
            name=member.name or account,
            created_at=at_time(member.created) if member.created >= 0 else None,
            first_at=at_time(member.first),
            messages=member.messages,
            reasons=_REASONS,
        )
        for account, member in state.members.items()
    )
    return Raid(
        id=state.raid,
        platform=state.platform,
        channel=state.channel,
        target=state.target,
        stage=RaidStage.ATTACK,
        kind=RaidKind.SPREAD,
        begin=at_time(state.begin),
        end=at_time(state.last),
        members=members,
        messages=state.messages,
        confidence=0.95,
        reasons=reasons,
        suspect_at=at_time(state.detected_at),
        detected_at=at_time(state.detected_at),
        detected_after_messages=state.detected_after,
        until=at_time(state.last + LIFE_MS),
    )
