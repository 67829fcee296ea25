"""What people said was fine: the same wording by the same kind of crowd is usual here.

Rules of this module:

1. A lesson is wording (fingerprints, no links) and a kind of crowd (how old its accounts were, how
   many had never been seen). It speaks for a message, never for an account.
2. Abusive words that are the lesson's count as shared and not as hostile: they give a notice. A
   threat, a link, a known-bad picture, wording of somebody who was banned, and an account younger
   than the crowd's are judged as before.
3. When the wording comes back by another kind of crowd (made-up accounts, or all of them new where
   they were known), the lesson is in doubt for a while and speaks for nobody.
4. It fades: the older it is, the more of a message's wording must be the lesson's; after a month it
   is forgotten. There are a few lessons, each of a few hundred fingerprints.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import ceil
from typing import Final

from rempart.detect.raid.evidence import LINK_BIT, SHORT_BIT, Group, Score, identity_of
from rempart.detect.raid.fingerprint import fingerprints
from rempart.detect.raid.state import (
    DAY_MS,
    MINUTE_MS,
    RECENT_DAYS,
    TELLING_LETTERS,
    Lesson,
    Person,
    TargetState,
)
from rempart.model import Label, Raid
from rempart.model.moments import ms_of

LESSONS: Final = 6
LESSON_KEYS: Final = 256
LESSON_DAYS: Final = 30
DOUBT_MS: Final = 30 * MINUTE_MS
_LEAST: Final = 0.4
_STRANGER_SCORE: Final = 3.0
_DOUBTERS: Final = 4
_JUDGED: Final = frozenset({Label.THREAT, Label.BAD_LINK, Label.KNOWN_MEDIA})


def learn(state: TargetState, raid: Raid, folds: Sequence[str]) -> None:
    """Keeps what a person said of this raid; the oldest lesson makes room."""
    data = state.data
    counted: Counter[int] = Counter()
    for print_ in fingerprints(folds):
        short = SHORT_BIT if print_.letters < TELLING_LETTERS else 0
        counted.update(key | short for key in print_.keys)
    if not counted:
        return
    keys = sorted(key for key, _ in counted.most_common(LESSON_KEYS))
    begin = ms_of(raid.begin)
    dated = sorted(
        (begin - ms_of(member.created_at)) // DAY_MS
        for member in raid.members
        if member.created_at is not None
    )
    youngest = int(min(RECENT_DAYS, max(0, dated[len(dated) // 5]))) if dated else 0
    people = [
        Person(
            member.account,
            member.name,
            0,
            ms_of(member.created_at) if member.created_at is not None else -1,
            begin,
            begin,
            begin // DAY_MS,
        )
        for member in raid.members
    ]
    identity, _, _ = identity_of(people, data.baseline, begin, [])
    knew = [data.people.get(one.id) or data.older_people.get(one.id) for one in people]
    known = sum(one is not None and one.days > 1 for one in knew)
    share = round(1 - known / len(people), 3) if people else 1.0
    data.lessons = [
        *data.lessons[-LESSONS + 1 :],
        Lesson(data.clock, keys, youngest, identity, share),
    ]
    state.index_lessons()


def is_taught(
    state: TargetState,
    keys: Sequence[int],
    labels: frozenset[Label],
    person: Person,
    now: int,
) -> bool:
    """Is this abusive message the wording of a lesson, by an account like those it was about?"""
    data = state.data
    if data.doubt_until >= now or not _JUDGED.isdisjoint(labels):
        return False
    if not keys or any(key & LINK_BIT for key in keys):
        return False
    for place, lesson in enumerate(data.lessons):
        age = now - lesson.at
        if age > LESSON_DAYS * DAY_MS:
            continue
        share = _LEAST + (1 - _LEAST) * max(0, age) / (LESSON_DAYS * DAY_MS)
        taught = state.taught[place]
        if sum(key in taught for key in keys) < ceil(share * len(keys)):
            continue
        if person.created < 0 or now - person.created >= lesson.youngest * DAY_MS:
            return True
    return False


def is_known_crowd(state: TargetState, circle: Group, result: Score, now: int) -> bool:
    """Do these share what was said to be fine, without a link, and are no other kind of crowd?
    Where they are another kind, the lesson is in doubt."""
    data = state.data
    if not data.lessons or any(key & LINK_BIT for key in circle.keys):
        return False
    for place, lesson in enumerate(data.lessons):
        taught = state.taught[place]
        if sum(key in taught for key in circle.keys) * 5 < 3 * len(circle.keys):
            continue
        if len(circle.people) >= _DOUBTERS and _is_other_crowd(lesson, circle, result, now):
            data.doubt_until = now + DOUBT_MS
            return False
        return data.doubt_until < now
    return False


def _is_other_crowd(lesson: Lesson, circle: Group, result: Score, now: int) -> bool:
    if result.identity > lesson.identity + _STRANGER_SCORE:
        return True
    new = sum(person.is_arrival(now) for person in circle.people)
    dated = sum(person.created >= 0 for person in circle.people)
    few_dates = 2 * dated < len(circle.people)
    return few_dates and lesson.new < 0.5 and new * 10 >= 9 * len(circle.people)
