"""From acts to evidence: who acts together, how surprising it is, and how much of it is harm.

Coordination and harm are two numbers that never mix: a hype burst has much of the first and none of
the second. Every term of the coordination score is a power of ten by which the group is more than
chance (see `tails`), measured against the regulars of the same minutes and the channel's past.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable
from itertools import takewhile
from typing import Final, NamedTuple
from zlib import crc32

from rempart.detect.raid.state import (
    DAY_MS,
    MINUTE_MS,
    RECENT_DAYS,
    YOUNG_DAYS,
    Baseline,
    Person,
    SharedKey,
    TargetData,
    TargetState,
)
from rempart.detect.raid.tails import binomial_tail, poisson_tail

WINDOW_MS: Final = 120_000
KEY_WINDOW_MS: Final = 600_000
SERIAL_BITS: Final = 24
SERIAL_MASK: Final = (1 << SERIAL_BITS) - 1
LINK_BIT: Final = 1 << 32
"""Set in the signatures that are links."""
MEDIA_BIT: Final = 1 << 34
"""Set, beside the one above, in those that are a picture or a file."""
NAME_BIT: Final = 1 << 35
"""Set in the signatures that are a family of names which speak of the target."""
SHORT_BIT: Final = 1 << 33
"""Set in the signatures of texts so short that two people write them by chance."""


Evidence = list[tuple[str, list[float]]]
"""Code of a reason and its numbers (see `reasons`)."""


def family_of(name: str | None) -> int:
    """A number for the family of a name: its first letters, when there are at least four."""
    if not name:
        return -1
    letters = "".join(takewhile(str.isalpha, name[:6].lower()))
    return crc32(letters.encode("utf-8", "replace")) if len(letters) >= 4 else -1


def shared_keys(state: TargetState, now: int, window: int) -> list[SharedKey]:
    """The signatures shared within the window, with the people who are still remembered. Asked
    several times for one message: remembered until the next (see `TargetState.lately`)."""
    known = state.lately.get(window)
    if known is not None:
        return known
    oldest = (now - window) // 1000 << 1
    find = state.by_serial.get
    found = state.lately[window] = []
    shared = state.data.shared
    for key, newest in state.newest.items():
        if newest < oldest:
            continue
        people = []
        flagged = 0
        # Whoever used it last is at the end: nobody older is looked at.
        for serial, use in reversed(shared[key].items()):
            if use < oldest:
                break
            person = find(serial)
            if person is not None:
                people.append(person)
                flagged += use & 1
        if len(people) >= 2:
            people.reverse()
            found.append(SharedKey(key, people, flagged))
    return found


def users_of(state: TargetState, key: int) -> list[Person]:
    """Who is known to use a shared signature and is still remembered; longest ago first."""
    uses = state.data.shared.get(key)
    if uses is None:
        return []
    found = (state.by_serial.get(serial) for serial in uses)
    return [person for person in found if person is not None]


def is_public(state: TargetState, key: int, now: int) -> bool:
    """Regulars of the last five minutes use it too, or it was shared here harmlessly before."""
    data = state.data
    if key in data.common or key in data.older_common:
        return True
    used = data.regular_keys.get(key) or data.older_regular_keys.get(key)
    return used is not None and now - used * 1000 <= 5 * MINUTE_MS


class Group(NamedTuple):
    """People who act together. `linked`: those who hang together by shared signatures, the largest
    such circle; `keys`: the signatures that link them; `top`: most users of one signature."""

    people: list[Person]
    linked: frozenset[str]
    keys: dict[int, int]
    flagged: int
    arrivals: int
    top: int
    picked: bool
    """Picked because of their abuse, so that its share in the group says nothing by itself."""

    @property
    def insistence(self) -> float:
        """How often each said the same on this visit, on average."""
        return 1 + sum(person.again for person in self.people) / max(1, len(self.people))


def _acts_with(person: Person, now: int) -> bool:
    """Newcomers count as soon as they share wording; whoever was here before only when hostile."""
    if person.is_arrival(now):
        return True
    hostile = person.flagged_at >= 0 and now - person.flagged_at <= WINDOW_MS
    return hostile and person.is_coming(now)


def coordinated_group(state: TargetState, now: int, without: Container[str]) -> Group:
    """The largest circle of arrivals who share wording that regulars do not use, abusive or not."""
    telling = []
    acting: dict[int, bool] = {}
    for shared in shared_keys(state, now, WINDOW_MS):
        key, people, flagged = shared
        if key & SHORT_BIT or is_public(state, key, now):
            continue
        arrived = []
        for person in people:
            acts = acting.get(person.serial)
            if acts is None:
                acts = acting[person.serial] = person.id not in without and _acts_with(person, now)
            if acts:
                arrived.append(person)
        if len(arrived) >= 2 and len(arrived) * 5 >= 4 * len(people):
            telling.append(SharedKey(key, arrived, flagged))
    linked = _largest_circle(telling)
    own = [shared for shared in telling if shared.people[0].id in linked]
    people = list({person.id: person for shared in own for person in shared.people}.values())
    return Group(
        people,
        linked,
        {shared.key: len(shared.people) for shared in own},
        sum(now - person.flagged_at <= WINDOW_MS for person in people if person.flagged_at >= 0),
        sum(person.is_arrival(now) for person in people),
        max((len(shared.people) for shared in own), default=0),
        picked=False,
    )


def hostile_group(state: TargetState, now: int, without: Container[str]) -> Group:
    """Those who sent something abusive in the window, and those who share a signature with them
    where most of its users are abusive; `without` those who are in a raid already."""
    people: dict[str, Person] = {}
    for at, serial in state.data.acts:
        if now - at <= WINDOW_MS:
            person = state.by_serial.get(serial)
            if person is None or person.id in without:
                continue
            if now - person.flagged_at <= WINDOW_MS:
                people[person.id] = person
    flagged = len(people)
    if flagged < 3:
        return Group([], frozenset(), {}, flagged, 0, 0, picked=True)
    hostile = [
        shared
        for shared in shared_keys(state, now, WINDOW_MS)
        if shared.flagged >= 2
        and shared.flagged * 5 >= 2 * len(shared.people)
        and not any(person.id in without for person in shared.people)
    ]
    for shared in hostile:
        for person in shared.people:
            people[person.id] = person
    everyone = list(people.values())
    arrivals = sum(person.is_arrival(now) for person in everyone)
    telling = [shared for shared in hostile if not shared.key & SHORT_BIT]
    top = max((len(shared.people) for shared in telling), default=0)
    linked = _largest_circle(hostile)
    keys = {
        shared.key: len(shared.people)
        for shared in hostile
        if shared.people[0].id in linked and not is_public(state, shared.key, now)
    }
    return Group(everyone, linked, keys, flagged, arrivals, top, picked=True)


def _largest_circle(shared: list[SharedKey]) -> frozenset[str]:
    """Union of people over signatures; the first of the largest circles."""
    leader: dict[str, str] = {}

    def find(name: str) -> str:
        while leader[name] != name:
            leader[name] = name = leader[leader[name]]
        return name

    for one in shared:
        first = one.people[0].id
        leader.setdefault(first, first)
        root = find(first)
        for person in one.people[1:]:
            leader.setdefault(person.id, person.id)
            leader[find(person.id)] = root
    circles: dict[str, list[str]] = {}
    for name in leader:
        circles.setdefault(find(name), []).append(name)
    largest: list[str] = []
    for circle in circles.values():
        if len(circle) > len(largest):
            largest = circle
    return frozenset(largest)


class Score(NamedTuple):
    """In powers of ten: `coordination` in all; `harm` the abuse beyond what is usual here and now;
    `identity` what speaks of made-up accounts (dates, cohort, names); `pattern` text and identity
    together."""

    coordination: float
    harm: float
    identity: float
    pattern: float
    evidence: Evidence
    cohort_day: int
    family: int


def score(group: Group, data: TargetData, now: int) -> Score:
    """How surprising this group is, with the evidence in words' parameters."""
    evidence: Evidence = []
    size = len(group.people)
    harm = _harm(group, data, now, evidence)
    text = _text(group, size, evidence)
    if group.flagged:
        evidence.append(("abuse", [float(group.flagged), float(size), 100 * group.flagged / size]))
    identity, day, family = identity_of(group.people, data.baseline, now, evidence)
    pattern = text + identity
    total = round(min(harm, 6.0) + pattern, 3)
    return Score(total, harm, identity, pattern, evidence, day, family)


