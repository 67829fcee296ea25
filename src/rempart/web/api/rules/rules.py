"""The community's rules over HTTP: check, test, compare with history, propose, put in force.

The right `write_rules` (a token's scope `moderate` has it): check them, test them, see whom they
would have hit, propose a version. Putting a version in force, or taking it back, is another right
(`deploy_rules`; a token's scope `admin`). Rule files come and go as text, as they are written; term
lists as lines.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from rempart.cases.measures.rule_measures import undo_version
from rempart.cases.versions import (
    files_of,
    find,
    go_live,
    origin_of,
    program_of,
    propose_rules,
    take_back,
)
from rempart.detect.text.fold import fold
from rempart.engine.backtest import Backtest, backtest
from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.mistakes import put_back
from rempart.engine.rule_files import terms_of
from rempart.engine.rule_preview import is_broad, of_rules
from rempart.errors import ConflictError, InputError
from rempart.rules.language import Problem, Program, RuleProblemsError
from rempart.rules.language.source import RuleSource
from rempart.rules.language.trial import TrialResult, run_tests
from rempart.store.interface import Tables
from rempart.store.interface.versions import VersionKind, VersionMove, VersionRow
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.asking import MustAsk, asking, must_confirm
from rempart.web.auth import Caller, Right, must_be_known, needs, needs_right
from rempart.web.auth.gate import now_ms
from rempart.web.failures import NoRightError

Text = Annotated[str, msgspec.Meta(max_length=1 << 20)]
FileName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
Reason = Annotated[str, msgspec.Meta(min_length=3, max_length=1_000)]
MOST_BACKTESTED = 500_000
WRITE, DEPLOY = [needs_right(Right.WRITE_RULES)], [needs_right(Right.DEPLOY_RULES)]


class RuleFiles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`files`: rule files by name (TOML); `lists`: term lists by name, a term a line."""

    files: dict[FileName, Text]
    lists: dict[FileName, Text] = {}


class Proposal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rule files, and why they are proposed."""

    files: dict[FileName, Text]
    reason: Reason
    lists: dict[FileName, Text] = {}


class Comparison(RuleFiles, frozen=True, forbid_unknown_fields=True):
    messages: Annotated[int, msgspec.Meta(ge=1, le=MOST_BACKTESTED)] = 100_000


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`confirm`: of the answer 409 that showed what these rules would have done. `over`: the
    version that is to give way (empty: none is in force); 409 when another one is in force."""

    reason: Reason
    confirm: str | None = None
    over: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class TakeBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`undo`: also take back every measure that is on because of this version's rules."""

    reason: Reason
    undo: bool = False


class RuleSummary(msgspec.Struct, frozen=True):
    """`looks_at`: `message` or `raid`. `fell_back`: it is in *shadow* because people undid too much
    of what it did. `failing`: its policy for what it asks, should that fail."""

    name: str
    state: str
    canary: int
    file: str
    line: int
    description: dict[str, str]
    tests: int
    looks_at: str
    fell_back: bool
    failing: dict[str, str]


class Checked(msgspec.Struct, frozen=True):
    """`problems` empty: the rules are right, `version` names them."""

    version: str | None
    rules: list[RuleSummary]
    problems: list[Problem]


class Tested(msgspec.Struct, frozen=True):
    tests: list[TrialResult]
    passed: int
    problems: list[Problem] = []


class RuleVersion(msgspec.Struct, frozen=True):
    """A version without its files."""

    id: str
    state: str
    parent: str | None
    author: str
    reason: str
    at_ms: int
    moved_by: str
    moved_ms: int


class RuleVersionWhole(msgspec.Struct, frozen=True):
    version: RuleVersion
    files: dict[str, str]
    lists: dict[str, list[str]]
    rules: list[RuleSummary]
    moves: list[VersionMove]


class RulesNow(msgspec.Struct, frozen=True):
    """What is in force: the built-in rules by name, and the community's own. `undone`: measures
    that taking a version back ended just now."""

    builtin: dict[str, dict[str, str]]
    live: RuleVersion | None
    rules: list[RuleSummary]
    errors: dict[str, int]
    versions: list[RuleVersion]
    undone: int = 0


