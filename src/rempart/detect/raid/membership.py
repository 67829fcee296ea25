"""While a raid is on: whose message belongs to it, and by what tie.

Rules of this module:

1. A newcomer's message that carries a signature of the raid makes its author a core member at once.
2. Abuse alone, by somebody who arrived with the raid, is the crowd: touched, and named only where
   there is no signature to go by (a dogpile of people).
3. A signature becomes the raid's when mostly core members use it and no regular does.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from rempart.detect.interface import Detections, Observation, RaidChange, Touch
from rempart.detect.raid.evidence import WINDOW_MS, is_public, shared_keys, users_of
from rempart.detect.raid.hiding import hides
from rempart.detect.raid.raids import (
    GOES_ON,
    bits_of,
    is_noted,
    join,
    note_more,
    picture,
    prolong,
    prune,
    shared_bit,
)
from rempart.detect.raid.reasons import (
    ABUSIVE,
    IMPERSONATES,
    SAME_COHORT,
    SAME_FAMILY,
    member_reasons,
)
from rempart.detect.raid.state import (
    ARRIVAL_MS,
    DAY_MS,
    HOT_KEYS,
    RECENT_DAYS,
    Person,
    RaidState,
    TargetState,
)
from rempart.detect.raid.telling import note_told, worth_telling
from rempart.model import RaidKind, RaidStage


def touch(
    state: TargetState,
    raid: RaidState,
    row: Observation,
    person: Person,
    keys: Sequence[int],
    harmful: bool,
    now: int,
    found: Detections,
) -> bool:
    """Does this message belong to the raid? True when its author is a core member."""
    data = state.data
    pruned = prune(raid, now)
    hot = sum(key in raid.hot for key in keys)
    member = raid.members.get(person.id)
    if member is None:
        bits = bits_of(raid, person, now) | (shared_bit(raid) if hot else 0)
        # Who is made like the members and hides what it says is told as if it were hostile.
        hiding = not harmful and bits & (SAME_COHORT | SAME_FAMILY) and hides(row.message.text)
        tie = _tie(raid, person, bits, keys, hot, harmful or bool(hiding), now)
        if tie is not _Tie.CORE and is_noted(raid, person.id):
            tie = _Tie.CORE
        if tie is _Tie.CORE or (tie is _Tie.CROWD and _is_named(raid, person)):
            member = join(raid, person, bits, tie is _Tie.CORE, now)
            if member is None and raid.kind == RaidKind.FLOOD.value:
                note_more(raid, person.id)
        if tie is not _Tie.NONE and member is None:
            found.touches.append(touch_of(row, raid, bits, tie is _Tie.CORE))
            if tie is _Tie.CORE:
                raid.messages += 1
                prolong(raid, now)
                return True
            raid.crowd += 1
    elif hot and not member.core:
        member.because |= shared_bit(raid)
        member.core = True
    if member is not None:
        if harmful:
            member.flagged += 1
            raid.flagged += 1
            member.because |= ABUSIVE
        member.messages += 1
        raid.messages += 1
        prolong(raid, now)
        if member.core:
            _learn_keys(state, raid, keys, now)
        found.touches.append(touch_of(row, raid, member.because, member.core))
    if pruned or worth_telling(raid, now):
        note_told(data, raid, now)
        found.changes.append(RaidChange(row.position, picture(data, raid)))
    return member is not None and member.core


def _is_named(raid: RaidState, person: Person) -> bool:
    """In a dogpile of people there is no signature to go by, and who is hostile to a person is
    named, beside whom others may shout something of their own; at a phone line whoever goes on,
    since those whom it annoys once write to it too."""
    if raid.kind == RaidKind.FLOOD.value:
        return person.rude >= GOES_ON or person.flagged >= GOES_ON
    return raid.open_list and person.rude > 0


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
    alike = bits & (SAME_COHORT | SAME_FAMILY | IMPERSONATES)
    if raid.young and person.created >= 0 and now - person.created > RECENT_DAYS * DAY_MS:
        hot -= 1  # an account of another age needs a stronger tie
    settled = person.visit < raid.begin - ARRIVAL_MS or raid.kind == RaidKind.FLOOD.value
    if settled and not harmful and not alike and hot * 2 <= len(keys):
        # Who was here before, or writes to a line that is flooded for hours, says by chance some
        # of what the raid says.
        return _Tie.NONE
    if hot >= 2 or (hot > 0 and (harmful or alike or len(keys) <= 2)):
        return _Tie.CORE
    if alike == SAME_COHORT | SAME_FAMILY or (alike and harmful):
        return _Tie.CORE
    if harmful and person.visit >= raid.begin - ARRIVAL_MS:
        return _Tie.CROWD
    return _Tie.NONE


def _learn_keys(state: TargetState, raid: RaidState, keys: Sequence[int], now: int) -> None:
    """A signature of a core member that mostly core members use is one of the raid's."""
    for key in keys:
        if key in raid.hot or key not in state.data.shared or is_public(state, key, now):
            continue
        if len(raid.hot) >= HOT_KEYS:
            return
        people = users_of(state, key)
        inside = _core_among(raid, people)
        if inside >= 2 and inside * 5 >= 3 * len(people):
            raid.hot[key] = inside


def touch_of(row: Observation, raid: RaidState, bits: int, core: bool) -> Touch:
    return Touch(row.position, raid.id, RaidStage(raid.stage), core, member_reasons(bits))


def spread_hot_keys(state: TargetState, raid: RaidState, now: int) -> None:
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
