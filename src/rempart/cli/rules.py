"""`rempart rules`: validate rule files, run their tests, compare them with history, deploy them."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import click
import msgspec

from rempart.cases.entries import at_time
from rempart.cli.progress import steps
from rempart.cli.push import BroadError, push_to_folder, push_to_service, read_folder_as_written
from rempart.detect.text.fold import fold
from rempart.engine.backtest import MOST_MESSAGES, Backtest
from rempart.engine.backtest import backtest as over_history
from rempart.engine.embedded import STORE_FILE
from rempart.engine.rule_files import RulesRefusedError, load_program
from rempart.errors import InputError
from rempart.rules.language import Program, RuleProblemsError
from rempart.rules.language.trial import TrialResult, run_tests
from rempart.rules.sml import SmlMapping, translate
from rempart.store.sqlite.store import SqliteStore

_HEIGHTS = "▁▂▃▄▅▆▇█"
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
    are = "is" if len(program) == 1 else "are"
    click.echo(f"{_count(len(program), 'rule')} {are} right, version {program.hash[:12]}")


@rules.command(epilog="Example: rempart rules test rules/")
@_FOLDER
@_JSON
def test(folder: Path, as_json: bool) -> None:
    """Run the tests that stand beside the rules: exit 0 when all hold, 1 when one does not."""
    program = _load(folder, as_json=as_json)
    results = _tested(program, as_json=as_json)
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


def _tested(program: Program, *, as_json: bool) -> list[TrialResult]:
    try:
        return run_tests(program, fold)
    except RuleProblemsError as error:
        _tell_problems(error, as_json=as_json)
        raise click.exceptions.Exit(_REFUSED) from None


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
    click.echo(f"refused: {_count(count, 'mistake')}", err=True)


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


@rules.command(epilog="Example: rempart rules backtest rules/ --data data --messages 100000")
@_FOLDER
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    default="data",
    show_default=True,
    help="Folder of the service whose history to compare with; it may be running.",
)
@click.option(
    "--messages",
    type=click.IntRange(1, MOST_MESSAGES),
    default=100_000,
    show_default=True,
    help="So many of the last messages.",
)
@_JSON
def backtest(folder: Path, data: Path, messages: int, as_json: bool) -> None:
    """Whom these rules would have hit, and what people said of those messages since."""
    program = _load(folder, as_json=as_json)
    store = SqliteStore.open_for_reading(data / STORE_FILE)
    try:
        with store.read() as tables, steps() as show:
            found = over_history(
                tables, program, messages=messages, progress=partial(show, "messages")
            )
    finally:
        store.close()
    click.echo(msgspec.json.encode(found).decode() if as_json else _history_for_people(found))


def _history_for_people(found: Backtest) -> str:
    if not found.messages:
        return "there is no message in this history yet"
    begin, end = (at_time(at).strftime("%Y-%m-%d %H:%M") for at in (found.begin_ms, found.end_ms))
    lines = [f"{found.messages:,} messages from {begin} to {end} UTC", ""]
    for one in found.rules:
        lines.append(f"{one.rule} ({one.state})")
        if not one.hits:
            lines += ["    no hit", ""]
            continue
        lines.append(
            f"    {_count(one.hits, 'hit')} on {_count(one.accounts, 'account')} in "
            f"{_count(one.channels, 'channel')}; {one.already:,} held anyway"
        )
        lines.append(f"    reviewed since: {one.fine:,} found fine, {one.upheld:,} upheld")
        if one.unknown or one.errors:
            lines.append(f"    {one.unknown:,} times unknown, {_count(one.errors, 'error')}")
        if one.overlap:
            shared = ", ".join(f"{name} {count:,}" for name, count in one.overlap.items())
            lines.append(f"    together with: {shared}")
        lines += [f"    {_bars(one.series)}", ""]
    return "\n".join(lines).rstrip()


def _bars(series: list[int]) -> str:
    """Hits over time, one character for each equal span."""
    most = max(series, default=0) or 1
    return "".join(" " if not count else _HEIGHTS[(count * 7) // most] for count in series)


@rules.command(epilog='Example: rempart rules push rules/ --data data --live --reason "bots again"')
@_FOLDER
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of a service that is not running now.",
)
@click.option("--to", "address", help="Address of a running service, like http://127.0.0.1:8731.")
@click.option(
    "--token",
    envvar="REMPART_TOKEN",
    help="Its token: `moderate` proposes, `admin` puts in force. Or REMPART_TOKEN.",
)
@click.option("--reason", required=True, help="Why; the log keeps it.")
@click.option("--live", is_flag=True, help="Put it in force at once, when all its tests hold.")
@click.option(
    "--confirm",
    is_flag=True,
    help="Also when it would have hit many accounts, or removes.",
)
@_JSON
def push(
    folder: Path,
    data: Path | None,
    address: str | None,
    token: str | None,
    reason: str,
    live: bool,
    confirm: bool,
    as_json: bool,
) -> None:
    """Deploy rules: a version of them, and with --live in force.

    Rules that would have hit more than 20 accounts among the last messages, or that remove
    messages, are refused with what they would have done; --confirm puts them in force.
    """
    if (data is None) == (address is None):
        raise click.UsageError("name either --data or --to")
    program = _load(folder, as_json=as_json)
    failed = [one for one in _tested(program, as_json=as_json) if not one.passed]
    if failed:
        for one in failed:
            click.echo(_told(one), err=True)
        click.echo("not deployed: its tests do not hold", err=True)
        raise click.exceptions.Exit(_REFUSED)
    try:
        if data is not None:
            id, state = push_to_folder(data, program, reason, live=live, confirmed=confirm)
        else:
            files, lists = read_folder_as_written(folder)
            id, state = push_to_service(
                str(address), token, files, lists, reason, live=live, confirmed=confirm
            )
    except BroadError as error:
        _tell_preview(error, as_json=as_json)
        raise
    if as_json:
        click.echo(json.dumps({"version": id, "state": state}))
    else:
        click.echo(f"version {id[:12]} is {'in force' if state == 'live' else 'proposed'}")
        if state != "live":
            click.echo("It is not in force yet: push it with --live, or in the console.", err=True)


def _tell_preview(error: BroadError, *, as_json: bool) -> None:
    preview = error.preview
    if as_json:
        click.echo(json.dumps({"preview": msgspec.to_builtins(preview)}))
        return
    click.echo(
        f"would have hit {_count(preview.accounts, 'account')}, "
        f"{_count(preview.messages, 'message')}, for example:",
        err=True,
    )
    for one in preview.examples:
        click.echo(f"    {ascii(one.author)[1:-1]}: {one.text[:100]!a}", err=True)


@rules.command(
    "import", epilog="Example: rempart rules import osprey_rules/ -o rules/imported.toml"
)
@click.argument("source", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The rule file to write.",
)
@click.option("--main", default="main.sml", show_default=True, help="The entry point in SOURCE.")
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="TOML: [paths] of your events and [verdicts] in our terms.",
)
@_JSON
def import_sml(source: Path, out: Path, main: str, mapping: Path | None, as_json: bool) -> None:
    """Bring rules written in SML (Osprey): imports, features, rules, labels, patterns.

    They are written as one rule file, in shadow, with the same verdicts. What cannot be brought is
    named with file, line and reason, and nothing is written.
    """
    files = {
        path.relative_to(source).as_posix(): path.read_text("utf-8")
        for path in sorted(source.rglob("*.sml"))
    }
    found = translate(files, _mapping_of(mapping), main=main)
    if found.problems:
        _tell_problems(RuleProblemsError(found.problems), as_json=as_json)
        raise click.exceptions.Exit(_REFUSED)
    try:
        Program({out.name: found.text}, {})
    except RuleProblemsError as error:
        _tell_problems(error, as_json=as_json)
        raise click.exceptions.Exit(_REFUSED) from None
    try:
        out.write_text(found.text, "utf-8")
    except OSError as error:
        raise InputError(f"cannot write: {error.strerror}", where=str(out)) from error
    told = {"rules": found.rules, "file": str(out)}
    click.echo(json.dumps(told) if as_json else f"{found.rules} rules in {out}, all in shadow")


def _mapping_of(path: Path | None) -> SmlMapping:
    if path is None:
        return SmlMapping()
    try:
        return msgspec.toml.decode(path.read_bytes(), type=SmlMapping)
    except (OSError, msgspec.MsgspecError) as error:
        raise InputError(
            f"the mapping cannot be read: {error}",
            where=str(path),
            next_step="it has the sections [paths] and [verdicts]",
        ) from error
