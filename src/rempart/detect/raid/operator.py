"""The raid operator of one target: `step(state, batch) -> (state, detections)`.

Rules of this module:

1. Messages are taken one by one, in order, and nothing is known of the batch they came in, except
   that fingerprints come with them, or are computed for all of it at once.
2. Event time only, on the target's own clock (see `clock`).
3. What regulars say unflagged is the control group and costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final
from zlib import crc32

from rempart.detect.interface import (
    Candidate,
    Detections,
    EventObservation,
    KeyedOperator,
    Observation,
    RaidChange,
)
from rempart.detect.links.extract import link_keys
from rempart.detect.raid import state as states
from rempart.detect.raid.aim import Aim, aim_of, names_of
from rempart.detect.raid.clock import advance
from rempart.detect.raid.evidence import LINK_BIT, MEDIA_BIT, NAME_BIT, SHORT_BIT
from rempart.detect.raid.fingerprint import Fingerprint, fingerprints
from rempart.detect.raid.hiding import hides
from rempart.detect.raid.judge import judge_harmless, judge_hostile
from rempart.detect.raid.lessons import is_taught, learn
from rempart.detect.raid.membership import touch
from rempart.detect.raid.people import feel_pulse, meet, poses, turn_minute
from rempart.detect.raid.raids import picture
from rempart.detect.raid.room import EVERY, keep_room
from rempart.detect.raid.signatures import evades_ban, note_ban, note_regular, note_use
from rempart.detect.raid.state import (
    ACTS,
    MINUTE_MS,
    RUDE_ACTS,
    TELLING_LETTERS,
    Person,
    RaidState,
    TargetData,
    TargetState,
)
from rempart.model import THRESHOLD, EventKind, Label, Raid, RaidStage
from rempart.model.moments import ms_of

_HARM: Final = frozenset({Label.BAD_LINK, Label.KNOWN_MEDIA})
_ANNOUNCED_MS: Final = {
    EventKind.ANNOUNCED_RAID: 5 * MINUTE_MS,
    EventKind.PROMOTION: 60 * MINUTE_MS,
}
_CANDIDATE_KEYS: Final = 1
_FILE: Final = LINK_BIT | MEDIA_BIT
TARGET_LETTERS: Final = 3


class RaidOperator(KeyedOperator[TargetState]):
    """Finds raids on one target."""

    name: ClassVar[str] = "raid"
    version: ClassVar[str] = "4"
    max_state_bytes: ClassVar[int] = 100_000

    def fresh(self, key: str) -> TargetState:
        return TargetState(TargetData(version=4, key=key))

    def load(self, blob: bytes) -> TargetState:
        return states.load(blob)

    def dump(self, state: TargetState) -> bytes:
        return states.dump(state)

    def open_raids(self, state: TargetState) -> list[Raid]:
        return [picture(state.data, raid) for raid in state.data.raids]

    def teach(self, state: TargetState, raid: Raid, folds: Sequence[str]) -> TargetState:
        learn(state, raid, folds)
        return state

    def step(
        self, state: TargetState, batch: Sequence[Observation | EventObservation]
    ) -> tuple[TargetState, Detections]:
        found = Detections([], [], [])
        missing = iter(
            fingerprints(
                [row.fold for row in batch if isinstance(row, Observation) and row.prints is None]
            )
        )
        for row in batch:
            if isinstance(row, Observation):
                _take_message(state, row, row.prints or next(missing), found)
            else:
                _take_event(state, row, found)
        return state, found


def _take_event(state: TargetState, row: EventObservation, found: Detections) -> None:
    now = _tick(state.data, row.position, ms_of(row.event.at), "", found)
    data, event = state.data, row.event
    if event.event in _ANNOUNCED_MS:
        data.announced_until = max(data.announced_until, now + _ANNOUNCED_MS[event.event])
    elif event.event is EventKind.BAN and event.account is not None:
        account = event.account if isinstance(event.account, str) else event.account.id
        person = data.people.get(account) or data.older_people.get(account)
        if person is not None:
            note_ban(data, person, now)


def _tick(data: TargetData, position: int, at: int, who: str, found: Detections) -> int:
    """Moves the clock; ends what is over; closes the minute into the averages."""
    now = advance(data, at, who)
    for raid in data.raids:
        if raid.until < now:
            data.raids = [other for other in data.raids if other is not raid]
            found.changes.append(RaidChange(position, picture(data, raid)))
    if now // MINUTE_MS != data.baseline.minute:
        turn_minute(data.baseline, now, _hostile(data) is None)
    return now


def _take_message(
    state: TargetState, row: Observation, print_: Fingerprint, found: Detections
) -> None:
    data, author = state.data, row.message.author
    now = _tick(data, row.position, ms_of(row.message.sent_at), author.id, found)
    data.baseline.now_messages += 1
    if not data.baseline.now_messages & EVERY:
        keep_room(state)
    person = meet(state, author, now)
    state.lately.clear()
    aim = _aim(row)
    hostile = aim is not None and aim is not Aim.THING
    links = link_keys(row.fold, row.message.links)
    keys = _keys(row, person, print_, links, hostile)
    if hostile and data.lessons and is_taught(state, keys, row.labels, person, now):
        aim, hostile = None, False
    if hostile:
        person.flagged += 1
        person.flagged_at = now
    regular = person.is_regular(now)
    if data.banned and not hostile and not regular and evades_ban(state, keys, now):
        # Somebody was banned for this wording: who brings it back means it.
        hostile, person.flagged, person.flagged_at = True, person.flagged + 1, now
    feel_pulse(data, now, regular, hostile, aim is Aim.THING)
    raid = _hostile(data) if data.raids else None
    if regular and not hostile:
        note_regular(data, keys, now)
        if raid is not None:
            touch(state, raid, row, person, keys, hostile, now, found)
        return
    person.links += bool(links or row.message.media)
    shared, again = note_use(state, keys, person, hostile, now)
    person.again += again
    if shared or hostile:
        _note_act(state, person, row, now)
    if aim is Aim.PERSON and not regular:
        _note_rude(data, person, now)
    core = raid is not None and touch(state, raid, row, person, keys, hostile, now, found)
    attack = raid is not None and raid.stage == RaidStage.ATTACK.value
    # A target's own attack wins: what belongs to it is not offered across channels.
    if (hostile or links) and keys and not regular and not (attack and core):
        offered = tuple(keys[: len(links) + _CANDIDATE_KEYS])
        found.candidates.append(Candidate(row.position, offered))
    if attack and (core or not hostile):
        return
    if hostile:
        judge_hostile(state, row, raid, now, found)
    elif shared:
        judge_harmless(state, row, keys, now, found)


def _called(row: Observation, person: Person) -> int:
    """The family of a newcomer's name, when the name speaks of the target; else 0."""
    name = (person.name or person.id).lower()
    for target in row.message.hit:
        if len(target) >= TARGET_LETTERS and target.lower() in name and len(name) > len(target):
            rest = "".join(filter(str.isalpha, name))
            return crc32(rest.encode("utf-8", "replace")) | NAME_BIT
    return 0


