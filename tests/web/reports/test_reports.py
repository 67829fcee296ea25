"""Reporting without account: a receipt at once, a status for who has it, no word of it kept."""

from __future__ import annotations

from pathlib import Path

from tests.web.service import Service, message

from rempart.model import ReportRequest
from rempart.web.api.reports.notices import REPEATS, Notices

REPORT = {
    "category": "hate",
    "explanation": "He insults me every evening.",
    "message_ids": ["m-reported"],
    "good_faith": True,
}


def first_category(service: Service) -> str:
    """The first that is not about a child: such a case takes two people and shows no message."""
    offered = service.client().get("/api/v1/reports/categories").json()["categories"]
    return str(next(one["key"] for one in offered if one["key"] != "child_safety"))


def test_a_report_gets_twelve_words_that_open_its_status(service: Service) -> None:
    client = service.client()
    report = {**REPORT, "category": first_category(service)}
    answer = client.post("/api/v1/reports", json=report)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    words = told["receipt"].split()
    assert len(words) == 12
    assert told["status_url"] == f"{service.address}/status"
    status = client.post("/api/v1/reports/status", json={"receipt": told["receipt"]})
    assert status.json()["state"] == "received"
    assert status.headers["cache-control"] == "no-store"
    assert status.headers["referrer-policy"] == "no-referrer"
    wrong = client.post("/api/v1/reports/status", json={"receipt": " ".join(words[::-1])})
    assert wrong.status_code in (400, 404)
    assert words[0] not in wrong.json()["error"]["reason"]


def test_the_words_are_nowhere_on_the_disk(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        report = {**REPORT, "category": first_category(service)}
        receipt = service.client().post("/api/v1/reports", json=report).json()["receipt"]
        service.client().post("/api/v1/reports/status", json={"receipt": receipt})
    pair = " ".join(receipt.split()[:2]).encode()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert pair not in path.read_bytes(), path


def test_what_is_missing_is_named(service: Service) -> None:
    client = service.client()
    category = first_category(service)
    for body, field in (
        ({"explanation": "x", "good_faith": True}, "category"),
        ({**REPORT, "category": "no such thing"}, "category"),
        ({**REPORT, "category": category, "good_faith": False}, "good_faith"),
        ({**REPORT, "category": category, "explanation": "  "}, "explanation"),
        ({**REPORT, "category": category, "links": ["javascript:alert(1)"]}, "links"),
        ({**REPORT, "category": category, "contact": {"email": "nobody"}}, "email"),
    ):
        answer = client.post("/api/v1/reports", json=body)
        assert answer.status_code == 400, (field, answer.text)
        assert field in answer.text


def test_a_report_about_a_held_message_joins_its_case_and_is_answered_by_the_decision(
    service: Service,
) -> None:
    """From the message to the answer: held, case, report, decision by a person, answer, undo."""
    bot = service.client(service.ingest_token)
    bot.post("/api/v1/messages", json=message(id="m-reported", text="you fucking idiot, die"))
    cases = service.person.get("/api/v1/cases?channel=lea&state=open").json()["cases"]
    report = {**REPORT, "category": first_category(service)}
    told = service.client().post("/api/v1/reports", json=report).json()
    assert told["joined"]
    (case,) = [
        one["id"] for one in service.person.get("/api/v1/cases?channel=lea").json()["cases"]
        if one["subject"] == "m-reported"
    ]  # fmt: skip
    assert case in {one["id"] for one in cases}
    view = service.person.get(f"/api/v1/cases/{case}").json()
    assert view["messages"][0]["message"]["text"] == "you fucking idiot, die"
    assert view["measures"][0].get("state", "active") == "active"
    assert view["reports"]
    decision = {"outcome": "lift", "ground": "none", "reason": "They know each other."}
    decided = service.person.post(f"/api/v1/cases/{case}/decisions", json=decision)
    assert decided.status_code == 201, decided.text
    again = service.person.post(f"/api/v1/cases/{case}/decisions", json=decision)
    assert again.status_code == 409
    view = service.person.get(f"/api/v1/cases/{case}").json()
    assert {one["state"] for one in view["measures"]} == {"undone"}
    body = {"receipt": told["receipt"]}
    status = service.client().post("/api/v1/reports/status", json=body).json()
    assert status["state"] == "answered"


def test_a_first_notice_is_never_blocked_and_repeats_are() -> None:
    notices = Notices()
    reports = [
        ReportRequest("insult", "why", links=(f"https://example.org/{n}",)) for n in range(500)
    ]
    assert all(notices.wait("192.0.2.1", report, 0.0) == 0 for report in reports)
    waits = [notices.wait("192.0.2.1", reports[0], 10.0) for _ in range(REPEATS + 3)]
    assert waits[: REPEATS - 1] == [0.0] * (REPEATS - 1)
    assert waits[-1] > 3000
    assert notices.wait("192.0.2.2", reports[0], 10.0) == 0, "somebody else is heard"
    assert notices.wait("192.0.2.1", reports[0], 4000.0) == 0, "and later the same again"
