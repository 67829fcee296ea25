"""Measures that a decision takes: a person's hand, from the ladder, each with a lease and an undo.

Rules kept here:

1. What can be taken is on the ladder (`model.ladder`) and restricts a message or an account; none
   of it is for a channel or for a whole place. How long is the ladder's word unless said otherwise.
2. What cannot be undone, and a suspension that ends the account here, need a second person
   (`grave`, see `four_eyes`).
3. What a decision takes is written as any measure by hand is (`by_hand.write`), in the decision's
   transaction; its statement of reasons is the decision's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple

import msgspec

from rempart.cases.entries import at_time
from rempart.cases.raids.corrections import pictures_of
from rempart.errors import InputError
from rempart.model import (
    LADDER,
    Case,
    CaseKind,
    Measure,
    MeasureKind,
    MeasureState,
    Rung,
    Scope,
    ScopeKind,
    stable_id,
)
from rempart.store.interface import Tables

BY_DECISION: Final = "by-decision"
_OF_A_CASE: Final = (ScopeKind.MESSAGE, ScopeKind.ACCOUNT)
MOST_ACCOUNTS: Final = 2_000


class Reach(NamedTuple):
    """Names of connectors: `measures` are told of what is taken, `accounts` pass statements on."""

    measures: Sequence[str] = ()
    accounts: Sequence[str] = ()


NOWHERE: Final = Reach()


MINUTE: Final = 60
LONGEST_MINUTES: Final = 366 * 24 * 60
ENDING_MINUTES: Final = 31 * 24 * 60
"""A suspension longer than this ends the account here: two people decide it."""
FOREVER: Final = 0
"""Minutes of a measure without an end."""


class Wanted(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One measure that a decision takes. `minutes` None: as long as the ladder says; 0: without an
    end. `message` and `account` None: those the case is about."""

    kind: MeasureKind
    minutes: int | None = None
    message: str | None = None
    account: str | None = None


def takeable() -> list[Rung]:
    """What a decision may take: what restricts a message or an account, the mildest first."""
    return [
        rung
        for rung in LADDER.values()
        if rung.form and rung.kind is not MeasureKind.HOLD and rung.touches[0] in _OF_A_CASE
    ]


def grave(wanted: Wanted) -> bool:
    """Whether a second person must agree: it cannot be taken back whole."""
    rung = LADDER[wanted.kind]
    return not rung.reversible or (
        wanted.kind is MeasureKind.SUSPEND and (wanted.minutes or 0) > ENDING_MINUTES
    )


def planned(
    tables: Tables, case: Case, wanted: Sequence[Wanted], at_ms: int, reason: str
) -> list[Measure]:
    """The measures as they would stand; those that are on already are left out. InputError names
    what cannot be taken."""
    standing = {
        (row.measure.kind, row.measure.scope)
        for row in tables.cases.measures(case.id, active=True)
        if not row.measure.automated
    }
    found: dict[str, Measure] = {}
    for place, one in enumerate(wanted):
        where = f"measures[{place}]"
        known = takeable()
        rung = LADDER[one.kind]
        if rung not in known:
            raise InputError(
                f"a decision does not take {one.kind}",
                where=where,
                next_step="one of: " + ", ".join(each.kind.value for each in known),
            )
        minutes = _minutes(one, rung, where)
        for scope, message, account in _scopes(tables, case, one, rung, where):
            if (one.kind, scope) in standing:
                continue
            from_at = at_time(at_ms)
            measure = Measure(
                id=stable_id("m", one.kind, scope.platform, scope.channel, scope.ref, str(at_ms)),
                kind=one.kind,
                scope=scope,
                from_at=from_at,
                until=None if minutes is None else from_at + timedelta(minutes=minutes),
                rule=BY_DECISION,
                raid=case.raid if case.kind is CaseKind.RAID else None,
                message=message,
                account=account,
                reason={"en": reason, "fr": reason},
                automated=False,
            )
            found[measure.id] = measure
    return list(found.values())


def _minutes(one: Wanted, rung: Rung, where: str) -> int | None:
    if one.minutes is None:
        return None if rung.lease_seconds is None else rung.lease_seconds // MINUTE
    if one.minutes == FOREVER and rung.endless:
        return None
    if not 1 <= one.minutes <= LONGEST_MINUTES:
        raise InputError(
            f"{one.kind} lasts 1 to {LONGEST_MINUTES} minutes", where=f"{where}.minutes"
        )
    return one.minutes


def _scopes(
    tables: Tables, case: Case, one: Wanted, rung: Rung, where: str
) -> list[tuple[Scope, str | None, str | None]]:
    """(scope, message, account) of everything it is meant for, all of it of this case."""
    if not case.channel:
        raise InputError(
            "this case is about something outside: there is nothing here to restrict", where=where
        )
    rows = tables.cases.messages(case.id, MOST_ACCOUNTS)
    if rung.touches[0] is ScopeKind.MESSAGE:
        meant = [row for row in rows if one.message is None or row.id == one.message]
        if not meant:
            raise InputError("no such message in this case", where=f"{where}.message")
        return [
            (Scope(ScopeKind.MESSAGE, row.platform, row.channel, row.id), row.id, row.author)
            for row in meant
        ]
    members = [m.account for raid in pictures_of(tables, case.id) for m in raid.members if m.core]
    accounts = dict.fromkeys(members or [row.author for row in rows])
    if one.account is not None:
        if one.account not in accounts and all(row.author != one.account for row in rows):
            raise InputError("no such account in this case", where=f"{where}.account")
        accounts = {one.account: None}
    if not accounts:
        raise InputError("no account is known in this case", where=f"{where}.account")
    message = rows[0].id if len(rows) == 1 else None
    return [
        (Scope(ScopeKind.ACCOUNT, case.platform, case.channel, account), message, account)
        for account in list(accounts)[:MOST_ACCOUNTS]
    ]


def still_on(tables: Tables, case: str) -> list[str]:
    """Ids of the case's measures that are in force, oldest first."""
    return [
        row.measure.id
        for row in tables.cases.measures(case)
        if row.measure.state is MeasureState.ACTIVE
    ]
