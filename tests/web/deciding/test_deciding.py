"""A decision from outside: previewed, made, told to both sides, appealed, looked at by another."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import httpx
import pytest
from tests.connect.local_server import answering, http, in_a_thread
from tests.web.exporting import WISH
from tests.web.intake.test_webhook_out import wait_for
from tests.web.service import HOOK_SECRET, Service, message
from tests.web.team import PASSWORD, admit

_ROOMS = count()
ABUSE = "you fucking idiot, die"
RUDE = (
    "what a worthless moron you are",
    "shut up, you stupid bitch",
    "nobody likes you, you pathetic loser",
    "you are a disgusting pig",
    "get lost, you filthy bastard",
    "such a dumb cunt, this one",
    "you ugly piece of shit",
)
ACT = {
    "outcome": "act",
    "ground": "terms",
    "reason": "Repeated insults in the chat.",
    "harm": "harassment",
    "measures": [{"kind": "hide"}, {"kind": "time_out", "minutes": 1440}],
}


@pytest.fixture
def second(service: Service) -> httpx.Client:
    """A colleague with a session of her own."""
    people = service.person.get("/api/v1/people").json()["people"]
    if all(one["name"] != "Sacha" for one in people):
        admit(service, "Sacha", "moderator")
    return service.sign_in("Sacha", PASSWORD)


def held(service: Service, **fields: object) -> str:
    """The case of a held message, in a channel of its own and in words of its own: the same words
    in room after room would be a raid over several channels."""
    room = next(_ROOMS)
    words = {"text": RUDE[room % len(RUDE)], "channel": f"room{room}"}
    sent = message(**(words | fields))
    told = service.client(service.ingest_token).post("/api/v1/messages", json=sent).json()
    assert told["verdict"] == "hold", told
    cases = service.person.get("/api/v1/cases", params={"state": "open", "limit": 500}).json()
    return next(one["id"] for one in cases["cases"] if one["subject"] == sent["id"])


def reported(service: Service, case: str) -> str:
    """The receipt of a report of the case's message."""
    subject = service.person.get(f"/api/v1/cases/{case}").json()["case"]["subject"]
    body = {
        "category": "harassment",
        "explanation": "He insults me every evening.",
        "message_ids": [subject],
        "good_faith": True,
    }
    return service.client().post("/api/v1/reports", json=body).json()["receipt"]


def code_for(service: Service, case: str) -> str:
    rows = service.person.get("/api/v1/statements").json()["statements"]
    known = [one["statement"] for one in rows]
    statement = next((one for one in known if one.get("case") == case), None)
    assert statement is not None, [(one["id"], one.get("case")) for one in known]
    answer = service.person.post(f"/api/v1/statements/{statement['id']}/code")
    return answer.json()["code"]


def test_the_preview_is_what_both_sides_read(service: Service) -> None:
    case = held(service)
    receipt = reported(service, case)
    shown = service.person.post(f"/api/v1/cases/{case}/preview", json=ACT).json()
    assert shown["reporters"] == 1
    assert {one["kind"] for one in shown["accounts"]} == {"hold", "hide", "time_out"}
    made = service.person.post(f"/api/v1/cases/{case}/decisions", json=ACT)
    assert made.status_code == 201, made.text
    assert len(made.json()["taken"]) == 2
    seen = service.client().post("/api/v1/reports/status", json={"receipt": receipt}).json()
    answer = next(one for one in seen["messages"] if one["kind"] == "answer")
    assert answer["text"] == shown["answer"]
    read = service.client().post("/api/v1/statements/read", json={"code": code_for(service, case)})
    assert read.json()["can_appeal"]
    assert "Repeated insults in the chat." in read.json()["text"]["en"]
    assert "every evening" not in read.text


def test_a_placeholder_stops_the_preview_and_the_decision_alike(service: Service) -> None:
    case = held(service)
    body = {**ACT, "reason": "Because of [REASON]"}
    for path in ("preview", "decisions"):
        answer = service.person.post(f"/api/v1/cases/{case}/{path}", json=body)
        assert answer.status_code == 400
        assert "placeholder" in answer.json()["error"]["reason"]


def test_both_sides_appeal_and_somebody_else_decides(
    service: Service, second: httpx.Client
) -> None:
    case = held(service)
    receipt = reported(service, case)
    service.person.post(f"/api/v1/cases/{case}/decisions", json=ACT)
    said = {"explanation": "It was a joke.", "code": code_for(service, case)}
    assert service.client().post("/api/v1/appeals", json=said).status_code == 201
    assert service.client().post("/api/v1/appeals", json=said).status_code == 409, "once"
    more = {"explanation": "An hour is not enough.", "receipt": receipt}
    assert service.client().post("/api/v1/appeals", json=more).status_code == 201
    listed = service.person.get("/api/v1/appeals", params={"state": "open"}).json()["appeals"]
    own = {one["appellant"]: one for one in listed if one["of"] == case}
    assert set(own) == {"account", "reporter"}
    path = f"/api/v1/appeals/{own['account']['id']}/decision"
    verdict = {"granted": True, "reason": "Read in its place, it was banter."}
    assert service.person.post(path, json=verdict).status_code == 403, "decided before"
    token = service.client(service.token("admin"))
    assert token.post(path, json=verdict).status_code == 403, "no token ever"
    granted = second.post(path, json=verdict)
    assert granted.status_code == 201, granted.text
    whole = service.person.get(f"/api/v1/cases/{case}").json()
    assert {one["state"] for one in whole["measures"]} == {"undone"}
    chain = service.person.get(f"/api/v1/cases/{case}/decisions").json()
    assert chain[1]["replaces"] == chain[0]["id"]
    seen = service.client().post("/api/v1/reports/status", json={"receipt": receipt}).json()
    assert [one["kind"] for one in seen["messages"]].count("answer") == 2


