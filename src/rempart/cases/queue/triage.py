"""One quick look of a person at what a case is called: confirmed, or something else.

Rules kept here:

1. The category that a reporter chose buys this look and nothing else. Confirmed, the case stays
   where it is. Refuted, it takes the name and the place that a person gave it, also a later one.
2. Each source of the category is counted as right or wrong, once per case and triage. Who was
   refuted twice, and more often than confirmed, no longer gets the first place by a category alone:
   their reports are taken, looked at in time and answered like everybody's.
3. A category that a person refuted in a case raises that case no more, whoever names it.
4. A triage is no decision: nothing is closed, answered or restricted by it. It is one entry.
"""

from __future__ import annotations

from rempart.cases.entries import entry, record, rfc3339
from rempart.cases.harms import harm
from rempart.cases.live import tell_case
from rempart.cases.queue import priority
from rempart.cases.reports.brigade import BEHIND
from rempart.cases.reports.independence import has_fast_lane
from rempart.errors import AccessError, ConflictError, NotFoundError
from rempart.model import Case, CaseState
from rempart.store.interface import Tables
from rempart.store.interface.cases import URGENT
from rempart.store.interface.deadlines import TriageRow

MOST_SOURCES = 1_000


def look_at(tables: Tables, case: str, by: str, at_ms: int) -> bool:
    """A person looks at an open case: its first deadline is met. True the first time."""
    found = tables.cases.get(case)
    if found is None or found.state is not CaseState.OPEN:
        return False
    if not tables.deadlines.look(case, by, at_ms):
        return False
    told = {"case": case, "what": "look", "by": by, "at": rfc3339(at_ms)}
    record(tables, [(case, entry("access", told))])
    return True


def triage(tables: Tables, case: str, called: str, by: str, at_ms: int, *, person: bool) -> Case:
    """A person says what an open case is; returns it as it is now."""
    if not person:
        raise AccessError("what a case is called is said by a signed-in person")
    chosen = harm(called)
    found = tables.cases.get(case)
    if found is None:
        raise NotFoundError("there is no such case", where=case)
    if found.state is not CaseState.OPEN:
        raise ConflictError("this case is closed already", where=case)
    was = tables.deadlines.standing([case])[case].harm
    confirmed = was == called
    said = {
        "case": case,
        "was": was or None,
        "called": called,
        "confirmed": confirmed,
        "by": by,
        "at": rfc3339(at_ms),
    }
    seq = record(tables, [(case, entry("triage", said))])
    sources = {
        one.reporter
        for one in tables.deadlines.sources(case, MOST_SOURCES)
        if one.reporter is not None and one.category == was
    }
    tables.deadlines.count_source(sources, confirmed=confirmed)
    tables.deadlines.add_triage(case, TriageRow(at_ms, by, was, called), seq)
    if not confirmed:
        rank, why = priority.of_report(chosen)
        tables.deadlines.rename(case, called, rank, why)
    tables.deadlines.look(case, by, at_ms)
    tables.deadlines.touch(case)
    now = tables.cases.get(case)
    assert now is not None, "the case was there a moment ago"
    tell_case(tables, now)
    return now


def place_of_category(
    tables: Tables, category: str, reporter: bytes | None, *, minor: bool = False
) -> tuple[int, dict[str, str]]:
    """Priority and reason that a report of this category has from this source."""
    chosen = harm(category)
    rank, why = priority.of_report(chosen, minor=minor)
    if rank >= URGENT and reporter is not None:
        confirmed, refuted = tables.deadlines.source(reporter)
        if not has_fast_lane(confirmed, refuted):
            return BEHIND, why
    return rank, why


def is_refuted(tables: Tables, case: str, category: str) -> bool:
    """Whether a person found that this case is not what this category says."""
    rows = tables.deadlines.triage(case)
    return any(row.was == category and row.harm != category for row in rows)
