"""After a report: reporter and team talk by its receipt, and the report can be taken back."""

from __future__ import annotations

import time
from typing import Any

import httpx
from tests.web.service import Service, message
from tests.web.team import PASSWORD, admit


def written(service: Service, id: str) -> None:
    """A harmless message: the report is what opens its case."""
    bot = service.client(service.ingest_token)
    bot.post("/api/v1/messages", json=message(id=id, text=f"about {id}"))


def reported(service: Service, id: str, **more: Any) -> tuple[str, str]:
    """(receipt, case) of a new report about a message."""
    written(service, id)
    answer = service.client().post(
        "/api/v1/reports",
        json={
            "category": "hate",
            "explanation": f"About {id}.",
            "message_ids": [id],
            "good_faith": True,
            **more,
        },
    )
    assert answer.status_code == 201, answer.text
    cases = service.person.get("/api/v1/cases?channel=lea&state=open").json()["cases"]
    (case,) = [one["id"] for one in cases if one["subject"] == id]
    return answer.json()["receipt"], case


def test_reporter_and_team_write_to_each_other_and_no_name_is_told(service: Service) -> None:
    receipt, case = reported(service, "m-talk")
    stranger = service.client()
    more = {
        "receipt": receipt,
        "text": "It was on the forum too.",
        "links": ["https://f.example/1"],
    }
    assert stranger.post("/api/v1/reports/more", json=more).status_code == 200
    talk = service.person.get(f"/api/v1/cases/{case}/conversation").json()["messages"]
    assert [(one["side"], one["text"]) for one in talk] == [
        ("reporter", "It was on the forum too.")
    ]
    assert talk[0]["links"] == ["https://f.example/1"]
    said = service.person.post(
        f"/api/v1/cases/{case}/reports/{talk[0]['report']}/messages",
        json={"text": "Thank you. Do you know when it began?"},
    )
    assert said.status_code == 201, said.text
    status = stranger.post("/api/v1/reports/status", json={"receipt": receipt})
    kinds = [one["kind"] for one in status.json()["messages"]]
    assert kinds == ["receipt", "you", "team"]
    assert "founder" not in status.text and said.json()["messages"][1]["by"] not in status.text


def test_who_takes_a_report_back_is_answered_by_that_once_and_the_case_goes_on(
    service: Service,
) -> None:
    receipt, case = reported(service, "m-back")
    stranger = service.client()
    back = stranger.post("/api/v1/reports/withdraw", json={"receipt": receipt})
    assert back.json()["state"] == "withdrawn"
    assert not back.json().get("open")
    again = stranger.post("/api/v1/reports/withdraw", json={"receipt": receipt})
    assert again.status_code == 409
    assert (
        stranger.post("/api/v1/reports/more", json={"receipt": receipt, "text": "more"}).status_code
        == 409
    )
    assert service.person.get(f"/api/v1/cases/{case}").json()["case"]["state"] == "open"
    service.person.post(
        f"/api/v1/cases/{case}/decisions",
        json={"outcome": "uphold", "ground": "terms", "reason": "An insult, as our terms name it."},
    )
    status = stranger.post("/api/v1/reports/status", json={"receipt": receipt}).json()
    assert status["state"] == "withdrawn"
    assert [one["kind"] for one in status["messages"]] == ["receipt", "withdrawn"]


def test_after_the_answer_nothing_is_added(service: Service) -> None:
    receipt, case = reported(service, "m-late")
    decided = service.person.post(
        f"/api/v1/cases/{case}/decisions",
        json={"outcome": "uphold", "ground": "terms", "reason": "An insult, as our terms name it."},
    )
    assert decided.status_code == 201, decided.text
    late = service.client().post("/api/v1/reports/more", json={"receipt": receipt, "text": "more"})
    assert late.status_code == 409
    assert "appeal" in late.text


def test_a_wrong_receipt_adds_nothing_and_a_token_does_not_write_for_the_team(
    service: Service,
) -> None:
    receipt, case = reported(service, "m-who")
    wrong = " ".join(receipt.split()[::-1])
    for path in ("more", "withdraw"):
        answer = service.client().post(
            f"/api/v1/reports/{path}", json={"receipt": wrong, "text": "x"}
        )
        assert answer.status_code in (400, 404)
    talk = service.person.get(f"/api/v1/cases/{case}/conversation").json()
    assert talk["messages"] == []
    bot = service.client(service.ingest_token)
    assert bot.get(f"/api/v1/cases/{case}/conversation").status_code == 403
    assert (
        bot.post(f"/api/v1/cases/{case}/reports/rp-x/messages", json={"text": "x"}).status_code
        == 403
    )
    assert (
        service.person.post(
            f"/api/v1/cases/{case}/reports/rp-x/messages", json={"text": "x"}
        ).status_code
        == 404
    )


