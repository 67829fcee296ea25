"""`rempart serve` as a process: starts without a terminal, says where it is, ends in order."""

from __future__ import annotations

import json
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from tests.web.service import csrf_in

from rempart.log.checkpoint import open_checkpoint
from rempart.log.keys import read_public
from rempart.web.service import SHUTDOWN_SECONDS

COMMAND = [sys.executable, "-m", "rempart.cli", "serve"]
MESSAGE = {
    "id": "m1", "platform": "twitch", "channel": "lea", "sent_at": "2026-03-01T20:00:00Z",
    "author": {"id": "u1"}, "text": "good evening",
}  # fmt: skip


@contextmanager
def serving(
    data: Path, handles: int | None = None
) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    def limit() -> None:
        if handles is not None:
            resource.setrlimit(resource.RLIMIT_NOFILE, (handles, handles))

    process = subprocess.Popen(
        [*COMMAND, "--data", str(data), "--port", "0", "--json"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=limit,  # noqa: PLW1509 - no thread of the test holds a lock here
    )
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def token_of(told: dict[str, str]) -> str:
    lines = Path(told["first_login"]).read_text().splitlines()
    return next(one.removeprefix("ingest-token: ") for one in lines if "ingest-token" in one)


def sign_in(told: dict[str, str]) -> httpx.Cookies:
    lines = Path(told["first_login"]).read_text().splitlines()
    one_time = next(one.removeprefix("one-time-login: ") for one in lines if "one-time" in one)
    client = httpx.Client(base_url=told["address"])
    password = {"name": "Mo", "password": "correct horse battery", "again": "correct horse battery"}
    for path, form in (("/login", {"one_time": one_time}), ("/login/password", password)):
        csrf = csrf_in(client.get(path).text)
        assert client.post(path, data={"csrf": csrf, **form}).status_code == 303
    return client.cookies


def test_it_ends_in_order_on_sigterm_even_with_a_stream_open(tmp_path: Path) -> None:
    """What was acknowledged is under a signed checkpoint, and the exit code is 0."""
    with serving(tmp_path) as (process, told):
        headers = {"authorization": f"Bearer {token_of(told)}"}
        client = httpx.Client(base_url=told["address"], headers=headers)
        assert client.post("/api/v1/messages", json=MESSAGE).status_code == 200
        cookies = sign_in(told)
        with httpx.stream("GET", f"{told['address']}/api/v1/events", cookies=cookies) as stream:
            assert next(stream.iter_lines())
            begin = time.monotonic()
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=20)
        assert time.monotonic() - begin < SHUTDOWN_SECONDS / 2
        assert process.returncode == 0, errors
        assert all(json.loads(line)["what"] for line in errors.splitlines())
    with serving(tmp_path) as (process, told):
        note = httpx.get(f"{told['address']}/api/v1/log/checkpoint").text
        assert open_checkpoint(note, read_public(tmp_path)).size >= 1
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0


def test_it_goes_on_when_it_is_out_of_file_handles(tmp_path: Path) -> None:
    """Row 36: who is connected is served, and who comes later is, once there is room."""
    with serving(tmp_path, handles=64) as (_, told):
        headers = {"authorization": f"Bearer {token_of(told)}"}
        client = httpx.Client(base_url=told["address"], headers=headers)
        assert client.post("/api/v1/messages", json=MESSAGE).status_code == 200
        host, port = told["address"].removeprefix("http://").split(":")
        crowd = [socket.create_connection((host, int(port)), timeout=5) for _ in range(100)]
        answer = client.post("/api/v1/messages", json={**MESSAGE, "id": "m2"})
        assert answer.headers["rempart-accepted"] == "1"
        for one in crowd:
            one.close()
        late = httpx.Client(base_url=told["address"], headers=headers, timeout=20)
        answer = late.post("/api/v1/messages", json={**MESSAGE, "id": "m3"})
        assert answer.headers["rempart-accepted"] == "1"


def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, told):
        assert told["address"].startswith("http://127.0.0.1:")
        port = told["address"].rsplit(":", 1)[1]
        rows = Path("/proc/net/tcp").read_text().splitlines()
        listening = [row.split()[1] for row in rows if row.split()[3] == "0A"]
        assert f"0100007F:{int(port):04X}" in listening
        assert f"00000000:{int(port):04X}" not in listening


def refused(*arguments: str) -> str:
    done = subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"127.0.0.1:{port}" in refused("--data", str(tmp_path), "--port", port)


def test_wrong_settings_are_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[web]\nmax_bodies = 3\n")
    assert "max_bodies" in refused("--data", str(tmp_path), "--port", "0")
    (tmp_path / "settings.toml").write_text("nonsense")
    assert "settings.toml" in refused("--data", str(tmp_path), "--port", "0")


def test_a_second_service_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path):
        assert refused("--data", str(tmp_path), "--port", "0")
