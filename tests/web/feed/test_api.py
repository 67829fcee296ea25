"""The outbox over HTTP: what is held back is read, edited, kept, let go and exempted by a person
with the right to, in her channels, with a reason for each refusal."""

from __future__ import annotations

import pytest
from tests.web.feed.test_page import SETTINGS, mute, until
from tests.web.service import Service, message
from tests.web.team import PASSWORD, admit, told

FEED = "/api/v1/statements/feed"
FIELD = "incompatible_content_explanation"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    (data / "settings.toml").write_text(SETTINGS)
    with Service.running(data) as running:
        assert running.person.get("/api/v1/me").status_code == 200
        admit(running, "Lou", "legal")
        admit(running, "Zoe", "legal", channels=("zoe",))
        admit(running, "Max", "moderator")
        yield running


@pytest.fixture(scope="module")
def lou(service):
    return service.sign_in("Lou", PASSWORD)


@pytest.fixture(scope="module")
def blocked(service, lou):
    mute(service, "troll_42", "Troll_42 published the number 06 12 34 56 78 of somebody.")
    [line] = until(lou, 1)
    return line["puid"]


def said(answer):
    return answer.json()["error"]


def test_what_waits_is_listed_with_what_holds_it_back(lou, blocked):
    found = lou.get(FEED).json()
    assert found["database"] == "sandbox"
    assert found["counts"]["blocked"] == 1
    [line] = found["statements"]
    assert {one["found"] for one in line["wrong"]} >= {"Troll_42"}
    assert lou.get(FEED, params={"state": "sent"}).json()["statements"] == []
    assert lou.get(f"{FEED}/{blocked}").json() == line
    assert lou.get(FEED, params={"state": "gone"}).status_code == 400
    assert lou.get(f"{FEED}/nothing").status_code == 404


def test_words_are_edited_and_the_gates_look_again(service, lou, blocked):
    path = f"{FEED}/{blocked}/edit"
    for texts, reason in (
        ({FIELD: " "}, "a statement says something here"),
        ({"puid": "x"}, "this is no text that can be edited"),
        ({}, "name at least one text"),
    ):
        answer = lou.post(path, json={"texts": texts})
        assert (answer.status_code, said(answer)["reason"]) == (400, reason)
    assert lou.post(path, json={"texts": {FIELD: "x" * 5_001}}).status_code == 400
    assert lou.post(path, json={"words": "x"}).status_code == 400
    better = lou.post(path, json={"texts": {FIELD: "Published somebody's phone number."}})
    assert better.status_code == 200, better.text
    assert (better.json()["state"], better.json()["wrong"]) == ("waiting", [])
    entry = told(service, "statement_feed")[-1]
    assert entry["by"] == "moderator-2"
    assert entry["edited"] == {"puid": blocked, "fields": [FIELD]}


def test_it_is_held_let_go_and_exempt_with_reasons(service, lou, blocked):
    assert lou.post(f"{FEED}/{blocked}/hold", json={"reason": "spam"}).status_code == 400
    held = lou.post(f"{FEED}/{blocked}/hold", json={"reason": "The lawyer reads it first."})
    assert held.json()["state"] == "blocked" and held.json()["wrong"][0]["by_person"]
    free = lou.post(f"{FEED}/{blocked}/release")
    assert (free.json()["state"], free.json()["released_by"]) == ("waiting", "moderator-2")
    body = {"exemption": "commercial", "reason": "It was a mistake of the shop."}
    refused = lou.post(f"{FEED}/{blocked}/exempt", json=body)
    assert refused.status_code == 409
    assert "attack on a person" in said(refused)["next_step"]
    body = {"exemption": "order", "reason": "Order 12/2026 of the court of Paris."}
    gone = lou.post(f"{FEED}/{blocked}/exempt", json=body)
    assert gone.json()["state"] == "exempt", gone.text
    late = lou.post(f"{FEED}/{blocked}/release")
    assert late.status_code == 409
    assert "neither changed nor taken back" in said(late)["reason"]


