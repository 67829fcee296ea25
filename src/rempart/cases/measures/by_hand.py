"""Measures that a person takes: any from the ladder, with a lease, a reason, and an undo.

Rules kept here:

1. The ladder says what a kind may touch and whether it may be without an end; a person says why, in
   words that whoever is restricted may read.
2. Each measure is one entry, with who took it, in the transaction that takes it; it is queued for
   the connectors, bound to the case it was taken in, and in force from the engine's next step.
3. A shield comes with the parts of its bundle, which end and are undone with it.
4. Some restrict many: `engine.preview` tells how many before it is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import msgspec

from rempart.cases.deciding import statements
from rempart.cases.entries import at_time, clean, entry, record, rfc3339
from rempart.cases.folder import fill
from rempart.cases.live import tell_measures
from rempart.cases.measures.undo import undo_measures
from rempart.errors import InputError, NotFoundError
from rempart.log.commit import to_value
from rempart.model import (
    LADDER,
    Bundle,
    Measure,
    MeasureKind,
    Scope,
    ScopeKind,
    message_key,
    stable_id,
)
from rempart.protect import Shields
from rempart.store.interface import Tables

BY_HAND: Final = "by-hand"
LONGEST_SECONDS: Final = 366 * 86_400
LONGEST_SHIELD_MINUTES: Final = 24 * 60
LONGEST_REASON: Final = 1_000
_PRIORITY: Final = 50
_SHIELD_REASON: Final = {
    "en": "The shield was switched on by a person.",
    "fr": "La protection a été activée par une personne.",
}


class Wish(msgspec.Struct, frozen=True):
    """One measure that a person wants. `lease_seconds` None: without an end. `target`: for whom
    alone a lock-out holds. `bundle`: of a shield."""

    kind: MeasureKind
    scope: Scope
    lease_seconds: int | None
    reason: str | dict[str, str]
    target: str | None = None
    bundle: Bundle = Bundle.GENTLE


def check(wish: Wish) -> dict[str, str]:
    """Its reason, by language; InputError when the ladder does not allow it."""
    rung = LADDER[wish.kind]
    if wish.kind is MeasureKind.ALARM:
        raise InputError("an alarm is raised by the machine", where="kind")
    if wish.scope.kind not in rung.touches:
        touches = ", ".join(scope.value for scope in rung.touches)
        raise InputError(
            f"{wish.kind} does not touch a {wish.scope.kind}",
            where="scope",
            next_step=f"it touches: {touches}",
        )
    if wish.lease_seconds is None:
        if not rung.endless:
            raise InputError(f"{wish.kind} needs an end", where="minutes")
    elif not 1 <= wish.lease_seconds <= LONGEST_SECONDS:
        raise InputError("a measure lasts between one second and a year", where="minutes")
    if not isinstance(wish.reason, str):
        return wish.reason
    reason = clean(wish.reason).strip()
    if not any(c.isalnum() for c in reason):
        raise InputError("a measure needs a reason", where="reason")
    if len(reason) > LONGEST_REASON:
        raise InputError(f"a reason has at most {LONGEST_REASON} characters", where="reason")
    return {"en": reason, "fr": reason}


def planned(tables: Tables, wish: Wish, shields: Shields, by: str, at_ms: int) -> list[Measure]:
    """The measure of a wish with its parts, not taken yet."""
    reason, scope, from_at = check(wish), wish.scope, at_time(at_ms)
    lease = wish.lease_seconds
    message, account = _cause(tables, scope)
    names = (scope.kind, scope.platform, scope.channel, scope.ref, by, str(at_ms))
    measure = Measure(
        id=stable_id("m", wish.kind, *names, *((wish.target,) if wish.target else ())),
        kind=wish.kind,
        scope=scope,
        from_at=from_at,
        until=None if lease is None else from_at + timedelta(seconds=lease),
        rule=BY_HAND,
        message=message,
        account=account,
        priority=_PRIORITY,
        reason=reason,
        automated=False,
        target=wish.target if wish.kind is MeasureKind.LOCK_OUT else None,
        bundle=wish.bundle if wish.kind is MeasureKind.SHIELD else None,
    )
    if wish.kind is not MeasureKind.SHIELD:
        return [measure]
    parts: list[Measure] = []
    for part in shields.of(wish.bundle):
        kind, touched = part.measure
        ref = scope.channel if touched is ScopeKind.CHANNEL else scope.ref
        parts.append(
            msgspec.structs.replace(
                measure,
                id=stable_id("m", kind, *names),
                kind=kind,
                scope=Scope(touched, scope.platform, scope.channel, ref),
                part_of=measure.id,
                bundle=None,
            )
        )
    return [measure, *parts]


def take(
    tables: Tables,
    wishes: Sequence[Wish],
    shields: Shields,
    by: str,
    at_ms: int,
    *,
    case: str | None = None,
    connectors: Sequence[str] = (),
) -> list[Measure]:
    """Takes these measures, all or none; returns them with their parts. `connectors`: whom to
    tell."""
    taken = [one for wish in wishes for one in planned(tables, wish, shields, by, at_ms)]
    stated = statements.of_machine(tables, taken, statements.spoken_of(tables, taken), at_ms)
    return write(tables, taken, stated, by, at_ms, case=case, connectors=connectors)


def write(
    tables: Tables,
    taken: list[Measure],
    stated: Sequence[statements.Stated],
    by: str,
    at_ms: int,
    *,
    case: str | None = None,
    connectors: Sequence[str] = (),
) -> list[Measure]:
    """Entries, rows and deliveries of what a person takes. `stated`: for each its statement of
    reasons, None where it has none or a decision states it."""
    told = [
        (
            case,
            entry(
                "measure",
                to_value(
                    measure,
                    by=by,
                    at=rfc3339(at_ms),
                    case=case,
                    **statements.part_of_entry(statement),
                ),
                subject=statements.subject_of(measure, statement),
            ),
        )
        for measure, statement in zip(taken, stated, strict=True)
    ]
    first = record(tables, told)
    seqs = range(first, first + len(taken))
    tables.stream.add_measures(taken, seqs)
    statements.add(tables, stated, seqs)
    fill(tables, taken, at_ms)
    if case is not None:
        tables.stream.bind_measures([measure.id for measure in taken], case)
    for connector in connectors:
        tables.stream.queue_deliveries([measure.id for measure in taken], connector, "apply", at_ms)
    tell_measures(tables, taken, case)
    return taken


def shield(
    tables: Tables,
    target: str,
    *,
    on: bool,
    by: str,
    at_ms: int,
    minutes: int = 15,
    bundle: Bundle = Bundle.GENTLE,
    shields: Shields | None = None,
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
        return undo_measures(tables, ids, by, at_ms, target=target)
    wish = shield_wish(target, place or home_of(tables, target), minutes, bundle)
    return take(tables, [wish], shields or Shields(), by, at_ms, connectors=connectors)


def shield_wish(target: str, place: tuple[str, str], minutes: int, bundle: Bundle) -> Wish:
    if not 1 <= minutes <= LONGEST_SHIELD_MINUTES:
        raise InputError(
            f"a shield is on for 1 to {LONGEST_SHIELD_MINUTES} minutes", where="minutes"
        )
    scope = Scope(ScopeKind.TARGET, *place, target)
    return Wish(MeasureKind.SHIELD, scope, minutes * 60, _SHIELD_REASON, bundle=bundle)


def home_of(tables: Tables, target: str) -> tuple[str, str]:
    """Platform and channel whose owner the target is."""
    for row in tables.stream.channels():
        if row.channel == target:
            return row.platform, row.channel
    raise NotFoundError(
        "no message was seen in this target's channel yet",
        where=target,
        next_step="name the platform and the channel",
    )


def _cause(tables: Tables, scope: Scope) -> tuple[str | None, str | None]:
    """Message and account of a measure on a message or an account, as those of machines have."""
    if scope.kind is ScopeKind.ACCOUNT:
        return None, scope.ref
    if scope.kind is not ScopeKind.MESSAGE:
        return None, None
    row = tables.stream.message(message_key(scope.platform, scope.ref))
    if row is None or row.channel != scope.channel:
        raise NotFoundError("no such message came in this channel", where=scope.ref)
    return row.id, row.author
