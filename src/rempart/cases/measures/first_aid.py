"""What a report about a child or about intimate images does at once, before anybody has looked.

This is the only case in which one person's word hides anything (law 4 of the design). Rules:

1. Only for harms that say `at_once` in the taxonomy, and only for messages that this service
   carries. Nothing is done to an account.
2. For the target the message is hidden at once (the lock-out folder), until a person decides.
3. For everyone it is hidden for `LEASE_MINUTES`, once in its life and never again by a report: a
   person confirms it within that time, or it is shown again.
4. What a person has looked at and found fine, or has taken back, is not hidden again.
5. A source of whose earlier reports of this kind one was found to be nothing has no fast lane. One
   report hides at most `MOST_OF_A_SOURCE` messages for everyone, and as many reports of a source
   in an hour do; a channel gets at most `MOST_IN_A_CHANNEL` in an hour. Past a limit rule 2 stays,
   and a person is called.
6. A trusted flagger's word has the same lease and none of those limits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from rempart.cases.deciding import statements
from rempart.cases.entries import at_time, entry, record, rfc3339
from rempart.cases.folder import fill
from rempart.cases.harms import Harm, harms
from rempart.cases.live import tell_measures
from rempart.log.commit import to_value
from rempart.model import (
    LADDER,
    Ground,
    Measure,
    MeasureKind,
    MeasureState,
    Scope,
    ScopeKind,
    StatementSource,
    stable_id,
)
from rempart.store.interface import Tables
from rempart.store.interface.measures import MeasureRow
from rempart.store.interface.stream import MessageRow

RULE: Final = "report-first-aid"
LEASE_MINUTES: Final = 60
MOST_OF_A_SOURCE: Final = 3
MOST_IN_A_CHANNEL: Final = 20
HOUR_MS: Final = 3_600_000
_RECENT: Final = 500
_REASON: Final = {
    "en": "Reported as an image of a child or an intimate image; hidden until a person has looked, "
    "for an hour at most.",
    "fr": "Signalé comme image d’un enfant ou image intime ; masqué le temps qu’une personne "
    "regarde, une heure au plus.",
}

_LIMIT: Final = {
    "en": "More is reported here as images of children or intimate images than may be hidden on "
    "reports alone.",
    "fr": "On signale ici plus d’images d’enfants ou d’images intimes que des signalements seuls "
    "ne peuvent en masquer.",
}

Told = Callable[[str, str], Sequence[str]]
"""The connectors that are told of measures on a platform's channel."""


class Source(NamedTuple):
    """Who reports: a keyed name (None: nothing known) and the token of a trusted flagger."""

    reporter: bytes | None
    flagger: str | None


def hide_at_once(
    tables: Tables,
    case: str,
    harm: Harm,
    rows: Sequence[MessageRow],
    source: Source,
    at_ms: int,
    told: Told,
) -> list[Measure]:
    """The measures that this report causes, in the report's transaction (see the rules above)."""
    if not harm.at_once:
        return []
    taken: list[Measure] = []
    budget = _budget(tables, rows, source, at_ms)
    short = False
    for row in rows:
        earlier = tables.stream.measures_on(row.platform, row.channel, message=row.id)
        if _was_fine(tables, row, earlier):
            continue
        kinds = {one.measure.kind for one in earlier if one.measure.rule == RULE}
        if MeasureKind.LOCK_OUT not in kinds:
            taken.append(_measure(row, MeasureKind.LOCK_OUT, at_ms))
        if MeasureKind.HIDE in kinds:
            continue
        if budget > 0:
            budget -= 1
            taken.append(_measure(row, MeasureKind.HIDE, at_ms))
        else:
            short = True
    if short:
        taken += _alarm(tables, rows[0], at_ms)
    if taken:
        _write(tables, case, harm, taken, source, at_ms, told)
    return taken


def _was_fine(tables: Tables, row: MessageRow, earlier: Sequence[MeasureRow]) -> bool:
    """Whether a person has cleared this message, by a decision or by taking a measure back."""
    if any(_is_ours(one) and one.measure.state is MeasureState.UNDONE for one in earlier):
        return True
    case = tables.cases.last_of_messages([row.seq]).get(row.seq)
    decision = tables.cases.decision(case.id) if case is not None else None
    return decision is not None and decision.ground is Ground.NONE


