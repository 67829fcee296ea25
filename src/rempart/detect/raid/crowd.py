"""A dogpile: people with nothing in common but whom they abuse.

There is no signature to go by. What speaks is how many of those who just began to write are hostile
to a person, each in own words, where usually hardly anybody is.

Rules of this module:

1. Counted are people, not messages, and only those who are no regulars; who goes on counts half as
   much again. What several of them wrote alike counts once, so a copypasta in jest is no dogpile.
2. Only hostility to a person counts. Where more is shouted at things (a game, a referee), or the
   regulars are as hostile, the channel is angry and nobody is piled on.
3. It takes both: more hostile people than this channel has in such a time, and a large share of
   those who just came.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Final, NamedTuple

from rempart.detect.raid.evidence import (
    SHORT_BIT,
    WINDOW_MS,
    Evidence,
    Group,
    is_public,
    shared_keys,
)
from rempart.detect.raid.state import MINUTE_MS, Person, TargetState
from rempart.detect.raid.tails import binomial_tail, poisson_tail
from rempart.model import RaidStage

SLOW_MS: Final = 10 * MINUTE_MS
CROWD_SIZE: Final = 3
CROWD_COUNT: Final = 3.2
CROWD_SHARE: Final = 1.2
CROWD_SCORE: Final = 4.8
_USUAL_SHARE: Final = 0.05
_USUAL_COUNT: Final = 0.15
_ALL_NEW: Final = 0.3
_OWN_SHARE: Final = 0.3


class Crowd(NamedTuple):
    """Who is hostile to a person; `number` and `share` say how surprising it is (powers of ten)."""

    people: list[Person]
    number: float
    share: float
    evidence: Evidence

    def stage(self) -> RaidStage | None:
        if (
            len(self.people) >= CROWD_SIZE
            and self.number >= CROWD_COUNT
            and self.share >= CROWD_SHARE
            and self.number + self.share >= CROWD_SCORE
        ):
            return RaidStage.ATTACK
        if len(self.people) >= 3 and self.number >= 2 and self.share >= 1:
            return RaidStage.SUSPECT
        return None


def hostile_crowd(state: TargetState, now: int, without: Container[str]) -> Crowd:
    """Those who are hostile to a person, within two minutes or within ten, whichever says more."""
    recent = {serial: at for at, serial in state.data.rude if now - at <= SLOW_MS}
    people = []
    for serial in recent:
        person = state.by_serial.get(serial)
        if person is not None and person.id not in without and not person.is_regular(now):
            people.append(person)
    best = Crowd([], 0.0, 0.0, [])
    for window in (WINDOW_MS, SLOW_MS):
        found = [person for person in people if now - person.rude_at <= window]
        if len(found) < 3 or _is_anger(state, found):
            continue
        crowd = _judge(state, found, window, now)
        if best.stage() is None or crowd.number + crowd.share > best.number + best.share:
            best = crowd
    return best._replace(people=people) if best.stage() is RaidStage.ATTACK else best


def _is_anger(state: TargetState, people: list[Person]) -> bool:
    """More is shouted at things, or these people mostly said something else."""
    rude = sum(person.rude for person in people)
    if rude < _OWN_SHARE * sum(min(person.said, 12) for person in people):
        return True
    return 2 * sum(pulse.aside for pulse in state.data.pulses) > rude


def _judge(state: TargetState, people: list[Person], window: int, now: int) -> Crowd:
    data = state.data
    minutes = window / MINUTE_MS
    regulars = sum(pulse.regular_flagged for pulse in data.pulses)
    usual = _USUAL_COUNT * minutes / 2 + 1.5 * minutes * data.baseline.rude + 0.5 * regulars
    if all(person.is_arrival(now) for person in people):
        usual *= _ALL_NEW  # nobody here has ever seen them: rarer than a quarrel among guests
    alike = _alike(state, people, window, now)
    count = len(people) - max(0, alike - 1)
    weight = count * sum(min(person.rude, 2) + 1 for person in people) / (2 * len(people))
    around = sum(
        now - person.last <= window and not person.is_regular(now)
        for everyone in (data.people, data.older_people)
        for person in everyone.values()
    )
    usual_share = max(_USUAL_SHARE, min(0.3, 3 * data.baseline.flagged_share))
    evidence = [
        ("crowd", [float(len(people)), 60 * minutes, usual]),
        ("crowd_share", [float(len(people)), float(around), 100 * usual_share]),
    ]
    share = binomial_tail(count, max(around, count), usual_share)
    return Crowd(people, poisson_tail(weight, usual), share, evidence)


def _alike(state: TargetState, people: list[Person], window: int, now: int) -> int:
    """The most people of the crowd who used one and the same wording."""
    serials = {person.serial for person in people}
    return max(
        (
            sum(person.serial in serials for person in shared.people)
            for shared in shared_keys(state, now, window)
            if not shared.key & SHORT_BIT and not is_public(state, shared.key, now)
        ),
        default=0,
    )


def as_group(crowd: Crowd, alike: Group, now: int) -> Group:
    """The crowd as a group; `alike` are the hostile who share wording, and keep it as their tie."""
    people = list({person.id: person for person in (*crowd.people, *alike.people)}.values())
    arrivals = sum(person.is_arrival(now) for person in people)
    return Group(people, alike.linked, alike.keys, len(people), arrivals, alike.top, picked=True)
