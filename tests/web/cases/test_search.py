"""Searching from inside a case: who may, what is noted first, and what is never found."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.web.deciding.test_deciding import ABUSE, held
from tests.web.exporting import asked
from tests.web.people.test_access_log import FEW, whats
from tests.web.service import Service, message
from tests.web.team import PASSWORD, admit, told

from rempart.cases.search import MOST_SECONDS, Search, SearchKind, Stopped, find

_ACCOUNTS = count(1)
WHY = "Two people name this account."


def ask(client: httpx.Client, case: str, kind: str, words: str, **more: str) -> httpx.Response:
    body = {"kind": kind, "words": words, "reason": WHY, **more}
    return client.post(f"/api/v1/cases/{case}/search", json=body)


def hits(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["found"]["hits"]]


def say(service: Service, **fields: Any) -> str:
    sent = message(**fields)
    answer = service.client(service.ingest_token).post("/api/v1/messages", json=sent)
    assert answer.status_code == 200, answer.text
    return str(sent["id"])


def room_of(service: Service, case: str) -> str:
    return str(service.person.get(f"/api/v1/cases/{case}").json()["case"]["channel"])


@pytest.fixture
def account() -> str:
    return f"looked-for-{next(_ACCOUNTS)}"


def test_an_account_a_link_and_words_are_found_newest_first(service: Service, account: str) -> None:
    author = {"id": account, "name": f"Name of {account}"}
    case = held(service, author=author, text=ABUSE)
    room = room_of(service, case)
    calm = say(service, channel=room, author=author, text="good morning to all")
    there = say(service, channel="elsewhere", author=author, text="and here as well")
    linked = say(
        service,
        channel=room,
        text="look: https://www.board.example/t/7?utm_source=x.",
        author={"id": "somebody"},
    )
    me = service.person
    found = ask(me, case, "account", account)
    assert hits(found)[:2] == [there, calm]
    assert len(hits(found)) == 3
    assert found.json()["found"]["stopped"] is None
    first = found.json()["found"]["hits"][-1]
    assert (first["case"], first["text"]) == (case, ABUSE)
    assert hits(ask(me, case, "account", f"name of {account}")) == hits(found)
    assert hits(ask(me, case, "account", account, platform="mastodon")) == []
    assert hits(ask(me, case, "link", "board.example/t/7/")) == [linked]
    assert hits(ask(me, case, "link", "https://board.example/t/8")) == []
    assert hits(ask(me, case, "words", "MORNING tо all")) == [calm], "folded: a Cyrillic o"
    assert hits(ask(me, case, "words", "here as well")) == [], "not a channel of the case"
    assert "verdict" not in first and "outcome" not in first


def test_only_channels_one_has_rights_on_are_searched(service: Service, account: str) -> None:
    case = held(service, author={"id": account})
    room = room_of(service, case)
    say(service, channel="not-hers", author={"id": account}, text="over there")
    admit(service, "Ada", "reviewer", channels=(room,))
    ada = service.sign_in("Ada", PASSWORD)
    found = ask(ada, case, "account", account)
    assert [one["channel"] for one in found.json()["found"]["hits"]] == [room]
    assert found.json()["found"]["places"] == [f"twitch/{room}"]
    other = held(service)
    assert ask(ada, other, "words", "anything").status_code == 404
    assert len(hits(ask(service.person, case, "account", account))) == 2


def test_who_may_not_decide_and_every_token_is_refused(service: Service, account: str) -> None:
    case = held(service, author={"id": account})
    assert ask(service.client(), case, "account", account).status_code == 401
    every = service.client(service.token("ingest", "read", "moderate", "admin"))
    assert ask(every, case, "account", account).status_code == 403
    admit(service, "Otto", "auditor")
    assert ask(service.sign_in("Otto", PASSWORD), case, "account", account).status_code == 403


def test_without_a_reason_nothing_is_looked_for(service: Service, account: str) -> None:
    case = held(service, author={"id": account})
    before = len(told(service, "searched"))
    for reason in ("", "ab", "   ", "x" * 301):
        answer = ask(service.person, case, "account", account, reason=reason)
        assert answer.status_code == 400, reason
    assert ask(service.person, case, "words", "x").status_code == 400
    form = {"kind": "words", "words": "good", "reason": " "}
    assert service.person.post(f"/console/cases/{case}/search", data=form).status_code == 400
    assert len(told(service, "searched")) == before


def test_a_closed_case_is_searched_no_more(service: Service, account: str) -> None:
    case = held(service, author={"id": account})
    body = {"outcome": "lift", "ground": "none", "reason": "A joke among friends."}
    assert service.person.post(f"/api/v1/cases/{case}/decisions", json=body).status_code == 201
    assert ask(service.person, case, "account", account).status_code == 409
    assert service.person.get(f"/console/cases/{case}/search").status_code == 409
    page = service.person.get(f"/console/cases/{case}", headers={"accept": "text/html"}).text
    assert "search-form" not in page


def test_it_stands_in_the_log_with_its_reason_and_its_words_in_no_dossier(
    service: Service, account: str
) -> None:
    case = held(service, author={"id": account})
    ask(service.person, case, "words", "quite particular words")
    access = [one for one in told(service, "access") if one["what"] == "search"][-1]
    assert (access["case"], access["search"], access["reason"]) == (case, "words", WHY)
    assert access["by"] == "moderator-1"
    assert "particular" not in str(access)
    assert told(service, "searched")[-1]["words"] == "quite particular words"
    assert whats(service, kind="access")[0] == "access search"
    page = service.person.get("/console/access", headers={"accept": "text/html"}).text
    assert "searched inside a case" in page
    assert "particular" not in page
    asked(service.person, case)
    with service.engine.read() as tables:
        kept = [body for seq in tables.cases.sequences(case) for body in tables.log.bodies(seq)]
    assert any(WHY.encode() in body for body in kept)
    assert not any(b"particular" in body for body in kept)


@pytest.mark.parametrize("hidden", [{"private": True}, {"kind": "direct"}])
def test_a_private_message_is_never_found(
    service: Service, account: str, hidden: dict[str, object]
) -> None:
    case = held(service, author={"id": account})
    room = room_of(service, case)
    for text in ("a secret for you https://quiet.example/a", f"{ABUSE}, secret"):
        say(service, channel=room, author={"id": account}, text=text, **hidden)
    me = service.person
    assert len(hits(ask(me, case, "account", account))) == 1
    assert hits(ask(me, case, "words", "secret")) == []
    assert hits(ask(me, case, "link", "https://quiet.example/a")) == []


def test_what_is_of_child_safety_or_erased_is_never_found(service: Service, account: str) -> None:
    case = held(service, author={"id": account})
    room = room_of(service, case)
    sealed = say(service, channel=room, author={"id": account}, text="caption https://b.example/9")
    erased = say(service, channel=room, author={"id": account}, text="caption of nothing")
    kept = say(service, channel=room, author={"id": account}, text="caption kept")
    again = say(service, channel=room, author={"id": account}, text="caption https://c.example/9")
    report = {"category": "child_safety", "explanation": "Look at once.", "good_faith": True}
    for about in ({"message_ids": [sealed]}, {"links": ["https://c.example/9"]}):
        sent = service.client().post("/api/v1/reports", json={**report, **about})
        assert sent.status_code == 201, sent.text

    def erase(tables: Any) -> None:
        rows = tables.stream.latest("twitch", room)
        tables.log.erase([row.seq for row in rows if row.id == erased])

    service.engine.write(erase).result()
    me = service.person
    assert again not in hits(ask(me, case, "words", "caption"))
    assert hits(ask(me, case, "words", "caption")) == [kept]
    assert sealed not in hits(ask(me, case, "account", account))
    assert hits(ask(me, case, "link", "https://b.example/9")) == []


def test_many_searches_in_a_short_time_are_mass_look_ups(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(FEW)
    with Service.running(tmp_path) as service:
        me = service.person
        admit(service, "Vic", "moderator")
        vic, case = service.sign_in("Vic", PASSWORD), held(service)
        for name in ("one", "two"):
            assert ask(vic, case, "account", name).status_code == 200
        assert whats(service, kind="alarm") == []
        assert ask(vic, case, "account", "three").status_code == 200
        assert whats(service, kind="alarm") == ["alarm look-ups"]
        alarms = me.get("/console.json").json()["alarms"]
        assert [one["detail"] for one in alarms if one["what"] == "look_ups"] == ["moderator-2"]


def test_the_page_and_its_twin_show_the_same_and_asking_for_it_searches_nothing(
    service: Service, account: str
) -> None:
    case = held(service, author={"id": account})
    me, address = service.person, f"/console/cases/{case}/search"
    before = len(told(service, "searched"))
    filled = me.get("/console/go", params={"q": account, "case": case})
    assert filled.status_code == 303
    page = me.get(filled.headers["location"], headers={"accept": "text/html"})
    assert page.status_code == 200 and f'value="{account}"' in page.text
    assert len(told(service, "searched")) == before
    form = {"kind": "account", "words": account, "platform": "twitch", "reason": WHY}
    twin = me.post(address, data=form, headers={"accept": "application/json"}).json()
    assert [one["author"] for one in twin["found"]["hits"]] == [account]
    html = me.post(address, data=form, headers={"accept": "text/html"}).text
    assert '<details class="veil">' in html and "1 message found" in html
    outside = me.get("/console/go", params={"q": account})
    assert outside.status_code == 404
    assert "inside an open case only" in outside.text


def test_where_it_stopped_early_it_says_so(service: Service, account: str) -> None:
    case = held(service, author={"id": account})
    room = room_of(service, case)
    said = [message(channel=room, author={"id": account}, text="again") for _ in range(205)]
    sent = service.client(service.ingest_token).post("/api/v1/messages", json=said)
    assert sent.status_code == 200, sent.text
    found = ask(service.person, case, "account", account).json()["found"]
    assert (len(found["hits"]), found["stopped"]) == (200, "results")
    clock = iter((0.0, MOST_SECONDS))
    with service.engine.read() as tables:
        of = tables.cases.get(case)
        assert of is not None
        words = Search(SearchKind.WORDS, "never said", WHY)
        spent = find(tables, of, words, lambda *_: True, lambda _: True, lambda: next(clock))
    assert spent.stopped is Stopped.TIME
