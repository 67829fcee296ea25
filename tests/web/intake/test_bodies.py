"""Bodies of the public routes: small, not deep, and not for ever (FAULTS rows 6, 17 and 36).

Nobody needs an account to send them, so what they cost is bounded before they are parsed.
"""

from __future__ import annotations

import socket

import pytest
from tests.web.service import Service

from rempart.web.api import body as bodies

FORM = {"content-type": "application/x-www-form-urlencoded"}
REPORT = b'{"category":"threat","good_faith":true,"explanation":"he threatens me","text":"%b"}'


@pytest.mark.parametrize("path", ["/report", "/status", "/login", "/api/v1/reports"])
def test_a_body_larger_than_a_form_is_refused_before_it_is_parsed(
    service: Service, path: str
) -> None:
    """Fifteen megabytes of `a=1&` kept the event loop busy for eight seconds."""
    answer = service.client().post(path, content=b"a=1&" * 3_000_000, headers=FORM)
    assert answer.status_code == 413


def test_the_longest_report_is_small_enough(service: Service) -> None:
    """Ten thousand characters in their longest form: surrogate pairs, escaped."""
    report = REPORT % (b"\\ud83d\\ude00" * 9_990)
    headers = {"content-type": "application/json"}
    answer = service.client().post("/api/v1/reports", content=report, headers=headers)
    assert answer.status_code == 201, answer.text


def test_a_body_nested_too_deep_is_refused(service: Service) -> None:
    headers = {"content-type": "application/json"}
    for deep in (b"[" * 200_000, b'{"a":' * 40_000):
        answer = service.client().post("/api/v1/reports", content=deep, headers=headers)
        assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("path", ["/api/v1/reports", "/api/v1/messages"])
def test_a_body_that_trickles_is_cut_off(
    service: Service, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "DEADLINE", 0.5)
    host, port = service.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(
            f"POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {service.ingest_token}\r\n"
            "content-type: application/json\r\ncontent-length: 1000\r\n\r\n{".encode()
        )
        assert b" 408 " in connection.recv(4096)
        while connection.recv(4096):
            """Closed by the service: nothing more is read from it."""
