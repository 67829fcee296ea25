"""The page *Rules and their versions* for auditors: who put what in force and why, and how each
rule decides, without a name; its JSON twin.

A condition may name somebody in a text that it looks for, and no program can tell a name from a
word: so a literal is shown when it is of the vocabulary (a label, a kind, a stage), and withheld
otherwise. The terms in force at any time are public (`/terms`).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.params import FromQuery

from rempart.cases.versions import files_of
from rempart.disclose.audit.hiding import Hiding
from rempart.errors import NotFoundError
from rempart.model import Label, MessageKind, RaidStage
from rempart.rules.language.source import RuleSource, read_file
from rempart.store.interface import Tables
from rempart.store.interface.versions import VersionKind, VersionMove, VersionRow
from rempart.web.api.disclosure.audit import AUDIT
from rempart.web.api.disclosure.audit import PAGE as HOME
from rempart.web.api.request import AnyRequest
from rempart.web.auth.audited import AUDITED
from rempart.web.auth.gate import now_ms
from rempart.web.console.disclosure.sample_page import hiding_for
from rempart.web.console.page import page
from rempart.web.console.reading import moment

PATH = f"{HOME}/rules"
MOST = 100
WITHHELD: Final = "[withheld]"
_SHOWN: Final = frozenset(
    {one.value for words in (Label, MessageKind, RaidStage) for one in words} | {"moderator"}
)
_LITERAL: Final = re.compile(r"(\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')|#[^\n]*")


class AuditedMove(msgspec.Struct, frozen=True):
    state: str
    by: str
    reason: str
    at: datetime
    entry: int


class AuditedVersion(msgspec.Struct, frozen=True):
    """`of`: `rules`, or `words` (what the text detector learned)."""

    of: str
    id: str
    parent: str | None
    by: str
    reason: str
    at: datetime
    entry: int
    state: str
    moves: list[AuditedMove]


class AuditedRule(msgspec.Struct, frozen=True):
    """`when`: its condition, where what is no word of the vocabulary is withheld. `tests`: how
    many."""

    name: str
    on: str
    state: str
    canary: int
    description: dict[str, str]
    reason: dict[str, str]
    when: str
    unknown: str
    measures: list[str]
    tests: int
    fell_back: bool


class AuditedRules(msgspec.Struct, frozen=True):
    """`rules` and `lists` (terms in each) are those of the version `shown`; null: none was made."""

    now: datetime
    shown: str | None
    rules: list[AuditedRule]
    lists: dict[str, int]
    versions: list[AuditedVersion]


@get([PATH, f"{PATH}.json"], guards=AUDIT, opt={AUDITED: True}, include_in_schema=False)
async def show(request: AnyRequest, version: FromQuery[str] = "") -> Response[Any]:
    """`version`: whose rules; without it those in force, else the newest."""
    now, hiding = now_ms(), hiding_for(request)
    return await page(
        request, "audit_rules.html", lambda tables: audited_rules(tables, version, hiding, now)
    )


route_handlers: list[Any] = [show]


def audited_rules(tables: Tables, wanted: str, hiding: Hiding, now: int) -> AuditedRules:
    """NotFoundError: there is no such version."""
    for person in tables.access.people():
        hiding.worker(person.id, person.name)
    for row in tables.stream.channels():
        hiding.place(row.platform, row.channel)
    rows = [row for kind in VersionKind for row in tables.versions.latest(kind, MOST)]
    live = tables.versions.live(VersionKind.RULES)
    newest = next((row.id for row in rows if row.kind is VersionKind.RULES), None)
    shown = wanted or (live.id if live is not None else newest)
    rules: list[RuleSource] = []
    lists: dict[str, int] = {}
    if shown is not None:
        if tables.versions.get(VersionKind.RULES, shown) is None:
            raise NotFoundError("there is no such version", where="version")
        files, terms = files_of(tables, shown)
        rules = [one for name, text in files.items() for one in read_file(name, text)[0]]
        lists = {hiding.text(name): len(words) for name, words in terms.items()}
    return AuditedRules(
        now=moment(now),
        shown=shown,
        rules=[_rule(one, hiding) for one in rules],
        lists=lists,
        versions=[_version(tables, row, hiding) for row in rows],
    )


def without_literals(condition: str) -> str:
    """What a condition looks at and how, without the texts that it looks for or any remark."""

    def told(found: re.Match[str]) -> str:
        literal = found[1]
        if literal is None:
            return ""
        return literal if literal[1:-1] in _SHOWN else WITHHELD

    return _LITERAL.sub(told, condition).strip()


def _rule(rule: RuleSource, hiding: Hiding) -> AuditedRule:
    return AuditedRule(
        hiding.text(rule.name),
        rule.on,
        rule.state,
        rule.canary,
        {language: hiding.text(text) for language, text in rule.description.items()},
        {language: hiding.text(text) for language, text in rule.reason.items()},
        without_literals(rule.when),
        rule.unknown,
        [f"{one.kind.value} {one.scope.value}" for one in rule.effects],
        len(rule.tests),
        rule.fell_back,
    )


def _version(tables: Tables, row: VersionRow, hiding: Hiding) -> AuditedVersion:
    return AuditedVersion(
        row.kind.value,
        row.id,
        row.parent,
        row.author,
        hiding.text(row.reason),
        moment(row.at_ms),
        row.seq,
        row.state.value,
        [_move(one, hiding) for one in tables.versions.moves(row.kind, row.id)],
    )


def _move(one: VersionMove, hiding: Hiding) -> AuditedMove:
    at, reason = moment(one.at_ms), hiding.text(one.reason)
    return AuditedMove(one.state.value, one.by, reason, at, one.seq)
