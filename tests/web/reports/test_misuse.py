"""The page *Misuse*: sources that people found wrong, by their last report and never by name."""

from __future__ import annotations

import time
from pathlib import Path

from tests.web.service import Service
from tests.web.team import PASSWORD as OTHERS
from tests.web.team import admit

from rempart.cases.deciding.appeals import look_again
from rempart.cases.deciding.decisions import Decider, decide
from rempart.cases.queue.triage import triage
from rempart.model import CaseState, DecisionOutcome, Ground, LookState
from rempart.store.interface import Tables
from rempart.store.interface.cases import CaseQuery

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
        assert me.get("/api/v1/misuse").json()["sources"] == [source]
        assert me.post(f"/api/v1/misuse/{source['report']}/warn").status_code == 409
        _suspended_and_lifted(service, source["report"], cases[3]["id"], now)
        admit(service, "Uma", "moderator")
        assert service.sign_in("Uma", OTHERS).get("/console/misuse").status_code == 403


def test_who_contests_everything_is_warned_suspended_and_told_with_each_receipt(
    tmp_path: Path,
) -> None:
    with Service.running(tmp_path) as service:
        me, anybody = service.person, service.client()
        receipts = [_contested_in_vain(service, number) for number in range(3)]
        (source,) = me.get("/console/misuse.json").json()["appellants"]
        assert source["what"] == "complaints" and source["factors"]["unfounded"] == 3
        page = me.get("/console/misuse", headers=HTML).text
        assert "last appeal" in page and "manifestly unfounded" in page
        at = f"/console/misuse/{source['report']}"
        assert me.post(f"{at}/warn").status_code == 303
        told = anybody.post("/status", data={"receipt": receipts[0]}, headers=HTML).text
        assert "A warning about your appeals" in told
        receipts.append(_contested_in_vain(service, 3))
        source = me.get("/console/misuse.json").json()["appellants"][0]
        at = f"/console/misuse/{source['report']}"
        why = "Friendly greetings contested again and again, also after the warning."
        asked = {"days": "20", "reason": why}
        assert me.post(f"{at}/suspend", data=asked).status_code == 409, "three days to read it"
        _warned_long_ago(service)
        assert me.post(f"{at}/suspend", data=asked).status_code == 303
        waits = _answered(service, 4)
        sent = anybody.post(
            "/api/v1/appeals", json={"receipt": waits, "explanation": "Look again."}
        )
        assert sent.status_code == 201 and "keep it" in sent.json()["message"]["en"]
        assert me.get("/console/misuse.json").json()["appellants"][0]["waiting"] == 1
        told = anybody.post("/status", data={"receipt": waits}, headers=HTML).text
        assert "Your appeals are not examined for a while" in told and why in told
        back = {"reason": "Two of the appeals turned out to be right."}
        assert me.post(f"{at}/lift", data=back).status_code == 303
        for _ in range(200):
            looks = me.get("/api/v1/appeals", params={"state": "open"}).json()["appeals"]
            if looks:
                break
            time.sleep(0.1)
        assert len(looks) == 1, "examined at once"


def _answered(service: Service, number: int) -> str:
    """A report by one source, answered with nothing to be done; its receipt."""
    sent = service.client().post(
        "/api/v1/reports",
        json={
            "category": "harassment",
            "explanation": f"Look at this, number {number}.",
            "links": [f"https://chat.example/lea/{number}"],
            "contact": {"name": "Troll Person", "email": "troll@example.org"},
            "good_faith": True,
        },
    )
    assert sent.status_code == 201, sent.text

    def nothing(tables: Tables) -> None:
        (case,) = tables.cases.page(CaseQuery(state=CaseState.OPEN)).cases
        decide(
            tables, case.id, DecisionOutcome.NO_VIOLATION, Ground.NONE, "A friendly greeting.",
            Decider("camille", person=True), time.time_ns() // 1_000_000, sample=0.0,
        )  # fmt: skip

    service.engine.write(nothing).result()
    return str(sent.json()["receipt"])


def _contested_in_vain(service: Service, number: int) -> str:
    receipt = _answered(service, number)
    asked = {"receipt": receipt, "explanation": "Look again."}
    assert service.client().post("/api/v1/appeals", json=asked).status_code == 201

    def reject(tables: Tables) -> None:
        (look,) = tables.looks.page(LookState.OPEN, 10)
        look_again(
            tables, look, granted=False, unfounded=True, reason="It is a greeting.",
            by=Decider("sacha", person=True), at_ms=time.time_ns() // 1_000_000,
        )  # fmt: skip

    service.engine.write(reject).result()
    return receipt


def _warned_long_ago(service: Service) -> None:
    def change(tables: Tables) -> None:
        (source,) = tables.misuse.appeals_wrong_often(3, 10)
        warning = tables.misuse.appeal_warning(source)
        assert warning is not None
        earlier = warning.warned_ms - 10 * 86_400_000
        tables.misuse.note_appeal_warning(source, warning._replace(warned_ms=earlier))

    service.engine.write(change).result()


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
