"""Golden items: a decided case that colleagues meet blind, and what they made of it."""

from __future__ import annotations

import httpx
import pytest
from tests.web.deciding.test_deciding import ACT, held
from tests.web.service import Service
from tests.web.team import PASSWORD, admit, told

HTML = {"accept": "text/html"}
WHY = "Wishing somebody dead is not banter, whoever says it."


@pytest.fixture(scope="module")
def kept(service: Service) -> str:
    """A decided case that was kept for practice; returns the case's id."""
    case = held(service)
    early = service.person.post(f"/console/cases/{case}/golden", data={"reason": WHY})
    assert early.status_code == 409, "nothing was agreed on yet"
    assert service.person.post(f"/api/v1/cases/{case}/decisions", json=ACT).status_code == 201
    assert keep(service, case).status_code == 303
    return case


def keep(service: Service, case: str, reason: str = WHY) -> httpx.Response:
    return service.person.post(
        f"/console/cases/{case}/golden", data={"reason": reason}, headers=HTML
    )


def reviewer(service: Service, name: str, *roles: str) -> httpx.Client:
    admit(service, name, *(roles or ("reviewer",)))
    return service.sign_in(name, PASSWORD)


def drain(client: httpx.Client) -> None:
    """Answers all that waits."""
    while (item := client.get("/console/practice.json").json()["item"]) is not None:
        client.post(f"/console/practice/{item['id']}", data={"answer": "act"}, headers=HTML)


def test_it_is_met_blind_answered_once_and_changes_nothing(service: Service, kept: str) -> None:
    rita = reviewer(service, "Rita")
    service.person.get(f"/api/v1/cases/{kept}")  # the look itself is an entry
    before = service.person.get(f"/api/v1/cases/{kept}").json()
    screen = rita.get("/console/practice.json").json()
    page = rita.get("/console/practice", headers=HTML).text
    for shown in (str(screen), page):
        assert "not banter" not in shown
        assert kept not in shown
        assert "Repeated insults" not in shown
    item = screen["item"]["id"]
    assert screen["item"]["texts"]
    assert rita.get("/console/practice.json", params={"answered": item}).json()["last"] is None
    wrong = rita.post(f"/console/practice/{item}", data={"answer": "perhaps"})
    assert wrong.status_code == 400
    sent = rita.post(f"/console/practice/{item}", data={"answer": "no_violation"}, headers=HTML)
    assert sent.status_code == 303
    after = rita.get(sent.headers["location"], headers=HTML).text
    assert "not banter" in after
    agreed = rita.get("/console/practice.json", params={"answered": item}).json()
    assert agreed["last"]["right"] is False
    assert agreed["last"]["outcome"] == "act"
    assert agreed["right"]["whole"] == 1
    assert agreed["right"]["part"] == 0
    assert agreed["right"]["high"] < 1
    again = rita.post(f"/console/practice/{item}", data={"answer": "act"})
    assert again.status_code == 409
    assert service.person.get(f"/api/v1/cases/{kept}").json() == before
    said = told(service, "golden")[-1]
    assert (said["happened"], said["answer"], said["right"]) == ("answered", "no_violation", False)


def test_each_persons_accuracy_stands_on_the_figures(service: Service, kept: str) -> None:
    sam = reviewer(service, "Sam")
    drain(sam)
    csv = service.person.get("/console/figures.csv", params={"days": 11}).text
    rows = [line for line in csv.splitlines() if line.startswith("practice,reviewer,")]
    assert rows
    screen = service.person.get("/console/figures.json", params={"days": 12}).json()
    assert {one["person"] for one in screen["practice"]}
    page = service.person.get("/console/figures", params={"days": 12}, headers=HTML).text
    assert "As agreed" in page


def test_who_knows_the_answer_does_not_meet_it(service: Service, kept: str) -> None:
    assert service.person.get("/console/practice.json").json()["item"] is None
    other = reviewer(service, "Theo")
    found = other.get("/console/practice.json").json()["item"]["id"]
    mine = service.person.post(f"/console/practice/{found}", data={"answer": "act"})
    assert mine.status_code == 404


def test_only_who_looks_again_keeps_and_only_who_decides_practises(
    service: Service, kept: str
) -> None:
    auditor = reviewer(service, "Aude", "auditor")
    assert auditor.get("/console/practice").status_code == 403
    on_call = reviewer(service, "Olga", "on_call")
    refused = on_call.post(f"/console/cases/{kept}/golden", data={"reason": WHY})
    assert refused.status_code == 403
    assert keep(service, kept).status_code == 409, "it is one already"
    token = service.client(service.token("admin"))
    assert token.get("/console/practice.json").status_code == 403
    page = service.person.get(f"/console/cases/{kept}", headers=HTML).text
    assert "Kept for practice" in page


def test_an_item_whose_decision_was_replaced_is_offered_no_more(service: Service) -> None:
    case = held(service)
    service.person.post(f"/api/v1/cases/{case}/decisions", json=ACT)
    assert keep(service, case).status_code == 303
    uma = reviewer(service, "Uma")
    vera = reviewer(service, "Vera")
    drain(uma)
    rows = service.person.get("/api/v1/statements").json()["statements"]
    statement = next(one["statement"] for one in rows if one["statement"].get("case") == case)
    code = service.person.post(f"/api/v1/statements/{statement['id']}/code").json()["code"]
    service.client().post("/api/v1/appeals", json={"explanation": "A joke.", "code": code})
    looks = service.person.get("/api/v1/appeals", params={"state": "open"}).json()["appeals"]
    look = next(one["id"] for one in looks if one["of"] == case)
    verdict = {"granted": True, "reason": "Read in its place, it was banter."}
    done = uma.post(f"/api/v1/appeals/{look}/decision", json=verdict)
    assert done.status_code == 201, done.text
    from rempart.cases.golden import golden_id

    gone = vera.post(f"/console/practice/{golden_id(case)}", data={"answer": "act"})
    assert gone.status_code == 404
