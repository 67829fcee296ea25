"""Two communities witness each other by what docs/log.md says, and by nothing else."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from rempart.cli import main

ROOT = Path(__file__).resolve().parents[3]
LOGS = {"lyon": "brest", "brest": "lyon"}


def trial() -> str:
    """The settings of the section *To try it on one machine*."""
    _, _, text = (ROOT / "docs/log.md").read_text("utf-8").partition("To try it on one machine")
    return text.split("```toml\n")[1].split("```")[0]


@contextmanager
def serving(folder: Path, port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "rempart.cli", "serve", "--data", folder.name]
    process = subprocess.Popen(
        [*command, "--port", str(port)],
        cwd=folder.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert "listens" in process.stdout.readline()
        yield
    finally:
        process.terminate()
        process.wait(30)


def told(folder: Path, command: str) -> list[str]:
    answer = CliRunner().invoke(main, [*command.split(), "--data", str(folder)])
    assert answer.exit_code == 0, answer.output
    return answer.output.splitlines()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_two_folders_on_one_machine_cosign_each_other(tmp_path: Path) -> None:
    ports = {name: free_port() for name in LOGS}
    given = {}
    for name, port in ports.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / "settings.toml").write_text(f'[log]\norigin = "{name}.example/log"\n')
        with serving(folder, port):
            key, address, vkey = told(folder, "log key")[0], *told(folder, "log witness")[1:3]
        assert address.strip() == f"http://127.0.0.1:{port}/api/v1/witness"
        assert any("public_url" in line for line in told(folder, "log witness"))
        given[name] = (key, address.strip(), vkey.strip())
    for name, other in LOGS.items():
        key, address, vkey = given[other]
        settings = trial().replace("witnesses.brest", f"witnesses.{other}")
        for field, value in (("url", address), ("vkey", vkey)):
            settings = re.sub(rf'^{field} = ".*"$', f'{field} = "{value}"', settings, flags=re.M)
        settings = re.sub(
            r"^witness_for = .*$",
            f'origin = "{name}.example/log"\ncheckpoint_seconds = 1\nwitness_for = ["{key}"]',
            settings,
            flags=re.M,
        )
        (tmp_path / name / "settings.toml").write_text(settings)
    with ExitStack() as stack:
        for name, port in ports.items():
            stack.enter_context(serving(tmp_path / name, port))
        for name, other in LOGS.items():
            for _ in range(240):
                lines = told(tmp_path / name, "log witness")
                if f"  {other}: cosigned" in "\n".join(lines):
                    break
                time.sleep(0.5)
            else:
                pytest.fail("\n".join(lines))
