"""Accounts evidently made for it, or that push one thing and nothing else: without an insult.

Rules of this module:

1. Only circles of newcomers are looked at; where those who were here before take part, it is news,
   a joke or a vote.
2. A link that newcomers push needs made-up accounts, or insistence: each posts it again and again,
   with little else to say. Whoever posts a piece of news does so once.
3. At a phone line insistence alone is enough, without any date: nobody repeats themselves to an
   answering machine.
4. Where the platform announced visitors or a promotion, both must be stronger.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rempart.detect.raid.alike import harms_alike
from rempart.detect.raid.evidence import LINK_BIT, MEDIA_BIT, Group, Score
from rempart.detect.raid.state import MINUTE_MS, Person, TargetState

CIRCLE_SIZE: Final = 6
MADE_UP_SCORE: Final = 8.0
INSISTENT_SCORE: Final = 6.0
LINK_IDENTITY: Final = 3.5
LINE_NUMBERS: Final = 5
FLOOD_MS: Final = 15_000


def is_made_up(state: TargetState, circle: Group, result: Score, now: int) -> bool:
    """Made for it, and insistent or pushing a link with little else to say. Where nobody's date is
    known, insistence and newness must speak for it."""
    people = circle.people
    size = len(people)
    arrivals = sum(person.is_arrival(now) for person in people)
    if arrivals * 5 < 4 * size:
        return False
    told = state.data.announced_until >= now
    again = sum(person.again > 0 for person in people)
    if any(key & LINK_BIT for key in circle.keys):
        said = sum(person.said for person in people)
        if sum(person.links for person in people) * 10 < 7 * said:
            return False
        # A sticker is repeated by everybody: only who was evidently made for it is told by one.
        media = any(key & MEDIA_BIT for key in circle.keys)
        insistent = not media and size >= CIRCLE_SIZE and again >= 4
        return result.identity >= (INSISTENT_SCORE if told else LINK_IDENTITY) or (
            insistent and circle.insistence >= (2.5 if told else 1.5)
        )
    if result.identity >= MADE_UP_SCORE:
        if _floods(people):
            return True
        harm = [] if told else harms_alike(state, result, now)
        if harm:
            result.evidence.extend(harm)
            return True
    return result.identity >= INSISTENT_SCORE and again * 5 >= 4 * size and _only_that(circle)


def floods_line(circle: Group) -> bool:
    """At a phone line, where each message costs: numbers that send the same again and again."""
    again = sum(person.again >= 2 for person in circle.people)
    return again >= LINE_NUMBERS and again * 5 >= 4 * len(circle.people) and _only_that(circle)


def _only_that(circle: Group) -> bool:
    """Each said it again and again, and hardly anything else."""
    said = sum(person.said for person in circle.people)
    acts = sum(person.acts for person in circle.people)
    return acts * 10 >= 8 * said and circle.insistence >= 2.5


def _floods(people: Sequence[Person]) -> bool:
    """They repeat themselves, each of them, at a pace at which nobody has a conversation."""
    acts = sum(person.acts for person in people)
    minutes = sum(max(person.last - person.first, FLOOD_MS) for person in people) / MINUTE_MS
    return acts >= 3 * len(people) and acts >= 3.5 * minutes