def test_the_notice_of_a_trusted_flagger_is_marked_and_a_wrong_token_is_no_stranger(
    service: Service,
) -> None:
    written(service, "m-flag")
    report = {
        "category": "hate",
        "explanation": "Notice of a trusted flagger.",
        "message_ids": ["m-flag"],
        "good_faith": True,
    }
    flagger = service.client(service.token("flag"))
    assert flagger.post("/api/v1/reports", json=report).status_code == 201
    assert flagger.get("/api/v1/cases").status_code == 403
    assert service.client("wrong").post("/api/v1/reports", json=report).status_code == 401
    cases = service.person.get("/api/v1/cases?channel=lea&state=open").json()["cases"]
    (case,) = [one["id"] for one in cases if one["subject"] == "m-flag"]
    (told,) = service.person.get(f"/api/v1/cases/{case}").json()["reports"]
    assert told["trusted"] is True


def test_a_trusted_flagger_comes_before_its_like_and_never_before_a_life(service: Service) -> None:
    """DSA art. 22(1) and recital 61: sent last, it stands before a stranger's of the same harm."""

    def report(who: httpx.Client, id: str, category: str) -> None:
        written(service, id)
        said = {"category": category, "explanation": f"About {id}.", "good_faith": True}
        answer = who.post("/api/v1/reports", json={**said, "message_ids": [id]})
        assert answer.status_code == 201, answer.text

    report(service.client(), "m-life", "threat")
    report(service.client(), "m-first", "hate")
    report(service.client(service.token("flag")), "m-trusted", "hate")
    wanted = ["m-life", "m-trusted", "m-first"]
    for _ in range(100):
        cases = service.person.get("/api/v1/cases?state=open&limit=500").json()["cases"]
        order = [one["subject"] for one in cases if one["subject"] in wanted]
        if order == wanted:
            break
        time.sleep(0.05)
    assert order == wanted


def test_a_person_under_eighteen_is_one_class_higher(service: Service) -> None:
    rank = {}
    for id, minor in (("m-adult", False), ("m-minor", True)):
        written(service, id)
        answer = service.client().post(
            "/api/v1/reports",
            json={
                "category": "harassment",
                "explanation": f"About {id}.",
                "message_ids": [id],
                "good_faith": True,
                "minor": minor,
                "wish": "stop",
            },
        )
        assert answer.status_code == 201, answer.text
        cases = service.person.get("/api/v1/cases?channel=lea&state=open").json()["cases"]
        (rank[id],) = [one["priority"] for one in cases if one["subject"] == id]
    assert rank["m-minor"] > rank["m-adult"]


def test_who_is_concerned_or_has_other_harms_reads_no_conversation(service: Service) -> None:
    receipt, case = reported(service, "m-apart")
    more = {"receipt": receipt, "text": "He is one of your moderators."}
    assert service.client().post("/api/v1/reports/more", json=more).status_code == 200
    ids = [admit(service, name, "moderator") for name in ("Kim", "Lou")]
    kim, lou = (service.sign_in(name, PASSWORD) for name in ("Kim", "Lou"))
    path = f"/api/v1/cases/{case}/conversation"
    (said,) = kim.get(path).json()["messages"]
    recused = kim.post(f"/api/v1/cases/{case}/recuse", json={"reason": "it is about me"})
    assert recused.status_code == 200, recused.text
    assert kim.get(path).status_code == 404
    answer = kim.post(
        f"/api/v1/cases/{case}/reports/{said['report']}/messages", json={"text": "Who are you?"}
    )
    assert answer.status_code == 404
    assert lou.get(path).status_code == 200
    bound = service.person.patch(f"/api/v1/people/{ids[1]}", json={"harms": ["spam"]})
    assert bound.status_code == 200, bound.text
    assert lou.get(path).status_code == 404
    assert lou.get(f"/api/v1/cases/{case}").status_code == 404
    listed = lou.get("/api/v1/cases?limit=500").json()["cases"]
    assert case not in [one["id"] for one in listed]
