"""Arranged reports over HTTP: a case that a person can open, in words; the reported stays."""

from __future__ import annotations

from typing import Any

import pytest
from tests.web.exporting import exported
from tests.web.service import Service, message
from tests.web.team import PASSWORD, admit

SCRIPT = "This user keeps posting hateful messages and must be banned from this place at once"


@pytest.fixture(scope="module")
def arranged(service: Service) -> dict[str, Any]:
    said = [
        message(channel="olive", text=f"what a lovely evening, {n}", author={"id": "innocent"})
        for n in range(10)
    ]
    assert service.client(service.ingest_token).post("/api/v1/messages", json=said).is_success
    for number in range(30):
        answer = service.client().post(
            "/api/v1/reports",
            json={
                "category": "hate",
                "explanation": f"{SCRIPT}{'!' * (number % 4)}",
                "message_ids": [said[number % 10]["id"]],
                "good_faith": True,
            },
        )
        assert answer.is_success, answer.text
    cases = service.person.get("/api/v1/cases", params={"channel": "olive"}).json()["cases"]
    by_kind = {case["kind"]: case for case in cases}
    assert len(cases) == 11, "one for each message, and the brigade's"
    return by_kind


@pytest.mark.parametrize(
    ("language", "title", "reason"),
    [
        ("en", "Arranged reports on", "reporters used near-identical words"),
        ("fr", "Signalements concertés visant", "ont signalé presque avec les mêmes mots"),
    ],
)
def test_the_case_says_what_it_is_and_the_other_one_leads_to_it(
    service: Service, arranged: dict[str, Any], language: str, title: str, reason: str
) -> None:
    headers = {"accept": "text/html", "accept-language": language}
    brigade, reported = arranged["raid"], arranged["message"]
    page = service.person.get(f"/console/cases/{brigade['id']}", headers=headers)
    assert page.status_code == 200, page.text[:1000]
    assert title in page.text
    assert reason in page.text
    assert title in service.person.get("/console/queue", headers=headers).text
    other = service.person.get(f"/console/cases/{reported['id']}", headers=headers)
    assert f"/console/cases/{brigade['id']}" in other.text


def test_nobody_is_measured_and_deciding_it_undoes_nothing(
    service: Service, arranged: dict[str, Any]
) -> None:
    view = service.person.get(f"/api/v1/cases/{arranged['raid']['id']}").json()
    assert view["raid"]["kind"] == "brigade"
    assert view["raid"].get("members", []) == []
    assert view["measures"] == []
    reported = service.person.get(f"/api/v1/cases/{arranged['message']['id']}").json()
    assert reported["measures"] == []
    assert len(reported["reports"]) == 3
    decision = {"outcome": "lift", "ground": "none", "reason": "these people know each other"}
    path = f"/api/v1/cases/{arranged['raid']['id']}/decisions"
    assert service.person.post(path, json=decision).status_code == 201
    admit(service, "Sacha", "moderator")
    second = service.sign_in("Sacha", PASSWORD)
    export = exported(service.person, second, arranged["raid"]["id"])
    assert export.status_code == 200, export.text
