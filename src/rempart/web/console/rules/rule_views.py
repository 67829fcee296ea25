"""From the tables to the screens of the rules. Pure: no clock, no request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

import msgspec
from msgspec.structs import asdict

from rempart.cases.measures.rule_measures import active_measures, measures_of_version
from rempart.cases.rights import Right
from rempart.cases.versions import files_of, find, origin_of, program_of
from rempart.engine.backtest import Backtest, HitCounts, RuleHits
from rempart.model import Outcome
from rempart.rules import RuleSet
from rempart.rules.language import Program
from rempart.rules.language.source import RuleSource
from rempart.store.interface import Tables
from rempart.store.interface.versions import VersionKind, VersionRow
from rempart.web.api.rules.rules import summary_of
from rempart.web.auth.caller import Caller, may
from rempart.web.console.live.alarms import RuleTroubles
from rempart.web.console.reading import moment, said_in_channel
from rempart.web.console.rules import rule_screens as screens

LOOKED_AT = 2_000
MOST_EXAMPLES = 5
AROUND = 3
"""So many unchanged lines are shown around a change."""
_outcomes = msgspec.json.Decoder(Outcome)


class _Seen(NamedTuple):
    looked: int
    acted: Counter[str]
    would: Counter[str]


def rules(
    tables: Tables, caller: Caller, now_ms: int, running: RuleSet, troubles: RuleTroubles
) -> screens.RulesScreen:
    live = tables.versions.live(VersionKind.RULES)
    program = running.program
    seen = _seen(tables, caller)
    active = list(active_measures(tables))
    on = Counter(
        row.measure.rule
        for row in active
        if caller.sees(row.measure.scope.channel, row.measure.scope.platform)
    )
    standing: Counter[str] = Counter()
    if live is not None and program is not None:
        origin = origin_of(tables, VersionKind.RULES, live.id)
        found = measures_of_version(tables, origin, frozenset(program.by_name), active)
        standing = Counter(row.measure.kind.value for row in found)
    return screens.RulesScreen(
        now=moment(now_ms),
        builtin=[
            screens.BuiltinRow(rule.name, rule.description, seen.acted[rule.name], on[rule.name])
            for rule in running.rules
        ],
        live=version_line(tables, live) if live is not None else None,
        rules=[
            msgspec.structs.replace(
                rule_row(rule),
                acted=seen.acted[rule.name],
                would=seen.would[rule.name],
                on=on[rule.name],
                errors=troubles.errors.get(rule.name, 0),
                failures={
                    what: count
                    for (name, what), count in troubles.failures.items()
                    if name == rule.name
                },
            )
            for rule in (program.rules if program is not None else ())
        ],
        versions=[version_line(tables, row) for row in tables.versions.latest(VersionKind.RULES)],
        looked=seen.looked,
        standing=dict(standing.most_common()),
        may_write=may(caller, Right.WRITE_RULES),
        may_deploy=may_deploy(caller),
    )


def may_deploy(caller: Caller) -> bool:
    return may(caller, Right.DEPLOY_RULES) and caller.channels is None


def version(
    tables: Tables, caller: Caller, now_ms: int, id: str, against: str | None
) -> screens.VersionScreen:
    """`against`: an id, or empty for nothing; None: what was live when it was made."""
    row = find(tables, VersionKind.RULES, id)
    other = find(tables, VersionKind.RULES, against) if against else None
    if against is None and row.parent is not None:
        other = tables.versions.get(VersionKind.RULES, row.parent)
    before = _texts(tables, other.id) if other is not None else {}
    live = tables.versions.live(VersionKind.RULES)
    return screens.VersionScreen(
        now=moment(now_ms),
        version=version_line(tables, row),
        moves=[
            screens.MoveLine(
                move.state.value, who(tables, move.by), move.reason, moment(move.at_ms)
            )
            for move in tables.versions.moves(VersionKind.RULES, row.id)
        ],
        rules=[rule_row(rule) for rule in program_of(tables, row.id).rules],
        files=differences(before, _texts(tables, row.id)),
        against=other.id if other is not None else None,
        in_force=live.id if live is not None else "",
        others=[
            version_line(tables, one)
            for one in tables.versions.latest(VersionKind.RULES)
            if one.id != row.id
        ],
        may_write=may(caller, Right.WRITE_RULES),
        may_deploy=may_deploy(caller),
    )


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[screens.FileDiff]:
    """File by file, in the order of their names; what did not change carries no lines."""
    found = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        what = (
            "same"
            if old == new
            else "added"
            if old is None
            else "removed"
            if new is None
            else "changed"
        )
        lines = [] if what == "same" else _lines((old or "").splitlines(), (new or "").splitlines())
        found.append(screens.FileDiff(name, what, lines))
    return found


def _lines(old: Sequence[str], new: Sequence[str]) -> list[screens.DiffLine]:
    found: list[screens.DiffLine] = []
    groups = SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(AROUND)
    for number, group in enumerate(groups):
        if number or group[0][1] or group[0][3]:
            found.append(screens.DiffLine("@", str(group[0][3] + 1)))
        for tag, a, b, c, d in group:
            if tag == "equal":
                found += [screens.DiffLine(" ", text) for text in new[c:d]]
            else:
                found += [screens.DiffLine("-", text) for text in old[a:b]]
                found += [screens.DiffLine("+", text) for text in new[c:d]]
    return found


def _texts(tables: Tables, id: str) -> dict[str, str]:
    """All files of a version as texts; lists stand under `lists/`."""
    files, lists = files_of(tables, id)
    return {
        **files,
        **{f"lists/{name}.txt": "\n".join(terms) + "\n" for name, terms in lists.items()},
    }


def editor(tables: Tables, now_ms: int, id: str) -> screens.Editor:
    row = find(tables, VersionKind.RULES, id)
    files, lists = files_of(tables, row.id)
    return screens.Editor(
        now=moment(now_ms),
        base=row.id,
        files=[screens.Written(name, text) for name, text in files.items()],
        lists=[screens.Written(name, "\n".join(terms) + "\n") for name, terms in lists.items()],
    )


def rule_row(rule: RuleSource) -> screens.RuleRow:
    wanted = [f"{one.kind.value} {one.scope.value}" for one in rule.effects]
    wanted += [f"label {one.thing} {one.label}" for one in rule.labellings if one.on]
    return screens.RuleRow(**asdict(summary_of(rule)), measures=wanted)


def rule_rows(program: Program) -> list[screens.RuleRow]:
    return [rule_row(rule) for rule in program.rules]


def version_line(tables: Tables, row: VersionRow) -> screens.VersionLine:
    return screens.VersionLine(
        row.id,
        row.state.value,
        row.parent,
        who(tables, row.author),
        row.reason,
        moment(row.at_ms),
        who(tables, row.moved_by),
        moment(row.moved_ms),
    )


def who(tables: Tables, id: str) -> str:
    person = tables.access.person(id)
    return person.name if person is not None else id


def history(tables: Tables, found: Backtest) -> screens.History:
    return screens.History(
        messages=found.messages,
        begin=moment(found.begin_ms) if found.messages else None,
        end=moment(found.end_ms) if found.messages else None,
        step_s=found.step_ms / 1000,
        rules=[_rule_history(tables, found, one) for one in found.rules],
    )


def _rule_history(tables: Tables, whole: Backtest, one: RuleHits) -> screens.RuleHistory:
    peak = max(one.series, default=0)
    at = moment(whole.begin_ms + one.series.index(peak) * whole.step_ms) if peak else None
    return screens.RuleHistory(
        **{name: getattr(one, name) for name in HitCounts.__struct_fields__},
        peak=peak,
        peak_at=at,
        examples=examples(tables, one.examples[-MOST_EXAMPLES:]),
        raids=_raids(tables, one.raids[-MOST_EXAMPLES:]),
    )


def _raids(tables: Tables, ids: Sequence[str]) -> list[screens.RaidHit]:
    cases = tables.cases.last_of_raids(list(ids)) if ids else {}
    rows = [(id, tables.stream.raid(id)) for id in ids]
    return [
        screens.RaidHit(
            id,
            row.raid.kind.value,
            row.raid.platform,
            row.raid.channel,
            row.raid.begin,
            len(row.raid.members),
            cases[id].id if id in cases else None,
        )
        for id, row in rows
        if row is not None
    ]


def examples(
    tables: Tables, seqs: Sequence[int], caller: Caller | None = None
) -> list[screens.Example]:
    """Messages by entry, in that order, with their case, without private and sealed ones.
    `caller`: only those in channels with rights."""
    rows = {row.seq: row for row in tables.stream.messages(list(seqs))} if seqs else {}
    cases = tables.cases.last_of_messages(list(rows)) if rows else {}
    seen = [
        rows[seq]
        for seq in seqs
        if seq in rows and (caller is None or caller.sees(rows[seq].channel, rows[seq].platform))
    ]
    found = []
    for said in said_in_channel(tables, seen):
        row = rows[said.seq]
        case = cases[said.seq].id if said.seq in cases else None
        found.append(screens.Example(said, row.platform, row.channel, case))
    return found


def _seen(tables: Tables, caller: Caller) -> _Seen:
    """Which rules acted, or would have, among the last messages that the caller may see."""
    acted: Counter[str] = Counter()
    would: Counter[str] = Counter()
    looked = 0
    for row in tables.stream.latest(limit=LOOKED_AT):
        if not caller.sees(row.channel, row.platform):
            continue
        looked += 1
        if row.outcome is not None:
            outcome = _outcomes.decode(row.outcome)
            acted.update(outcome.rules)
            would.update(outcome.shadow)
    return _Seen(looked, acted, would)
