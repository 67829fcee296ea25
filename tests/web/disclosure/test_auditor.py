"""An auditor reads without learning a name: every page and every endpoint there is, also those that
are added later, asked by her; what she may see at all leaves an entry each time."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.web.cases.test_raid import raid
from tests.web.service import NAME, Service, message
from tests.web.team import PASSWORD as OTHERS
from tests.web.team import admit, told

from rempart.web.app import build_app

COLLEAGUE, ROOM, CHANNEL, AUTHOR, CALLED = "Balthazar", "marianne", "lea", "zorglub77", "Zorg-Lub"
REPORTER, MAIL, SAID = "Ines Placeholder", "ines@reporter.example", "neighbour of the old mill"
BYSTANDER = "Quasimodine"
"""Who wrote elsewhere, and whom nothing drawn is about."""
SECRETS = (BYSTANDER, COLLEAGUE, ROOM, AUTHOR, CALLED, REPORTER, MAIL, SAID, "hoss000", "bot1")
ACT = {
    "outcome": "act",
    "ground": "terms",
    "reason": f"{CALLED} insults {ROOM} again, call 06 12 34 56 78 or ask @{AUTHOR} about it.",
    "harm": "harassment",
    "measures": [{"kind": "hide"}, {"kind": "time_out", "minutes": 1440}],
}
HER_OWN_ACTS = {
    "/logout",
    "/console/audit",
    "/console/audit.json",
    "/console/audit/history",
    "/api/v1/audit/query",
    "/api/v1/audit/history",
    "/console/me/password",
    "/console/me/app",
    "/console/me/app/begin",
    "/console/me/factors/remove",
    "/console/me/recovery",
    "/console/me/passkeys/begin",
    "/console/me/passkeys",
    "/console/me/link/{name:str}",
    "/console/me/sessions/{session:str}/end",
    "/api/v1/me/exposure",
    "/api/v1/sessions",
    "/api/v1/sessions/{session:str}",
}
"""Her questions, her password, her second factor, her sessions."""


def happened(running: Service) -> None:
    """A raid, a held message, a report with a contact, a decision, an appeal; Ada is an auditor."""
    bot, me = running.client(running.ingest_token), running.person
    assert bot.post("/api/v1/messages", json=raid()).status_code == 200
    admit(running, COLLEAGUE, "moderator")
    admit(running, "Ada", "auditor")
    aside = message(channel="elsewhere", text="hello", author={"id": "b7", "name": BYSTANDER})
    assert bot.post("/api/v1/messages", json=aside).status_code == 200
    sent = message(
        channel=ROOM,
        text=f"what a worthless moron you are, {ROOM}, says {CALLED} to @{ROOM}, {BYSTANDER}",
        author={"id": AUTHOR, "name": CALLED},
    )
    assert bot.post("/api/v1/messages", json=sent).json()["verdict"] == "hold"
    report = {
        "category": "harassment",
        "explanation": f"It is the {SAID}, every evening.",
        "message_ids": [sent["id"]],
        "contact": {"name": REPORTER, "email": MAIL},
        "good_faith": True,
    }
    receipt = running.client().post("/api/v1/reports", json=report).json()["receipt"]
    case = case_of(me, str(sent["id"]))
    made = running.sign_in(COLLEAGUE, OTHERS).post(f"/api/v1/cases/{case}/decisions", json=ACT)
    assert made.status_code == 201, made.text
    appeal = {"explanation": f"The {SAID} again.", "receipt": receipt}
    assert running.client().post("/api/v1/appeals", json=appeal).status_code == 201


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service.running(tmp_path_factory.mktemp("data")) as running:
        happened(running)
        yield running


def case_of(me: httpx.Client, subject: str) -> str:
    deadline = time.monotonic() + 60
    while True:
        cases = me.get("/api/v1/cases", params={"limit": 100}).json()["cases"]
        found = [one["id"] for one in cases if one["subject"] == subject]
        if found:
            return str(found[0])
        assert time.monotonic() < deadline


@pytest.fixture(scope="module")
def ada(service: Service) -> httpx.Client:
    return service.sign_in("Ada", OTHERS)


def routes(service: Service) -> dict[str, set[str]]:
    """Every path of the running program with its methods, from its own table."""
    app = build_app(service.engine).framework
    found = {
        route.path: {str(one) for one in route.methods} - {"OPTIONS"}
        for route in app.routes
        if hasattr(route, "route_handler_map")
    }
    assert len(found) > 250
    return found


def known(service: Service) -> dict[str, list[str]]:
    """What really exists, for each parameter of a path; a new kind of parameter is added here."""
    me = service.person
    cases = me.get("/api/v1/cases", params={"limit": 100}).json()["cases"]
    statements = me.get("/api/v1/statements").json()["statements"]
    raids = [one["raid"] for one in cases if one.get("raid")]
    ids = [one["id"] for one in cases]
    assert raids and statements and len(ids) > 1
    first = {
        "case": ids,
        "raid": raids[:1],
        "account": [AUTHOR],
        "target": [ROOM],
        "channel": [ROOM, CHANNEL],
        "platform": ["twitch"],
        "person": ["moderator-1", "moderator-2"],
        "statement": [one["statement"]["id"] for one in statements][:2],
        "measure": [one["statement"]["measure"] for one in statements][:1],
        "campaign": [one["id"] for one in me.get("/api/v1/campaigns").json()["campaigns"]][:1],
        "appeal": [one["id"] for one in me.get("/api/v1/appeals").json()["appeals"]][:1],
        "kind": ["contact"],
        "role": ["moderator"],
        "entry": ["0"],
        "reply": ["0"],
        "version": ["1"],
        "place": ["0/000"],
        "file_path": ["base.css"],
        "path": ["nothing"],
    }
    nothing = (
        "report queue referral proposal capture export number id connector line name token"
        " session invitation order dispute ban what item act puid first last step"
    )
    return {**{name: ["nothing"] for name in nothing.split()}, **first}


def filled(path: str, values: dict[str, list[str]]) -> Iterator[str]:
    """The path with each known value; of a page also its JSON twin."""
    names = re.findall(r"\{(\w+)(?::\w+)?\}", path)
    plain = re.sub(r"\{(\w+)(?::\w+)?\}", r"{\1}", path)
    longest = max((len(values[name]) for name in names), default=1)
    for at in range(longest):
        one = plain.format(**{name: (values[name] or ["-"])[at % max(1, len(values[name]))]
                              for name in names})  # fmt: skip
        yield one
        if one.startswith("/console/") and names and not one.endswith(".json"):
            yield f"{one}.json"


def asked(client: httpx.Client, path: str) -> tuple[int, bytes]:
    """A stream of events is read for a moment."""
    read = b""
    with client.stream("GET", path, headers={"accept": "text/html, application/json"}) as answer:
        ends = not answer.headers.get("content-type", "").startswith("text/event-stream")
        for part in answer.iter_bytes():
            read += part
            if not ends:
                break
    return answer.status_code, read


def names_in(read: bytes) -> list[str]:
    found = [one for one in SECRETS if one.casefold().encode() in read.lower()]
    try:
        words = re.findall(r"(?<![\w+/=])\w+(?![\w+/=])", read.decode())
    except UnicodeDecodeError:  # a tile of hashes: two letters are found in any
        return found
    return found + [NAME] * (NAME in words)


def test_no_page_and_no_endpoint_tells_her_a_name(service: Service, ada: httpx.Client) -> None:
    values, opened = known(service), set()
    nobody = service.client()
    for path, methods in routes(service).items():
        if "GET" not in methods:
            continue
        for one in filled(path, values):
            before = len(told(service, "audit"))
            status, read = asked(ada, one)
            assert status < 500, one
            if one.removesuffix(".json") != f"/console/channels/twitch/{ROOM}":
                assert names_in(read) == [], f"{one} ({status})"
            if status != 200 or nobody.get(one).status_code == 200:
                continue
            opened.add(path)
            entries = told(service, "audit")[before:]
            assert [(e["what"], e["by"], e["page"]) for e in entries] == [
                ("view", "moderator-3", one)
            ], one
    assert {"/console/audit", "/console/access", "/console/log", "/console/me"} <= opened
    assert all("case" not in path and "channel" not in path for path in opened), opened


def test_every_act_refuses_her_but_those_on_her_own_session_and_her_questions(
    service: Service, ada: httpx.Client
) -> None:
    values, nobody = known(service), service.client()
    for path, methods in routes(service).items():
        for method in methods - {"GET", "HEAD"}:
            if path in HER_OWN_ACTS:
                continue
            one = next(filled(path, values))
            hers, theirs = ada.request(method, one), nobody.request(method, one)
            if hers.status_code not in (401, 403):
                assert theirs.status_code not in (401, 403), f"{method} {one}: {hers.status_code}"
                same = hers.headers.get("location") == theirs.headers.get("location")
                assert same, f"{method} {one}: open to all, and yet another answer for her"


def test_she_comes_to_her_own_pages_and_is_shown_no_way_to_others(
    service: Service, ada: httpx.Client
) -> None:
    home = ada.get("/console", headers={"accept": "text/html"})
    assert (home.status_code, home.headers["location"]) == (303, "/console/audit")
    for path in ("/console/audit", "/console/access", "/console/log", "/console/me"):
        page = ada.get(path, headers={"accept": "text/html"}).text
        links = {one.partition("?")[0] for one in re.findall(r'href="(/console[^"]*)"', page)}
        for link in links:
            seen = ada.get(link, headers={"accept": "text/html"}, follow_redirects=True)
            assert seen.status_code == 200, f"{link} on {path}"


def test_who_also_moderates_sees_what_a_moderator_sees(service: Service) -> None:
    admit(service, "Both", "auditor", "moderator")
    both = service.sign_in("Both", OTHERS)
    assert both.get("/api/v1/cases").status_code == 200
    assert COLLEAGUE in both.get("/console/access").text


def test_a_role_that_only_has_the_access_log_reads_no_case(service: Service) -> None:
    """Also one that was saved when every role read: the form sends `read` with it."""
    me = service.person
    wanted: dict[str, Any] = {"rights": ["read", "access_log"], "second_factor": False}
    made = me.put("/api/v1/roles/auditor", json=wanted).json()
    assert made["rights"] == ["access_log"]
    assert service.sign_in("Ada", OTHERS).get("/api/v1/cases").status_code == 403


def drawn(client: httpx.Client, **query: Any) -> dict[str, Any]:
    answer = client.get("/console/audit/decisions.json", params={"seed": "spring", **query})
    assert answer.status_code == 200, answer.text
    assert names_in(answer.content) == [], answer.text
    return dict(answer.json())


def test_a_sample_of_decisions_is_read_with_its_texts_and_without_names(
    service: Service, ada: httpx.Client
) -> None:
    found = drawn(ada)["sample"]
    assert found["population"] == len(found["drawn"]) == 1
    (one,) = found["drawn"]
    assert one["outcome"] == "act" and one["by"] == "moderator-2"
    (text,) = one["texts"]
    assert one["place"] == "place 1"
    target, account = "target 1", text["account"]
    assert (
        text["text"]
        == f"what a worthless moron you are, [{target}], says [{account}] to @[{target}]"
        ", [account 2]"
    )
    assert one["reason"].startswith(f"[{account}] insults [{target}] again, call [phone number]")
    assert one["reports"] == {"harassment": 1}
    assert {told["kind"] for told in one["statements"]} >= {"hide", "time_out"}
    assert all(told["account"] == account for told in one["statements"])
    assert [look["appellant"] for look in one["looks"]] == ["reporter"]
    page = ada.get("/console/audit/decisions?seed=spring", headers={"accept": "text/html"})
    assert names_in(page.content) == []
    assert "worthless moron" in page.text.partition('class="veil"')[2], "blurred at first"


def test_what_was_drawn_is_told_in_the_log_and_can_be_drawn_again(
    service: Service, ada: httpx.Client
) -> None:
    first = drawn(ada, of="restrictions", most=7)["sample"]
    assert len(first["drawn"]) == 7 < first["population"]
    (entry,) = [one for one in told(service, "audit") if one["what"] == "sample"][-1:]
    assert entry["entries"] == [one["entry"] for one in first["drawn"]]
    assert (entry["seed"], entry["of"], entry["as_of"]) == (
        "spring",
        "restrictions",
        first["as_of"],
    )
    again = drawn(ada, of="restrictions", most=7, as_of=first["as_of"])["sample"]
    assert again == first
    assert first["drawn"] != drawn(ada, of="restrictions", most=7, seed="summer")["sample"]["drawn"]
    automated = first["drawn"][0]["statements"][0]
    assert automated["automated_detection"] and automated["automated_decision"] == "fully"


RULES = f"""
[[rule]]
name = "no-{ROOM}-talk"
state = "live"
description = {{ en = "What is said in {ROOM}.", fr = "Ce qui se dit dans {ROOM}." }}
reason = {{ en = "Off topic.", fr = "Hors sujet." }}
when = '''
# {COLLEAGUE} asked for it, because of {AUTHOR}
contains(message.fold, "{AUTHOR}") and score("insult") > 0.5 and account.name != "{CALLED}"
'''
measures = ["hold message for 1 day"]
"""


def test_she_reads_how_rules_decide_and_who_put_them_in_force(
    service: Service, ada: httpx.Client
) -> None:
    body = {"files": {"own.toml": RULES}, "reason": f"{COLLEAGUE} wants it", "lists": {}}
    body["lists"] = {f"friends-of-{ROOM}": f"{AUTHOR}\nanother"}
    made = service.person.post("/api/v1/rules", json=body)
    assert made.status_code == 201, made.text
    answer = ada.get("/console/audit/rules.json")
    found = answer.json()
    assert names_in(answer.content) == []
    (rule,) = found["rules"]
    assert rule["when"] == (
        'contains(message.fold, [withheld]) and score("insult") > 0.5'
        " and account.name != [withheld]"
    )
    assert rule["measures"] == ["hold message"]
    places = {rule["name"][3:-5], rule["description"]["en"][16:-1]}
    assert len(places) == 1 and re.fullmatch(r"\[place \d+\]", places.pop())
    (version,) = [one for one in found["versions"] if one["of"] == "rules"]
    assert (version["by"], version["reason"]) == ("moderator-1", "[moderator-2] wants it")
    assert [move["state"] for move in version["moves"]] == ["proposed"]
    assert list(found["lists"].values()) == [2]
    page = ada.get("/console/audit/rules", headers={"accept": "text/html"})
    assert names_in(page.content) == []
    assert ada.get("/console/audit/rules?version=nothing").status_code == 404
    assert ada.get(f"/api/v1/rules/{version['id']}").status_code == 403


def test_what_is_wrong_with_a_draw_is_said(service: Service, ada: httpx.Client) -> None:
    page = "/console/audit/decisions"
    for wrong in ({"most": 0}, {"most": 101}, {"since": "soon"}, {"of": "people"}, {"harm": "x"},
                  {"outcome": "x"}, {"as_of": 10**9}, {"as_of": "x"}, {"seed": "s" * 65},
                  {"since": "2026-02-01", "until": "2026-01-01"},
                  {"of": "restrictions", "harm": "spam"}):  # fmt: skip
        answer = ada.get(f"{page}.json", params={"seed": "spring", **wrong})
        assert answer.status_code == 400, wrong
        assert answer.json()["failed"]
    assert service.sign_in(COLLEAGUE, OTHERS).get(page).status_code == 403
    assert service.client(service.token("admin")).get(page).status_code == 403
