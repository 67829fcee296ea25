"""What every answer carries, and what no log line may do."""

from __future__ import annotations

import io
import json
import logging
import socket
import time
from pathlib import Path

import pytest
from tests.web.service import Service, message

from rempart.web.logs import JsonLines

INSULT = "you idiot, get lost, loser"
PATHS = [
    "/", "/login", "/report", "/status", "/console", "/nothing/here", "/api/v1/cases",
    "/api/v1/nothing", "/healthz", "/openapi.json", "/api/v1/log/checkpoint", "/static/nothing",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_every_answer_is_armoured(service: Service, path: str, accept: str) -> None:
    answer = service.client().get(path, headers={"accept": accept})
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["permissions-policy"]
    if answer.status_code == 200 and not path.startswith(("/api/v1/log", "/static")):
        assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answer.headers
    assert "server" not in answer.headers


def test_refused_messages_are_armoured_too(service: Service) -> None:
    answer = service.client().post("/api/v1/messages", content=b"{}")
    assert answer.status_code == 401
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


def test_pages_speak_html_and_the_api_speaks_json(service: Service) -> None:
    page = service.client().get("/nothing/here", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    answer = service.client().get("/api/v1/nothing", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert answer.json()["error"]["reason"]


def test_health_and_metrics(service: Service) -> None:
    assert service.client().get("/healthz").json()["status"] == "ok"
    metrics = service.client(service.token("read")).get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    assert "rempart_log_entries" in metrics.text
    assert "process_cpu_seconds_total" in metrics.text


def test_metrics_of_a_token_bound_to_channels_are_of_these_channels(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        bot = service.client(service.ingest_token)
        bot.post("/api/v1/messages", json=[message() for _ in range(3)])
        bot.post("/api/v1/messages", json=[message(channel="zoe") for _ in range(4)])
        bot.post("/api/v1/messages", json=message(channel="zoe", text=INSULT))
        bot.post("/api/v1/messages", json=[message(platform="youtube") for _ in range(7)])
        for channels, count, cases in (
            (["lea"], 10, 0),
            (["twitch/lea"], 3, 0),
            (["zoe"], 5, 1),
            (["nobody"], 0, 0),
        ):
            metrics = service.client(service.token("read", channels=channels)).get("/metrics")
            assert f'rempart_stored_total{{what="messages"}} {count}.0' in metrics.text, channels
            assert f"rempart_open_cases {cases}.0" in metrics.text
            assert "rempart_log_entries" not in metrics.text
            assert "process_" not in metrics.text
        whole = service.client(service.token("read")).get("/metrics").text
        assert 'rempart_stored_total{what="messages"} 15.0' in whole


def test_a_head_that_never_ends_is_cut_off_and_others_are_not(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rempart.web.connections.HEAD_SECONDS", 1.5)
    monkeypatch.setattr("rempart.web.connections.LOOK_SECONDS", 0.1)
    host, port = service.address.removeprefix("http://").split(":")
    head = b"GET /healthz HTTP/1.1\r\nhost: x\r\n"

    def opened() -> socket.socket:
        return socket.create_connection((host, int(port)), timeout=10)

    with opened() as silent, opened() as slow, opened() as second, opened() as kept:
        slow.sendall(head)
        second.sendall(head + b"\r\n")
        kept.sendall(head + b"\r\n")
        assert second.recv(4096).startswith(b"HTTP/1.1 200")
        assert kept.recv(4096).startswith(b"HTTP/1.1 200")
        second.sendall(head)
        for one in (silent, slow, second):
            assert one.recv(4096) == b"", "closed without an answer"
        kept.sendall(head + b"\r\n")
        assert kept.recv(4096).startswith(b"HTTP/1.1 200")


def test_a_head_without_end_takes_no_memory(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rempart.web.connections.LOOK_SECONDS", 0.1)
    host, port = service.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as long:
        long.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n")
        with pytest.raises(OSError, match=r"reset|pipe"):
            for number in range(10_000):
                long.sendall(b"x-%d: %b\r\n" % (number, b"y" * 1_000))
                time.sleep(0.005)


HOSTILE = ["line\nfeed", "carriage\rreturn", "\x1b[2J\x1b[31mred", "right \u202e to left",
           "\u2028 separator", "nul \x00", "del \x7f", "c1 \x9b31m", '"} {"level": "forged"',
           "half \ud800 pair"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_can_forge_a_line_of_the_log(text: str) -> None:
    """Row 19."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    logger.error("refused %s", text, exc_info=ValueError(text))
    written = stream.getvalue()
    assert written.count("\n") == 1
    assert all(" " <= c <= "~" for c in written[:-1])
    assert text in json.loads(written)["what"]
