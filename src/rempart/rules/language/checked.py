"""Rule files read and checked whole: the rules with their conditions, or all that is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rempart.rules.language.expression import MESSAGES, Mistake, Vocabulary, check
from rempart.rules.language.parts import Parts
from rempart.rules.language.problems import Problem, RuleProblemsError
from rempart.rules.language.raids import RAID_CALLS, RAID_FIELDS, RAID_THINGS
from rempart.rules.language.source import RuleSource, read_file
from rempart.rules.language.types import Typed
from rempart.rules.language.vocabulary import RAID_CHOICES

RAIDS = Vocabulary(RAID_FIELDS, RAID_THINGS, RAID_CALLS, RAID_CHOICES)
"""What rules over raids may name."""


class Checked(NamedTuple):
    """`conditions[i]` is that of `rules[i]`; `parts` of the rules over messages, `raid_parts` of
    those over raids."""

    rules: tuple[RuleSource, ...]
    conditions: tuple[Typed, ...]
    parts: Parts
    raid_parts: Parts


def read_rules(files: Mapping[str, str], lists: frozenset[str]) -> Checked:
    """RuleProblemsError with everything that is wrong."""
    parts, raid_parts = Parts(lists), Parts(lists)
    rules: list[RuleSource] = []
    conditions: list[Typed] = []
    problems: list[Problem] = []
    names: dict[str, RuleSource] = {}
    for file, text in files.items():
        found, wrong = read_file(file, text)
        problems.extend(wrong)
        lines = text.splitlines()
        for rule in found:
            known = names.setdefault(rule.name, rule)
            if known is not rule:
                what = f"the name `{rule.name}` is taken by {known.file}:{known.line}"
                problems.append(Problem(file, rule.line, 0, 8, what, "names are unique"))
            if rule.on == "raid":
                checked = check(rule.when, RAIDS, raid_parts)
            else:
                checked = check(rule.when, MESSAGES, parts)
            if isinstance(checked, Mistake):
                problems.append(_located(rule, checked, lines))
                continue
            rules.append(rule)
            conditions.append(checked)
    if problems:
        raise RuleProblemsError(problems)
    return Checked(tuple(rules), tuple(conditions), parts, raid_parts)


def _located(rule: RuleSource, mistake: Mistake, lines: Sequence[str]) -> Problem:
    line = rule.when_line + mistake.line - 1
    shift = rule.when_column if mistake.line == 1 else 0
    source = lines[line - 1] if 0 < line <= len(lines) else ""
    return Problem(
        rule.file,
        line,
        mistake.column + shift,
        mistake.end + shift,
        f"{mistake.what} (rule `{rule.name}`)",
        mistake.hint,
        source,
    )
