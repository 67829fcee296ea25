"""What every answer carries, and what no log line may do."""

from __future__ import annotations

import io
import json
import logging

import pytest
from tests.web.service import Service

from rempart.web.logs import JsonLines

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
