"""A case is passed on in two steps by people; what was said, when and where is kept."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.connect.local_server import in_a_thread
from tests.connect.test_cybertip import Interface
from tests.web.service import Service, csrf_in, lines, message
from tests.web.team import PASSWORD, admit

THREAT = "I will kill you, I know where you live"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    data = tmp_path / "data"
    data.mkdir()
    (data / "settings.toml").write_text('[community]\nname = "The lighthouse"\n')
    with Service.running(data) as running:
        yield running


def a_case(service: Service, **fields: Any) -> str:
    sent = service.client(service.ingest_token).post(
        "/api/v1/messages", content=lines(message(text=THREAT, **fields))
    )
    assert sent.status_code == 200
    return str(service.person.get("/api/v1/cases").json()["cases"][0]["id"])


def prepared(service: Service, case: str, place: str, **more: str) -> dict[str, Any]:
    answer = service.person.post(
        f"/api/v1/cases/{case}/referrals", json={"place": place, "language": "en", **more}
    )
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def said(referral: dict[str, Any]) -> dict[str, str]:
    return {one["field"]: one["value"] for one in referral["said"]}


def child_safety_case(service: Service) -> str:
    body = {
        "category": "child_safety",
        "explanation": "it is at this address",
        "links": ["https://page.example/thing"],
        "text": "what was pasted",
        "good_faith": True,
    }
    assert service.client().post("/api/v1/reports", json=body).status_code == 201
    return str(service.person.get("/api/v1/cases").json()["cases"][0]["id"])


def another_person(service: Service) -> httpx.Client:
    """A second one with every right."""
    admit(service, "Ada", "admin")
    return service.sign_in("Ada", PASSWORD)


def test_the_police_are_told_what_was_written_when_by_whom_and_what_was_done(
    service: Service,
) -> None:
    case = a_case(service, author={"id": "u-77", "name": "somebody"})
    parts = said(prepared(service, case, "police", comment="she is afraid to go home"))
    assert THREAT in parts["quotes"]
    assert "u-77 (somebody)" in parts["authors"]
    assert "222-17" in parts["offence"]
    assert parts["measures"].startswith("messages held back: 1")
    assert parts["comment"] == "she is afraid to go home"
    assert "The lighthouse" in parts["contact"]
    assert parts["when"].endswith("(UTC)")


def test_the_form_of_pharos_is_filled_in_its_order(service: Service) -> None:
    case = a_case(service, extra={"url": "https://forum.example/t/7"})
    referral = prepared(service, case, "pharos")
    fields = [one["field"] for one in referral["said"]]
    assert fields == ["category", "when", "where", "addresses", "contact"]
    assert said(referral)["addresses"] == "https://forum.example/t/7"
    text = service.person.get(f"/api/v1/referrals/{referral['id']}/text").text
    assert text.startswith("CATEGORY\n")


def test_a_private_message_is_not_passed_on_to_a_place_for_public_content(
    service: Service, tmp_path: Path
) -> None:
    case = a_case(service)
    body = {"category": "threat", "explanation": "also by letter", "good_faith": True}
    service.client().post("/api/v1/reports", json=body)
    host = said(prepared(service, case, "host"))
    assert THREAT in host["explanation"], "a public one is"


def test_nothing_is_sent_until_a_person_says_so_and_only_once(service: Service) -> None:
    case = a_case(service)
    referral = prepared(service, case, "police")
    path = f"/api/v1/referrals/{referral['id']}"
    assert service.person.post(f"{path}/acknowledged", json={"reference": "X"}).status_code == 409
    unread = service.person.post(f"{path}/sent", json={"checked": False})
    assert unread.status_code == 400 or unread.status_code == 422
    sent = service.person.post(f"{path}/sent", json={"checked": True, "reference": ""}).json()
    assert sent["state"] == "sent"
    again = service.person.post(f"{path}/sent", json={"checked": True})
    assert again.status_code == 409
    answered = service.person.post(f"{path}/acknowledged", json={"reference": "PV 2026/11"}).json()
    assert (answered["state"], answered["reference"]) == ("acknowledged", "PV 2026/11")
    assert service.person.post(f"{path}/withdraw").status_code == 409


def test_it_cannot_have_left_before_it_was_written_nor_in_the_future(service: Service) -> None:
    case = a_case(service)
    referral = prepared(service, case, "police")
    path = f"/api/v1/referrals/{referral['id']}/sent"
    for days in (-3, 2):
        when = (datetime.now(UTC) + timedelta(days=days)).isoformat()
        answer = service.person.post(path, json={"checked": True, "sent_at": when})
        assert answer.status_code in (400, 422), days


def test_of_child_safety_only_addresses_are_passed_on_and_to_few_places(service: Service) -> None:
    case = child_safety_case(service)
    offered = service.person.get(f"/api/v1/cases/{case}/referrals/places").json()
    keys = {one["key"] for one in offered}
    assert "pharos" in keys and "complaint" not in keys
    assert "ncmec" not in keys, "its switch is off"
    parts = said(prepared(service, case, "police"))
    assert parts["addresses"] == "https://page.example/thing"
    assert "what was pasted" not in str(parts)
    refused = service.person.post(
        f"/api/v1/cases/{case}/referrals", json={"place": "ncmec", "language": "en"}
    )
    assert refused.status_code == 403


def test_what_was_written_before_a_case_became_one_of_child_safety_leaves_no_more(
    service: Service,
) -> None:
    body = {
        "category": "threat",
        "explanation": "she wrote this to me",
        "links": ["https://page.example/thing"],
        "good_faith": True,
    }
    first = a_case(service, id="m-closed")
    referral = prepared(service, first, "police")
    assert THREAT in str(referral["said"])
    closing = {**body, "category": "child_safety", "message_ids": ["m-closed"], "channel": "lea"}
    answer = service.client().post("/api/v1/reports", json=closing)
    assert answer.status_code == 201, answer.text
    path = f"/api/v1/referrals/{referral['id']}"
    assert THREAT not in service.person.get(path).text
    assert service.person.get(f"{path}/text").status_code == 404
    page = service.person.get(f"/console/referrals/{referral['id']}")
    assert THREAT not in page.text
    assert THREAT not in service.person.get(f"/api/v1/cases/{first}/referrals").text
    sent = service.person.post(f"{path}/sent", json={"checked": True})
    assert sent.status_code == 409
    assert "child safety" in sent.text
    assert service.person.post(f"{path}/withdraw").json()["state"] == "withdrawn"


def test_what_hides_in_a_message_is_named_and_turns_nothing(service: Service) -> None:
    case = a_case(service, author={"id": "u\u202e1", "name": "a\u200bb"})
    parts = said(prepared(service, case, "police"))
    assert "u[U+202E]1 (a[U+200B]b)" in parts["authors"]


def test_the_pages_work_without_a_script(service: Service) -> None:
    case = a_case(service)
    shown = service.person.get(f"/console/cases/{case}/referrals")
    assert shown.status_code == 200, shown.text[:300]
    assert "PHAROS" in shown.text and "17" in shown.text
    form = {"csrf": csrf_in(shown.text), "place": "pharos", "language": "fr", "comment": ""}
    made = service.person.post(f"/console/cases/{case}/referrals", data=form)
    assert made.status_code == 303, made.text[:300]
    page = service.person.get(made.headers["location"])
    assert "Catégorie" in page.text
    form = {"csrf": csrf_in(page.text), "checked": "yes", "sent_at": "", "reference": "12-AB"}
    sent = service.person.post(f"{made.headers['location']}/sent", data=form)
    assert sent.status_code == 303
    assert "12-AB" in service.person.get(made.headers["location"]).text
    twin = service.person.get(f"{made.headers['location']}.json").json()
    assert twin["referral"]["state"] == "sent"


def test_a_token_passes_nothing_on(service: Service) -> None:
    case = a_case(service)
    token = service.token("moderate")
    answer = service.client(token).post(
        f"/api/v1/cases/{case}/referrals", json={"place": "police", "language": "en"}
    )
    assert answer.status_code == 403


def test_to_the_ncmec_it_leaves_by_the_word_of_a_second_person(tmp_path: Path) -> None:
    interface = Interface()
    with in_a_thread(interface.respond) as server:
        data = tmp_path / "other"
        (data / "keys").mkdir(parents=True)
        (data / "keys" / "cybertip").write_text("secret")
        (data / "keys" / "cybertip").chmod(0o600)
        (data / "settings.toml").write_text(
            '[referral]\nncmec = true\nuser = "us"\npassword_file = "keys/cybertip"\n'
            f'email = "safety@community.example"\nbase = "http://127.0.0.1:{server.port}/ispws"\n'
            'allow = ["127.0.0.1"]\n'
        )
        with Service.running(data) as running:
            case = child_safety_case(running)
            referral = prepared(running, case, "ncmec")
            path = f"/api/v1/referrals/{referral['id']}/sent"
            assert running.person.post(path, json={"checked": True}).status_code == 403
            assert interface.reports == {}
            second = another_person(running)
            with ThreadPoolExecutor(4) as pool:
                asked = [pool.submit(second.post, path, json={"checked": True}) for _ in range(4)]
                sent = [one.result() for one in asked]
            assert sorted(one.status_code for one in sent) == [200, 409, 409, 409]
            (number,) = [one.json()["reference"] for one in sent if one.status_code == 200]
            assert interface.reports == {number: "finished"}, "however often it is confirmed"


def test_a_country_nobody_knows_has_a_place_to_turn_to(service: Service) -> None:
    """DSA art. 18(2): the own Member State, or Europol."""
    case = a_case(service)
    offered = service.person.get(f"/api/v1/cases/{case}/referrals/places").json()
    (police,) = [one["place"] for one in offered if one["key"] == "police"]
    assert "your own, or Europol" in police["can"]["en"]
    assert "le vôtre, ou Europol" in police["can"]["fr"]
