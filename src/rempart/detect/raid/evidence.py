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
    YOUNG_DAYS,
    Baseline,
    Person,
    TargetState,
)
from rempart.detect.raid.tails import binomial_tail, poisson_tail

WINDOW_MS: Final = 120_000
KEY_WINDOW_MS: Final = 600_000
_SECOND_BITS: Final = 24
_SERIAL_MASK: Final = (1 << _SECOND_BITS) - 1


def pack_use(now: int, serial: int, flagged: bool) -> int:
    """One use of a signature: second, who (24 bits of the serial number), flagged."""
    return ((now // 1000) << _SECOND_BITS | serial & _SERIAL_MASK) << 1 | flagged


def use_second(use: int) -> int:
    return use >> (_SECOND_BITS + 1)


def use_serial(use: int) -> int:
    return (use >> 1) & _SERIAL_MASK


class SharedKey(NamedTuple):
    """A signature that several people used lately, and how many of them abusively."""

    key: int
    people: list[Person]
    flagged: int


def family_of(name: str | None) -> int:
    """A number for the family of a name: its first letters, when there are at least four."""
    if not name:
        return -1
    letters = "".join(takewhile(str.isalpha, name[:6].lower()))
    return crc32(letters.encode("utf-8", "replace")) if len(letters) >= 4 else -1


def shared_keys(state: TargetState, now: int, window: int) -> list[SharedKey]:
    """The signatures shared within the window, with the people who are still remembered."""
    oldest = (now - window) // 1000
    data, by_serial = state.data, state.by_serial
    found = []
    for key, uses in data.shared.items():
        if use_second(uses[-1]) < oldest:
            continue
        people = []
        flagged = 0
        for use in uses:
            if use_second(use) >= oldest:
                person = by_serial.get(use_serial(use))
                if person is not None:
                    people.append(person)
                    flagged += use & 1
        if len(people) >= 2:
            found.append(SharedKey(key, people, flagged))
    return found


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
        return Group([], frozenset(), {}, flagged, 0, 0)
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
    top = max((len(shared.people) for shared in hostile), default=0)
    linked = _largest_circle(hostile)
    keys = {
        shared.key: len(shared.people)
        for shared in hostile
        if shared.people[0].id in linked and not is_public(state, shared.key, now)
    }
    return Group(everyone, linked, keys, flagged, arrivals, top)


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
    """`coordination` in powers of ten; `identity` the part of it that speaks of made-up accounts
    (dates, cohort, names); `pattern` the part that is not just many arrivals."""

    coordination: float
    identity: float
    pattern: float
    evidence: list[tuple[str, list[float]]]
    cohort_day: int
    family: int


def score(group: Group, baseline: Baseline, now: int, announced: bool) -> Score:
    """How surprising this group is, with the evidence in words' parameters."""
    evidence: list[tuple[str, list[float]]] = []
    size = len(group.people)
    usual = baseline.flagged_arrivals * WINDOW_MS / MINUTE_MS
    arrivals = 0.0
    if not announced:
        arrivals = poisson_tail(min(group.flagged, group.arrivals), 2 * usual + 0.3)
        if arrivals >= 1:
            evidence.append(("arrivals", [float(group.arrivals), WINDOW_MS / 1000, usual]))
    text = _text(group, size, evidence)
    if group.flagged:
        evidence.append(("abuse", [float(group.flagged), float(size), 100 * group.flagged / size]))
    identity, day, family = _identity(group.people, baseline, now, evidence)
    pattern = text + identity
    return Score(round(min(arrivals, 6.0) + pattern, 3), identity, pattern, evidence, day, family)


def _text(group: Group, size: int, evidence: list[tuple[str, list[float]]]) -> float:
    if group.top < 2:
        return 0.0
    expected = 0.2 + 0.01 * size
    text = poisson_tail(group.top, expected)
    evidence.append(("text", [float(group.top), KEY_WINDOW_MS / 1000, expected]))
    sharing = sum(person.shared_at >= 0 for person in group.people)
    text = max(text, binomial_tail(sharing, size, 0.1))
    evidence.append(("sharing", [float(sharing), float(size), 100 * sharing / size]))
    return text


def _identity(
    people: Iterable[Person],
    baseline: Baseline,
    now: int,
    evidence: list[tuple[str, list[float]]],
) -> tuple[float, int, int]:
    """Made-up accounts: young ones, made on one day, named alike."""
    people = list(people)
    dated = [person for person in people if person.created >= 0]
    young = sum(now - person.created <= YOUNG_DAYS * DAY_MS for person in dated)
    share = max(0.05, min(0.6, 1.5 * baseline.young_share))
    total = binomial_tail(young, len(dated), share)
    if total >= 1:
        evidence.append(("young", [float(young), float(len(dated)), YOUNG_DAYS, 100 * share]))
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
