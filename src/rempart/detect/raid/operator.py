"""The raid operator of one target: `step(state, batch) -> (state, detections)`.

Rules of this module:

1. Coordination alone is a notice. It becomes an attack only with harm: abusive messages of those
   who act together, or accounts that were evidently made for it.
2. Somebody becomes a member by sharing a signature with the others, or by abuse right after
   arriving while the raid is on; nobody because of being new.
3. Messages are taken one by one, in order, and nothing is known of the batch they came in, except
   that fingerprints are computed for all of it at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import ClassVar, Final
from zlib import crc32

from rempart.detect.interface import (
    Candidate,
    Detections,
    EventObservation,
    KeyedOperator,
    Observation,
    RaidChange,
    Touch,
)
from rempart.detect.links.extract import link_keys
from rempart.detect.raid import state as states
from rempart.detect.raid.clock import advance, event_ms
from rempart.detect.raid.evidence import (
    WINDOW_MS,
    Group,
    Score,
    hostile_group,
    is_public,
    score,
    shared_keys,
    use_serial,
)
from rempart.detect.raid.fingerprint import Fingerprint, fingerprints
from rempart.detect.raid.people import meet, turn_minute
from rempart.detect.raid.raids import (
    bits_of,
    join,
    open_raid,
    picture,
    prolong,
    prune,
    set_stage,
    take_group,
)
from rempart.detect.raid.reasons import (
    ABUSIVE,
    SAME_COHORT,
    SAME_FAMILY,
    SHARES_TEXT,
    member_reasons,
)
from rempart.detect.raid.signatures import note_regular, note_use
from rempart.detect.raid.state import (
    ACTS,
    HOT_KEYS,
    MINUTE_MS,
    Person,
    RaidState,
    TargetData,
    TargetState,
)
from rempart.model import (
    THRESHOLD,
    EventKind,
    Label,
    Raid,
    RaidKind,
    RaidStage,
)

ATTACK_SCORE: Final = 7.0
ATTACK_PATTERN: Final = 2.5
ATTACK_SHARE: Final = 0.35
SUSPECT_SCORE: Final = 3.5
NOTICE_AUTHORS: Final = 6
MADE_UP_SCORE: Final = 8.0
TELLING_LETTERS: Final = 12
_HARM: Final = frozenset({Label.BAD_LINK, Label.KNOWN_MEDIA})
_ANNOUNCED_MS: Final = 5 * MINUTE_MS
_CANDIDATE_KEYS: Final = 2


class RaidOperator(KeyedOperator[TargetState]):
    """Finds raids on one target."""

    name: ClassVar[str] = "raid"
    version: ClassVar[str] = "1"
    max_state_bytes: ClassVar[int] = 150_000

    def fresh(self, key: str) -> TargetState:
        return TargetState(TargetData(version=1, key=key))

    def load(self, blob: bytes) -> TargetState:
        return states.load(blob)

    def dump(self, state: TargetState) -> bytes:
        return states.dump(state)

    def open_raids(self, state: TargetState) -> list[Raid]:
        return [picture(state.data, raid) for raid in state.data.raids]

    def step(
        self, state: TargetState, batch: Sequence[Observation | EventObservation]
    ) -> tuple[TargetState, Detections]:
        found = Detections([], [], [])
        prints = iter(fingerprints([row.fold for row in batch if isinstance(row, Observation)]))
        for row in batch:
            if isinstance(row, Observation):
                _take_message(state, row, next(prints), found)
            else:
                _take_event(state, row, found)
        return state, found


def _take_event(state: TargetState, row: EventObservation, found: Detections) -> None:
    data = state.data
    now = advance(data, event_ms(row.event.at))
    if data.raids:
        _end_raids(data, row.position, now, found)
    turn_minute(data.baseline, now, not data.raids)
    if row.event.event is EventKind.ANNOUNCED_RAID:
        data.announced_until = now + _ANNOUNCED_MS


def _take_message(
    state: TargetState, row: Observation, print_: Fingerprint, found: Detections
) -> None:
    data, message = state.data, row.message
    now = advance(data, event_ms(message.sent_at))
    if data.raids:
        _end_raids(data, row.position, now, found)
    baseline = data.baseline
    if now // MINUTE_MS != baseline.minute:
        turn_minute(baseline, now, not any(raid.stage != "notice" for raid in data.raids))
    baseline.now_messages += 1
    author = message.author
    created = event_ms(author.created_at) if author.created_at is not None else -1
    person = meet(state, author, created, now)
    harmful = row.abuse >= THRESHOLD or not _HARM.isdisjoint(row.labels)
    if harmful:
        if person.flagged == 0 and person.is_arrival(now):
            baseline.now_flagged += 1
        person.flagged += 1
        person.flagged_at = now
    links = link_keys(row.fold, message.links)
    keys: Sequence[int] = print_.keys
    if print_.letters < TELLING_LETTERS and not harmful:
        keys = ()
    if links:
        keys = (*(crc32(link.encode("utf-8", "replace")) | 1 << 32 for link in links), *keys)
    regular = person.is_regular(now)
    if regular and not harmful:
        note_regular(data, keys, now)
        if data.raids:
            _touch(state, row, person, keys, False, now, found)
        return
    others = note_use(data, keys, person, harmful, now)
    if others:
        person.shared_at = now
    if others or harmful:
        person.acts += 1
        data.acts.append((now, person.serial))
        if len(data.acts) > ACTS:
            del data.acts[: ACTS // 4]
    if (harmful or links) and keys and not regular:
        found.candidates.append(
            Candidate(row.position, tuple(keys[: len(links) + _CANDIDATE_KEYS]))
        )
    hostile = _hostile(data)
    if hostile is not None:
        _touch(state, row, person, keys, harmful, now, found)
    if harmful and (hostile is None or hostile.stage == RaidStage.SUSPECT.value):
        _judge_hostile(state, row, hostile, now, found)
    elif others and hostile is None:
        _judge_harmless(state, row, keys, now, found)


def _hostile(data: TargetData) -> RaidState | None:
    for raid in data.raids:
        if raid.stage != RaidStage.NOTICE.value:
            return raid
    return None


def _end_raids(data: TargetData, position: int, now: int, found: Detections) -> None:
    for raid in [raid for raid in data.raids if raid.until < now]:
        data.raids.remove(raid)
        found.changes.append(RaidChange(position, picture(data, raid)))


def _judge_hostile(
    state: TargetState, row: Observation, raid: RaidState | None, now: int, found: Detections
) -> None:
    """Is this abuse part of something? Asked at each abusive message while no attack is on."""
    data = state.data
    if sum(1 for at, _ in data.acts if now - at <= WINDOW_MS) < 3:
        return
    group = hostile_group(state, now)
    if group.flagged < 3:
        return
    result = score(group, data.baseline, now, data.announced_until >= now)
    stage = _stage_of(group, result, now)
    if stage is None:
        return
    if raid is None:
        raid = open_raid(data, row.message, now, stage)
    raid.kind = (RaidKind.BOT_RAID if result.pattern >= ATTACK_PATTERN else RaidKind.DOGPILE).value
    before = (raid.stage, len(raid.members))
    fresh = raid.suspect_at < 0
    take_group(raid, group, result, now)
    _spread_hot_keys(state, raid, now)
    raid.confidence = _confidence(result.coordination)
    set_stage(raid, stage, now)
    if fresh or before != (raid.stage, len(raid.members)):
        found.changes.append(RaidChange(row.position, picture(data, raid)))
    if fresh and row.message.author.id in raid.members:
        member = raid.members[row.message.author.id]
        found.touches.append(_touch_of(row, raid, member.because, member.core))


def _stage_of(group: Group, result: Score, now: int) -> RaidStage | None:
    size = len(group.people)
    low_trust = sum(not person.is_regular(now) for person in group.people)
    share = group.flagged / size
    if (
        size >= 4
        and result.coordination >= ATTACK_SCORE
        and result.pattern >= ATTACK_PATTERN
        and share >= ATTACK_SHARE
        and low_trust * 3 >= 2 * size
    ):
        return RaidStage.ATTACK
    if result.coordination >= SUSPECT_SCORE and group.arrivals >= 3:
        return RaidStage.SUSPECT
    return None


def _confidence(coordination: float) -> float:
    """From the score's powers of ten to (0, 1): 0.5 at the threshold of a suspicion."""
    excess = coordination - SUSPECT_SCORE
    return round(1 - 0.5 * 10 ** (-max(0.0, excess) / 5), 3)


