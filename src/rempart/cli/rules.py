"""`rempart rules`: validate rule files, run their tests, compare them with history, deploy them."""

from __future__ import annotations

import json
from pathlib import Path

import click
import msgspec

from rempart.detect.text.fold import fold
from rempart.engine.rule_files import RulesRefusedError, load_program
from rempart.errors import NotYetError
from rempart.rules.language import Program, RuleProblemsError
from rempart.rules.language.trial import TrialResult, run_tests

_FOLDER = click.argument(
    "folder", type=click.Path(path_type=Path, file_okay=False), default="rules", required=False
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_REFUSED = 1


@click.group(epilog="Example: rempart rules check rules/")
def rules() -> None:
    """Validate rules, run their tests, compare them with history, deploy them.

    A folder of rules has `*.toml` files, and term lists in `lists/*.txt`. The built-in rules are
    in force whatever it says; docs/rules.md is the guide.
    """


@rules.command(epilog="Example: rempart rules check rules/")
@_FOLDER
@_JSON
def check(folder: Path, as_json: bool) -> None:
    """Validate rule files: exit 0 when they are right, 1 when they are refused."""
    program = _load(folder, as_json=as_json)
    if as_json:
        rows = [
            {"name": rule.name, "state": rule.state, "file": rule.file, "line": rule.line}
            for rule in program.rules
        ]
        click.echo(json.dumps({"hash": program.hash, "rules": rows, "problems": []}))
        return
    for rule in program.rules:
        share = f" {rule.canary} %" if rule.state == "canary" else ""
        click.echo(f"{rule.state + share:<12} {rule.name}  ({rule.file}:{rule.line})")
    click.echo(f"{len(program)} rules are right, version {program.hash[:12]}")


@rules.command(epilog="Example: rempart rules test rules/")
@_FOLDER
@_JSON
def test(folder: Path, as_json: bool) -> None:
    """Run the tests that stand beside the rules: exit 0 when all hold, 1 when one does not."""
    program = _load(folder, as_json=as_json)
    try:
        results = run_tests(program, fold)
    except RuleProblemsError as error:
        _tell_problems(error, as_json=as_json)
        raise click.exceptions.Exit(_REFUSED) from None
    failed = [result for result in results if not result.passed]
    if as_json:
        click.echo(json.dumps({"tests": [msgspec.to_builtins(result) for result in results]}))
    else:
        for result in failed:
            click.echo(_told(result), err=True)
        untested = sorted({rule.name for rule in program.rules if not rule.tests})
        if untested:
            click.echo(f"without a test: {', '.join(untested)}", err=True)
        click.echo(f"{len(results) - len(failed)} of {len(results)} tests hold")
    if failed:
        raise click.exceptions.Exit(_REFUSED)


def _told(result: TrialResult) -> str:
    expected = ", ".join(result.expected) or "nothing"
    found = ", ".join(result.found) or "nothing"
    why = f" ({result.error})" if result.error else ""
    return (
        f"{result.file}:{result.line}: {result.rule}, {result.test}: "
        f"expected {expected}, found {found}{why}"
    )


def _load(folder: Path, *, as_json: bool) -> Program:
    try:
        return load_program(folder)
    except RulesRefusedError as error:
        _tell_problems(RuleProblemsError(error.problems), as_json=as_json)
        raise click.exceptions.Exit(_REFUSED) from None


def _tell_problems(error: RuleProblemsError, *, as_json: bool) -> None:
    if as_json:
        click.echo(
            json.dumps({"problems": [msgspec.to_builtins(problem) for problem in error.problems]})
        )
        return
    for problem in error.problems:
        click.echo(str(problem), err=True)
    count = len(error.problems)
    click.echo(f"refused: {count} mistake{'s' if count != 1 else ''}", err=True)


def _not_yet(what: str) -> NotYetError:
    return NotYetError(
        f"{what} comes with the issue 'Rules and protection'",
        where="rules",
        next_step="rempart scan --rules FOLDER tries them on files",
    )


@rules.command(epilog="Example: rempart rules backtest rules/ --data data")
@click.argument("folder", required=False, expose_value=False)
@click.option(
    "--data", help="Folder of the service whose history to compare with.", expose_value=False
)
def backtest() -> None:
    """Compare rules with what happened."""
    raise _not_yet("comparing rules with history")


@rules.command(epilog="Example: rempart rules push rules/ --data data")
@click.argument("folder", required=False, expose_value=False)
@click.option("--data", help="Folder of the service to deploy to.", expose_value=False)
def push() -> None:
    """Deploy rules."""
    raise _not_yet("deploying rules")