def test_who_may_not_and_elsewhere(service, blocked):
    zoe, max = service.sign_in("Zoe", PASSWORD), service.sign_in("Max", PASSWORD)
    assert zoe.get(FEED).json()["statements"] == []
    for answer in (zoe.get(f"{FEED}/{blocked}"), zoe.post(f"{FEED}/{blocked}/release")):
        assert answer.status_code == 404
    for client in (max, service.client(service.token("admin"))):
        assert client.get(FEED).status_code == 403
        assert client.post(f"{FEED}/{blocked}/release").status_code == 403


def test_who_has_other_harms_reads_no_statement_of_these(service, lou, blocked):
    """Bounds of harms held for cases, and not for the statements that tell what stands in them."""
    admit(service, "Ina", "legal")
    people = service.person.get("/api/v1/people").json()["people"]
    [id] = [one["id"] for one in people if one["name"] == "Ina"]
    ina = service.sign_in("Ina", PASSWORD)
    [statement] = ina.get("/api/v1/statements").json()["statements"]
    one = f"/api/v1/statements/{statement['statement']['id']}"
    assert ina.get(one).status_code == 200
    assert ina.get(f"{FEED}/{blocked}").status_code == 200
    other = next(harm for harm in ("spam", "hate") if harm != statement["statement"]["harm"])
    changed = service.person.patch(f"/api/v1/people/{id}", json={"harms": [other]})
    assert changed.status_code == 200, changed.text
    assert ina.get("/api/v1/statements").json()["statements"] == []
    assert ina.get(FEED, params={"state": "exempt"}).json()["statements"] == []
    for answer in (ina.get(one), ina.get(f"{FEED}/{blocked}")):
        assert answer.status_code == 404
    assert blocked not in ina.get("/console/statements?only=exempt").text
    assert ina.post(f"{FEED}/{blocked}/release").status_code == 404


def test_words_of_child_safety_are_for_those_who_decide_and_legal_keeps_the_outbox(service, lou):
    sent = message(text="you fucking idiot, look at caption seven", channel="closed")
    service.client(service.ingest_token).post("/api/v1/messages", json=sent)
    [puid] = {
        one["puid"]
        for one in until(service.person, 1)
        if one["channel"] == "closed" and "look" not in one["texts"]["decision_facts"]
    }
    assert lou.get(f"{FEED}/{puid}").json()["texts"] != {}
    report = {
        "category": "child_safety",
        "explanation": "Please look at once.",
        "message_ids": [sent["id"]],
        "good_faith": True,
    }
    assert service.client().post("/api/v1/reports", json=report).status_code == 201
    here = [one for one in lou.get(FEED).json()["statements"] if one["channel"] == "closed"]
    assert here and all(one["texts"] == {} and one["closed"] for one in here)
    for client in (lou, service.client(service.token("read"))):
        seen = client.get("/api/v1/statements").json()["statements"]
        assert "closed" not in {one["statement"]["channel"] for one in seen}
    words = {"texts": {FIELD: "Third insult of the evening."}}
    for answer in (
        lou.post(f"{FEED}/{puid}/edit", json=words),
        lou.post(f"{FEED}/{puid}/release"),
    ):
        assert answer.status_code == 403
    held = lou.post(f"{FEED}/{puid}/hold", json={"reason": "The lawyer asks who decides it."})
    assert held.json()["state"] == "blocked"
    page = lou.get("/console/statements")
    assert "those who decide such cases" in page.text
    assert service.person.get(f"{FEED}/{puid}").json()["texts"] != {}
    assert service.person.post(f"{FEED}/{puid}/edit", json=words).status_code == 200


def test_where_nothing_is_sent_it_says_so(tmp_path):
    with Service.running(tmp_path) as service:
        me = service.person
        assert me.get(FEED).json()["database"] is None
        answer = me.post(f"{FEED}/nothing/release")
        assert answer.status_code == 409
        assert "transparency_database" in said(answer)["next_step"]
