"""Webhooks in (FAULTS row 21): only signed, fresh, unchanged, and once."""

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx
import pytest
from tests.web.intake.test_messages import log_size
from tests.web.service import HOOK_SECRET, Service, message

from rempart.connect.signing import secret_bytes, signature
from rempart.errors import InputError
from rempart.web.settings import load_settings

PATH = "/api/v1/hooks/chat"


def post(
    service: Service,
    body: bytes,
    id: str,
    *,
    at: float | None = None,
    signed: bytes | None = None,
    secret: str = HOOK_SECRET,
) -> httpx.Response:
    now = int(at or time.time())
    headers = {
        "webhook-id": id,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(secret_bytes(secret), id, now, signed or body),
        "content-type": "application/json",
    }
    return service.client().post(PATH, content=body, headers=headers)


def test_a_signed_message_is_taken_once(service: Service) -> None:
    body = json.dumps([message(), message(channel="elsewhere"), {"id": "bad"}]).encode()
    answer = post(service, body, "h-1")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["accepted"] == 1
    assert told["refused"][0]["field"] == "channel"
    size = log_size(service)
    assert post(service, body, "h-1").status_code == 401, "a replay"
    assert log_size(service) == size


def test_anything_else_is_401_without_side_effect(service: Service) -> None:
    body = json.dumps(message()).encode()
    size, now = log_size(service), time.time()
    other_secret = "whsec_" + "QUFB" * 8
    assert post(service, body, "h-2", at=now - 400).status_code == 401
    assert post(service, body, "h-2", at=now + 400).status_code == 401
    assert post(service, body, "h-2", signed=body + b" ").status_code == 401
    assert post(service, body, "h-2", secret=other_secret).status_code == 401
    assert post(service, body, "", at=now).status_code == 401
    assert service.client().post(PATH, content=body).status_code == 401
    assert log_size(service) == size
    assert post(service, body, "h-2").status_code == 200, "the refused attempts used nothing up"


def test_an_unknown_connector_is_not_there(service: Service) -> None:
    assert service.client().post("/api/v1/hooks/nobody", content=b"{}").status_code == 404


@pytest.mark.parametrize("secret", ["", "short"])
def test_an_empty_secret_stops_the_start(tmp_path: Path, secret: str) -> None:
    (tmp_path / "settings.toml").write_text(f'[hooks.chat]\nsecret = "{secret}"\n')
    with pytest.raises(InputError, match="secret"):
        load_settings(tmp_path)
