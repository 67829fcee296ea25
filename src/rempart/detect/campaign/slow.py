"""Is there a slow attack? Asked at each hostile act of a newcomer, answered by what the acts of the
last hours, days or weeks have in common.

Rules of this module:

1. What convicts is what different accounts share at different times: wording that is left when the
   insults are cut out, links; a burst of ten minutes counts once, and what regulars also say does
   not count.
2. More hostile newcomers than usual, accounts made together, and days in a row add to it; alone
   they are at most a suspicion, and only where the target's past is known.
3. Every term is a power of ten by which it is more than chance (see `raid.tails`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable
from typing import Final, NamedTuple

from rempart.detect.campaign.acts import ENOUGH, WHOLE_BIT, weight_of
from rempart.detect.campaign.memory import has_past, usual_per_day
from rempart.detect.campaign.state import (
    BUCKET_MS,
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    Act,
    CampaignState,
    Known,
)
from rempart.detect.raid.tails import binomial_tail, poisson_tail

WINDOWS: Final = (4 * HOUR_MS, DAY_MS, 4 * DAY_MS, 14 * DAY_MS)
ATTACK_SCORE: Final = 3.8
ATTACK_WORDING: Final = 2.5
SUSPECT_SCORE: Final = 3.0
SUSPECT_WORDING: Final = 1.3
SUSPECT_RATE: Final = 5.0
LINKED: Final = 3
APART_MS: Final = 2 * MINUTE_MS
SPAN_MS: Final = 6 * MINUTE_MS
MONTH_MS: Final = 30 * DAY_MS
YOUNG_SHARE: Final = 0.08
_MOST_RATE: Final = 4.0
_UNLEARNED_RATE: Final = 1.0
_PER_KEY: Final = 24
_MANY_KEYS: Final = 4


class Finding(NamedTuple):
    """What a window shows. `linked`: serials of accounts whose wording was taken up three times by
    somebody new, or where several wordings were taken up, by `circles` of those who hang together,
    and the signatures that link them."""

    score: float
    wording: float
    rate: float
    linked: frozenset[int]
    circles: list[frozenset[int]]
    keys: dict[int, int]
    begin: int
    spread: bool
    evidence: list[tuple[str, list[float]]]

    @property
    def is_attack(self) -> bool:
        return (
            self.spread
            and len(self.linked) >= LINKED
            and self.wording >= ATTACK_WORDING
            and self.score >= ATTACK_SCORE
        )

    @property
    def is_suspect(self) -> bool:
        worded = self.spread and self.wording >= SUSPECT_WORDING and self.score >= SUSPECT_SCORE
        return worded or self.rate >= SUSPECT_RATE


def look(state: CampaignState, now: int) -> Finding | None:
    """The most telling window that ends now, or None when there is nothing to compare."""
    best: Finding | None = None
    before = -1
    for window in WINDOWS:
        acts = [
            act
            for act in state.data.acts
            if act.newcomer and act.flagged and not act.raid and now - window <= act.at <= now
        ]
        if len(acts) == before:
            continue
        before = len(acts)
        if len({act.serial for act in acts}) < LINKED:
            continue
        found = _judge(state, acts, now, window)
        if best is None or (found.is_attack, found.score) > (best.is_attack, best.score):
            best = found
    return best


def _judge(state: CampaignState, acts: list[Act], now: int, window: int) -> Finding:
    links, keys = _links(acts, public_keys(state))
    circles = _circles(links)
    accounts = len({act.serial for act in acts})
    worded = [act for act in acts if not keys.keys().isdisjoint(act.keys)]
    turns = [turns_of(circle, worded) for circle in circles]
    edges = sum(min(turn * (turn - 1) // 2, 2 * (turn - 1)) for turn in turns)
    expected = 0.03 + 0.001 * accounts * (accounts - 1) / 2
    wording = poisson_tail(edges, expected)
    many = edges >= LINKED and wording >= ATTACK_WORDING
    strong = [c for c, turn in zip(circles, turns, strict=True) if turn >= (2 if many else LINKED)]
    linked = frozenset(serial for circle in strong for serial in circle)
    mine = [act for act in worded if act.serial in linked]
    times = {act.at // APART_MS for act in mine}
    own = {key for act in mine for key in act.keys}
    span = max((act.at for act in mine), default=0) - min((act.at for act in mine), default=0)
    evidence: list[tuple[str, list[float]]] = []
    if linked:
        evidence.append(
            ("wording", [float(len(linked)), float(len(times)), span / DAY_MS, expected])
        )
    rate = _rate(state, acts, now, window, evidence)
    identity = _identity([state.by_serial[serial] for serial in sorted(linked)], evidence)
    return Finding(
        round(wording + min(rate, _MOST_RATE) + identity, 3),
        wording,
        rate,
        linked,
        [frozenset(circle) for circle in strong],
        {key: count for key, count in keys.items() if key in own},
        min((act.at for act in mine), default=now),
        span >= SPAN_MS,
        evidence,
    )


def turns_of(circle: Container[int], acts: Iterable[Act]) -> int:
    """How many times the circle's wording was taken up by somebody new: a burst is one time."""
    turns, last = 0, -1
    met: set[int] = set()
    for act in acts:
        if act.serial not in circle:
            continue
        if act.serial not in met and (last < 0 or act.at - last >= APART_MS):
            turns += 1
        met.add(act.serial)
        last = act.at
    return turns


