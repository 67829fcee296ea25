"""The way of a rule over HTTP: checked, tested, compared with history, in force, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.cli.test_rules import RULES
from tests.web.service import Service, message

from rempart.engine import backtest
from rempart.store.interface.versions import VersionKind

UNTESTED = RULES.replace(
    '[[rule.test]]\nmessage = { text = "buy VIEWBOTS here" }\nexpect = ["hold message"]\n', ""
)
FILES = {"files": {"house.toml": RULES}, "lists": {"ads": "viewbots\nfree followers\n"}}


@pytest.fixture
def service(tmp_path: Any) -> Iterator[Service]:
    with Service.running(tmp_path) as running:
        yield running


def send(service: Service, *texts: str, **fields: Any) -> list[dict[str, Any]]:
    client = service.client(service.ingest_token)
    answer = client.post("/api/v1/messages", json=[message(text=text, **fields) for text in texts])
    assert answer.status_code == 200, answer.text
    return list(answer.json()["outcomes"]) if isinstance(answer.json(), dict) else answer.json()


def post(service: Service, path: str, status: int = 200, **body: Any) -> dict[str, Any]:
    answer = service.person.post(f"/api/v1/rules{path}", json=body)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def verdicts(outcomes: list[dict[str, Any]]) -> list[str]:
    return [one["verdict"] for one in outcomes]


def test_from_writing_to_force_and_back(service: Service) -> None:
    assert verdicts(send(service, "buy viewbots", "hello there")) == ["allow", "allow"]
    checked = post(service, "/check", **FILES)
    assert checked["problems"] == [] and len(checked["rules"]) == 2
    assert post(service, "/test", **FILES)["passed"] == 1
    history = post(service, "/backtest", **FILES)
    by_name = {one["rule"]: one for one in history["rules"]}
    assert history["messages"] == 2
    assert by_name["no-viewbots"]["hits"] == 1 and by_name["no-viewbots"]["already"] == 0
    assert sum(by_name["no-viewbots"]["series"]) == 1

    version = post(service, "", 201, **FILES, reason="bots again")
    assert version["state"] == "proposed"
    assert verdicts(send(service, "more viewbots")) == ["allow"], "not in force yet"
    live = post(service, f"/{version['id']}/live", reason="agreed with Ana")
    assert live["state"] == "live"
    (outcome,) = send(service, "yet more viewbots")
    assert outcome["verdict"] == "hold" and outcome["rules"] == ["no-viewbots"]
    now = service.person.get("/api/v1/rules").json()
    assert now["live"]["id"] == version["id"]

    after = post(service, "/revert", reason="too many complaints")
    assert after["live"] is None
    assert verdicts(send(service, "viewbots are allowed again")) == ["allow"]
    whole = service.person.get(f"/api/v1/rules/{version['id'][:10]}").json()
    assert [one["state"] for one in whole["moves"]] == ["proposed", "live", "reverted"]
    assert whole["files"]["house.toml"] == RULES


def test_the_second_version_replaces_the_first_and_gives_way_to_it(service: Service) -> None:
    first = post(service, "", 201, **FILES, reason="first")
    post(service, f"/{first['id']}/live", reason="agreed")
    other = {"files": {"house.toml": UNTESTED}, "lists": {"ads": "cheap skins\n"}}
    second = post(service, "", 201, **other, reason="second")
    assert second["parent"] == first["id"]
    post(service, f"/{second['id']}/live", reason="agreed")
    assert verdicts(send(service, "viewbots", "cheap skins")) == ["allow", "hold"]
    assert post(service, "/revert", reason="back")["live"]["id"] == first["id"]
    assert verdicts(send(service, "viewbots", "cheap skins")) == ["hold", "allow"]


def test_what_a_version_replaced_comes_back_even_if_it_was_proposed_before_that(
    service: Service,
) -> None:
    """Proposed while nothing was in force, put in force over another: that other one comes back."""
    first = post(service, "", 201, **FILES, reason="first")
    other = {"files": {"house.toml": UNTESTED}, "lists": {"ads": "skins\n"}}
    second = post(service, "", 201, **other, reason="second")
    assert second["parent"] is None
    for version in (first, second):
        post(service, f"/{version['id']}/live", reason="agreed")
    assert post(service, "/revert", reason="back")["live"]["id"] == first["id"]
    assert verdicts(send(service, "viewbots")) == ["hold"]
    assert post(service, "/revert", reason="back")["live"] is None


def test_wrong_rules_are_refused_whole_and_what_runs_stays(service: Service) -> None:
    good = post(service, "", 201, **FILES, reason="good ones")
    post(service, f"/{good['id']}/live", reason="agreed")
    wrong = {"files": {"house.toml": RULES.replace("count(", "cuont(")}, "lists": FILES["lists"]}
    told = post(service, "/check", **wrong)["problems"]
    assert told[0]["line"] == 19 and "count" in told[0]["hint"]
    error = post(service, "", 400, **wrong, reason="a slip")["error"]
    assert error["where"].startswith("house.toml:19:")
    assert verdicts(send(service, "viewbots")) == ["hold"]
    again = service.person.post(f"/api/v1/rules/{good['id']}/live", json={"reason": "again"})
    assert again.status_code == 409


def test_counters_and_rules_outlive_a_restart(tmp_path: Any) -> None:
    with Service.running(tmp_path) as service:
        live = {**FILES, "files": {"house.toml": RULES.replace('"shadow"', '"live"')}}
        version = post(service, "", 201, **live, reason="agreed")
        post(service, f"/{version['id']}/live", reason="agreed")
        author = {"author": {"id": "same"}, "sent_at": "2026-03-01T20:00:00Z"}
        outcomes = send(service, "one", "two", "three", **author)
        assert verdicts(outcomes) == ["allow"] * 3
        token = service.ingest_token
    with Service.running(tmp_path):
        pass
    from rempart.engine.embedded import EmbeddedEngine

    engine = EmbeddedEngine.open(tmp_path)
    try:
        assert engine.pipeline.rules.program is not None
        state = engine.writer.memory.state.rules
        assert (
            state is not None and state.dump() != engine.pipeline.rules.program.new_state().dump()
        )
        with engine.read() as tables:
            row = tables.versions.live(VersionKind.RULES)
            assert row is not None and row.id == engine.pipeline.rules.program.hash
    finally:
        engine.stop()
    assert token


def test_two_people_deploying_at_once_do_not_overrun_each_other(service: Service) -> None:
    """Both looked while nothing was in force; the second is told of the first."""
    first = post(service, "", 201, **FILES, reason="first")
    other = {"files": {"house.toml": UNTESTED}, "lists": {"ads": "cheap skins\n"}}
    second = post(service, "", 201, **other, reason="second")
    post(service, f"/{first['id']}/live", reason="agreed", over="")
    error = post(service, f"/{second['id']}/live", 409, reason="agreed", over="")["error"]
    assert "meanwhile" in error["reason"] and error["where"] == first["id"]
    assert verdicts(send(service, "viewbots", "cheap skins")) == ["hold", "allow"]
    post(service, f"/{second['id']}/live", reason="agreed", over=first["id"])
    assert verdicts(send(service, "viewbots", "cheap skins")) == ["allow", "hold"]


def many_people(service: Service, text: str = "buy viewbots") -> None:
    client = service.client(service.ingest_token)
    rows = [message(text=text, author={"id": f"u{n}"}) for n in range(25)]
    assert client.post("/api/v1/messages", json=rows).status_code == 200


def test_rules_that_would_have_hit_many_are_asked_about_first(service: Service) -> None:
    many_people(service)
    version = post(service, "", 201, **FILES, reason="bots again")
    path = f"/{version['id']}/live"
    asked = post(service, path, 409, reason="agreed")
    assert asked["preview"]["accounts"] == 25 and asked["preview"]["messages"] == 25
    assert asked["preview"]["examples"][0]["text"] == "buy viewbots"
    assert asked["error"]["next_step"]
    assert service.person.get("/api/v1/rules").json()["live"] is None, "nothing was done"
    other = post(service, "", 201, **FILES | {"lists": {"ads": "viewbots\n"}}, reason="another")
    post(service, f"/{other['id']}/live", 409, reason="agreed", confirm=asked["confirm"])
    post(service, path, 409, reason="agreed", confirm="123.abc")
    live = post(service, path, 200, reason="agreed", confirm=asked["confirm"])
    assert live["state"] == "live"


def test_on_trial_they_hit_nobody_and_nobody_is_asked(service: Service) -> None:
    many_people(service)
    trial = {**FILES, "files": {"house.toml": RULES.replace('"live"', '"shadow"')}}
    version = post(service, "", 201, **trial, reason="on trial")
    assert post(service, f"/{version['id']}/live", reason="agreed")["state"] == "live"


def test_rules_that_remove_are_asked_about_however_few_they_hit(service: Service) -> None:
    send(service, "buy viewbots")
    removes = RULES.replace("hold message for 1 day", "remove message")
    removes = removes.replace('expect = ["hold message"]', 'expect = ["remove message"]')
    assert removes != RULES
    files = {**FILES, "files": {"house.toml": removes}}
    version = post(service, "", 201, **files, reason="away with it")
    asked = post(service, f"/{version['id']}/live", 409, reason="agreed")
    assert asked["preview"]["reversible"] is False


def test_who_may_write_may_not_deploy(service: Service) -> None:
    version = post(service, "", 201, **FILES, reason="proposed")
    for scopes, channels, status in (
        (("moderate",), None, 403),
        (("admin",), ["lea"], 403),
        (("admin",), None, 200),
    ):
        client = service.client(service.token(*scopes, channels=channels))
        path = f"/api/v1/rules/{version['id']}/live"
        assert client.post(path, json={"reason": "agreed"}).status_code == status


def test_rules_whose_tests_do_not_hold_are_not_put_in_force(service: Service) -> None:
    wrong = RULES.replace('expect = ["hold message"]', 'expect = ["mute account"]')
    assert wrong != RULES
    version = post(service, "", 201, **{**FILES, "files": {"house.toml": wrong}}, reason="wrong")
    told = post(service, f"/{version['id']}/live", 409, reason="agreed")
    assert "tests do not hold" in told["error"]["reason"]
    assert service.person.get("/api/v1/rules").json()["live"] is None


def test_history_is_compared_with_once_at_a_time(service: Service) -> None:
    send(service, "viewbots")
    with backtest._UNDER_WAY:
        told = post(service, "/backtest", 409, **FILES)
        assert "under way" in told["error"]["reason"]
    assert post(service, "/backtest", **FILES)["messages"] == 1


def test_a_backtest_shows_only_ones_own_channels(service: Service) -> None:
    send(service, "viewbots", channel="lea")
    send(service, "viewbots", "viewbots", channel="zoe")
    client = service.client(service.token("moderate", channels=["lea"]))
    found = client.post("/api/v1/rules/backtest", json=FILES).json()
    assert found["messages"] == 1
