"""Two people at one queue: who holds a case, what it is called, who must not judge it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.web.service import Service, lines, message

from rempart.store.interface.access import PersonRow
from rempart.web.auth.secret import hash_password

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def second(service: Service) -> httpx.Client:
    """Noor, a moderator, beside the administrator."""
    assert service.person is not None

    def change(tables: Any) -> str:
        id = tables.access.next_person()
        hashed = hash_password(PASSWORD)
        tables.access.put_person(PersonRow(id, "Noor", hashed, ("moderator",), None, 1_000, None))
        return str(id)

    service.engine.write(change).result()
    return service.sign_in("Noor", PASSWORD)


def reported(service: Service, category: str = "harassment", **fields: Any) -> str:
    """The case of a new message that somebody reported."""
    item = message(**fields)
    with service.client(service.ingest_token) as bot:
        answer = bot.post(
            "/api/v1/messages",
            content=lines(item),
            headers={"content-type": "application/x-ndjson"},
        )
        assert answer.status_code == 200, answer.text
        said = {"category": category, "explanation": "Again and again.", "good_faith": True}
        answer = bot.post("/api/v1/reports", json={**said, "message_ids": [item["id"]]})
        assert answer.status_code == 201, answer.text
    cases = service.person.get("/api/v1/cases", params={"state": "open", "limit": 500}).json()
    return next(one["id"] for one in cases["cases"] if one["subject"] == item["id"])


def test_one_holds_the_case_the_other_sees_who_and_cannot_decide(service, second) -> None:
    case = reported(service)
    mine = service.person.post(f"/api/v1/cases/{case}/hold").json()
    assert (mine["mine"], mine["others"]) == (True, [])
    theirs = second.post(f"/api/v1/cases/{case}/hold").json()
    assert (theirs["mine"], theirs["holder"], theirs["others"]) == (False, "Mo", ["Mo"])
    decision = {"outcome": "lift", "ground": "none", "reason": "Nothing there."}
    refused = second.post(f"/api/v1/cases/{case}/decisions", json=decision)
    assert refused.status_code == 409
    assert "take it over" in refused.json()["error"]["next_step"]
    taken = second.post(f"/api/v1/cases/{case}/take-over").json()
    assert taken["mine"]
    assert second.post(f"/api/v1/cases/{case}/decisions", json=decision).status_code == 201


def test_who_leaves_lets_go_at_once(service, second) -> None:
    case = reported(service)
    service.person.post(f"/api/v1/cases/{case}/hold")
    service.person.post(f"/api/v1/cases/{case}/release")
    assert second.post(f"/api/v1/cases/{case}/hold").json()["mine"]
    second.post(f"/api/v1/cases/{case}/release")


def test_holding_is_the_first_look_and_stops_its_clock(service) -> None:
    case = reported(service)
    before = service.person.get(f"/api/v1/cases/{case}/deadlines").json()
    assert {one["what"]: one["stopped_at"] for one in before["deadlines"]} == {
        "look": None,
        "decide": None,
        "tell": None,
    }
    assert before["clock"]["key"] == "hate_raid"
    assert before["clock"]["legal"][0]["source"] == "DSA art. 16(6)"
    service.person.post(f"/api/v1/cases/{case}/hold")
    after = service.person.get(f"/api/v1/cases/{case}/deadlines").json()
    stopped = {one["what"]: one["stopped_at"] is not None for one in after["deadlines"]}
    assert stopped == {"look": True, "decide": False, "tell": False}
    service.person.post(f"/api/v1/cases/{case}/release")


def test_a_pause_has_a_reason_and_no_clock_of_life_is_paused(service) -> None:
    case = reported(service)
    why = {"reason": "We asked the reporter for the link."}
    paused = service.person.post(f"/api/v1/cases/{case}/deadlines/pause", json=why).json()
    assert [one["what"] for one in paused["deadlines"] if one["paused_at"]] == ["decide"]
    resumed = service.person.post(f"/api/v1/cases/{case}/deadlines/resume").json()
    assert not [one for one in resumed["deadlines"] if one["paused_at"]]
    threat = reported(service, "threat")
    answer = service.person.post(f"/api/v1/cases/{threat}/deadlines/pause", json=why)
    assert answer.status_code == 409


def test_who_is_concerned_never_sees_the_case_again(service, second) -> None:
    case = reported(service)
    answer = second.post(f"/api/v1/cases/{case}/recuse", json={"reason": "He is my brother."})
    assert answer.status_code == 200
    assert second.get(f"/api/v1/cases/{case}").status_code == 404
    assert second.get(f"/console/cases/{case}").status_code == 404
    listed = second.get("/api/v1/cases", params={"limit": 500}).json()["cases"]
    assert case not in {one["id"] for one in listed}
    assert case not in second.get("/console/queue").text
    assert service.person.get(f"/api/v1/cases/{case}").status_code == 200


def test_who_is_reported_does_not_see_the_report(service, second) -> None:
    noor = next(row.id for row in _people(service) if row.name == "Noor")
    body = {"accounts": ["twitch/noor_plays"]}
    answer = service.person.post(f"/api/v1/people/{noor}/accounts", json=body)
    assert answer.status_code == 200
    case = reported(service, author={"id": "noor_plays"})
    assert second.get(f"/api/v1/cases/{case}").status_code == 404
    row = _row(service, case)
    assert row["turn"]["assignee"] == "Mo", "an administrator has it"


def test_a_triage_puts_the_case_where_a_person_says_it_belongs(service) -> None:
    case = reported(service, "child_safety")
    assert _row(service, case)["turn"]["rank"] == 0
    answer = service.person.post(f"/api/v1/cases/{case}/triage", json={"harm": "spam"})
    assert answer.json()["priority"] == 150
    turn = _row(service, case)["turn"]
    assert (turn["rank"], turn["harm"]) == (2, "spam")
    assert turn["why"]["fr"].startswith("Spam ou arnaque, il reste")
    unknown = service.person.post(f"/api/v1/cases/{case}/triage", json={"harm": "nonsense"})
    assert unknown.status_code == 400


def test_a_queue_takes_what_its_rules_say_and_everything_stays(service, second) -> None:
    hate, spam = reported(service, "hate"), reported(service, "spam")
    queue = {"name": {"fr": "Haine", "en": "Hate"}, "harms": ["hate"]}
    made = service.person.post("/api/v1/queues", json=queue)
    assert made.status_code == 201
    id = made.json()["id"]
    answer = second.get("/console/queue.json", params={"queue": id}).json()
    ids = {row["case"]["id"] for row in answer["rows"]}
    assert hate in ids
    assert spam not in ids
    everything = second.get("/console/queue.json").json()
    assert {hate, spam} <= {row["case"]["id"] for row in everything["rows"]}
    assert "Hate" in second.get("/console/queue", headers={"accept-language": "en"}).text
    assert second.post("/api/v1/queues", json=queue).status_code == 403
    gone = service.person.post(f"/api/v1/queues/{id}", json={**queue, "removed": True})
    assert gone.status_code == 200
    assert service.person.get("/api/v1/queues").json()["queues"] == []
    assert second.get("/console/queue.json", params={"queue": id}).status_code == 404


def test_the_forms_do_the_same_without_a_script(service, second) -> None:
    case = reported(service)
    html = {"accept": "text/html"}
    csrf = {"csrf": second.headers["x-csrf-token"]}
    answer = second.post(f"/console/cases/{case}/hold", data=csrf, headers=html)
    assert answer.status_code == 303
    page = second.get(f"/console/cases/{case}", headers={**html, "accept-language": "en"}).text
    assert "You hold this case." in page
    assert "30 min left" not in page, "the first look was made; now the decision is due"
    form = {**csrf, "harm": "hate"}
    answer = second.post(f"/console/cases/{case}/triage", data=form, headers=html)
    assert answer.status_code == 303
    answer = second.post(f"/console/cases/{case}/recuse", data={**csrf, "reason": "I know them"})
    assert answer.headers["location"] == "/console/queue"
    assert second.get(f"/console/cases/{case}", headers=html).status_code == 404
    page = service.person.get("/console/queues", headers={**html, "accept-language": "fr"}).text
    assert "Une nouvelle file" in page


def test_a_token_holds_and_judges_nothing(service) -> None:
    case = reported(service)
    with service.client(service.token("moderate")) as bot:
        for act in ("hold", "triage", "recuse", "take-over"):
            answer = bot.post(f"/api/v1/cases/{case}/{act}", json={"harm": "spam", "reason": "abc"})
            assert answer.status_code == 403, act


def _people(service: Service) -> list[Any]:
    with service.engine.read() as tables:
        return tables.access.people()


def _row(service: Service, case: str) -> dict[str, Any]:
    rows = service.person.get("/console/queue.json").json()["rows"]
    return next(row for row in rows if row["case"]["id"] == case)
