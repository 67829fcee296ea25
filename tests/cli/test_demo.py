"""`rempart demo` and `rempart replay`, as processes: what a newcomer runs."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from rempart.model import Item
from rempart.scenario import generate, load

COMMAND = [sys.executable, "-m", "rempart.cli"]


def rempart(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=120, check=False
    )


def cases(data: Path) -> list[dict[str, str]]:
    listed = rempart("case", "list", "--data", str(data), "--json")
    assert listed.returncode == 0, listed.stderr
    found: list[dict[str, str]] = json.loads(listed.stdout)["cases"]
    return found


def test_the_demo_plays_the_raid_and_opens_one_case_for_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    done = rempart("demo", "--once", "--speed", "0", "--port", "0", "--data", str(data))
    assert done.returncode == 0, done.stderr
    assert re.search(r"http://127\.0\.0\.1:\d+/login", done.stdout)
    assert re.search(r"Login +\S{20,}", done.stdout)
    raids = [case for case in cases(data) if case["kind"] == "raid" and case["state"] == "open"]
    assert len(raids) == 1
    assert rempart("verify", str(data)).returncode == 0


def test_the_demo_leaves_nothing_behind(tmp_path: Path) -> None:
    environment = {"TMPDIR": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(
        [*COMMAND, "demo", "--once", "--speed", "0", "--port", "0"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_demo_stops_on_ctrl_c() -> None:
    process = subprocess.Popen(
        [*COMMAND, "demo", "--port", "0", "--no-browser"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "/login" in line:
            break
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Stopped" in rest


def test_the_chat_goes_on_when_the_incident_is_over(tmp_path: Path) -> None:
    data = tmp_path / "data"
    arguments = ("--port", "0", "--no-browser", "--speed", "30", "--data", str(data))
    process = subprocess.Popen([*COMMAND, "demo", *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = ""
    for line in process.stdout:
        told += line
        if "goes on" in line:
            break
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert re.search(r"recognised \d+\.\d s after its first message: (\d+) of \1 bots", told), told
    played = generate("hate-raid", load("hate-raid")).truth.messages
    with sqlite3.connect(data / "rempart.db") as store:
        (stored,) = store.execute("SELECT count(*) FROM message").fetchone()
    assert stored > played + 50
    raids = [case for case in cases(data) if case["kind"] == "raid" and case["state"] == "open"]
    assert len(raids) == 1


class Service:
    """A running `rempart serve`."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.process = subprocess.Popen(
            [*COMMAND, "serve", "--data", str(data), "--port", "0", "--json"],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        told = json.loads(self.process.stdout.readline())
        self.address: str = told["address"]
        first = Path(told["first_login"]).read_text()
        self.token = first.split("ingest-token: ")[1].split()[0]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    running = Service(tmp_path / "data")
    yield running
    running.stop()


def test_replay_into_a_service_twice_counts_twice_and_with_kept_times_once(
    service: Service,
) -> None:
    to = ("--to", service.address, "--token", service.token, "--speed", "0", "--seed", "1")
    for _ in range(2):
        done = rempart("replay", "hate-raid", *to)
        assert done.returncode == 0, done.stderr
        assert re.match(r"\d+ sent, [1-9]\d* held\n", done.stdout)
        time.sleep(0.2)
    for _ in range(2):
        assert rempart("replay", "hate-raid", *to, "--keep-times").returncode == 0
    metrics = httpx.get(f"{service.address}/metrics", headers=_bearer(service))
    service.stop()
    raids = [case for case in cases(service.data) if case["kind"] == "raid"]
    assert len(raids) == 3, metrics.status_code


def _bearer(service: Service) -> dict[str, str]:
    return {"authorization": f"Bearer {service.token}"}


def test_replay_of_a_file_and_its_errors(service: Service, tmp_path: Path) -> None:
    items: list[Item] = generate("hate-raid", load("hate-raid", 1)).items[:50]
    path = tmp_path / "some.ndjson"
    path.write_bytes(msgspec.json.Encoder().encode_lines(items) + b"broken\n")
    to = ("--to", service.address, "--speed", "0")
    done = rempart("replay", str(path), *to, "--token", service.token)
    assert (done.returncode, done.stdout) == (0, "50 sent, 0 held\n")
    assert "51" in done.stderr
    wrong = rempart("replay", str(path), *to, "--token", "nonsense")
    assert wrong.returncode == 2
    assert "token" in wrong.stderr
