"""Who writes here: recent people in full, those who stay in a few bits, the channel's averages.

Rules of this module:

1. A newcomer is somebody in neither table. Only who stayed for a while or came back enters the
   compact table, so a flood of new accounts never pushes out those who belong here.
2. Averages do not learn while a raid is on: an attack must not become the baseline.
"""

from __future__ import annotations

from typing import Final
from zlib import crc32

from rempart.detect.raid.state import (
    DAY_MS,
    KNOWN_PER_GENERATION,
    MINUTE_MS,
    PEOPLE_BYTES_PER_GENERATION,
    PEOPLE_PER_GENERATION,
    RECENT_DAYS,
    VISIT_GAP_MS,
    YOUNG_DAYS,
    Baseline,
    Person,
    Pulse,
    TargetData,
    TargetState,
    size_of,
)
from rempart.model import Account
from rempart.model.moments import ms_of

_STAYED_MS: Final = 15 * MINUTE_MS
_NAME_LENGTH: Final = 40
PULSE_MS: Final = 10_000
PULSES: Final = 12
_SLOWNESS: Final = 30
_MAX_GAP: Final = 240


def meet(state: TargetState, account: Account, now: int) -> Person:
    """The person behind a message, who is noted as having written one more."""
    data = state.data
    person = data.people.get(account.id)
    if person is None:
        person = data.older_people.pop(account.id, None)
        if person is None:
            person = _newcomer(state, account, now)
        _make_room(state, person)
        data.people[person.id] = person
    day = now // DAY_MS
    if day != person.day:
        person.day = day
        person.days += 1
    if now - person.last > VISIT_GAP_MS:
        person.visit = now
        person.said = person.acts = person.links = person.again = person.rude = 0
    person.messages += 1
    person.said += 1
    person.last = now
    return person


def poses(state: TargetState, person: Person, now: int) -> bool:
    """Does somebody who belongs here have a name that looks the same?"""
    return any(other is not person and other.is_regular(now) for other in state.names_alike(person))


def _newcomer(state: TargetState, account: Account, now: int) -> Person:
    data = state.data
    created = ms_of(account.created_at) if account.created_at is not None else -1
    data.serial += 1
    name = account.name
    if name is not None:
        name = None if name == account.id else name[:_NAME_LENGTH]
    day = now // DAY_MS
    person = Person(account.id, name, data.serial & 0xFFFFFF, created, now, now, day, 1, 0)
    person.visit = now
    digest = crc32(account.id.encode("utf-8", "surrogatepass"))
    known = data.known.get(digest) or data.older_known.get(digest)
    if known is not None:
        person.days = min(known >> 16, 60_000) + 1
        person.messages = known & 0xFFFF
    else:
        note_arrival(data.baseline, now, created)
    return person


def _make_room(state: TargetState, coming: Person) -> None:
    """Drops the older generation when the younger is full; those who stayed stay known."""
    data = state.data
    size = size_of(coming.id, coming.name)
    data.people_bytes += size
    if (
        len(data.people) < PEOPLE_PER_GENERATION
        and data.people_bytes <= PEOPLE_BYTES_PER_GENERATION
    ):
        if state.by_serial.get(coming.serial) is not coming:
            state.by_serial[coming.serial] = coming
            state.note_name(coming)
        return
    for person in data.older_people.values():
        if person.days > 1 or (person.messages >= 2 and person.last - person.first >= _STAYED_MS):
            _remember(state, person)
    data.older_people, data.people = data.people, {}
    data.people_bytes = size
    state.index_people()
    state.by_serial[coming.serial] = coming


def _remember(state: TargetState, person: Person) -> None:
    data = state.data
    if len(data.known) >= KNOWN_PER_GENERATION:
        data.older_known, data.known = data.known, {}
    digest = crc32(person.id.encode("utf-8", "surrogatepass"))
    data.older_known.pop(digest, None)
    data.known[digest] = min(person.days, 0xFFFF) << 16 | min(person.messages, 0xFFFF)


def note_arrival(baseline: Baseline, now: int, created: int) -> None:
    baseline.now_arrivals += 1
    if created >= 0:
        baseline.now_aged += 1
        baseline.now_young += now - created <= YOUNG_DAYS * DAY_MS
        baseline.now_recent += now - created <= RECENT_DAYS * DAY_MS


def feel_pulse(data: TargetData, now: int, regular: bool, hostile: bool, aside: bool) -> None:
    """Counts a message into the current ten seconds: hostile, or abusive `aside`, about a thing.
    What leaves the window is learned from, slowly, unless a raid is on."""
    bucket = now // PULSE_MS
    pulses = data.pulses
    if not pulses or pulses[-1].bucket != bucket:
        pulses.append(Pulse(bucket))
        while pulses[0].bucket <= bucket - PULSES:
            _learn_share(data, pulses.pop(0))
    pulse = pulses[-1]
    if regular:
        pulse.regular_messages += 1
        pulse.regular_flagged += hostile
    else:
        pulse.messages += 1
        pulse.flagged += hostile
    pulse.aside += aside


def _learn_share(data: TargetData, pulse: Pulse) -> None:
    messages = pulse.messages + pulse.regular_messages
    if messages and not (data.raids and any(raid.stage != "notice" for raid in data.raids)):
        share = (pulse.flagged + pulse.regular_flagged) / messages
        weight = messages / (messages + 500.0)
        data.baseline.flagged_share += weight * (share - data.baseline.flagged_share)


def turn_minute(baseline: Baseline, now: int, learn: bool) -> None:
    """Closes the minute that ended, and the empty ones since, into the averages."""
    minute = now // MINUTE_MS
    if minute == baseline.minute:
        return
    gap = min(minute - baseline.minute, _MAX_GAP) if baseline.minute >= 0 else 0
    if learn and gap:
        _close_minute(baseline)
        if gap > 1:
            _close_empty(baseline, gap - 1)
    baseline.minute = minute
    baseline.now_messages = baseline.now_arrivals = baseline.now_rude = 0
    baseline.now_aged = baseline.now_young = baseline.now_recent = 0


def _close_empty(baseline: Baseline, count: int) -> None:
    minutes = baseline.minutes
    messages, arrivals, rude = baseline.messages, baseline.arrivals, baseline.rude
    for _ in range(count):
        minutes = min(minutes + 1, _SLOWNESS)
        rate = 1.0 / (minutes + 1)
        messages -= rate * messages
        arrivals -= rate * arrivals
        rude -= rate * rude
    baseline.minutes = minutes
    baseline.messages, baseline.arrivals, baseline.rude = messages, arrivals, rude


def _close_minute(baseline: Baseline) -> None:
    baseline.minutes = min(baseline.minutes + 1, _SLOWNESS)
    rate = 1.0 / (baseline.minutes + 1)
    baseline.messages += rate * (baseline.now_messages - baseline.messages)
    baseline.arrivals += rate * (baseline.now_arrivals - baseline.arrivals)
    baseline.rude += rate * (baseline.now_rude - baseline.rude)
    if baseline.now_aged:
        weight = baseline.now_aged / (baseline.now_aged + 50.0)
        young = baseline.now_young / baseline.now_aged
        baseline.young_share += weight * (young - baseline.young_share)
        recent = baseline.now_recent / baseline.now_aged
        baseline.recent_share += weight * (recent - baseline.recent_share)
