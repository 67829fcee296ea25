"""The budget of mistakes: a rule whose measures people undo too often stops biting by itself.

Rules kept here:

1. Looked at in the transaction in which a person undid something, so that nobody waits for it. What
   counts are the measures of the rule (alarms apart) within its window before its newest one, since
   it was last put in force, put back, or a version was taken back.
2. Falling back is a version like any other: the same files, with the rule named as *fallen*. It has
   an author (`rempart`), a reason with the figures, entries in the log, and goes live between two
   steps, so that replay needs nothing else.
3. Putting a rule back is the same the other way round, by a person who may deploy.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from rempart.cases.entries import entry, record, rfc3339
from rempart.cases.versions import fallen_of, go_live, program_of, propose_rules
from rempart.errors import ConflictError, NotFoundError
from rempart.model import Measure
from rempart.rules.language import Program
from rempart.rules.language.source import RuleSource
from rempart.store.interface import Tables
from rempart.store.interface.versions import VersionKind, VersionRow, VersionState

BY_ITSELF: Final = "rempart"
_LATEST: Final = 100


class Fallen(NamedTuple):
    """A rule that passed its budget: of `taken` measures people undid `undone`."""

    rule: str
    taken: int
    undone: int


def watch_budgets(
    tables: Tables, program: Program | None, undone: Iterable[Measure], at_ms: int
) -> list[Fallen]:
    """What a person undid in this transaction may have been one too many for a rule in force."""
    live = tables.versions.live(VersionKind.RULES)
    if program is None or live is None or live.id != program.hash:
        return []
    names = dict.fromkeys(measure.rule for measure in undone)
    rules = [program.by_name[name] for name in names if name in program.by_name]
    fallen = [
        found for rule in rules if rule.canary and (found := _passed(tables, rule)) is not None
    ]
    if not fallen:
        return []
    for one in fallen:
        tolerance = program.by_name[one.rule].budget
        assert tolerance is not None
        told = entry(
            "rule-fell-back",
            {
                "rule": one.rule,
                "version": live.id,
                "taken": one.taken,
                "undone": one.undone,
                "share_per_mille": round(tolerance.share * 1_000),
                "window_seconds": tolerance.seconds,
                "at": rfc3339(at_ms),
            },
        )
        record(tables, [(None, told)])
        tables.announce("alarm", {"what": "rule-fell-back", "rule": one.rule})
    reason = "; ".join(
        f"{one.rule}: people undid {one.undone} of {one.taken} measures" for one in fallen
    )
    changed = program.with_fallen(program.fallen | {one.rule for one in fallen})
    _put_in_force(tables, changed, BY_ITSELF, reason, at_ms)
    return fallen


def put_back(tables: Tables, rule: str, *, by: str, reason: str, at_ms: int) -> VersionRow:
    """A rule that fell back bites again. NotFoundError: no version is in force; ConflictError: the
    rule did not fall back."""
    live = tables.versions.live(VersionKind.RULES)
    if live is None:
        raise NotFoundError("no version is in force: what ships is", where="rules")
    program = program_of(tables, live.id)
    if rule not in program.fallen:
        raise ConflictError("this rule did not fall back", where=rule[:64])
    return _put_in_force(tables, program.with_fallen(program.fallen - {rule}), by, reason, at_ms)


def _put_in_force(tables: Tables, program: Program, by: str, reason: str, at_ms: int) -> VersionRow:
    row = propose_rules(tables, program, author=by, reason=reason, at_ms=at_ms)
    return go_live(tables, VersionKind.RULES, row.id, by=by, reason=reason, at_ms=at_ms)


def _passed(tables: Tables, rule: RuleSource) -> Fallen | None:
    tolerance = rule.budget
    if tolerance is None:
        return None
    window = tolerance.seconds * 1_000
    taken, undone = tables.stream.rule_record(rule.name, window, 0)
    if not tolerance.passed(taken, undone):
        return None
    since = _since(tables, rule.name)
    if since:
        taken, undone = tables.stream.rule_record(rule.name, window, since)
    return Fallen(rule.name, taken, undone) if tolerance.passed(taken, undone) else None


def _since(tables: Tables, rule: str) -> int:
    """The entry after which mistakes count: the rule was put back, or a version was taken back."""
    since = 0
    for row in tables.versions.latest(VersionKind.RULES, _LATEST):
        fell = rule in fallen_of(tables, row.id)
        for move in tables.versions.moves(VersionKind.RULES, row.id):
            ended = move.state is VersionState.REVERTED
            if ended or (fell and move.state is VersionState.REPLACED):
                since = max(since, move.seq)
    return since
