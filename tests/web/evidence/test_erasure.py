"""Erasure over HTTP: two people, a week, holds; nobody alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest
from tests.web.service import Service, csrf_in, message
from tests.web.team import PASSWORD as OTHERS
from tests.web.team import admit, told

from rempart.web.auth import Right
from rempart.web.auth.caller import Caller
from rempart.web.console.evidence.erasure_pages import erasure_alarms

ABUSE = "you are a loser, kill yourself"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service.running(tmp_path_factory.mktemp("data")) as running:
        admit(running, "Ada", "admin")
        admit(running, "Rea", "reviewer")
        yield running


@pytest.fixture(scope="module")
def second(service: Service) -> httpx.Client:
    return service.sign_in("Ada", OTHERS)


def ask(who: httpx.Client, subject: str, kind: str = "account", **more: str) -> httpx.Response:
    body = {
        "kind": kind,
        "subject": subject,
        "basis": "objection",
        "reason": "he wrote to us and showed that the account is his",
        **more,
    }
    return who.post("/api/v1/erasure", json=body)


def test_one_asks_another_confirms_and_a_week_passes(
    service: Service, second: httpx.Client
) -> None:
    me = service.person
    asked = ask(me, "twitch/u-nobody")
    assert asked.status_code == 201, asked.text
    id = asked.json()["id"]
    refused = me.post(f"/api/v1/erasure/{id}/confirm")
    assert refused.status_code == 403
    assert "somebody else" in refused.text
    confirmed = second.post(f"/api/v1/erasure/{id}/confirm").json()
    assert confirmed["state"] == "waiting"
    assert confirmed["due_at"] > confirmed["confirmed_at"]
    assert second.post(f"/api/v1/erasure/{id}/confirm").status_code == 409
    steps = [one["happened"] for one in told(service, "erasure") if one["id"] == id]
    assert steps == ["asked", "confirmed"]
    assert "u-nobody" not in str(told(service, "erasure")), "never whose data"
    cancelled = me.post(f"/api/v1/erasure/{id}/cancel", json={"reason": "he took it back himself"})
    assert cancelled.json()["state"] == "cancelled"
    again = me.post(f"/api/v1/erasure/{id}/cancel", json={"reason": "he took it back himself"})
    assert again.status_code == 409


def test_who_was_never_here_is_answered_like_who_was(
    service: Service, second: httpx.Client
) -> None:
    bot = service.client(service.ingest_token)
    bot.post("/api/v1/messages", json=[message(author={"id": "u-here"}, text="good evening")])
    known, unknown = (ask(service.person, f"twitch/{id}").json() for id in ("u-here", "u-not"))
    assert known.keys() == unknown.keys()
    differ = {key for key in known if known[key] != unknown[key]}
    assert differ <= {"id", "subject", "asked_at"}
    answers = [
        second.post(f"/api/v1/erasure/{one['id']}/confirm").json() for one in (known, unknown)
    ]
    assert [one["state"] for one in answers] == ["waiting", "waiting"]
    assert ask(service.person, "twitch/u-here").status_code == 409, "one request at a time"


def test_while_a_case_is_open_it_is_refused_with_ground_and_end(
    service: Service, second: httpx.Client
) -> None:
    bot = service.client(service.ingest_token)
    bot.post("/api/v1/messages", json=[message(author={"id": "u-rude"}, text=ABUSE)])
    id = ask(service.person, "twitch/u-rude").json()["id"]
    answer = second.post(f"/api/v1/erasure/{id}/confirm").json()
    assert answer["state"] == "needed"
    assert answer["needed"][0]["key"] == "case_open"
    assert "GDPR art. 17(3)(e)" in answer["needed"][0]["source"]
    assert answer["due_at"] > answer["confirmed_at"]
    page = second.get("/console/erasure")
    assert page.status_code == 200
    assert "a case is open" in page.text
    assert "u-rude" in page.text


def test_a_hold_of_an_authority_is_lifted_by_two(service: Service, second: httpx.Client) -> None:
    me = service.person
    body: dict[str, Any] = {
        "kind": "authority",
        "covers": "account",
        "subject": "twitch/u-held",
        "source": "Reg. (EU) 2023/1543 art. 6, order 7/2026",
        "reason": "preservation order of the prosecutor in Lyon",
        "days": 60,
    }
    assert me.post("/api/v1/holds", json={**body, "days": 4_000}).status_code == 400
    hold = me.post("/api/v1/holds", json=body).json()
    id = ask(me, "twitch/u-held").json()["id"]
    assert (
        second.post(f"/api/v1/erasure/{id}/confirm").json()["needed"][0]["key"] == "hold_authority"
    )
    why = {"reason": "the prosecutor withdrew the order"}
    first = me.post(f"/api/v1/holds/{hold['id']}/lift", json=why).json()
    assert first["standing"]
    assert me.post(f"/api/v1/holds/{hold['id']}/lift", json=why).status_code == 403
    assert not second.post(f"/api/v1/holds/{hold['id']}/lift", json=why).json()["standing"]
    found = me.get("/api/v1/erasure").json()["requests"]
    assert next(one for one in found if one["id"] == id)["state"] == "waiting", "at once"


def test_only_with_the_right_and_only_people(service: Service) -> None:
    reviewer = service.sign_in("Rea", OTHERS)
    robot = service.client(service.token("admin"))
    for client in (reviewer, robot):
        assert client.get("/api/v1/erasure").status_code == 403
        assert ask(client, "twitch/u1").status_code == 403
        assert client.get("/console/erasure").status_code == 403


def test_nonsense_is_refused_with_a_reason(service: Service) -> None:
    me = service.person
    for body in (
        {"kind": "everybody"},
        {"subject": "nobody-without-platform"},
        {"basis": "because"},
        {"reason": "ok"},
    ):
        answer = ask(me, **{"subject": "twitch/u9", **body})  # type: ignore[arg-type]
        assert answer.status_code == 400, body
        assert answer.json()["error"], body


def test_the_page_works_without_a_script(service: Service, second: httpx.Client) -> None:
    page = service.person.get("/console/erasure").text
    form = {
        "csrf": csrf_in(page),
        "kind": "target",
        "subject": "mia",
        "basis": "consent_withdrawn",
        "reason": "she does not want the protection any more",
    }
    assert service.person.post("/console/erasure", data=form).status_code == 303
    asked = second.get("/api/v1/erasure").json()["requests"][0]
    assert asked["subject"] == "mia"
    assert "waits for a second person" in second.get("/console").text
    csrf = csrf_in(second.get("/console/erasure").text)
    done = second.post(f"/console/erasure/{asked['id']}/confirm", data={"csrf": csrf})
    assert done.status_code == 303
    twin = second.get("/console/erasure.json").json()
    assert twin["found"]["requests"][0]["state"] == "waiting"
    wrong = service.person.post("/console/erasure", data={**form, "subject": ""})
    assert wrong.status_code == 400
    assert 'role="alert"' in wrong.text


def test_an_erasure_that_is_overdue_is_told_on_the_overview(
    service: Service, second: httpx.Client
) -> None:
    id = ask(service.person, "twitch/u-overdue").json()["id"]
    due = second.post(f"/api/v1/erasure/{id}/confirm").json()["due_at"]
    due_ms = int(datetime.fromisoformat(due).timestamp() * 1000)
    who = Caller("admin-9", "Nine", frozenset(), None, rights=frozenset({Right.ERASE}))
    with service.engine.read() as tables:
        at_its_date = erasure_alarms(tables, who, due_ms)
        late = erasure_alarms(tables, who, due_ms + 7 * 3_600_000)
    assert "erasure_failed" not in {one.what for one in at_its_date}
    assert "erasure_failed" in {one.what for one in late}
