"""Exit codes, one line on stderr, an example in every help, a quick start."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from rempart.cli import COMMANDS, main

LATER = (
    ("rules check", "Rules and protection"),
    ("rules test", "Rules and protection"),
    ("rules backtest", "Rules and protection"),
    ("rules push", "Rules and protection"),
    ("disclose statements", "Disclosure"),
    ("disclose yearly --data d --year 2026 -o out", "Disclosure"),
    ("disclose court", "Disclosure"),
    ("evaluate file.ndjson --label abuse", "Words"),
    ("scan --rules rules chat.ndjson", "Rules and protection"),
)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert f"Example: rempart {name}" in result.output


def test_the_main_help_names_every_command() -> None:
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    assert all(f"  {name} " in result.output for name in COMMANDS)


@pytest.mark.parametrize(("command", "issue"), LATER)
def test_what_a_later_issue_fills_says_which(command: str, issue: str) -> None:
    result = CliRunner().invoke(main, command.split())
    assert result.exit_code == 2
    assert issue in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert result.stdout == ""


@pytest.mark.parametrize(
    "command",
    [
        "nope",
        "scan",
        "scan missing.ndjson",
        "scan --processes many x",
        "scan --nope x",
        "replay missing --to http://127.0.0.1:1",
        "replay x.ndjson --write out",
        "demo --speed -1",
    ],
)
def test_wrong_use_is_one_line_and_exit_2(command: str) -> None:
    result = CliRunner().invoke(main, command.split())
    assert result.exit_code == 2, result.output
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("rempart: ")
    assert result.stdout == ""


def test_help_starts_without_loading_the_commands() -> None:
    code = (
        "import sys; from rempart.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'litestar', 'httpx', 'apsw', 'rich', 'msgspec'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