@get("/rules", guards=[needs("read")], sync_to_thread=True, tags=["rules"])
def rules_now(request: AnyRequest) -> RulesNow:
    """The rules in force, and the versions there were, newest first."""
    return read_rules(engine_of(request))


def read_rules(engine: EmbeddedEngine) -> RulesNow:
    with engine.read() as tables:
        live = tables.versions.live(VersionKind.RULES)
        versions = tables.versions.latest(VersionKind.RULES)
    rules = engine.pipeline.rules
    return RulesNow(
        {rule.name: rule.description for rule in rules.rules},
        version_of(live) if live is not None else None,
        summaries(rules.program) if rules.program is not None else [],
        engine.rule_errors(),
        [version_of(row) for row in versions],
    )


@post("/rules/check", guards=WRITE, status_code=200, sync_to_thread=True, tags=["rules"])
def check_rules(data: JSONBody[RuleFiles]) -> Checked:
    """Whether these rule files are right; all mistakes with file, line, span and hint."""
    try:
        program = program_from(data)
    except RuleProblemsError as error:
        return Checked(None, [], list(error.problems))
    return Checked(program.hash, summaries(program), [])


@post("/rules/test", guards=WRITE, status_code=200, sync_to_thread=True, tags=["rules"])
def test_rules(data: JSONBody[RuleFiles]) -> Tested:
    """Runs the tests that stand beside the rules."""
    try:
        results = run_tests(program_from(data), fold)
    except RuleProblemsError as error:
        return Tested([], 0, list(error.problems))
    return Tested(results, sum(result.passed for result in results))


@post("/rules/backtest", guards=WRITE, status_code=200, sync_to_thread=True, tags=["rules"])
def backtest_rules(request: AnyRequest, data: JSONBody[Comparison]) -> Backtest:
    """Whom these rules would have hit among the last messages, in channels one has rights on."""
    who = must_be_known(request)
    program = checked_program(data)
    with engine_of(request).read() as tables:
        return backtest(tables, program, messages=data.messages, sees=who.sees)


@post("/rules", guards=WRITE, tags=["rules"])
async def propose(request: AnyRequest, data: JSONBody[Proposal]) -> RuleVersion:
    """These rules as a version; it is not in force yet."""
    who, at_ms = must_be_known(request), now_ms()
    program = checked_program(data)
    return version_of(
        await write(
            request,
            lambda tables: propose_rules(
                tables, program, author=who.id, reason=data.reason, at_ms=at_ms
            ),
        )
    )


@get("/rules/{version:str}", guards=[needs("read")], sync_to_thread=True, tags=["rules"])
def show_version(request: AnyRequest, version: FromPath[str]) -> RuleVersionWhole:
    """One version, with its files and what became of it."""
    with engine_of(request).read() as tables:
        row = find(tables, VersionKind.RULES, version)
        files, lists = files_of(tables, row.id)
        return RuleVersionWhole(
            version_of(row),
            dict(files),
            {name: list(terms) for name, terms in lists.items()},
            summaries(program_of(tables, row.id)),
            tables.versions.moves(VersionKind.RULES, row.id),
        )


@post("/rules/{version:str}/live", guards=DEPLOY, status_code=200, tags=["rules"])
async def put_in_force(
    request: AnyRequest, version: FromPath[str], data: JSONBody[Move]
) -> Response[Any]:
    """From the next message on these rules are in force; the ones before are replaced. Not where
    tests that stand beside them do not hold. 409 with a preview and `confirm` when they would have
    hit many accounts, or remove messages; then the same again with `confirm`."""
    who, at_ms = deployer(request), now_ms()

    def look() -> str:
        with engine_of(request).read() as tables:
            id = find(tables, VersionKind.RULES, version).id
            program = program_of(tables, id)
            must_hold(program)
            preview, _ = of_rules(tables, program)
        if is_broad(preview):
            must_confirm(preview, who.id, f"rules {id}", data.confirm)
        return id

    try:
        await asyncio.to_thread(look)
    except MustAsk as must:
        with engine_of(request).read() as tables:
            id = find(tables, VersionKind.RULES, version).id
        return asking(must, who.id, f"rules {id}")

    def change(tables: Tables) -> VersionRow:
        return go_live(
            tables,
            VersionKind.RULES,
            version,
            by=who.id,
            reason=data.reason,
            at_ms=at_ms,
            over=data.over,
        )

    return Response(version_of(await write(request, change)), status_code=200)