def _spread_hot_keys(state: TargetState, raid: RaidState, now: int) -> None:
    """What core members share among themselves, and regulars do not use, marks the raid."""
    for shared in shared_keys(state, now, WINDOW_MS):
        if shared.key in raid.hot or is_public(state, shared.key, now):
            continue
        if len(raid.hot) >= HOT_KEYS:
            return
        inside = _core_among(raid, shared.people)
        if inside >= 2 and inside * 5 >= 3 * len(shared.people):
            raid.hot[shared.key] = inside


def _core_among(raid: RaidState, people: Sequence[Person]) -> int:
    members = raid.members
    return sum(person.id in members and members[person.id].core for person in people)


def _judge_harmless(
    state: TargetState, row: Observation, keys: Sequence[int], now: int, found: Detections
) -> None:
    """Many say the same without abuse: a notice, unless the accounts were evidently made for it."""
    data = state.data
    best: list[Person] = []
    best_key = 0
    for key in keys:
        uses = data.shared.get(key)
        if uses is None or len(uses) < NOTICE_AUTHORS or is_public(state, key, now):
            continue
        people = [
            person
            for person in (state.by_serial.get(use_serial(use)) for use in uses)
            if person is not None and now - person.last <= WINDOW_MS
        ]
        if len(people) > len(best):
            best, best_key = people, key
    if len(best) < NOTICE_AUTHORS:
        return
    notice = next(iter(data.raids), None)
    if notice is not None and len(best) < notice.crowd * 1.3:
        notice.messages += 1
        prolong(notice, now)
        return
    group = Group(
        best,
        frozenset(person.id for person in best),
        {best_key: len(best)},
        sum(person.flagged > 0 for person in best),
        sum(person.is_arrival(now) for person in best),
        len(best),
    )
    result = score(group, data.baseline, now, data.announced_until >= now)
    made_up = result.identity >= MADE_UP_SCORE and group.arrivals * 2 >= len(best)
    stage = RaidStage.ATTACK if made_up else RaidStage.NOTICE
    if notice is None:
        notice = open_raid(data, row.message, now, stage)
    notice.evidence = result.evidence
    notice.crowd = len(best)
    notice.confidence = _confidence(result.coordination)
    if made_up:
        notice.kind = (RaidKind.LINK_RAID if best_key >> 32 else RaidKind.BOT_RAID).value
        take_group(notice, group, result, now)
        _spread_hot_keys(state, notice, now)
        set_stage(notice, stage, now)
    else:
        notice.kind = RaidKind.FLOOD.value
        notice.messages = max(notice.messages + 1, len(best))
        prolong(notice, now)
    found.changes.append(RaidChange(row.position, picture(data, notice)))


