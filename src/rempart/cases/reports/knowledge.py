"""Since when the service knew (DSA art. 16(3)): a notice that lets a careful provider see that
something is illegal, without a legal study, gives *actual knowledge*; liability begins (art. 6).

Rules kept here:

1. Said of each notice with its reason, by what the notice has: where it is, why, and whether its
   harm is one that is seen at a glance (`harms.toml`, `manifest`). Nothing here decides a case.
2. The earliest such notice gives the case its moment. What was taken back still was known.
3. It asks little on purpose: who errs here errs towards having known.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from rempart.cases.harms import harms
from rempart.cases.reading import read_reports
from rempart.model import Report
from rempart.store.interface import Tables

FEWEST_WORDS: Final = 3
_AT_ONCE: Final = 20
_MOST: Final = 200
"""How many notices are read for it: the first clear one is nearly always among the first."""

KNOWN: Final = "known"
NO_PLACE: Final = "no_place"
NO_REASON: Final = "no_reason"
NEEDS_STUDY: Final = "needs_study"


class Knowledge(msgspec.Struct, frozen=True):
    """`since` None: no notice gave it; then `why` is of the one that came nearest, `report`."""

    since: datetime | None
    report: str | None
    why: str


def knowledge_by(report: Report) -> str:
    """Why this notice gives knowledge (`KNOWN`), or what it lacks for it."""
    if not (report.links or report.message_ids or report.text):
        return NO_PLACE
    if len(report.explanation.split()) < FEWEST_WORDS:
        return NO_REASON
    harm = harms().get(report.category)
    return KNOWN if harm is not None and harm.manifest else NEEDS_STUDY


def knowledge_of(tables: Tables, case: str) -> Knowledge | None:
    """Of a case; None when nobody reported it."""
    nearness = (NO_PLACE, NO_REASON, NEEDS_STUDY, KNOWN)
    best: tuple[int, Report] | None = None
    for begin in range(0, _MOST, _AT_ONCE):
        portion = read_reports(tables, case, _AT_ONCE, begin)
        for report in portion:
            near = nearness.index(knowledge_by(report))
            if best is None or near > best[0]:
                best = near, report
        if len(portion) < _AT_ONCE or (best is not None and nearness[best[0]] == KNOWN):
            break
    if best is None:
        return None
    near, report = best
    since = report.received_at if nearness[near] == KNOWN else None
    return Knowledge(since, report.id, nearness[near])
