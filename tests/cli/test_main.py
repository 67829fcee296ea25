"""Exit codes, one line on stderr, an example in every help, a quick start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from rempart.cli import COMMANDS, main


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert f"Example: rempart {name}" in result.output


def test_the_main_help_names_every_command() -> None:
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    assert all(f"  {name} " in result.output for name in COMMANDS)


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


def test_a_misspelt_command_is_understood() -> None:
    result = CliRunner().invoke(main, ["verfy", "x.zip"])
    assert result.exit_code == 2
    assert "Did you mean 'verify'?" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_what_the_system_refuses_is_one_line_with_its_place(tmp_path: Path) -> None:
    """A folder where a file should be: nothing any command has foreseen."""
    (tmp_path / "rempart.lock").mkdir()
    result = CliRunner().invoke(main, ["serve", "--data", str(tmp_path), "--port", "0"])
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert str(tmp_path) in result.stderr


def test_a_reader_that_stops_early_hears_no_complaint() -> None:
    command = f"{sys.executable} -m rempart.cli replay --help | head -c 1"
    found = subprocess.run(command, shell=True, capture_output=True, check=True)
    assert found.stderr == b""