def _touch(
    state: TargetState,
    row: Observation,
    person: Person,
    keys: Sequence[int],
    harmful: bool,
    now: int,
    found: Detections,
) -> None:
    """While a hostile raid is on: does this message belong to it?"""
    data = state.data
    raid = _hostile(data)
    if raid is None:
        return
    changed = prune(raid, now)
    hot = sum(key in raid.hot for key in keys)
    member = raid.members.get(person.id)
    if member is None:
        bits = bits_of(raid, person, now) | (SHARES_TEXT if hot else 0)
        tie = _tie(raid, person, bits, keys, hot, harmful, now)
        if tie is _Tie.CORE or (tie is _Tie.CROWD and raid.kind == RaidKind.DOGPILE.value):
            member = join(raid, person, bits, tie is _Tie.CORE, now)
            changed = changed or member is not None
        if tie is not _Tie.NONE and member is None:
            found.touches.append(_touch_of(row, raid, bits, tie is _Tie.CORE))
            if tie is _Tie.CORE:
                raid.messages += 1
                prolong(raid, now)
    elif hot and not member.core:
        member.because |= SHARES_TEXT
        member.core = changed = True
    if member is not None:
        if harmful:
            member.flagged += 1
            member.because |= ABUSIVE
        member.messages += 1
        raid.messages += 1
        prolong(raid, now)
        if member.core:
            _learn_keys(state, raid, keys, now)
        found.touches.append(_touch_of(row, raid, member.because, member.core))
    if changed:
        found.changes.append(RaidChange(row.position, picture(data, raid)))


class _Tie(Enum):
    NONE = 0
    CROWD = 1
    CORE = 2


def _tie(
    raid: RaidState,
    person: Person,
    bits: int,
    keys: Sequence[int],
    hot: int,
    harmful: bool,
    now: int,
) -> _Tie:
    """How a newcomer's message is tied to the raid: by a signature, by mere abuse, not at all."""
    if person.is_regular(now):
        return _Tie.NONE
    alike = bits & (SAME_COHORT | SAME_FAMILY)
    if hot >= 2 or (hot and (harmful or alike or len(keys) <= 2)):
        return _Tie.CORE
    if alike == SAME_COHORT | SAME_FAMILY or (alike and harmful):
        return _Tie.CORE
    if harmful and person.days == 1 and person.first >= raid.begin - WINDOW_MS:
        return _Tie.CROWD
    return _Tie.NONE


def _learn_keys(state: TargetState, raid: RaidState, keys: Sequence[int], now: int) -> None:
    """A signature of a core member that mostly core members use is one of the raid's."""
    for key in keys:
        uses = state.data.shared.get(key)
        if uses is None or key in raid.hot or is_public(state, key, now):
            continue
        if len(raid.hot) >= HOT_KEYS:
            return
        found = (state.by_serial.get(use_serial(use)) for use in uses)
        people = [person for person in found if person is not None]
        inside = _core_among(raid, people)
        if inside >= 2 and inside * 5 >= 3 * len(people):
            raid.hot[key] = inside


def _touch_of(row: Observation, raid: RaidState, bits: int, core: bool) -> Touch:
    return Touch(row.position, raid.id, RaidStage(raid.stage), core, member_reasons(bits))
