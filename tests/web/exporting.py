"""A dossier leaves a running service as in life: asked, agreed to by another, made, taken."""

from __future__ import annotations

import time
from typing import Any

import httpx

WISH = {
    "recipient": "Maître Placeholder",
    "capacity": "judge",
    "mandate": "request 12/2026, seen in the original",
    "edition": "court",
    "language": "en",
    "form": "zip",
}


def asked(first: httpx.Client, case: str, **more: Any) -> dict[str, Any]:
    answer = first.post(f"/api/v1/cases/{case}/exports", json={**WISH, **more})
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


def agreed(first: httpx.Client, second: httpx.Client, case: str, **more: Any) -> str:
    id = str(asked(first, case, **more)["id"])
    answer = second.post(f"/api/v1/proposals/{id}/confirm")
    assert answer.status_code == 201, answer.text
    return id


def made(client: httpx.Client, id: str) -> dict[str, Any]:
    for _ in range(300):
        answer = client.post(f"/api/v1/exports/{id}/make")
        assert answer.status_code == 202, answer.text
        found: dict[str, Any] = answer.json()
        if found["state"] != "making":
            assert found["state"] == "ready", found
            return found
        time.sleep(0.05)
    raise AssertionError("it was never made")


def exported(first: httpx.Client, second: httpx.Client, case: str, **more: Any) -> httpx.Response:
    """The first file."""
    id = agreed(first, second, case, **more)
    made(first, id)
    return first.post(f"/api/v1/exports/{id}/files/1")
