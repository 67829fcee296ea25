"""A target opens her page with an invitation, protects facts, sees what was kept from her, erases
everything; nobody else sees any of it, and what the deliverer is answered tells nothing."""

from __future__ import annotations

import json
import re

import httpx
import pytest
from click.testing import CliRunner
from tests.web.service import Service, csrf_in, lines, message

from rempart.cli import main

NAME = "Thibault Marchandier"


def invited(service: Service, target: str = "lea") -> str:
    answer = service.person.post(f"/api/v1/targets/{target}/invitation")
    assert answer.status_code == 201, answer.text
    path: str = answer.json()["path"]
    assert path.startswith("/mine#")
    return path.partition("#")[2]


def opened(service: Service, target: str = "lea") -> httpx.Client:
    client = service.client()
    client.headers["accept"] = "text/html"
    answer = client.post("/mine", data={"code": invited(service, target)})
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == "/mine/facts"
    return client


def form(client: httpx.Client, **fields: str) -> dict[str, str]:
    page = client.get("/mine/facts").text
    return {"csrf": csrf_in(page), "kind": "name", "text": NAME, "nickname": "before", **fields}


def clean(client: httpx.Client) -> None:
    client.post("/mine/facts/erase", data={"csrf": csrf_in(client.get("/mine/facts").text)})


def test_an_invitation_opens_the_page_once(service: Service) -> None:
    code = invited(service)
    first = service.client().post("/mine", data={"code": code})
    assert first.status_code == 303
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie and "rempart-mine=" in cookie
    again = service.client().post("/mine", data={"code": code})
    assert again.status_code == 403 and "set-cookie" not in again.headers
    assert service.client().post("/mine", data={"code": "x" * 80}).status_code == 403


def test_another_site_cannot_open_its_own_page_in_somebodys_browser(service: Service) -> None:
    code = invited(service, "mallory")
    client = service.client()
    for header in ({"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}):
        answer = client.post("/mine", data={"code": code}, headers=header)
        assert answer.status_code == 403 and "set-cookie" not in answer.headers
    assert client.post("/mine", data={"code": code}).status_code == 303, "and it is not spent"


def test_the_command_makes_an_invitation_beside_the_running_service(service: Service) -> None:
    command = ["facts", "invite", "lea", "--data", str(service.data), "--json"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    link = json.loads(result.stdout)["link"]
    answer = service.client().post("/mine", data={"code": link.partition("#")[2]})
    assert answer.status_code == 303


def test_only_an_administrator_invites(service: Service) -> None:
    for token in (None, service.ingest_token, service.token("admin")):
        answer = service.client(token).post("/api/v1/targets/lea/invitation")
        assert answer.status_code in (401, 403)


def test_without_an_invitation_there_is_nothing(service: Service) -> None:
    stranger, moderator = service.client(), service.person
    for client in (stranger, moderator):
        assert client.get("/mine/facts").status_code == 303
        assert client.get("/mine/facts.json").status_code == 401
        assert client.post("/mine/facts", data={"text": NAME}).status_code == 303
    target = opened(service)
    assert target.get("/console").status_code in (303, 401, 403)
    assert target.get("/api/v1/cases").status_code == 401


def test_a_fact_is_protected_listed_by_nickname_and_removed(service: Service) -> None:
    target = opened(service)
    answer = target.post("/mine/facts", data=form(target))
    assert answer.status_code == 303, answer.text
    assert NAME.split()[1] not in answer.headers["location"]
    page = target.get(answer.headers["location"]).text
    assert "before" in page and NAME not in page and "Marchandier" not in page
    (fact,) = target.get("/mine/facts.json").json()["facts"]
    assert (fact["kind"], fact["nickname"], fact["everyone"]) == ("name", "before", False)

    sent = [message(text=f"salut {NAME}"), message(text="salut tout le monde")]
    api = service.client(service.ingest_token)
    outcomes = api.post("/api/v1/messages", json=sent).json()
    answers = [
        json.dumps(one).replace(item["id"], "") for one, item in zip(outcomes, sent, strict=True)
    ]
    assert answers[0] == answers[1]
    (kept,) = target.get("/mine/facts.json").json()["kept"]
    assert (kept["id"], kept["fact"], kept["text"]) == (sent[0]["id"], "before", f"salut {NAME}")
    assert "<details><summary>" in target.get("/mine/facts").text
    # Nobody who watches or moderates is told.
    for path in ("/api/v1/cases", "/api/v1/measures", "/console", "/console/queue"):
        assert "Marchandier" not in service.person.get(path).text

    csrf = csrf_in(target.get("/mine/facts").text)
    gone = target.post("/mine/facts/remove", data={"csrf": csrf, "id": fact["id"]})
    assert gone.status_code == 303
    assert target.get("/mine/facts.json").json()["facts"] == []
    assert not list((service.data / "keys" / "facts").glob("f-*.key"))


def test_another_target_sees_and_removes_nothing_of_it(service: Service) -> None:
    lea, sam = opened(service), opened(service, "sam")
    lea.post("/mine/facts", data=form(lea))
    (fact,) = lea.get("/mine/facts.json").json()["facts"]
    assert sam.get("/mine/facts.json").json()["facts"] == []
    csrf = csrf_in(sam.get("/mine/facts").text)
    sam.post("/mine/facts/remove", data={"csrf": csrf, "id": fact["id"]})
    sam.post("/mine/facts/erase", data={"csrf": csrf})
    assert len(lea.get("/mine/facts.json").json()["facts"]) == 1
    clean(lea)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"text": "Léo"}, "too short"),
        ({"text": "maison"}, "common words"),
        ({"nickname": "marchandier"}, "gives away"),
        ({"text": ""}, "Write what is to be protected"),
        ({"kind": "phone", "text": "12"}, "not a whole phone number"),
    ],
)
def test_a_refusal_says_why_and_keeps_what_was_written(
    service: Service, fields: dict[str, str], says: str
) -> None:
    target = opened(service)
    target.headers["accept-language"] = "en"
    answer = target.post("/mine/facts", data=form(target, **fields))
    assert answer.status_code == 422
    assert says in answer.text
    assert 'role="alert"' in answer.text
    assert target.get("/mine/facts.json").json()["facts"] == []