class PutBack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule that fell back to *shadow* by itself."""

    rule: Annotated[str, msgspec.Meta(min_length=2, max_length=64)]
    reason: Reason


@post("/rules/back", guards=DEPLOY, status_code=200, tags=["rules"])
async def back_in_force(request: AnyRequest, data: JSONBody[PutBack]) -> RuleVersion:
    """A rule that fell back bites again; its mistakes are counted anew."""
    who, at_ms = deployer(request), now_ms()

    def change(tables: Tables) -> VersionRow:
        return put_back(tables, data.rule, by=who.id, reason=data.reason, at_ms=at_ms)

    return version_of(await write(request, change))


@post("/rules/revert", guards=DEPLOY, status_code=200, tags=["rules"])
async def revert(request: AnyRequest, data: JSONBody[TakeBack]) -> RulesNow:
    """The rules in force are taken back; those before them are in force again, if there were.
    With `undo` everything they did and that still stands is undone in the same step."""
    who, at_ms = deployer(request), now_ms()

    def change(tables: Tables) -> int:
        live = tables.versions.live(VersionKind.RULES)
        origin = origin_of(tables, VersionKind.RULES, live.id) if live is not None else ""
        take_back(tables, VersionKind.RULES, by=who.id, reason=data.reason, at_ms=at_ms)
        if live is None or not data.undo:
            return 0
        names = frozenset(program_of(tables, live.id).by_name)
        return len(undo_version(tables, origin, names, who.id, at_ms))

    undone = await write(request, change)
    now = await asyncio.to_thread(read_rules, engine_of(request))
    return msgspec.structs.replace(now, undone=undone)


route_handlers: list[Any] = [
    rules_now,
    check_rules,
    test_rules,
    backtest_rules,
    propose,
    revert,
    back_in_force,
    show_version,
    put_in_force,
]


def deployer(request: AnyRequest) -> Caller:
    """Who puts in force what holds everywhere: nobody whose rights end at some channels."""
    who = must_be_known(request)
    if who.channels is not None:
        raise NoRightError("rules and learning hold in every channel; your rights are on some")
    return who


def must_hold(program: Program) -> None:
    """ConflictError: tests beside the rules do not hold."""
    failed = [one for one in run_tests(program, fold) if not one.passed]
    if failed:
        raise ConflictError(
            f"{len(failed)} of its tests do not hold",
            where=f"{failed[0].file}:{failed[0].line}",
            next_step="mend the rule or its test, and propose it again",
        )


def program_from(data: RuleFiles | Proposal) -> Program:
    """RuleProblemsError: all that is wrong with them."""
    lists = {name: terms_of(text) for name, text in data.lists.items()}
    return Program(data.files, lists)


def checked_program(data: RuleFiles | Proposal) -> Program:
    """InputError names the first mistake."""
    try:
        return program_from(data)
    except RuleProblemsError as error:
        first = error.problems[0]
        raise InputError(
            f"{first.what}" + (f" ({len(error.problems)} mistakes)" if error.problems[1:] else ""),
            where=f"{first.file}:{first.line}:{first.column + 1}",
            next_step=first.hint or "POST /rules/check shows all mistakes",
        ) from error


def summary_of(rule: RuleSource) -> RuleSummary:
    return RuleSummary(
        rule.name,
        rule.state,
        rule.canary,
        rule.file,
        rule.line,
        rule.description,
        len(rule.tests),
        rule.on,
        rule.fell_back,
        rule.failing,
    )


def summaries(program: Program) -> list[RuleSummary]:
    return [summary_of(rule) for rule in program.rules]


def version_of(row: VersionRow) -> RuleVersion:
    return RuleVersion(
        row.id,
        row.state.value,
        row.parent,
        row.author,
        row.reason,
        row.at_ms,
        row.moved_by,
        row.moved_ms,
    )
