"""Who was here and did what: entries of the log, found by filters; too many look-ups alarm."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.web.exporting import exported
from tests.web.service import NAME, PASSWORD, Service, csrf_in, message
from tests.web.team import PASSWORD as OTHERS
from tests.web.team import admit, told

from rempart.cases.access_log import usual_of

FEW = "[people]\nlook_ups = 3\nlook_up_minutes = 10\n"


def whats(service: Service, **query: str) -> list[str]:
    found = service.person.get("/api/v1/access", params=query).json()["entries"]
    return [f"{one['kind']} {one['what']}" for one in found]


def cases(service: Service, count: int) -> list[str]:
    """So many held messages, each a case in a channel of its own."""
    bot = service.client(service.ingest_token)
    said = [
        message(channel=f"c{place}", text="you are a loser, kill yourself")
        for place in range(count)
    ]
    bot.post("/api/v1/messages", json=said)
    deadline = time.monotonic() + 60
    while True:
        found = service.person.get("/api/v1/cases", params={"limit": 100}).json()["cases"]
        if len(found) >= count:
            return [one["id"] for one in found[:count]]
        assert time.monotonic() < deadline


def test_coming_in_going_out_and_being_refused_are_entries(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        assert service.person.get("/api/v1/me").status_code == 200
        client = service.client()
        csrf = csrf_in(client.get("/login").text)
        for name, password in ((NAME, "a wrong password"), ("s3cret typed here", "x")):
            client.post("/login", data={"csrf": csrf, "name": name, "password": password})
        later = service.sign_in()
        later.post("/logout")
        found = whats(service, kind="sign-in")
        assert found[:2] == ["sign-in signed out", "sign-in signed in"]
        assert found.count("sign-in refused") == 2
        assert found[-1] == "sign-in signed in"
        text = str(told(service, "sign-in"))
        assert "s3cret" not in text, "a password in the wrong field stays nobody's to read"
        refused = [one for one in told(service, "sign-in") if one["what"] == "refused"]
        assert {one["person"] for one in refused} == {"moderator-1", ""}


def test_many_refusals_become_few_entries_with_their_count(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        assert service.person.get("/api/v1/me").status_code == 200
        refused = service.running.engine, 40
        from rempart.web.auth.refused import Refused

        grouped = Refused(refused[0])
        for _ in range(refused[1]):
            grouped.count("moderator-1", "password")
        grouped.flush(0, everything=True)
        service.engine.write(lambda tables: None).result()
        counts = [one["count"] for one in told(service, "sign-in") if one["what"] == "refused"]
        assert counts == [1, 39]


def test_a_look_at_a_case_is_noted_once_and_before_it_is_shown(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        (case,) = cases(service, 1)
        me = service.person
        for path in (f"/console/cases/{case}", f"/api/v1/cases/{case}", f"/console/cases/{case}"):
            assert me.get(path).status_code == 200
        assert whats(service, kind="access") == ["access view"]
        admit(service, "Sacha", "moderator")
        exported(me, service.sign_in("Sacha", OTHERS), case)
        (*left, view) = me.get("/api/v1/access", params={"kind": "access"}).json()["entries"]
        assert [one["what"] for one in left] == [
            "taken",
            "exported",
            "export",
            "export agreed",
        ]
        assert view["by"] == "moderator-1"
        assert me.get("/console/cases/c-nothing").status_code == 404
        assert len(whats(service, kind="access")) == 5, "what one may not see is no look"


def test_far_more_look_ups_than_usual_alarm_the_other_admins(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(FEW)
    with Service.running(tmp_path) as service:
        me = service.person
        admit(service, "Vic", "moderator")
        vic = service.sign_in("Vic", OTHERS)
        for case in cases(service, 5):
            assert vic.get(f"/console/cases/{case}").status_code == 200
        assert whats(service, kind="alarm") == ["alarm look-ups"], "one alarm, not one per look"
        overview = me.get("/console.json").json()["alarms"]
        assert [(one["what"], one["detail"]) for one in overview][-1:] == [
            ("look_ups", "moderator-2")
        ]
        assert vic.get("/console.json").json()["alarms"] == []
        assert vic.get("/console/access").status_code == 403
        (alarm,) = me.get("/api/v1/access", params={"kind": "alarm"}).json()["entries"]
        page = me.get("/console/access?kind=alarm", headers={"accept": "text/html"}).text
        assert "far more cases than usual" in page
        assert me.post(f"/console/access/{alarm['seq']}/seen").status_code == 303
        assert me.get("/console.json").json()["alarms"] == []
        assert me.post(f"/api/v1/access/{alarm['seq']}/seen").status_code == 404


def test_nobody_waves_away_the_alarm_about_herself(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(FEW)
    with Service.running(tmp_path) as service:
        for case in cases(service, 4):
            service.person.get(f"/console/cases/{case}")
        (alarm,) = service.person.get("/api/v1/access?kind=alarm").json()["entries"]
        assert service.person.get("/console.json").json()["alarms"] == []
        assert service.person.post(f"/api/v1/access/{alarm['seq']}/seen").status_code == 404


def test_an_auditor_reads_the_access_log_and_changes_nothing(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        assert service.person.get("/api/v1/me").status_code == 200
        admit(service, "Aud", "auditor")
        aud = service.sign_in("Aud", OTHERS)
        assert aud.get("/api/v1/access").status_code == 200
        assert aud.get("/console/access", params={"person": "moderator-1"}).status_code == 200
        assert aud.get("/api/v1/access", params={"kind": "weather"}).status_code == 400
        assert aud.post("/api/v1/access/1/seen").status_code == 403
        assert aud.get("/api/v1/people").status_code == 403


@pytest.mark.parametrize(("times", "usual"), [([], 0), ([5], 1), ([1] * 7 + [20, 21, 35], 2)])
def test_usual_is_what_the_busier_windows_held(times: list[int], usual: int) -> None:
    assert usual_of(times, 10) == usual


def test_signing_in_says_by_what(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        me = service.person
        admit(service, "Wen", "reviewer")
        service.sign_in("Wen", OTHERS)
        service.sign_in(NAME, PASSWORD)
        entries = me.get("/api/v1/access?kind=sign-in").json()["entries"]
        assert [one["told"]["means"] for one in entries] == [
            "password",
            "password",
            "one-time login",
        ]
        page = me.get(
            "/console/access", headers={"accept": "text/html", "accept-language": "fr"}
        ).text
        assert "code à usage unique" in page and "one-time login" not in page