def test_removing_waits_for_a_second_person(service: Service, second: httpx.Client) -> None:
    case = held(service)
    body = {**ACT, "measures": [{"kind": "remove"}]}
    asked = service.person.post(f"/api/v1/cases/{case}/decisions", json=body)
    assert asked.status_code == 202, asked.text
    path = f"/api/v1/proposals/{asked.json()['id']}/confirm"
    assert service.person.post(path).status_code == 403, "not by who proposed it"
    done = second.post(path)
    assert done.status_code == 201, done.text
    assert done.json()["confirmed_by"] != done.json()["decided_by"]


def test_the_pages_of_both_sides_work_without_a_script(service: Service) -> None:
    case = held(service)
    receipt = reported(service, case)
    form = {
        "outcome": "act",
        "ground": "terms",
        "reason": "Repeated insults in the chat.",
        "harm": "harassment",
        "take": ["hide", "time_out"],
        "minutes_time_out": "60",
    }
    html = {"accept": "text/html"}
    person = service.person
    page = person.post(f"/console/cases/{case}/preview", data=form, headers=html)
    assert "Repeated insults in the chat." in page.text
    made = person.post(f"/console/cases/{case}/decision", data=form, headers=html)
    assert made.status_code == 303, made.text[:400]
    assert person.get(f"/console/cases/{case}", headers=html).status_code == 200
    public = service.client()
    code = code_for(service, case)
    page = public.post("/statement", data={"code": code})
    assert "Statement of reasons" in page.text
    sent = public.post("/statement/appeal", data={"code": code, "explanation": "A joke."})
    assert "We received your appeal" in sent.text
    assert public.post("/statement", data={"code": "nothing"}).status_code == 404
    page = public.post("/status", data={"receipt": receipt})
    assert "/status/appeal" in page.text
    sent = public.post("/status/appeal", data={"receipt": receipt, "explanation": "Too mild."})
    assert "Your appeal has arrived" in sent.text
    rows = person.get("/console/queue.json?kind=appeal").json()["rows"]
    assert len(rows) >= 2
    for row in rows:
        page = person.get(f"/console/cases/{row['case']['id']}", headers=html)
        assert page.status_code == 200


def test_a_statement_reaches_the_account_through_the_platform(tmp_path: Path) -> None:
    with in_a_thread(answering(http(204))) as bot:
        (tmp_path / "settings.toml").write_text(
            f'[webhooks.bot]\nurl = "http://127.0.0.1:{bot.port}/measures"\n'
            f'secret = "{HOOK_SECRET}"\nallow = ["127.0.0.1"]\nstatements = true\n'
        )
        with Service.running(tmp_path) as service:
            case = held(service, author={"id": "u7"})
            wait_for(bot, 2)
            told = [json.loads(one.body) for one in bot.received]
            assert [one["type"] for one in told] == ["measure.apply", "statement"]
            statement = told[1]["statement"]
            assert statement["account"] == "u7"
            assert "retenu" in statement["text"]["fr"]
            read = service.client().post(
                "/api/v1/statements/read", json={"code": statement["code"]}
            )
            assert read.json()["text"] == statement["text"]
            assert statement["address"].endswith("/statement")
            assert case


def test_child_safety_shows_nothing_in_the_twin_the_page_and_the_dossier(
    service: Service, second: httpx.Client
) -> None:
    text = "you fucking idiot, look at caption seven"
    sent = message(text=text, channel="closed", author={"id": "u9"})
    service.client(service.ingest_token).post("/api/v1/messages", json=sent)
    report = {
        "category": "child_safety",
        "explanation": "Please look at once.",
        "message_ids": [sent["id"]],
        "good_faith": True,
    }
    assert service.client().post("/api/v1/reports", json=report).status_code == 201
    cases = service.person.get("/api/v1/cases", params={"limit": 500}).json()["cases"]
    case = next(one["id"] for one in cases if one["subject"] == sent["id"])
    for address in (f"/api/v1/cases/{case}", f"/console/cases/{case}.json"):
        answer = service.person.get(address)
        assert answer.status_code == 200
        assert "caption seven" not in answer.text
    page = service.person.get(f"/console/cases/{case}", headers={"accept": "text/html"})
    assert "caption seven" not in page.text
    assert "links, hashes and times" in page.text
    out = service.person.post(f"/api/v1/cases/{case}/exports", json=WISH)
    assert out.status_code == 409
    reader = service.client(service.token("read"))
    assert reader.get(f"/api/v1/cases/{case}").status_code == 404, "only who decides"
    body = {"outcome": "no_violation", "ground": "none", "reason": "A cat, seen by both of us."}
    asked = service.person.post(f"/api/v1/cases/{case}/decisions", json=body)
    assert asked.status_code == 202
    done = second.post(f"/api/v1/proposals/{asked.json()['id']}/confirm")
    assert done.status_code == 201


