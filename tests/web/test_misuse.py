"""The page *Misuse*: sources that people found wrong, by their last report and never by name."""

from __future__ import annotations

import time
from pathlib import Path

from tests.web.service import Service
from tests.web.test_people import PASSWORD as OTHERS
from tests.web.test_people import admit

from rempart.cases.queue.triage import triage
from rempart.store.interface import Tables

HTML = {"accept": "text/html"}


def test_a_source_that_was_often_wrong_is_warned_once_and_never_named(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        me = service.person
        assert me.get("/console/misuse.json").json()["sources"] == []
        reports = []
        for number in range(4):
            sent = service.client().post(
                "/api/v1/reports",
                json={
                    "category": "threat",
                    "explanation": f"Look at this, number {number}.",
                    "links": [f"https://chat.example/lea/{number}"],
                    "contact": {"name": "Troll Person", "email": "troll@example.org"},
                    "good_faith": True,
                },
            )
            assert sent.status_code == 201, sent.text
        cases = me.get("/api/v1/cases", params={"limit": 50}).json()["cases"]
        now = time.time_ns() // 1_000_000
        for one in cases[:3]:
            service.engine.write(
                lambda tables, id=one["id"]: triage(
                    tables, id, "spam", "moderator-1", now, person=True
                )
            ).result()
        reports = me.get("/console/misuse.json").json()["sources"]
        (source,) = reports
        assert source["factors"]["unfounded"] == 3 and source["text"]
        page = me.get("/console/misuse", headers=HTML).text
        assert "3 unfounded of 3 examined" in page
        assert "troll@example.org" not in page and "Troll Person" not in page
        assert me.post(f"/console/misuse/{source['report']}/warn").status_code == 303
        (source,) = me.get("/console/misuse.json").json()["sources"]
        assert source["warned_at"] and source["text"] == {}
        again = me.post(f"/console/misuse/{source['report']}/warn", headers=HTML)
        assert again.status_code == 409 and "within the year" in again.text
        _suspended_and_lifted(service, source["report"], cases[3]["id"], now)
        admit(service, "Uma", "moderator")
        assert service.sign_in("Uma", OTHERS).get("/console/misuse").status_code == 403


def _suspended_and_lifted(service: Service, report: str, case: str, now: int) -> None:
    """After a warning and more of the same, the examination of its reports is suspended."""
    me, why = service.person, "Harmless greetings reported again and again as threats."
    asked = {"days": "30", "reason": why}
    early = me.post(f"/console/misuse/{report}/suspend", data=asked, headers=HTML)
    assert early.status_code == 409 and "3 days" in early.text

    def weeks_ago(tables: Tables) -> None:
        row = tables.cases.report(report)
        assert row is not None and row.reporter is not None
        tables.deadlines.note_warning(row.reporter, now - 10 * 86_400_000)
        triage(tables, case, "spam", "moderator-1", now, person=True)

    service.engine.write(weeks_ago).result()
    (source,) = me.get("/console/misuse.json").json()["sources"]
    assert source["not_yet"] == ""
    assert "Suspend what it reports" in me.get("/console/misuse", headers=HTML).text
    assert me.post(f"/console/misuse/{report}/suspend", data=asked).status_code == 303
    (source,) = me.get("/console/misuse.json").json()["sources"]
    assert why in source["suspended"]["text"]["en"]
    sent = service.client().post(
        "/api/v1/reports",
        json={
            "category": "harassment",
            "explanation": "And this.",
            "links": ["https://chat.example/lea/0"],
            "contact": {"name": "Troll Person", "email": "troll@example.org"},
            "good_faith": True,
        },
    )
    assert sent.status_code == 201, sent.text
    words = {"receipt": sent.json()["receipt"]}
    page = service.client().post("/status", data=words, headers=HTML).text
    assert "not examined for a while" in page and "Harmless greetings" in page
    assert me.get("/console/misuse.json").json()["sources"][0]["waiting"] == 1
    back = {"reason": "Two of the reports turned out to be right."}
    assert me.post(f"/console/misuse/{report}/lift", data=back).status_code == 303
    assert me.post(f"/console/misuse/{report}/lift", data=back).status_code == 409
    assert me.get("/console/misuse.json").json()["sources"][0]["suspended"] is None
