"""Pages over HTTP: twins in JSON, rights by channel, and forms that work without a script."""

from __future__ import annotations

import httpx
import pytest
from tests.web.service import Service, message

PAGES = (
    "/console",
    "/console/log",
    "/console/queue",
    "/console/channels",
    "/console/channels/twitch/lea",
)
CHANNELS = ("lea", "noor")
HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def spoken(service: Service) -> Service:
    """Two channels have spoken; in each of them one message is held."""
    said = [
        message(channel=channel, text=text)
        for channel in CHANNELS
        for text in ("good evening", "you are a loser, kill yourself")
    ]
    with service.client(service.ingest_token) as client:
        answer = client.post("/api/v1/messages", json=said)
    assert [one["verdict"] for one in answer.json()].count("hold") == 2
    return service


@pytest.mark.parametrize("path", PAGES)
def test_each_page_has_its_twin(spoken: Service, path: str) -> None:
    page = spoken.person.get(path, headers=HTML)
    assert page.status_code == 200
    assert page.text.startswith("<!doctype html>")
    assert page.headers["cache-control"] == "no-store"
    by_name = spoken.person.get(f"{path}.json").json()
    by_header = spoken.person.get(path, headers={"accept": "application/json"}).json()
    assert by_name.keys() == by_header.keys()
    assert "now" in by_name


def test_a_threat_calls_on_the_overview(spoken: Service) -> None:
    """In every channel one has rights on, and as a sentence in the reader's language."""
    threats = [message(channel=name, text="I will find you and kill you") for name in CHANNELS]
    with spoken.client(spoken.ingest_token) as client:
        client.post("/api/v1/messages", json=threats)
    alarms = spoken.person.get("/console.json").json()["alarms"]
    assert {(alarm["what"], alarm["channel"]) for alarm in alarms} >= {
        ("threat", "lea"),
        ("threat", "noor"),
    }
    page = spoken.person.get("/console", headers={**HTML, "accept-language": "fr"})
    assert "Une menace a été reconnue dans #<bdi>lea</bdi>" in page.text


def test_the_verifiers_are_to_be_had_without_a_dossier(spoken: Service) -> None:
    with spoken.client() as client:
        for name in ("verify.html", "verify.py"):
            answer = client.get(f"/verify/{name}")
            assert answer.status_code == 200
            assert answer.headers["content-disposition"].startswith("attachment")
        assert client.get("/verify/export.py").status_code == 404


def test_nobody_unknown_sees_a_page(spoken: Service) -> None:
    for path in PAGES:
        with spoken.client() as client:
            page = client.get(path, headers=HTML)
            assert page.status_code == 303
            assert page.headers["location"].startswith("/login")
            assert client.get(f"{path}.json").status_code == 401


def test_who_has_rights_on_one_channel_sees_nothing_of_the_other(spoken: Service) -> None:
    with spoken.client(spoken.token("read", channels=["twitch/noor"])) as client:
        for path in ("/console", "/console/queue", "/console/channels"):
            text = client.get(f"{path}.json").text
            assert "noor" in text
            assert "lea" not in text
        assert client.get("/console/channels/twitch/lea.json").status_code == 404
        everything = spoken.person.get("/console/queue.json").json()["rows"]
        other = next(row["case"]["id"] for row in everything if row["case"]["channel"] == "lea")
        assert client.get(f"/console/cases/{other}.json").status_code == 404


def test_undo_without_a_script_leads_back_to_where_the_button_was(spoken: Service) -> None:
    case = _case_in(spoken, "noor")
    measure = case["measures"][0]["measure"]["id"]
    form = {"csrf": spoken.person.headers["x-csrf-token"], "back": "/console/queue"}
    answer = spoken.person.post(f"/console/measures/{measure}/undo", data=form, headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/queue")
    assert _case_in(spoken, "noor")["measures"][0]["measure"]["state"] == "undone"


def test_a_form_from_elsewhere_changes_nothing(spoken: Service) -> None:
    case = _case_in(spoken, "lea")
    with httpx.Client(base_url=spoken.address, cookies=spoken.person.cookies) as client:
        form = {"outcome": "lift", "ground": "none", "reason": "x"}
        path = f"/console/cases/{case['case']['id']}/decision"
        assert client.post(path, data=form).status_code == 403
    assert _case_in(spoken, "lea")["case"]["state"] == "open"


def test_a_decision_without_a_ground_is_refused_and_says_so(spoken: Service) -> None:
    case = _case_in(spoken, "lea")["case"]["id"]
    form = {"csrf": spoken.person.headers["x-csrf-token"], "outcome": "uphold", "reason": "x"}
    answer = spoken.person.post(f"/console/cases/{case}/decision", data=form, headers=HTML)
    assert answer.status_code == 400
    assert "<h1>" in answer.text


def test_an_unknown_page_is_an_error_in_the_readers_language(spoken: Service) -> None:
    with spoken.client() as client:
        page = client.get("/no-such-page", headers={**HTML, "accept-language": "fr"})
    assert page.status_code == 404
    assert "Il n’y a rien ici" in page.text


def test_static_files_and_what_they_load_are_of_one_version(spoken: Service) -> None:
    with spoken.client() as client:
        page = client.get("/", headers=HTML).text
        base = page.partition('href="/static/')[2].partition("/")[0]
        script = client.get(f"/static/{base}/js/console.js")
        assert script.status_code == 200
        assert "immutable" in script.headers["cache-control"]
        assert client.get("/static/0000000000000000/js/console.js").status_code == 404


def _case_in(service: Service, channel: str) -> dict[str, dict[str, str]]:
    rows = service.person.get("/console/queue.json").json()["rows"]
    case = next(row["case"]["id"] for row in rows if row["case"]["channel"] == channel)
    found: dict[str, dict[str, str]] = service.person.get(f"/console/cases/{case}.json").json()
    return found