def test_beside_the_case_stand_who_did_it_who_reported_and_what_changed(service: Service) -> None:
    ingest = service.client(service.ingest_token)
    first = held(service, author={"id": "hoss1", "name": "hoss_001"})
    service.person.post(f"/api/v1/cases/{first}/decisions", json=ACT)
    channel = service.person.get(f"/api/v1/cases/{first}").json()["case"]["channel"]
    friend = message(text="hello", channel=channel, author={"id": "hoss2", "name": "hoss_002"})
    sent = message(
        text="you stupid bitch, shut up",
        channel=channel,
        author={"id": "hoss1", "name": "hoss_001"},
    )
    ingest.post("/api/v1/messages", json=[friend, sent])
    gone = {
        "event": "delete",
        "id": f"gone-{sent['id']}",
        "platform": "twitch",
        "channel": channel,
        "at": sent["sent_at"],
        "message": sent["id"],
    }
    assert ingest.post("/api/v1/messages", json=gone).status_code == 200
    report = {
        "category": "harassment",
        "explanation": "Again.",
        "message_ids": [sent["id"]],
        "good_faith": True,
    }
    service.client().post("/api/v1/reports", json=report)
    cases = service.person.get("/api/v1/cases", params={"limit": 500}).json()["cases"]
    case = next(one["id"] for one in cases if one["subject"] == sent["id"])
    screen = service.person.get(f"/console/cases/{case}.json").json()["deciding"]
    account = screen["account"]
    assert account["similar"] == ["hoss_002"]
    assert [one["case"] for one in account["earlier"]] == [first]
    assert screen["reporters"]["reports"] == 1
    assert screen["standing"]["strikes"] == 1
    assert [(one["message"], one["what"]) for one in screen["changed"]] == [(sent["id"], "delete")]
    page = service.person.get(f"/console/cases/{case}", headers={"accept": "text/html"}).text
    assert "Deleted on its platform" in page
    assert "worth" in page


def test_a_note_is_for_the_team_or_for_oneself(service: Service, second: httpx.Client) -> None:
    case = held(service)
    for text, seen_by in (("Call the streamer.", "team"), ("My own doubts.", "myself")):
        form = {"text": text, "seen_by": seen_by}
        assert service.person.post(f"/console/cases/{case}/notes", data=form).status_code == 303
    address = f"/console/cases/{case}.json"
    own = service.person.get(address).json()["deciding"]["notes"]
    theirs = second.get(address).json()["deciding"]["notes"]
    assert [one["text"] for one in own] == ["Call the streamer.", "My own doubts."]
    assert [one["text"] for one in theirs] == ["Call the streamer."]
    wrong = {"text": "x", "seen_by": "everyone"}
    assert service.person.post(f"/console/cases/{case}/notes", data=wrong).status_code == 400


def test_only_two_with_the_right_open_who_reported(service: Service, second: httpx.Client) -> None:
    case = held(service)
    subject = service.person.get(f"/api/v1/cases/{case}").json()["case"]["subject"]
    body = {
        "category": "harassment",
        "explanation": "He insults me every evening.",
        "message_ids": [subject],
        "contact": {"name": "Alix", "email": "alix@home.example"},
        "good_faith": True,
    }
    assert service.client().post("/api/v1/reports", json=body).status_code == 201
    (report,) = service.person.get(f"/api/v1/cases/{case}").json()["reports"]
    path = f"/api/v1/cases/{case}/reports/{report['id']}/unseal"
    assert second.post(path, json={"reason": "I am curious"}).status_code == 403
    proposed = service.person.post(path, json={"reason": "the police asks with a warrant"})
    assert proposed.status_code == 202, proposed.text
    confirm = f"/api/v1/proposals/{proposed.json()['id']}/confirm"
    refused = second.post(confirm)
    assert refused.status_code == 403
    assert "alix" not in refused.text.casefold()
    admit(service, "Other admin", "admin")
    other = service.sign_in("Other admin", PASSWORD)
    assert other.post(confirm).json()["email"] == "alix@home.example"


def test_appeals_are_for_who_may_look_again(service: Service) -> None:
    admit(service, "Night", "on_call")
    night = service.sign_in("Night", PASSWORD)
    body = {"granted": True, "reason": "I think otherwise."}
    answer = night.post("/api/v1/appeals/a-none/decision", json=body)
    assert answer.status_code == 403
