"""Who decides on an appeal, and the list of all decisions."""

from __future__ import annotations

from tests.web.deciding.test_deciding import ACT, code_for, held
from tests.web.service import Service
from tests.web.team import PASSWORD, admit


def test_an_appeal_is_decided_by_who_has_the_right_to_look_again(service: Service) -> None:
    case = held(service)
    service.person.post(f"/api/v1/cases/{case}/decisions", json=ACT)
    said = {"explanation": "It was a joke.", "code": code_for(service, case)}
    assert service.client().post("/api/v1/appeals", json=said).status_code == 201
    listed = service.person.get("/api/v1/appeals", params={"state": "open"}).json()["appeals"]
    look = next(one for one in listed if one["of"] == case)
    admit(service, "Olga", "on_call")
    olga = service.sign_in("Olga", PASSWORD)
    verdict = {"granted": True, "reason": "Read in its place, it was banter."}
    assert olga.post(f"/api/v1/appeals/{look['id']}/decision", json=verdict).status_code == 403
    form = {"granted": "yes", "reason": "It was banter."}
    assert olga.post(f"/console/appeals/{look['id']}/decision", data=form).status_code == 403
    part = olga.get(f"/console/cases/{look['case']}.json").json()["deciding"]["look"]
    assert part["closed_to"] == "right"
    admit(service, "Rosa", "reviewer")
    rosa = service.sign_in("Rosa", PASSWORD)
    done = rosa.post(f"/api/v1/appeals/{look['id']}/decision", json=verdict)
    assert done.status_code == 201, done.text


def test_all_decisions_are_listed_newest_first_with_their_statements(service: Service) -> None:
    first, last = held(service), held(service)
    for case in (first, last):
        made = service.person.post(f"/api/v1/cases/{case}/decisions", json=ACT)
        assert made.status_code == 201, made.text
    path = "/api/v1/decisions"
    listed = service.person.get(path, params={"limit": 2}).json()["decisions"]
    assert [one["decision"]["case"] for one in listed] == [last, first]
    kinds = {one["kind"] for one in listed[0]["statements"]}
    assert kinds == {"hold", "hide", "time_out"}
    assert listed[0]["statements_total"] == 3
    after = service.person.get(path, params={"limit": 1, "offset": 1}).json()["decisions"]
    assert [one["decision"]["case"] for one in after] == [first]
    channel = listed[0]["channel"]
    for bounds in ([channel], [f"twitch/{channel}"]):
        bounded = service.client(service.token("read", channels=bounds))
        seen = bounded.get(path).json()["decisions"]
        assert {one["decision"]["case"] for one in seen} == {last}
    assert service.client(service.token("ingest")).get(path).status_code == 403


def test_who_is_kept_from_a_case_reads_no_decision_of_it(service: Service) -> None:
    case = held(service)
    admit(service, "Sacha", "moderator")
    second = service.sign_in("Sacha", PASSWORD)
    kept = second.post(f"/api/v1/cases/{case}/recuse", json={"reason": "He is my brother."})
    assert kept.status_code == 200
    service.person.post(f"/api/v1/cases/{case}/decisions", json=ACT)
    cases = [
        {one["decision"]["case"] for one in who.get("/api/v1/decisions").json()["decisions"]}
        for who in (service.person, second)
    ]
    assert case in cases[0]
    assert case not in cases[1]


def test_who_has_other_harms_reads_no_decision_of_these(service: Service) -> None:
    case = held(service)
    service.person.post(f"/api/v1/cases/{case}/decisions", json=ACT)
    admit(service, "Ines", "moderator")
    ines = service.sign_in("Ines", PASSWORD)
    seen = ines.get("/api/v1/decisions").json()["decisions"]
    assert case in {one["decision"]["case"] for one in seen}
    people = service.person.get("/api/v1/people").json()["people"]
    [id] = [one["id"] for one in people if one["name"] == "Ines"]
    changed = service.person.patch(f"/api/v1/people/{id}", json={"harms": ["self_harm_incitement"]})
    assert changed.status_code == 200, changed.text
    assert ines.get("/api/v1/decisions").json()["decisions"] == []
