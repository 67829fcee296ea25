"""The stream of events: only of channels with rights, resumed after a break, forged by nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.web.service import Service

from rempart.web.api import events as events_api


@contextmanager
def listening(
    service: Service, token: str, last_id: int | None = None
) -> Iterator[Iterator[dict[str, Any]]]:
    headers = {} if last_id is None else {"last-event-id": str(last_id)}
    client = service.client(token)
    with client.stream("GET", "/api/v1/events", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        yield told(answer.iter_lines())


def told(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    event: dict[str, Any] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if name in ("event", "id"):
            event[name] = value
        elif name == "data":
            event["data"] = json.loads(value)
        elif not line and "event" in event:
            yield event
            event = {}


def publish(service: Service, mark: str, channel: str | None) -> None:
    platform = "twitch" if channel else None
    service.engine.hub.publish("alarm", {"mark": mark}, platform=platform, channel=channel)


def next_mark(events: Iterator[dict[str, Any]]) -> tuple[str, int]:
    for event in events:
        if event["event"] == "alarm":
            return event["data"]["mark"], int(event["id"])
    raise AssertionError("the stream ended")


def test_one_hears_of_ones_own_channels_and_of_none(service: Service) -> None:
    with listening(service, service.token("read", channels=["lea"])) as events:
        publish(service, "zoe's", "zoe")
        publish(service, "everybody's", None)
        publish(service, "lea's", "lea")
        assert next_mark(events)[0] == "everybody's"
        assert next_mark(events)[0] == "lea's"


def test_a_revoked_token_hears_no_more_however_much_happens(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events_api, "LOOK_AGAIN", 0.0)
    made = service.person.post("/api/v1/tokens", json={"name": "lost", "scopes": ["read"]}).json()
    with listening(service, made["token"]) as events:
        publish(service, "before", None)
        assert next_mark(events)[0] == "before"
        service.person.delete(f"/api/v1/tokens/{made['view']['id']}")
        publish(service, "after", None)
        assert "after" not in [one["data"].get("mark") for one in events]


def test_after_a_break_one_hears_what_was_missed(service: Service) -> None:
    token = service.token("read", channels=["lea"])
    with listening(service, token) as events:
        publish(service, "before", "lea")
        _, last_id = next_mark(events)
    publish(service, "missed, of zoe", "zoe")
    publish(service, "missed", "lea")
    with listening(service, token, last_id) as events:
        assert next_mark(events)[0] == "missed"
    with listening(service, token, 5) as events:
        assert next(events)["event"] == "lost"


def test_nothing_in_an_event_can_forge_another(service: Service) -> None:
    with listening(service, service.token("read")) as events:
        publish(service, "x\n\nevent: alarm\ndata: forged", None)
        publish(service, "next", None)
        assert next_mark(events)[0] == "x\n\nevent: alarm\ndata: forged"
        assert next_mark(events)[0] == "next"


def test_a_wrong_last_id_is_said(service: Service) -> None:
    headers = {"last-event-id": "x"}
    answer = service.client(service.token("read")).get("/api/v1/events", headers=headers)
    assert answer.status_code == 400
