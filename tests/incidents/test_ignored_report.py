"""Incident 4, its text and link parts: a minor's report that must not be met with silence.

A sixteen-year-old and his mother report a compilation of images of him, of which only a link
appears here. What went wrong then (a week of silence, two automatic answers, "no violation") must
end differently: hidden within seconds, a person within minutes, one case, a reasoned answer to
each, and nobody passes the same link on again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.web.service import Service, message

LINK = "https://videos.example/watch/compilation-77"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service.running(tmp_path_factory.mktemp("data")) as running:
        yield running


def report(service: Service, **fields: Any) -> dict[str, Any]:
    answer = service.client().post(
        "/api/v1/reports",
        json={
            "category": "child_safety",
            "explanation": "These are images of me. I am sixteen.",
            "good_faith": True,
            "minor": True,
            **fields,
        },
    )
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def cases(service: Service) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.person.get("/api/v1/cases?state=open").json()["cases"]
    return found


def status(service: Service, receipt: str) -> dict[str, Any]:
    answer = service.client().post("/api/v1/reports/status", json={"receipt": receipt})
    found: dict[str, Any] = answer.json()
    return found


def passed_on(service: Service, id: str) -> dict[str, Any]:
    bot = service.client(service.ingest_token)
    answer: httpx.Response = bot.post(
        "/api/v1/messages", json=message(id=id, text=f"look at this {LINK}", links=[LINK])
    )
    outcome: dict[str, Any] = answer.json()
    return outcome


def test_from_the_report_to_the_answer(service: Service) -> None:
    assert passed_on(service, "m-first")["verdict"] == "allow"
    for number in range(30):
        service.client(service.ingest_token).post(
            "/api/v1/messages", json=message(text=f"harmless {number}")
        )
    sent = time.time()
    boy = report(service, message_ids=["m-first"])
    (case,) = [one for one in cases(service) if one["subject"] == "m-first"]
    assert cases(service)[0]["id"] == case["id"], "first in the queue"
    measures = service.person.get(f"/api/v1/cases/{case['id']}").json()["measures"]
    kinds = {one["kind"] for one in measures if one.get("state", "active") == "active"}
    assert kinds == {"lock_out", "hide"}, "for her at once, for everyone for an hour at most"
    assert time.time() - sent < 30
    mother = report(
        service, explanation="My son is in this. We were not answered.", links=[LINK], minor=True
    )
    assert mother["joined"], "the link that the message passes on is the same thing"
    again = report(service, message_ids=["m-first"], explanation="Please, it is still there.")
    assert again["joined"], "one case for one thing"
    for told in (boy, mother, again):
        assert status(service, told["receipt"])["state"] == "received"
    alone = service.person.post(
        f"/api/v1/cases/{case['id']}/decisions",
        json={
            "outcome": "no_violation",
            "ground": "none",
            "reason": "Nothing was found against the terms here.",
        },
    )
    assert alone.status_code == 202, "not by one person alone: it waits for a second one"
    (still,) = [one for one in cases(service) if one["id"] == case["id"]]
    assert still["state"] == "open"
    assert status(service, boy["receipt"])["state"] == "received"
    clocks = service.person.get(f"/api/v1/cases/{case['id']}/deadlines").json()["deadlines"]
    begun = datetime.fromisoformat(clocks[0]["started_at"])
    (look,) = [datetime.fromisoformat(one["due_at"]) for one in clocks if one["what"] == "look"]
    assert look - begun <= timedelta(minutes=15), "a person within minutes, or an alarm"
    decided = service.person.post(
        f"/api/v1/cases/{case['id']}/decisions",
        json={
            "outcome": "uphold",
            "ground": "law",
            "reason": "Images of a minor published without consent.",
        },
    )
    assert decided.status_code == 201, decided.text
    for told in (boy, mother, again):
        answered = status(service, told["receipt"])
        assert answered["state"] == "answered"
        texts = [one["text"]["en"] for one in answered["messages"] if one["kind"] == "answer"]
        assert len(texts) == 1 and "Images of a minor" in texts[0]


def test_nobody_passes_the_same_link_on_again(service: Service) -> None:
    end = time.monotonic() + 60
    number = 0
    while (outcome := passed_on(service, f"m-again-{number}"))["verdict"] == "allow":
        number += 1
        assert time.monotonic() < end, "the link is still passed on"
        time.sleep(0.1)
    assert "bad_link" in outcome["labels"]
    bot = service.client(service.ingest_token)
    other = bot.post(
        "/api/v1/messages",
        json=message(text="the rest of the site https://videos.example/watch/cats"),
    ).json()
    assert other["verdict"] == "allow", "one page is refused, not the site"
