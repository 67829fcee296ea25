"""Screens of the rules: what is in force, one version with its difference, the editor.

The JSON twin of a page is exactly its screen (see `screens`).
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from rempart.engine.backtest import HitCounts
from rempart.rules.language import Problem
from rempart.rules.language.trial import TrialResult
from rempart.web.api.rules.rules import RuleSummary
from rempart.web.console.screens import Said


class RuleRow(RuleSummary, frozen=True):
    """One rule of the community. `acted`, `would`: among the last messages that were looked at,
    how many it acted on, and how many it would have acted on were it not on trial; `on`: measures
    that are on because of it; `errors`: since it is in force; `failures`: how often what it asked
    failed, by what it was."""

    measures: list[str] = msgspec.field(default_factory=list)
    acted: int = 0
    would: int = 0
    on: int = 0
    errors: int = 0
    failures: dict[str, int] = msgspec.field(default_factory=dict)


class BuiltinRow(msgspec.Struct, frozen=True):
    name: str
    description: dict[str, str]
    acted: int = 0
    on: int = 0


class VersionLine(msgspec.Struct, frozen=True):
    """One version; `author` and `moved_by` are names where they are known."""

    id: str
    state: str
    parent: str | None
    author: str
    reason: str
    at: datetime
    moved_by: str
    moved_at: datetime


class MoveLine(msgspec.Struct, frozen=True):
    state: str
    by: str
    reason: str
    at: datetime


class RulesScreen(msgspec.Struct, frozen=True):
    """`looked`: so many of the last messages were counted; `standing`: measures that are on because
    of the live version, by kind."""

    now: datetime
    builtin: list[BuiltinRow]
    live: VersionLine | None
    rules: list[RuleRow]
    versions: list[VersionLine]
    looked: int
    standing: dict[str, int]
    may_write: bool
    may_deploy: bool

    @property
    def stands(self) -> int:
        return sum(self.standing.values())


class DiffLine(msgspec.Struct, frozen=True):
    """`sign`: `+` only in the new one, `-` only in the old one, a blank in both, `@` a gap."""

    sign: str
    text: str


class FileDiff(msgspec.Struct, frozen=True):
    """`what`: same, added, removed or changed."""

    name: str
    what: str
    lines: list[DiffLine]


class Example(msgspec.Struct, frozen=True):
    """A message that a rule would have hit; `case` where it belongs to one."""

    said: Said
    platform: str
    channel: str
    case: str | None


class RaidHit(msgspec.Struct, frozen=True):
    """A raid that a rule would have hit; `case`: its case."""

    id: str
    kind: str
    platform: str
    channel: str
    begin: datetime
    members: int
    case: str | None


class RuleHistory(HitCounts, frozen=True):
    """`peak`: the highest bar, which begins at `peak_at`."""

    peak: int
    peak_at: datetime | None
    examples: list[Example]
    raids: list[RaidHit] = msgspec.field(default_factory=list)


class History(msgspec.Struct, frozen=True):
    messages: int
    begin: datetime | None
    end: datetime | None
    step_s: float
    rules: list[RuleHistory]


class VersionScreen(msgspec.Struct, frozen=True):
    """`against`: the version that this one is compared with; None: with nothing. `history`: what it
    would have done, when somebody asked to put it in force; `many`: accounts of the rule that would
    have hit most; `removes`: messages would have been taken away, which cannot be undone.
    `in_force`: the version that would give way; empty: none."""

    now: datetime
    version: VersionLine
    moves: list[MoveLine]
    rules: list[RuleRow]
    files: list[FileDiff]
    against: str | None
    others: list[VersionLine]
    may_write: bool
    may_deploy: bool
    history: History | None = None
    reason: str = ""
    failed: str = ""
    many: int = 0
    removes: bool = False
    in_force: str = ""


class Written(msgspec.Struct, frozen=True):
    """One rule file or list as it stands in the editor, with what is wrong in it."""

    name: str
    text: str
    problems: list[Problem] = []


class Editor(msgspec.Struct, frozen=True):
    """`asked`: what was done with it last: check, test, compare, propose, or nothing."""

    now: datetime
    base: str
    files: list[Written]
    lists: list[Written]
    asked: str = ""
    problems: list[Problem] = []
    rules: list[RuleRow] = []
    tests: list[TrialResult] = []
    history: History | None = None
    reason: str = ""
    messages: int = 20_000
    failed: str = ""
