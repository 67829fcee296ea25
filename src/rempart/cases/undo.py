"""Taking measures back, and a target's shield by hand.

Rules kept here:

1. Undoing is idempotent: what has already ended is left as it ended, and no second entry is made.
2. Each undo is one entry that names the measures and who undid them, in the same transaction; what
   a platform was told of them is queued to be taken back.
3. A raid is undone whole: all its measures in one call, and it causes no new ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from rempart.cases.entries import at_time, entry, record, rfc3339
from rempart.cases.live import tell_measures
from rempart.errors import InputError, NotFoundError
from rempart.log.commit import SealedEntry, to_value
from rempart.model import Measure, MeasureKind, MeasureState, Scope, ScopeKind, stable_id
from rempart.store.interface import Tables

SHIELD_BY_HAND = "by-hand"
LONGEST_SHIELD_MINUTES = 24 * 60
_REASON = {
    "en": "The shield was switched on by a person.",
    "fr": "La protection a été activée par une personne.",
}


def undo_measure(tables: Tables, measure: str, by: str, at_ms: int) -> Measure:
    """Takes one measure back; returns it as it is now."""
    row = tables.stream.measure(measure)
    if row is None:
        raise NotFoundError("there is no such measure", where=measure)
    if row.measure.state is not MeasureState.ACTIVE:
        return row.measure
    return _end(tables, [measure], by, at_ms, case=_case_of(tables, row.measure, row.case))[0]


def undo_measures(
    tables: Tables,
    measures: Sequence[str],
    by: str,
    at_ms: int,
    *,
    raid: str | None = None,
    case: str | None = None,
) -> list[Measure]:
    """Takes several measures back at once, as one entry; returns those that were still active."""
    return _end(tables, measures, by, at_ms, raid=raid, case=case) if measures else []


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


def shield(
    tables: Tables,
    target: str,
    *,
    on: bool,
    by: str,
    at_ms: int,
    minutes: int = 15,
    place: tuple[str, str] | None = None,
    connectors: Sequence[str] = (),
) -> list[Measure]:
    """Switches a target's shield on for some minutes, or off. Returns the measures this changed.

    `place`: platform and channel; None: the channel whose owner the target is. `connectors`: whom
    to tell of a shield that goes on (a shield that goes off is taken back wherever it was told).
    """
    standing = tables.cases.shields(target)
    if place is not None:
        standing = [
            row
            for row in standing
            if (row.measure.scope.platform, row.measure.scope.channel) == place
        ]
    if not on:
        ids = [row.measure.id for row in standing]
        return _end(tables, ids, by, at_ms, target=target) if ids else []
    if not 1 <= minutes <= LONGEST_SHIELD_MINUTES:
        raise InputError(
            f"a shield is on for 1 to {LONGEST_SHIELD_MINUTES} minutes", where="minutes"
        )
    platform, channel = place or _home(tables, target)
    scope = Scope(ScopeKind.TARGET, platform, channel, target)
    from_at = at_time(at_ms)
    measure = Measure(
        id=stable_id("m", MeasureKind.SHIELD, platform, channel, target, by, str(at_ms)),
        kind=MeasureKind.SHIELD,
        scope=scope,
        from_at=from_at,
        until=from_at + timedelta(minutes=minutes),
        rule=SHIELD_BY_HAND,
        priority=50,
        reason=_REASON,
        automated=False,
    )
    told = entry("measure", to_value(measure, by=by, at=rfc3339(at_ms)))
    tables.stream.add_measures([measure], [record(tables, [(None, told)])])
    for connector in connectors:
        tables.stream.queue_deliveries([measure.id], connector, "apply", at_ms)
    tell_measures(tables, [measure], None)
    return [measure]


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


def _home(tables: Tables, target: str) -> tuple[str, str]:
    for row in tables.stream.channels():
        if row.channel == target:
            return row.platform, row.channel
    raise NotFoundError(
        "no message was seen in this target's channel yet",
        where=target,
        next_step="name the platform and the channel",
    )
