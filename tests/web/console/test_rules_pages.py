"""The rules' pages over HTTP: forms without a script, rights, what taking back undoes, alarms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.cli.test_rules import RULES
from tests.web.service import Service, message

from rempart.rules.language.labels import Labels
from rempart.rules.language.types import Type
from rempart.rules.language.vocabulary import FIELDS, Field

LISTS = {"ads": "viewbots\nfree followers\n"}
RAIN = """
[[rule]]
name = "no-rain"
state = "live"
description = { en = "No rain.", fr = "Pas de pluie." }
reason = { en = "It rains.", fr = "Il pleut." }
when = "contains(message.fold, 'rain')"
measures = ["hold message for 1 day", "label account wet for 1 day"]
"""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with Service.running(tmp_path) as running:
        yield running


def say(service: Service, *texts: str, **fields: Any) -> list[dict[str, Any]]:
    client = service.client(service.ingest_token)
    answer = client.post("/api/v1/messages", json=[message(text=text, **fields) for text in texts])
    assert answer.status_code == 200, answer.text
    found = answer.json()
    return list(found["outcomes"] if isinstance(found, dict) else found)


def send(service: Service, path: str, **fields: str) -> httpx.Response:
    csrf = service.person.headers["x-csrf-token"]
    return service.person.post(path, data={"csrf": csrf, **fields})


def edit(service: Service, do: str, rules: str = RULES, **fields: str) -> httpx.Response:
    files = {"file-name-0": "house.toml", "file-text-0": rules.replace("\n", "\r\n")}
    lists = {"list-name-0": "ads", "list-text-0": LISTS["ads"]}
    return send(service, "/console/rules/edit", do=do, **files, **lists, **fields)


def deploy(service: Service, rules: str) -> str:
    """Proposed and put in force by the forms; the version's id."""
    proposed = edit(service, "propose", rules, reason="bots again")
    assert proposed.status_code == 303, proposed.text
    address = proposed.headers["location"]
    answer = send(service, f"{address}/live", reason="agreed with Ana")
    assert (answer.status_code, answer.headers.get("location")) == (303, "/console/rules")
    return str(address.rsplit("/", 1)[1])


def states(service: Service, *ids: str) -> list[str]:
    with service.engine.read() as tables:
        rows = [tables.stream.measure(id) for id in ids]
    return [row.measure.state.value for row in rows if row is not None]


def test_line_ends_of_a_form_are_those_of_files(service: Service) -> None:
    id = deploy(service, RULES)
    files = service.person.get(f"/api/v1/rules/{id}").json()["files"]
    assert files == {"house.toml": RULES}


def test_what_is_written_comes_back_with_what_is_wrong(service: Service) -> None:
    wrong = edit(service, "propose", RULES.replace("count(", "cuont("), reason="a slip")
    assert wrong.status_code == 200
    assert "did you mean `count`" in wrong.text and "cuont(by=account" in wrong.text
    assert "viewbots\nfree followers" in wrong.text.replace("\r\n", "\n")
    without = edit(service, "propose")
    assert without.status_code == 200 and "this needs a reason" in without.text
    assert service.person.get("/api/v1/rules").json()["versions"] == []


def test_a_long_list_is_taken(service: Service) -> None:
    many = "\n".join(f"word number {number}" for number in range(30_000))
    files = {"file-name-0": "house.toml", "file-text-0": RULES}
    answer = send(
        service,
        "/console/rules/edit",
        **{**files, "do": "check", "list-name-0": "ads", "list-text-0": many},
    )
    assert answer.status_code == 200, answer.text[:300]
    assert "2 rules are" in answer.text


def test_rules_whose_tests_do_not_hold_are_not_put_in_force(service: Service) -> None:
    proposed = edit(service, "propose", RULES.replace("buy VIEWBOTS here", "hello"), reason="odd")
    answer = send(service, f"{proposed.headers['location']}/live", reason="agreed")
    assert answer.status_code == 409 and "tests do not hold" in answer.text
    assert service.person.get("/api/v1/rules").json()["live"] is None


def test_taking_back_undoes_what_this_version_did_and_nothing_else(service: Service) -> None:
    deploy(service, RULES)
    (before,) = say(service, "first viewbots")
    deploy(service, RULES + RAIN)
    during, rain, other = say(service, "more viewbots", "rain again", "you stupid idiot, go away")
    (old,), (new,), (wet,) = before["measures"], during["measures"], rain["measures"]
    page = service.person.get("/console/rules").text
    assert "2 measures that are on" in page
    assert send(service, "/console/rules/revert", reason="no", undo="yes").status_code == 400
    answer = send(service, "/console/rules/revert", reason="too many complaints", undo="yes")
    assert answer.status_code == 303
    assert states(service, old, new, wet) == ["active", "undone", "undone"]
    assert states(service, *other["measures"]) == ["active"]
    with service.engine.read() as tables:
        rows = [tables.stream.measure(id) for id in (new, wet)]
    assert len({row.ended_seq for row in rows if row is not None}) == 1, "one entry"
    assert [one["verdict"] for one in say(service, "rain", "viewbots")] == ["allow", "hold"]


def test_without_being_asked_taking_back_undoes_nothing(service: Service) -> None:
    deploy(service, RULES)
    (outcome,) = say(service, "first viewbots")
    assert send(service, "/console/rules/revert", reason="a mistake").status_code == 303
    assert states(service, *outcome["measures"]) == ["active"]


def test_over_the_api_taking_back_says_how_many(service: Service) -> None:
    deploy(service, RULES)
    say(service, "first viewbots", "second viewbots")
    body = {"reason": "too many complaints", "undo": True}
    now = service.person.post("/api/v1/rules/revert", json=body).json()
    assert (now["undone"], now["live"]) == (2, None)


