"""What a report of child safety closes at once, before anybody has looked.

Rules kept here:

1. Every message it names is sealed (`child_safety`), whatever channel and case it stands in, and
   one that comes later under an id that it names, unless people have judged the report until then.
   A report that names none means those of the case that it joins.
2. Each is judged where it is: in the case of its channel, open or opened for it, which comes first
   from then on. Two people who say there what else it is open it again.
3. What people have judged, a report closes no more.
4. A word alone closes so many: `MOST_OF_A_SOURCE` a day for one source, and in one channel, or of
   ids under which nothing has come, `MOST_UNJUDGED` that nobody has judged. Past that a person is
   called at once (`first_aid` does), and what people decide seals. A trusted flagger has no limit.
5. What was sealed, and how many were not, is an entry of each case.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rempart.cases.child_safety import is_judged
from rempart.cases.entries import entry, record, rfc3339
from rempart.cases.harms import Harm
from rempart.cases.live import tell_case
from rempart.cases.matter import CHILD_SAFETY
from rempart.cases.reports.joining import Named, Place, raise_for
from rempart.log.commit import SealedEntry
from rempart.model import Case, CaseKind, CaseState
from rempart.store.interface import Tables
from rempart.store.interface.child_named import ChildNaming
from rempart.store.interface.stream import MessageRow

MOST_OF_A_SOURCE: Final = 100
MOST_UNJUDGED: Final = 200
DAY_MS: Final = 86_400_000


def close_named(
    tables: Tables, report: str, case: Case, category: Harm, named: Named, at_ms: int, place: Place
) -> int:
    """After `report` joined `case`, in its transaction; how many messages it sealed. `place`: the
    early look that it buys."""
    if category.key != CHILD_SAFETY:
        return 0
    rows = named.rows
    if not rows and not named.unknown and case.kind is not CaseKind.RAID:
        rows = tables.stream.messages(tables.cases.message_sequences(case.id))
    judges = _judges(tables, case, rows)
    wanted = [(judges[row.seq], row) for row in rows if row.seq in judges]
    kept = _within(tables, report, case.id, wanted, named.unknown, at_ms)
    tables.child_named.add(kept)
    for id in sorted({judge.id for judge, _ in wanted} | {case.id}):
        of_case = [one for one in kept if one.case == id]
        beyond = sum(judge.id == id for judge, _ in wanted) - sum(
            one.seq is not None for one in of_case
        )
        if id == case.id:
            beyond += len(named.unknown) - sum(one.seq is None for one in of_case)
        if of_case or beyond:
            record(tables, [(id, _entry(id, report, of_case, beyond, at_ms))])
    for judge in {judge.id: judge for judge, _ in wanted if judge.id != case.id}.values():
        raise_for(tables, judge, category, 0, at_ms, place)
        tell_case(tables, judge)
    return len(kept)


def _judges(tables: Tables, case: Case, rows: Iterable[MessageRow]) -> dict[int, Case]:
    """For each message the open case that judges it (rules 2 and 3)."""
    rows = list(rows)
    own = set(tables.cases.message_sequences(case.id))
    last = tables.cases.last_of_messages([row.seq for row in rows])
    found: dict[int, Case] = {}
    for row in rows:
        judge = case if row.seq in own else last.get(row.seq)
        if judge is None or judge.state is not CaseState.OPEN:
            continue
        if not is_judged(tables, judge, row.seq):
            found[row.seq] = judge
    return found


def _within(
    tables: Tables,
    report: str,
    case: str,
    wanted: Iterable[tuple[Case, MessageRow]],
    unknown: Iterable[str],
    at_ms: int,
) -> list[ChildNaming]:
    """As many as a word alone may close (rule 4), in the order in which they are named."""
    row = tables.cases.report(report)
    assert row is not None, "the report was inserted before"
    free = row.flagger is not None
    left = 1 << 30
    if not free and row.reporter is not None:
        left = MOST_OF_A_SOURCE - tables.child_named.of_source(row.reporter, at_ms - DAY_MS)
    room: dict[tuple[str, str], int] = {}
    kept: list[ChildNaming] = []
    for judge, message in wanted:
        where = (message.platform, message.channel)
        if where not in room:
            room[where] = MOST_UNJUDGED - tables.child_named.unjudged(*where)
        if free or (left > 0 and room[where] > 0):
            kept.append(ChildNaming(judge.id, report, seq=message.seq))
            room[where] -= 1
            left -= 1
    unseen = MOST_UNJUDGED - tables.child_named.unjudged_unknown()
    for id in unknown:
        if free or (left > 0 and unseen > 0):
            kept.append(ChildNaming(case, report, message=id))
            unseen -= 1
            left -= 1
    return kept


def _entry(
    case: str, report: str, kept: Iterable[ChildNaming], beyond: int, at_ms: int
) -> SealedEntry:
    told = {
        "case": case,
        "report": report,
        "messages": [one.seq for one in kept if one.seq is not None],
        "beyond": beyond or None,
        "at": rfc3339(at_ms),
    }
    return entry("child-safety-sealed", told)
