"""Dated settings in the console and the API: declared by those who may, kept, shown on any day."""

from __future__ import annotations

import re
from typing import Any

from tests.web.service import Service
from tests.web.team import PASSWORD as OTHERS
from tests.web.team import admit, told

MODERATOR = {
    "key": "moderator-7",
    "country": "fr",
    "languages": "fr C2, en B1",
    "full_time": "50",
    "nationality": "be",
    "from_day": "2026-01-01",
}


def declare(service: Service, kind: str, **typed: str) -> Any:
    return service.person.post(f"/console/declared/{kind}", data=typed)


def test_a_moderator_is_declared_by_a_form_and_changes_from_a_day_on(service: Service) -> None:
    me = service.person
    answer = declare(service, "moderator", **MODERATOR)
    assert answer.status_code == 303, answer.text
    more = {**MODERATOR, "full_time": "100", "from_day": "2026-05-01"}
    assert declare(service, "moderator", **more).status_code == 303

    def share(day: str, **query: int) -> list[int]:
        found = me.get("/api/v1/declared", params={"day": day, **query}).json()["held"]
        return [one["value"]["full_time"] for one in found if one["kind"] == "moderator"]

    assert (share("2025-12-31"), share("2026-02-01"), share("2026-05-01")) == ([], [50], [100])
    (first, second) = [one for one in told(service, "dated-setting") if one["kind"] == "moderator"]
    assert first["by"] == "moderator-1" and second["from"] == "2026-05-01"
    said = me.get("/api/v1/declared/history", params={"kind": "moderator"}).json()["said"]
    entry = min(one["entry"] for one in said)
    assert share("2026-06-01", as_of=entry + 1) == [50], "as it was known then"
    ended = {"key": "moderator-7", "from_day": "2026-08-01"}
    assert me.post("/console/declared/moderator/end", data=ended).status_code == 303
    assert share("2026-08-01") == []
    page = me.get("/console/declared/moderator?day=2026-06-01", headers={"accept": "text/html"})
    assert "fr C2, en B1" in page.text
    twin = me.get("/console/declared/moderator.json?day=2026-06-01")
    assert [one["key"] for one in twin.json()["held"]] == ["moderator-7"]
    for shown in (page.text, twin.text, me.get("/api/v1/declared/history").text):
        assert not re.search(r"\bBE\b", shown), (
            "one person's nationality is in nothing that is shown"
        )


def test_what_is_wrong_is_said_beside_what_was_typed(service: Service) -> None:
    wrong = {**MODERATOR, "languages": "fluent", "place": "Lyon"}
    answer = declare(service, "moderator", **wrong)
    assert answer.status_code in (400, 422)
    assert "as in: fr C2, en B1" in answer.text
    assert 'value="Lyon"' in answer.text
    users = {
        "audience": "users",
        "email": "help@example.org",
        "languages": "fr",
        "key": "users",
        "from_day": "2026-01-01",
    }
    answer = declare(service, "contact", **users)
    assert answer.status_code in (400, 422)
    assert "not only automated" in answer.text
    assert declare(service, "contact", **users, human="yes").status_code == 303
    assert declare(service, "nothing").status_code == 404


def test_what_the_law_asks_for_and_nobody_declared_is_pointed_at(service: Service) -> None:
    declare(service, "contact", key="users", audience="users", email="a@example.org",
            languages="fr", human="yes", from_day="2026-01-01")  # fmt: skip
    found = service.person.get("/console/declared.json?day=2026-06-01").json()
    assert found["no_contact_for"] == ["authorities"]
    missing = {one["kind"] for one in found["kinds"] if one["missing"]}
    assert {"contact", "tier", "territory"} <= missing


def test_only_who_has_the_right_declares(service: Service) -> None:
    admit(service, "Vic", "moderator")
    admit(service, "Lou", "legal")
    vic, lou = service.sign_in("Vic", OTHERS), service.sign_in("Lou", OTHERS)
    assert vic.get("/console/declared").status_code == 403
    assert vic.post("/api/v1/declared", json={}).status_code in (400, 403)
    assert lou.get("/console/declared").status_code == 200
    token = service.client(service.token("read", "moderate", "admin"))
    assert token.get("/api/v1/declared").status_code == 403, "a person answers for it"
