"""What a person wants to decide, checked and drawn up before anything is written.

`draft` reads and writes nothing, so that the notices of a preview are made by the very code that
makes those that go out. What is refused: no reason or one that says nothing; a restriction without
a ground; a ground without its article or term; *act* without a measure; *partial* that takes back
nothing, or everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from rempart.cases.deciding import statements
from rempart.cases.deciding.provisions import LONGEST as LONGEST_PROVISION
from rempart.cases.deciding.provisions import reference
from rempart.cases.deciding.reasons import checked_reason
from rempart.cases.entries import at_time, clean
from rempart.cases.harms import harm as known_harm
from rempart.cases.matter import harm_of
from rempart.cases.measures.taking import Wanted, planned, still_on
from rempart.errors import InputError
from rempart.model import (
    NO_ACTION,
    Again,
    Case,
    Decision,
    DecisionOutcome,
    Ground,
    Measure,
    Statement,
    stable_id,
)
from rempart.store.interface import Tables


class Ruling(msgspec.Struct, frozen=True, omit_defaults=True):
    """`harm` and `provision` None: what the case is about, and what is proposed for it. `measures`:
    what to take; `lift`: ids of measures that *partial* takes back."""

    outcome: DecisionOutcome
    ground: Ground
    reason: str
    harm: str | None = None
    provision: str | None = None
    measures: tuple[Wanted, ...] = ()
    lift: tuple[str, ...] = ()


class Draft(NamedTuple):
    """A decision and all that follows from it, not written yet. `taken`: measures that would be
    new; `affected`: all that it is about; `automated`: some of these were taken by machine."""

    decision: Decision
    harm: str
    taken: list[Measure]
    affected: list[Measure]
    statements: list[Statement]
    automated: bool


def draft(
    tables: Tables,
    case: Case,
    ruling: Ruling,
    by: str,
    at_ms: int,
    *,
    replaces: Decision | None = None,
    because: Again | None = None,
    confirmed_by: str | None = None,
) -> Draft:
    """InputError names the field that is wrong (see module)."""
    reason = checked_reason(ruling.reason)
    harm = known_harm(ruling.harm).key if ruling.harm else harm_of(tables, case)
    _check_ground(ruling)
    provision = _provision(ruling)
    if ruling.outcome not in NO_ACTION:
        reference(harm, ruling.ground, provision)
    on = still_on(tables, case.id)
    undone = _undone(ruling, on)
    taken: list[Measure] = []
    if ruling.measures:
        if ruling.outcome not in (DecisionOutcome.ACT, DecisionOutcome.PARTIAL):
            raise InputError(
                f"{ruling.outcome} takes no measure", where="measures", next_step="decide: act"
            )
        taken = planned(tables, case, ruling.measures, at_ms, reason)
    elif ruling.outcome is DecisionOutcome.ACT:
        raise InputError("to act is to take a measure", where="measures", next_step="choose one")
    kept = [id for id in on if id not in undone]
    count = len(tables.cases.decisions(case.id))
    decision = Decision(
        id=stable_id("d", case.id) if not count else stable_id("d", case.id, str(count + 1)),
        case=case.id,
        outcome=ruling.outcome,
        ground=ruling.ground,
        reason=reason,
        decided_by=by,
        decided_at=at_time(at_ms),
        measures=(*kept, *(one.id for one in taken)),
        undone=tuple(undone),
        taken=tuple(one.id for one in taken),
        harm=harm,
        provision=provision,
        replaces=replaces.id if replaces is not None else None,
        because=because,
        confirmed_by=confirmed_by,
    )
    rows = tables.cases.measures(case.id)
    standing = {row.measure.id: row.measure for row in rows}
    affected = [standing[id] for id in on] + taken
    told = statements.of_decision(
        tables, case, decision, harm, affected, [row.measure for row in rows]
    )
    automated = any(row.measure.automated for row in rows)
    return Draft(decision, harm, taken, affected, told, automated)


def _check_ground(ruling: Ruling) -> None:
    if ruling.ground is Ground.NONE and ruling.outcome not in NO_ACTION:
        raise InputError(
            "upholding a measure needs a ground"
            if ruling.outcome is DecisionOutcome.UPHOLD
            else "a restriction needs a ground",
            where="ground",
            next_step="name the law or the community's terms",
        )
    if ruling.ground is not Ground.NONE and ruling.outcome is DecisionOutcome.NO_VIOLATION:
        raise InputError("what violates nothing has no ground", where="ground")


def _provision(ruling: Ruling) -> str | None:
    own = clean(ruling.provision or "").strip() or None
    if own is not None and len(own) > LONGEST_PROVISION:
        raise InputError(f"at most {LONGEST_PROVISION} characters", where="provision")
    return own if ruling.ground is not Ground.NONE else None


def _undone(ruling: Ruling, on: Sequence[str]) -> list[str]:
    if ruling.outcome in NO_ACTION:
        return list(on)
    if ruling.outcome is not DecisionOutcome.PARTIAL:
        if ruling.lift:
            raise InputError(f"{ruling.outcome} takes nothing back", where="lift")
        return []
    unknown = [id for id in ruling.lift if id not in on]
    if unknown:
        raise InputError(f"{unknown[0]} is not on in this case", where="lift")
    if not ruling.lift:
        raise InputError("a partial decision takes something back", where="lift")
    if len(set(ruling.lift)) == len(on) and not ruling.measures:
        raise InputError(
            "this takes everything back", where="lift", next_step="decide: no violation"
        )
    return [id for id in on if id in set(ruling.lift)]