def _harm(group: Group, data: TargetData, now: int, evidence: Evidence) -> float:
    """Abuse of those who do not belong here, against the regulars of the same two minutes and the
    channel's own past: where everybody swears, swearing says nothing."""
    messages = sum(pulse.messages for pulse in data.pulses)
    flagged = sum(pulse.flagged for pulse in data.pulses)
    regulars = sum(pulse.regular_messages for pulse in data.pulses)
    rude = sum(pulse.regular_flagged for pulse in data.pulses)
    share = max(0.04, 1.5 * data.baseline.flagged_share, (rude + 1) / (regulars + 40))
    expected = 0.3 + share * messages
    if not group.picked:
        own = [person for person in group.people if person.is_arrival(now)]
        # Nobody counts for more than a few messages: one chatterbox is no circle.
        wrote = sum(min(person.messages, 6) for person in own)
        abusive = sum(min(person.flagged, 2) for person in own)
        return _share_of_abuse(abusive, wrote, 1.5 * share, evidence)
    harm = poisson_tail(min(flagged, 3 * group.flagged), expected)
    if harm >= 1:
        seconds = WINDOW_MS / 1000
        evidence.append(("harm", [float(group.flagged), float(flagged), seconds, expected]))
    return harm


def _share_of_abuse(abusive: int, wrote: int, share: float, evidence: Evidence) -> float:
    harm = binomial_tail(abusive, wrote, share)
    if harm >= 1:
        evidence.append(("share", [float(abusive), float(wrote), 100 * share]))
    return harm