def _is_ours(row: MeasureRow) -> bool:
    return row.measure.rule == RULE


def _budget(tables: Tables, rows: Sequence[MessageRow], source: Source, at_ms: int) -> int:
    """How many of these messages may be hidden for everyone on this word, which is counted."""
    if source.flagger is not None or not rows:
        return len(rows)
    if source.reporter is not None:
        categories = [harm.key for harm in harms().values() if harm.at_once]
        record_of = tables.cases.source(source.reporter, categories, at_ms - HOUR_MS)
        if record_of.refuted or record_of.recent > MOST_OF_A_SOURCE:
            return 0
    since = at_time(at_ms - HOUR_MS)
    places = {(row.platform, row.channel) for row in rows}
    there = sum(
        _is_ours(one)
        and one.measure.from_at > since
        and (one.measure.scope.platform, one.measure.scope.channel) in places
        for one in tables.stream.measures(kinds=[MeasureKind.HIDE], limit=_RECENT)
    )
    return max(0, min(MOST_OF_A_SOURCE, MOST_IN_A_CHANNEL - there))


def _measure(row: MessageRow, kind: MeasureKind, at_ms: int) -> Measure:
    from_at = at_time(at_ms)
    lease = LEASE_MINUTES * 60 if kind is MeasureKind.HIDE else LADDER[kind].lease_seconds
    return Measure(
        id=stable_id("m", kind, ScopeKind.MESSAGE, row.platform, row.channel, row.id, RULE),
        kind=kind,
        scope=Scope(ScopeKind.MESSAGE, row.platform, row.channel, row.id),
        from_at=from_at,
        until=None if lease is None else from_at + timedelta(seconds=lease),
        rule=RULE,
        message=row.id,
        account=row.author,
        priority=100,
        reason=_REASON,
        automated=True,
    )


def _alarm(tables: Tables, row: MessageRow, at_ms: int) -> list[Measure]:
    """Calls a person to a channel where more is reported than may be hidden on a word alone; once
    while the call stands."""
    scope = Scope(ScopeKind.CHANNEL, row.platform, row.channel, row.channel)
    for known in tables.stream.measures(kinds=[MeasureKind.ALARM], active=True, limit=_RECENT):
        if _is_ours(known) and known.measure.scope == scope:
            return []
    from_at = at_time(at_ms)
    return [
        Measure(
            id=stable_id("m", MeasureKind.ALARM, row.platform, row.channel, RULE, str(at_ms)),
            kind=MeasureKind.ALARM,
            scope=scope,
            from_at=from_at,
            until=from_at + timedelta(minutes=LEASE_MINUTES),
            rule=RULE,
            priority=100,
            reason=_LIMIT,
        )
    ]


def _write(
    tables: Tables,
    case: str,
    harm: Harm,
    taken: Sequence[Measure],
    source: Source,
    at_ms: int,
    told: Told,
) -> None:
    stated = statements.of_machine(
        tables,
        taken,
        statements.spoken_of(tables, taken),
        at_ms,
        harm=harm.key,
        source=StatementSource.NOTICE
        if source.flagger is None
        else StatementSource.TRUSTED_FLAGGER,
    )
    by = {"source": "user-submitted" if source.flagger is None else "trusted-flagger"}
    entries = [
        (
            case,
            entry(
                "measure",
                to_value(
                    measure,
                    case=case,
                    at=rfc3339(at_ms),
                    **by,
                    **statements.part_of_entry(statement),
                ),
                subject=statements.subject_of(measure, statement),
            ),
        )
        for measure, statement in zip(taken, stated, strict=True)
    ]
    first = record(tables, entries)
    seqs = range(first, first + len(taken))
    tables.stream.add_measures(taken, seqs)
    statements.add(tables, stated, seqs)
    fill(tables, taken, at_ms)
    tables.stream.bind_measures([measure.id for measure in taken], case)
    for measure in taken:
        for connector in told(measure.scope.platform, measure.scope.channel):
            tables.stream.queue_deliveries([measure.id], connector, "apply", at_ms)
    tell_measures(tables, taken, case)