def public_keys(state: CampaignState) -> frozenset[int]:
    """Signatures that regulars use too, at least half as many of them as of newcomers."""
    users: dict[int, tuple[set[int], set[int]]] = {}
    for act in state.data.acts:
        for key in act.keys:
            users.setdefault(key, (set(), set()))[act.newcomer].add(act.serial)
    return frozenset(
        key
        for key, (regulars, others) in users.items()
        if 2 * len(regulars) >= len(others) > 0 or (regulars and not others)
    )


def _links(
    acts: Iterable[Act], public: frozenset[int]
) -> tuple[set[tuple[int, int]], dict[int, int]]:
    """Pairs of accounts that share enough signatures (one of longer texts, or a link) at different
    times, and how many accounts each linking signature has."""
    users: dict[int, list[Act]] = {}
    for act in acts:
        for key in act.keys:
            if key not in public:
                users.setdefault(key, []).append(act)
    shared: Counter[tuple[int, int]] = Counter()
    by: dict[tuple[int, int], set[int]] = {}
    for key, found in users.items():
        if len(found) < 2:
            continue
        recent = found[-_PER_KEY:]
        long = all(len(act.keys) >= _MANY_KEYS for act in recent)
        weight = ENOUGH if long and not key & WHOLE_BIT else weight_of(key)
        pairs = {
            (min(one.serial, two.serial), max(one.serial, two.serial))
            for place, one in enumerate(recent)
            for two in recent[:place]
            if one.serial != two.serial and abs(one.at - two.at) >= APART_MS
        }
        for pair in pairs:
            shared[pair] += weight
            by.setdefault(pair, set()).add(key)
    links = {pair for pair, count in shared.items() if count >= ENOUGH}
    keys = {key for pair in links for key in by[pair]}
    return links, {key: len({act.serial for act in users[key]}) for key in sorted(keys)}


def _circles(links: Iterable[tuple[int, int]]) -> list[set[int]]:
    """Those who hang together."""
    circles: list[set[int]] = []
    for pair in sorted(links):
        touched = [circle for circle in circles if not circle.isdisjoint(pair)]
        merged = set(pair).union(*touched)
        circles = [circle for circle in circles if circle not in touched]
        circles.append(merged)
    return circles


def _rate(
    state: CampaignState,
    acts: list[Act],
    now: int,
    window: int,
    evidence: list[tuple[str, list[float]]],
) -> float:
    """Hostile newcomers, two of each ten minutes, against what is usual here."""
    buckets: dict[int, set[int]] = {}
    first: dict[int, int] = {}
    for act in acts:
        if first.setdefault(act.serial, act.at) == act.at:
            buckets.setdefault(act.at // BUCKET_MS, set()).add(act.serial)
    seen = sum(min(2, len(found)) for found in buckets.values())
    expected = 0.7 + 1.5 * usual_per_day(state.data, now - window) * window / DAY_MS
    rate = poisson_tail(seen, expected) / 1.5
    days = len({act.at // DAY_MS for act in acts})
    if rate >= 1:
        evidence.append(("rate", [float(seen), window / DAY_MS, expected]))
    if days >= 3:
        evidence.append(("days", [float(days), max(float(days), float(round(window / DAY_MS)))]))
    if not has_past(state.data, now - window):
        return min(rate, _UNLEARNED_RATE)
    return round(rate, 3)


def _identity(people: list[Known], evidence: list[tuple[str, list[float]]]) -> float:
    """Accounts made for it: young when they first acted, made on one day."""
    dated = [person for person in people if person.created >= 0]
    if len(dated) < 2:
        return 0.0
    young = sum(is_young(person) for person in dated)
    total = binomial_tail(young, len(dated), YOUNG_SHARE)
    if total >= 1:
        evidence.append(("young", [float(young), float(len(dated)), 100 * YOUNG_SHARE]))
    common = max(Counter(person.created // DAY_MS for person in dated).values())
    if common >= 3:
        total += binomial_tail(common, len(dated), 0.05) / 2
        evidence.append(("cohort", [float(common), float(len(dated))]))
    return min(total, 3.0)


def is_young(person: Known) -> bool:
    return person.created >= 0 and person.first - person.created <= MONTH_MS