def _text(group: Group, size: int, evidence: Evidence) -> float:
    if group.top < 2:
        return 0.0
    expected = 0.2 + 0.01 * size
    text = poisson_tail(group.top, expected)
    if any(key & MEDIA_BIT for key in group.keys):
        evidence.append(("media", [float(group.top), WINDOW_MS / 1000]))
    elif any(key & NAME_BIT for key in group.keys):
        evidence.append(("called", [float(group.top), WINDOW_MS / 1000]))
    elif any(key & LINK_BIT for key in group.keys):
        evidence.append(("link", [float(group.top), WINDOW_MS / 1000]))
    else:
        evidence.append(("text", [float(group.top), WINDOW_MS / 1000, expected]))
    linked = len(group.linked)
    text = max(text, binomial_tail(linked, size, 0.12))
    evidence.append(("sharing", [float(linked), float(size), 100 * linked / size]))
    return text


def identity_of(
    people: Iterable[Person],
    baseline: Baseline,
    now: int,
    evidence: Evidence,
) -> tuple[float, int, int]:
    """Made-up accounts: young ones, made on one day, named alike."""
    people = list(people)
    dated = [person for person in people if person.created >= 0]
    total = 0.0
    young: list[float] = []
    for within, usual, least in (
        (YOUNG_DAYS, baseline.young_share, 0.05),
        (RECENT_DAYS, baseline.recent_share, 0.1),
    ):
        share = max(least, min(0.6, 1.5 * usual))
        count = sum(now - person.created <= within * DAY_MS for person in dated)
        surprise = binomial_tail(count, len(dated), share)
        if surprise > total:
            total, young = surprise, [float(count), float(len(dated)), float(within), 100 * share]
    if total >= 1:
        evidence.append(("young", young))
    day, family = -1, -1
    days = Counter(person.created // DAY_MS for person in dated)
    if days:
        common_day, count = max(days.items(), key=lambda item: (item[1], -item[0]))
        surprise = binomial_tail(count, len(dated), 0.05)
        if count >= 3 and surprise >= 1.5:
            day, total = common_day, total + surprise / 2
            evidence.append(("cohort", [float(count), float(len(dated))]))
    families = Counter(family_of(person.name or person.id) for person in people)
    families.pop(-1, None)
    if families:
        common_family, count = max(families.items(), key=lambda item: (item[1], -item[0]))
        surprise = binomial_tail(count, len(people), 0.02)
        if count >= 3 and surprise >= 2:
            family, total = common_family, total + surprise
            evidence.append(("names", [float(count), float(len(people))]))
    return total, day, family
