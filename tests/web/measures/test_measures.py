"""Measures by hand: a moderator takes one from the ladder, is asked before a broad step, hides
again what is no longer hidden; whoever has no rights on the channel sees none of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.web.service import Service, csrf_in, message

from rempart.engine.embedded.measures import write_measures
from rempart.model import Because, Measure, MeasureKind, Scope, ScopeKind
from rempart.store.interface import Tables
from rempart.web.auth.gate import now_ms

HTML = {"accept": "text/html"}
YOUNG = (datetime.now(UTC) - timedelta(days=1)).isoformat()
RUDE = "you are a worthless idiot, shut up"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("data")
    (folder / "settings.toml").write_text("[limits]\nask_above = 3\n", "utf-8")
    with Service.running(folder) as running:
        yield running


@pytest.fixture
def moderator(service: Service) -> httpx.Client:
    return service.client(service.token("moderate", channels=["lea"]))


def sends(service: Service, **fields: Any) -> dict[str, Any]:
    """One message; the answer of the service to who delivered it."""
    api = service.client(service.ingest_token)
    answer: dict[str, Any] = api.post("/api/v1/messages", json=message(**fields)).json()
    return answer


def on(kind: str, scope: str, ref: str, minutes: int | None = 60, **more: Any) -> dict[str, Any]:
    place = {"kind": scope, "platform": "twitch", "channel": "lea", "ref": ref}
    return {"kind": kind, "scope": place, "reason": "because", "minutes": minutes, **more}


def undo(moderator: httpx.Client, answer: httpx.Response) -> None:
    for measure in answer.json()["measures"]:
        assert moderator.post(f"/api/v1/measures/{measure['id']}/undo").status_code == 200


def test_the_ladder_can_be_read(moderator: httpx.Client) -> None:
    rungs = {rung["kind"]: rung for rung in moderator.get("/api/v1/measures/ladder").json()}
    assert rungs["remove"]["reversible"] is False
    assert rungs["hide"]["form"][0]["key"] == "DECISION_VISIBILITY_CONTENT_DISABLED"
    assert rungs["lock_out"]["form"] == [] and rungs["lock_out"]["no_form"]["fr"]


def test_an_account_is_muted_at_once_and_freed_by_the_undo(
    service: Service, moderator: httpx.Client
) -> None:
    assert sends(service, author={"id": "troll"})["verdict"] == "allow"
    taken = moderator.post("/api/v1/measures", json=on("mute", "account", "troll"))
    assert taken.status_code == 201, taken.text
    (measure,) = taken.json()["measures"]
    assert (measure["automated"], measure["rule"]) == (False, "by-hand")
    held = sends(service, author={"id": "troll"})
    assert (held["verdict"], held["measures"]) == ("hold", [measure["id"]])
    undo(moderator, taken)
    assert sends(service, author={"id": "troll"})["verdict"] == "allow"


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (on("mute", "message", "m1"), "does not touch"),
        (on("mute", "account", "x", None), "needs an end"),
        (on("alarm", "channel", "lea"), "by the machine"),
        (on("hide", "message", "never-sent"), "no such message"),
        ({"kind": "mute", "reason": "x", "minutes": 1}, "name a scope, or a raid"),
        (on("mute", "account", "x") | {"reason": " … "}, "needs a reason"),
    ],
)
def test_what_the_ladder_does_not_allow_is_refused(
    moderator: httpx.Client, wrong: dict[str, Any], named: str
) -> None:
    answer = moderator.post("/api/v1/measures", json=wrong)
    assert answer.status_code in (400, 404)
    assert named in answer.json()["error"]["reason"]


def test_nobody_takes_a_measure_in_somebody_elses_channel(service: Service) -> None:
    other = service.client(service.token("moderate", channels=["zoe"]))
    reader = service.client(service.token("read", channels=["lea"]))
    for path in ("/api/v1/measures", "/api/v1/measures/preview"):
        assert other.post(path, json=on("mute", "account", "troll")).status_code == 404
        assert reader.post(path, json=on("mute", "account", "troll")).status_code == 403


def test_before_a_broad_step_one_is_shown_whom_it_would_touch(
    service: Service, moderator: httpx.Client
) -> None:
    for number in range(6):
        sends(service, author={"id": f"new{number}", "created_at": YOUNG}, text=f"hi {number}")
    wish = on("members_only", "channel", "lea")
    look = moderator.post("/api/v1/measures/preview", json=wish).json()
    assert look["accounts"] >= 6 and look["messages"] >= 6
    assert len(look["examples"]) == 5
    asked = moderator.post("/api/v1/measures", json=wish)
    assert asked.status_code == 409
    assert asked.json()["preview"] == look
    active = [m for m in _active(service) if m.kind == "members_only"]
    assert not active, "nothing was done yet"
    confirm = asked.json()["confirm"]
    other = on("members_only", "channel", "lea", 600)
    assert moderator.post("/api/v1/measures", json=other | {"confirm": confirm}).status_code == 409
    stranger = service.client(service.token("moderate", channels=["lea"]))
    assert stranger.post("/api/v1/measures", json=wish | {"confirm": confirm}).status_code == 409
    done = moderator.post("/api/v1/measures", json=wish | {"confirm": confirm})
    assert done.status_code == 201, done.text
    undo(moderator, done)


def test_a_closed_shield_asks_and_is_undone_with_its_parts(
    service: Service, moderator: httpx.Client
) -> None:
    for number in range(6):
        sends(service, author={"id": f"new{number}", "created_at": YOUNG}, text=f"hi {number}")
    body = {"minutes": 5, "bundle": "closed"}
    asked = moderator.post("/api/v1/targets/lea/shield", json=body)
    assert asked.status_code == 409, asked.text
    body["confirm"] = asked.json()["confirm"]
    taken = moderator.post("/api/v1/targets/lea/shield", json=body).json()["measures"]
    assert {one["kind"] for one in taken} == {"shield", "members_only", "link_block", "lock_out"}
    held = sends(service, author={"id": "new9", "created_at": YOUNG})
    assert held["verdict"] == "hold"
    locked = sends(service, author={"id": "mod", "roles": ["moderator"]}, text=RUDE)
    assert locked["locked_out"] == ["lea"]
    ended = moderator.delete("/api/v1/targets/lea/shield").json()["measures"]
    assert {one["id"] for one in taken} <= {one["id"] for one in ended}
    assert set(held["measures"]) <= {one["id"] for one in ended}, "and what it held"
    assert sends(service, author={"id": "new9", "created_at": YOUNG})["verdict"] == "allow"


def test_what_cannot_be_undone_is_not_taken_by_one_person_alone(
    service: Service, moderator: httpx.Client
) -> None:
    """It is decided on a case, where a second person agrees (see test_deciding)."""
    id = sends(service)["id"]
    author = on("suspend", "account", "rude", 60 * 24 * 60)
    for who in (moderator, service.person):
        for wish in (on("remove", "message", id, None), author):
            refused = who.post("/api/v1/measures", json=wish)
            assert refused.status_code == 409
            assert "confirm" not in refused.json()
            assert "second person" in refused.text
    assert "remove" not in {one.kind.value for one in _active(service)}


def _active(service: Service) -> list[Any]:
    with service.engine.read() as tables:
        return [row.measure for row in tables.stream.measures(active=True)]


# -- in the console --------------------------------------------------------------------------


@pytest.fixture
def case(service: Service) -> str:
    """A message that was held for its words, and let go when its lease ended."""
    held = sends(service, text=RUDE, author={"id": "rude"})
    assert held["verdict"] == "hold"
    cases = service.person.get("/api/v1/cases", params={"channel": "lea"}).json()["cases"]
    found: str = next(one["id"] for one in cases if one["subject"] == held["id"])
    for measure in held["measures"]:
        service.person.post(f"/api/v1/measures/{measure}/undo")
    return found


def test_what_is_no_longer_hidden_is_hidden_again_from_the_case_page(
    service: Service, case: str
) -> None:
    page = service.person.get(f"/console/cases/{case}", headers=HTML).text
    assert "hide:message" in page and "shield:target:closed" in page
    form = {"csrf": csrf_in(page), "measure": "hide:message", "minutes": "60", "reason": "again"}
    answer = service.person.post(f"/console/cases/{case}/measures", data=form, headers=HTML)
    assert answer.status_code == 303, answer.text
    measures = service.person.get(f"/api/v1/cases/{case}").json()["measures"]
    (hidden,) = [one for one in measures if one["kind"] == "hide"]
    assert (hidden["reason"]["fr"], hidden["automated"]) == ("again", False)
    assert service.person.post(f"/api/v1/measures/{hidden['id']}/undo").status_code == 200


def test_the_console_does_not_offer_what_cannot_be_undone(service: Service, case: str) -> None:
    page = service.person.get(f"/console/cases/{case}", headers=HTML).text
    assert "hide:message" in page and "remove:message" not in page
    form = {"csrf": csrf_in(page), "measure": "remove:message", "minutes": "", "reason": "really"}
    refused = service.person.post(f"/console/cases/{case}/measures", data=form, headers=HTML)
    assert refused.status_code == 400


def test_what_the_form_does_not_offer_is_refused(service: Service, case: str) -> None:
    for wrong in ({"measure": "suspend:members"}, {"measure": ""}, {"minutes": "7"}):
        form = {"measure": "mute:account", "minutes": "60", "reason": "x", **wrong}
        form["csrf"] = service.person.headers["x-csrf-token"]
        path = f"/console/cases/{case}/measures"
        assert service.person.post(path, data=form, headers=HTML).status_code == 400


# -- not applied, and why a person is called -------------------------------------------------


def test_what_a_platform_refused_is_said_on_the_case_in_the_api_and_in_the_metrics(
    service: Service, case: str
) -> None:
    place = {"kind": "account", "platform": "twitch", "channel": "lea", "ref": "rude"}
    wish = {"kind": "mute", "scope": place, "reason": "again", "minutes": 60, "case": case}
    (measure,) = service.person.post("/api/v1/measures", json=wish).json()["measures"]

    def refuse(tables: Tables) -> None:
        tables.stream.queue_deliveries([measure["id"]], "bot", "apply", 0)
        for row in tables.stream.deliveries([measure["id"]]):
            tables.stream.settle_delivery(row.id, state="failed", detail="410 Gone", at_ms=now_ms())

    service.engine.write(refuse).result()
    view = service.person.get(f"/api/v1/cases/{case}").json()
    (delivery,) = [one for one in view["deliveries"] if one["measure"] == measure["id"]]
    assert (delivery["state"], delivery["detail"]) == ("not_applied", "410 Gone")
    page = service.person.get(f"/console/cases/{case}", headers=HTML).text
    assert "not applied</strong>" in page and "bot: 410 Gone" in page
    metrics = service.person.get("/metrics").text
    assert 'rempart_measures_not_applied{connector="bot"} 1.0' in metrics
    service.person.post(f"/api/v1/measures/{measure['id']}/undo")
    assert "rempart_measures_not_applied{" not in service.person.get("/metrics").text


def test_the_overview_says_why_a_person_is_called(service: Service) -> None:
    channel = Scope(ScopeKind.CHANNEL, "twitch", "lea", "lea")
    at = datetime.now(UTC)

    def call(tables: Tables) -> None:
        for because in Because:
            alarm = Measure(
                f"m-{because}", MeasureKind.ALARM, channel, at, at + timedelta(hours=1), "a-rule",
                because=because,
            )  # fmt: skip
            write_measures(tables, service.engine.settings, [alarm], now_ms())

    service.engine.write(call).result()
    shown = service.person.get("/console.json").json()["alarms"]
    assert {"limit", "proportion"} <= {alarm["what"] for alarm in shown}
    page = service.person.get("/console", headers=HTML).text
    assert "alone would have hidden something from everyone" in page