def test_labels_go_with_the_rule_that_set_them(service: Service) -> None:
    asks = RULES.replace("in_list(message.fold, 'ads')", "labelled(account, 'wet')")
    asks = asks.split("[[rule.test]]")[0]
    deploy(service, RAIN + asks)
    author = {"author": {"id": "same"}}
    assert say(service, "rain", **author)[0]["verdict"] == "hold"
    assert say(service, "sunshine", **author)[0]["verdict"] == "hold", "the label is on"
    deploy(service, asks)
    assert say(service, "sunshine", **author)[0]["verdict"] == "allow"


def test_a_rule_that_fails_is_an_alarm_until_it_is_mended(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Field(Type.NUMBER, "len(m.no_such_thing)", False, "raises")
    monkeypatch.setitem(FIELDS, "message.broken", broken)
    failing = RULES.replace("in_list(message.fold, 'ads')", "message.broken > 0")
    deploy(service, failing.split("[[rule.test]]")[0])
    (outcome,) = say(service, "hello")
    assert outcome["verdict"] == "allow", "its policy for errors is an alarm"
    told = "The rule <bdi>no-viewbots</bdi> failed on 1 message"
    assert told in service.person.get("/console").text
    assert "failed on 1 message" in service.person.get("/console/rules").text
    number = 'rempart_rule_errors_total{rule="no-viewbots"} 1.0'
    assert number in service.person.get("/metrics").text
    deploy(service, RULES)
    say(service, "hello")
    assert told not in service.person.get("/console").text
    assert "rempart_rule_errors_total{" not in service.person.get("/metrics").text


def test_what_fails_beneath_a_rule_follows_its_declared_policy_and_is_told(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks = RULES.split("[[rule.test]]")[0].replace(
        "in_list(message.fold, 'ads')", "labelled(account, 'seller')"
    )
    deploy(service, asks.replace("measures =", 'failing = { labels = "hold" }\nmeasures ='))
    monkeypatch.setattr(Labels, "has", lambda *_: 1 // 0)
    (outcome,) = say(service, "hello")
    assert outcome["verdict"] == "hold", "declared so; without it only a person is called"
    told = "The rule <bdi>no-viewbots</bdi> could not say on 1 message"
    assert told in service.person.get("/console").text
    page = service.person.get("/console/rules")
    assert "the labels it asks for could not be read" in page.text
    (row,) = service.person.get("/console/rules.json").json()["rules"]
    assert row["failures"] == {"labels": 1} and row["errors"] == 0
    number = 'rempart_rule_failures_total{dependency="labels",rule="no-viewbots"} 1.0'
    assert number in service.person.get("/metrics").text
    monkeypatch.undo()
    deploy(service, asks)
    assert told not in service.person.get("/console").text


def test_a_rule_that_fell_back_says_so_and_goes_back_with_one_click(service: Service) -> None:
    text = RULES.replace("measures =", 'budget = "10 % of 7 days, at least 2"\nmeasures =', 1)
    id = deploy(service, text)
    say(service, *["buy viewbots"] * 4)
    with service.engine.read() as tables:
        measures = [row.measure.id for row in tables.stream.measures(active=True)]
    for measure in measures[:2]:
        undone = service.person.post(f"/api/v1/measures/{measure}/undo", json={})
        assert undone.status_code == 200, undone.text
    assert say(service, "buy viewbots")[0]["verdict"] == "allow"
    told = "The rule <bdi>no-viewbots</bdi> is on trial again"
    assert told in service.person.get("/console").text
    assert (
        'rempart_rules_fallen_back{rule="no-viewbots"} 1.0' in service.person.get("/metrics").text
    )
    page = service.person.get("/console/rules").text
    assert "no-viewbots is on trial again" in page and "Put back in force" in page
    (row, *_) = [
        one
        for one in service.person.get("/console/rules.json").json()["rules"]
        if one["name"] == "no-viewbots"
    ]
    assert row["fell_back"] and row["state"] == "shadow"
    moderator = service.client(service.token("moderate"))
    body = {"rule": "no-viewbots", "reason": "it was right"}
    assert moderator.post("/api/v1/rules/back", json=body).status_code == 403
    answer = send(service, "/console/rules/back", rule="no-viewbots")
    assert answer.status_code == 303
    assert service.person.get("/api/v1/rules").json()["live"]["id"] == id
    assert say(service, "buy viewbots")[0]["verdict"] == "hold"
    assert told not in service.person.get("/console").text


def test_who_may_what(service: Service) -> None:
    id = deploy(service, RULES)
    reader = service.client(service.token("read"))
    assert reader.get("/console/rules.json").status_code == 200
    assert reader.get("/console/rules/edit").status_code == 403
    moderator = service.client(service.token("moderate"))
    for path in (f"/console/rules/versions/{id}/live", "/console/rules/revert"):
        assert moderator.post(path, data={"reason": "agreed"}).status_code == 403
    stranger = service.client()
    assert stranger.get("/console/rules").status_code in (302, 303, 401)


def test_who_sees_one_channel_counts_in_that_one(service: Service) -> None:
    deploy(service, RULES)
    say(service, "viewbots", channel="lea")
    say(service, "viewbots", "viewbots", channel="zoe")
    reader = service.client(service.token("read", channels=["lea"]))
    screen = reader.get("/console/rules.json").json()
    (rule,) = [one for one in screen["rules"] if one["name"] == "no-viewbots"]
    assert (screen["looked"], rule["acted"], rule["on"]) == (1, 1, 1)
