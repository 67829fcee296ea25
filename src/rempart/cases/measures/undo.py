"""Taking measures back.

Rules kept here:

1. Undoing is idempotent: what has already ended is left as it ended, and no second entry is made.
2. Each undo is one entry that names the measures and who undid them, in the same transaction; what
   a platform was told of them is queued to be taken back.
3. A raid is undone whole: all its measures in one call, and it causes no new ones. A measure is
   undone with its parts: a shield with its bundle, a link block with the messages it holds.
"""

from __future__ import annotations

from collections.abc import Sequence

from rempart.cases.entries import entry, record, rfc3339
from rempart.cases.live import tell_measures
from rempart.errors import NotFoundError
from rempart.log.commit import SealedEntry
from rempart.model import Measure, MeasureState
from rempart.store.interface import Tables


def undo_measure(tables: Tables, measure: str, by: str, at_ms: int) -> Measure:
    """Takes one measure back; returns it as it is now."""
    row = tables.stream.measure(measure)
    if row is None:
        raise NotFoundError("there is no such measure", where=measure)
    if row.measure.state is not MeasureState.ACTIVE:
        return row.measure
    case = _case_of(tables, row.measure, row.case)
    ended = _end(tables, [measure], by, at_ms, case=case)
    return next(one for one in ended if one.id == measure)


def undo_measures(
    tables: Tables,
    measures: Sequence[str],
    by: str,
    at_ms: int,
    *,
    raid: str | None = None,
    case: str | None = None,
    target: str | None = None,
) -> list[Measure]:
    """Takes several measures back at once, as one entry; returns those that were still active."""
    if not measures:
        return []
    return _end(tables, measures, by, at_ms, raid=raid, case=case, target=target)


def undo_raid(tables: Tables, raid: str, by: str, at_ms: int) -> list[Measure]:
    """Takes back every measure of a raid (and of those that are one case with it) and lifts it;
    returns those that were still active."""
    if tables.stream.raid(raid) is None:
        raise NotFoundError("there is no such raid", where=raid)
    case = tables.cases.last_of_raids([raid]).get(raid)
    active = _all_active(tables, raid)
    if case is not None:
        known = set(active)
        bound = tables.cases.measures(case.id, active=True)
        active.extend(row.measure.id for row in bound if row.measure.id not in known)
    joined = tables.cases.raids_of(case.id) if case is not None else []
    for one in dict.fromkeys([raid, *joined]):
        tables.stream.lift_raid(one, at_ms)
    if not active:
        return []
    return _end(tables, active, by, at_ms, raid=raid, case=case.id if case else None)


def undone_entry(
    measures: Sequence[str],
    by: str,
    at_ms: int,
    *,
    case: str | None = None,
    raid: str | None = None,
    target: str | None = None,
    decision: str | None = None,
) -> SealedEntry:
    return entry(
        "measure-undone",
        {
            "measures": list(measures),
            "by": by,
            "at": rfc3339(at_ms),
            "case": case,
            "raid": raid,
            "target": target,
            "decision": decision,
        },
    )


def with_parts(tables: Tables, measures: Sequence[str]) -> list[str]:
    """These measures, and what is part of them: of a shield its bundle, of a setting of a channel
    the messages it holds."""
    found = dict.fromkeys(measures)
    last = list(found)
    while last:
        last = [id for id in tables.stream.parts_of(last) if id not in found]
        found.update(dict.fromkeys(last))
    return list(found)


def _end(
    tables: Tables,
    measures: Sequence[str],
    by: str,
    at_ms: int,
    *,
    case: str | None = None,
    raid: str | None = None,
    target: str | None = None,
) -> list[Measure]:
    measures = with_parts(tables, measures)
    told = undone_entry(measures, by, at_ms, case=case, raid=raid, target=target)
    seq = record(tables, [(case, told)])
    rows = tables.stream.end_measures(measures, MeasureState.UNDONE, seq=seq, at_ms=at_ms, by=by)
    ended = [row.measure for row in rows]
    tell_measures(tables, ended, case)
    return ended


def _all_active(tables: Tables, raid: str) -> list[str]:
    found: list[str] = []
    while True:
        rows = tables.stream.measures(raid=raid, active=True, limit=1_000, offset=len(found))
        found.extend(row.measure.id for row in rows)
        if len(rows) < 1_000:
            return found


def _case_of(tables: Tables, measure: Measure, bound: str | None) -> str | None:
    if bound is not None:
        return bound
    if measure.raid is None:
        return None
    case = tables.cases.last_of_raids([measure.raid]).get(measure.raid)
    return case.id if case is not None else None
