"""Harm among accounts that are alike: made together, named alike, or as young as each other.

How much of it is abuse is usually asked of everybody who writes (see `evidence`). Where a crowd
shouts, a raid of twenty drowns in it. But accounts that were made together can be told from the
crowd, and then the question is how many *of them* are hostile, or hide what they write.

Rules of this module:

1. All newcomers of the last ten minutes who are alike count, the harmless too: of a class of forty
   some pupils swear, and that is no attack.
2. The usual share is put high, since people who come together talk alike.
"""

from __future__ import annotations

from typing import Final

from rempart.detect.raid.evidence import Evidence, Score, family_of
from rempart.detect.raid.state import DAY_MS, RECENT_DAYS, Person, TargetState
from rempart.detect.raid.tails import binomial_tail

ALIKE_HARM: Final = 2.4
_HOSTILE: Final = 3
_USUAL_SHARE: Final = 0.1
_USUAL_HIDING: Final = 0.03


def harms_alike(state: TargetState, result: Score, now: int) -> Evidence:
    """What speaks of harm among the accounts that are alike in the way that `result` found; empty
    when it is less than chance allows."""
    young = any(code == "young" for code, _ in result.evidence)
    size = hostile = hiding = harmful = 0
    for people in (state.data.older_people, state.data.people):
        for person in people.values():
            if person.is_arrival(now) and _is_alike(person, result, young, now):
                size += 1
                is_hostile, is_hiding = person.flagged_at >= 0, person.hid_at >= 0
                hostile += is_hostile
                hiding += is_hiding
                harmful += is_hostile or is_hiding
    usual = max(_USUAL_SHARE, 2 * state.data.baseline.flagged_share)
    if harmful < _HOSTILE:
        return []
    harm = max(
        binomial_tail(harmful, size, usual),
        binomial_tail(hiding, size, _USUAL_HIDING) if hiding >= _HOSTILE else 0.0,
    )
    if harm < ALIKE_HARM:
        return []
    found: Evidence = []
    if hostile:
        found.append(("alike", [float(hostile), float(size)]))
    if hiding:
        found.append(("hiding", [float(hiding), float(size)]))
    return found


def _is_alike(person: Person, result: Score, young: bool, now: int) -> bool:
    if person.created >= 0:
        if result.cohort_day >= 0 and person.created // DAY_MS == result.cohort_day:
            return True
        if young and now - person.created <= RECENT_DAYS * DAY_MS:
            return True
    return result.family >= 0 and family_of(person.name or person.id) == result.family