def test_the_page_speaks_french(service: Service) -> None:
    target = opened(service)
    target.headers["accept-language"] = "fr"
    page = target.get("/mine/facts").text
    assert "Ce que je protège" in page
    answer = target.post("/mine/facts", data=form(target, text="maison"))
    assert "mots courants" in answer.text


def test_a_change_from_another_site_is_refused(service: Service) -> None:
    target = opened(service)
    data = form(target)
    assert target.post("/mine/facts", data={**data, "csrf": "x"}).status_code == 403
    elsewhere = {"origin": "https://evil.example"}
    assert target.post("/mine/facts", data=data, headers=elsewhere).status_code == 403
    assert target.post("/mine/facts/erase", data={"csrf": ""}).status_code == 403
    assert target.get("/mine/facts.json").json()["facts"] == []


def test_erasing_leaves_no_key_no_row_and_no_note(service: Service) -> None:
    target = opened(service)
    target.post("/mine/facts", data=form(target))
    api = service.client(service.ingest_token)
    api.post("/api/v1/messages", content=lines(message(text=NAME)))
    clean(target)
    mine = target.get("/mine/facts.json").json()
    assert (mine["facts"], mine["kept"]) == ([], [])
    assert not list((service.data / "keys" / "facts").glob("f-*.key"))
    with service.engine.read() as tables:
        assert tables.facts.facts("lea") == []


def test_leaving_ends_the_session_here_or_everywhere(service: Service) -> None:
    here, there = opened(service), opened(service)
    csrf = csrf_in(here.get("/mine/facts").text)
    answer = here.post("/mine/out", data={"csrf": csrf, "everywhere": "yes"})
    assert answer.status_code == 303
    assert "clear-site-data" in answer.headers
    assert there.get("/mine/facts").status_code == 303


def test_the_log_says_that_facts_changed_and_not_what_nor_whose(service: Service) -> None:
    target = opened(service)
    target.post("/mine/facts", data=form(target))
    clean(target)
    with service.engine.read() as tables:
        bodies = [b for _, bs in tables.log.bodies_between(0, tables.log.size()) for b in bs]
    told = [json.loads(body)[2] for body in bodies if b'"protected-facts"' in body]
    assert [one["change"] for one in told[-2:]] == ["added", "removed"]
    assert told[-1]["kinds"] == ["name"]
    assert set(told[-1]) == {"v", "at", "change", "kinds", "count", "version"}
    assert any(re.search(rb'"target-session".*"invited_by"', body) for body in bodies)


def test_a_target_asks_for_her_own_erasure_and_a_person_confirms(service: Service) -> None:
    client = opened(service, "nadia")
    assert client.post("/mine/erasure", data={"csrf": "wrong"}).status_code in (400, 403)
    page = client.get("/mine/facts").text
    assert "Ask that everything about me be erased" in page
    for _ in range(2):
        answer = client.post("/mine/erasure", data={"csrf": csrf_in(page)})
        assert answer.status_code == 303
    assert "must agree" in client.get("/mine/facts").text
    rows = service.person.get("/console/erasure.json").json()["found"]["requests"]
    (row,) = [row for row in rows if row["subject"] == "nadia"]
    assert (row["kind"], row["asked_by"], row["state"]) == ("target", "target", "asked")
    assert service.person.post(f"/console/erasure/{row['id']}/confirm").status_code == 303
    page = client.get("/mine/facts").text
    assert "is erased on" in page
    shown = client.get("/mine/facts.json").json()["erasure"]
    assert shown["state"] == "waiting" and shown["due_at"]