def _aim(row: Observation) -> Aim | None:
    """Whom the message is hostile to; None when it is not abusive at all."""
    if row.labels and not _HARM.isdisjoint(row.labels):
        return Aim.OPEN
    if row.abuse < THRESHOLD:
        return None
    return aim_of(row.fold, row.labels, names_of(row.message))


def _note_rude(data: TargetData, person: Person, now: int) -> None:
    person.rude += 1
    person.rude_at = now
    data.baseline.now_rude += 1
    data.rude.append((now, person.serial))
    if len(data.rude) > RUDE_ACTS:
        del data.rude[: RUDE_ACTS // 4]


def _keys(
    row: Observation, person: Person, print_: Fingerprint, links: Sequence[str], hostile: bool
) -> Sequence[int]:
    """Files and links first, then the text's fingerprints, then the name where it tells; a short
    text counts only when it is abusive."""
    keys = print_.keys
    if print_.letters < TELLING_LETTERS:
        keys = tuple(key | SHORT_BIT for key in keys) if hostile else ()
    if links:
        named = (crc32(link.encode("utf-8", "replace")) | LINK_BIT for link in links)
        keys = (*named, *keys)
    if row.message.media:
        files = [one.sha256 for one in row.message.media if one.sha256]
        keys = (*(crc32(file.encode()) | _FILE for file in files), *keys)
    if person.days == 1 and (called := _called(row, person)):
        keys = (*keys, called)
    return keys


def _note_act(state: TargetState, person: Person, row: Observation, now: int) -> None:
    data = state.data
    if person.days == 1 and hides(row.message.text):
        person.hid_at = now
    if not person.acts and person.days == 1 and not person.poses:
        person.poses = poses(state, person, now)
    person.acts += 1
    data.acts.append((now, person.serial))
    if len(data.acts) > ACTS:
        del data.acts[: ACTS // 4]


def _hostile(data: TargetData) -> RaidState | None:
    for raid in data.raids:
        if raid.stage != RaidStage.NOTICE.value:
            return raid
    return None
