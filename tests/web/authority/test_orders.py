"""Orders and disputes in the console: taken in by a form, carried out, answered; nobody else's."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from tests.web.service import Service, message
from tests.web.team import PASSWORD as OTHERS
from tests.web.team import admit

HTML = {"accept": "text/html"}


def minutes_ago(minutes: int) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M")


def order(**more: str) -> dict[str, str]:
    return {
        "received_at": minutes_ago(30),
        "kind": "content",
        "clock": "authority_order",
        "authority": "Tribunal judiciaire de Paris",
        "country": "fr",
        "reference": f"26/{time.monotonic_ns()}",
        "answer_to": "greffe@example.org",
        "language": "fr",
        "harm": "hate",
        "legal_basis": "LCEN",
        "reasons": "Propos haineux.",
        "provision": "Loi du 29 juillet 1881, art. 24",
        "redress": "Appel.",
        "territory": "fr",
        **more,
    }


def taken_in(service: Service, **more: str) -> str:
    answer = service.person.post("/console/orders", data=order(**more))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].rpartition("/")[2]


def test_an_order_against_content_goes_its_whole_way_by_forms(service: Service) -> None:
    said = message(text="something that a court forbids")
    service.client(service.ingest_token).post("/api/v1/messages", json=[said])
    id = taken_in(service, links=f"{said['id']}\nhttps://elsewhere.example/x")
    me = service.person
    found = me.get(f"/console/orders/{id}.json").json()["order"]
    assert [one["message"] for one in found["links"]] == [said["id"], None]
    (receipt,) = found["letters"]
    assert me.post(f"/console/orders/{id}/sent", data={"letter": receipt["letter"]}).is_redirect
    page = me.get(f"/console/orders/{id}", headers=HTML).text
    assert "not held here" in page and "Nous accusons réception" in page
    without = me.post(f"/console/orders/{id}/effect", data={"links": said["id"]}, headers=HTML)
    assert without.status_code == 400 and "this needs a reason" in without.text
    part = {"links": said["id"], "reason": "The other address is not ours."}
    assert me.post(f"/console/orders/{id}/effect", data=part).status_code == 303
    done = me.get(f"/api/v1/orders/{id}").json()
    assert done["view"]["effect"] == "partly" and done["view"]["told_at"]
    effect = done["letters"][-1]
    answer = me.post(f"/console/orders/{id}/sent", data={"letter": effect["letter"]})
    assert answer.status_code == 303
    (view,) = [one for one in me.get("/api/v1/orders").json()["orders"] if one["id"] == id]
    assert view["answered_at"] and view["receipt_at"]
    told = me.get("/api/v1/statements", params={"limit": 50}).text
    assert "Tribunal judiciaire de Paris" in told or done["measures"]


def test_an_incomplete_order_is_taken_in_and_says_what_it_lacks(service: Service) -> None:
    later = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    id = taken_in(service, reasons="", links="", silent="yes", silent_until=later)
    found = service.person.get(f"/console/orders/{id}.json").json()["order"]
    assert found["view"]["missing"] == ["reasons", "links"]
    assert [one["what"] for one in found["letters"]] == ["receipt", "clarification"]
    page = service.person.get(f"/console/orders/{id}", headers=HTML).text
    assert "incomplete" in page and "exact addresses" in page
    typed = order(country="France", **{"wanted.names": "yes"})
    wrong = service.person.post("/console/orders", data=typed, headers=HTML)
    assert 'name="wanted.names" value="yes" checked' in wrong.text
    assert wrong.status_code == 400 and 'value="France"' in wrong.text


def test_information_is_taken_out_by_who_may_and_that_is_an_entry(service: Service) -> None:
    said = message(text="hello there")
    service.client(service.ingest_token).post("/api/v1/messages", json=[said])
    accounts = f"twitch/{said['author']['id']}"
    asked = {"wanted.times": "yes", "wanted.messages": "yes"}
    id = taken_in(service, kind="information", accounts=accounts, **asked)
    answer = service.person.post(f"/console/orders/{id}/information")
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["content-disposition"]
    (account,) = answer.json()["accounts"]
    assert [one["field"] for one in account["fields"]] == ["times", "messages"]
    assert all(one["origin"] for one in account["fields"])
    done = service.person.post(f"/console/orders/{id}/answer", data={"effect": "given"})
    assert done.status_code == 303
    page = service.person.get(f"/console/orders/{id}", headers=HTML).text
    assert "ordered us to give information" in page


def test_orders_are_for_those_with_the_right_and_for_no_token(service: Service) -> None:
    admit(service, "Max", "moderator")
    max_ = service.sign_in("Max", OTHERS)
    for path in ("/console/orders", "/console/disputes", "/api/v1/orders"):
        assert max_.get(path).status_code == 403
    token = service.client(service.token("read", "moderate", "admin"))
    assert token.get("/api/v1/orders").status_code == 403


def test_who_is_bound_to_a_channel_orders_nothing_and_declares_nothing(service: Service) -> None:
    """An order names accounts of every channel, and terms hold for all of them."""
    said = message(channel="elsewhere", text="something that a court forbids")
    service.client(service.ingest_token).post("/api/v1/messages", json=[said])
    id = taken_in(service, links=said["id"])
    admit(service, "Bea", "admin", channels=("lea",))
    bea = service.sign_in("Bea", OTHERS)
    for path in ("orders", "bans", "disputes", "declared"):
        assert bea.get(f"/api/v1/{path}").status_code == 403, path
    for path in ("orders", "bans", "disputes", "declared", "terms", "yearly"):
        assert bea.get(f"/console/{path}").status_code == 403, path
    assert bea.get(f"/api/v1/orders/{id}").status_code == 403
    act = {"links": [said["id"]], "reason": "it is not hers to take down"}
    answer = bea.post(f"/api/v1/orders/{id}/effect", json=act)
    assert answer.status_code == 403
    assert "over all channels" in answer.text
    assert bea.get("/console/misuse").status_code == 200, "there she sees what is hers"


def test_a_dispute_is_noted_decided_and_carried_out_once(service: Service) -> None:
    me = service.person
    new = {"body": "User Rights", "reference": "UR-26-1", "brought_by": "account",
           "submitted": "2026-02-01"}  # fmt: skip
    assert me.post("/console/disputes", data=new).status_code == 303
    assert me.post("/console/disputes", data=new).status_code == 409
    (one,) = me.get("/api/v1/disputes").json()["disputes"]
    early = {"outcome": "reversed", "decided": "2026-01-01"}
    answer = me.post(f"/console/disputes/{one['id']}/outcome", data=early, headers=HTML)
    assert answer.status_code == 400
    closed = {"outcome": "reversed", "decided": "2026-04-01", "note": "Reinstated."}
    assert me.post(f"/console/disputes/{one['id']}/outcome", data=closed).status_code == 303
    assert "not carried out yet" in me.get("/console/disputes", headers=HTML).text
    done = {"implemented": "2026-04-03"}
    assert me.post(f"/console/disputes/{one['id']}/implemented", data=done).status_code == 303
    (one,) = me.get("/console/disputes.json").json()["disputes"]
    assert one["dispute"]["implemented"] == "2026-04-03"
    again = me.post(f"/console/disputes/{one['id']}/outcome", data=closed)
    assert again.status_code == 409, "what is known is never taken back"
