"""Correcting a raid over HTTP: by the API with a token's rights, and by forms without a script."""

from __future__ import annotations

from typing import Any

import pytest
from tests.web.cases.test_raid import raid
from tests.web.service import Service

from rempart.web.console.case.raid_page import account_ref

HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def case(service: Service) -> dict[str, Any]:
    client = service.client(service.ingest_token)
    assert client.post("/api/v1/messages", json=raid()).status_code == 200
    (found,) = service.person.get("/api/v1/cases?kind=raid").json()["cases"]
    return dict(found)


def members(service: Service, case: str) -> list[str]:
    view = service.person.get(f"/api/v1/cases/{case}").json()
    return [member["account"] for member in view["raid"]["members"]]


def test_a_member_is_lifted_out_once_and_put_back(service: Service, case: dict[str, Any]) -> None:
    moderator = service.client(service.token("moderate", channels=["lea"]))
    account = members(service, case["id"])[3]
    path = f"/api/v1/raids/{case['raid']}/members/{account}"
    undone = moderator.post(f"{path}/lift").json()["measures"]
    assert undone
    assert {one["state"] for one in undone} == {"undone"}
    assert account not in members(service, case["id"])
    assert moderator.post(f"{path}/lift").json()["measures"] == [], "once is enough"
    back = moderator.post(f"{path}/put-back").json()
    assert account in [member["account"] for member in back["members"]]
    named = {"account": account}
    assert moderator.post(f"/api/v1/raids/{case['raid']}/members/lift", json=named).is_success
    assert moderator.post(f"/api/v1/raids/{case['raid']}/members/put-back", json=named).is_success


def test_nobody_corrects_without_the_right_to(service: Service, case: dict[str, Any]) -> None:
    account = members(service, case["id"])[0]
    for token, status in (
        (service.token("read", channels=["lea"]), 403),
        (service.token("moderate", channels=["zoe"]), 404),
        (None, 401),
    ):
        with service.client(token) if token else service.client() as client:
            for path, body in (
                (f"members/{account}/lift", None),
                ("members/lift", {"account": account}),
                ("split", {"accounts": [account]}),
                ("merge", {"into": case["raid"]}),
            ):
                answer = client.post(f"/api/v1/raids/{case['raid']}/{path}", json=body)
                assert answer.status_code == status, (path, answer.text)
            group = {"kind": "hold", "scope": "account"}
            answer = client.post(f"/api/v1/cases/{case['id']}/measures/undo", json=group)
            assert answer.status_code == status
    assert account in members(service, case["id"])


def test_a_raid_is_split_and_merged_again(service: Service, case: dict[str, Any]) -> None:
    before = members(service, case["id"])
    chosen = before[:2]
    path = f"/api/v1/raids/{case['raid']}"
    assert service.person.post(f"{path}/split", json={"accounts": before}).status_code == 400
    split = service.person.post(f"{path}/split", json={"accounts": chosen}).json()
    assert [member["account"] for member in split["raid"]["members"]] == chosen
    assert members(service, case["id"]) == before[2:]
    page = service.person.get(f"/console/cases/{split['case']['id']}.json").json()
    assert {one["author"] for one in page["said"]} == set(chosen)
    merged = service.person.post(
        f"/api/v1/raids/{split['raid']['id']}/merge", json={"into": case["raid"]}
    ).json()
    assert merged["id"] == case["id"]
    whole = service.person.get(f"/console/cases/{case['id']}.json").json()
    assert sorted(member["account"] for member in whole["members"]) == sorted(before)
    assert len(whole["of_raid"]["raids"]) == 2


def test_the_forms_work_without_a_script(service: Service, case: dict[str, Any]) -> None:
    here = f"/console/cases/{case['id']}"
    account = members(service, case["id"])[5]
    form = {
        "csrf": service.person.headers["x-csrf-token"],
        "back": here,
        "account": account_ref(account),
    }
    for act in ("lift", "put-back"):
        answer = service.person.post(f"{here}/{act}", data=form, headers=HTML)
        assert (answer.status_code, answer.headers["location"]) == (303, here), answer.text[:300]
        listed = [m["account"] for m in service.person.get(f"{here}.json").json()["members"]]
        assert (account in listed) == (act == "put-back")
    elsewhere = {**form, "back": "//evil.example/x"}
    answer = service.person.post(f"{here}/lift", data=elsewhere, headers=HTML)
    assert answer.headers["location"].startswith("/console")
    chosen = members(service, case["id"])[6:9]
    answer = service.person.post(
        f"{here}/split",
        data={"csrf": form["csrf"], "accounts": [account_ref(one) for one in chosen]},
        headers=HTML,
    )
    assert answer.status_code == 303
    part = service.person.get(f"{answer.headers['location']}.json").json()
    assert sorted(member["account"] for member in part["members"]) == sorted(chosen)
    answer = service.person.post(
        f"{answer.headers['location']}/merge",
        data={"csrf": form["csrf"], "into": case["raid"]},
        headers=HTML,
    )
    assert answer.headers["location"] == here


def test_a_group_of_measures_is_undone_and_does_not_come_back(
    service: Service, case: dict[str, Any]
) -> None:
    path = f"/api/v1/cases/{case['id']}/measures/undo"
    group = {"kind": "shield", "scope": "target"}
    undone = service.person.post(path, json=group).json()["measures"]
    assert {one["kind"] for one in undone} == {"shield", "lock_out", "slow_mode"}, "with its parts"
    client = service.client(service.ingest_token)
    assert client.post("/api/v1/messages", json=raid()[-60:]).status_code == 200
    view = service.person.get(f"/api/v1/cases/{case['id']}").json()
    shields = [one for one in view["measures"] if one["kind"] == "shield"]
    assert {one["state"] for one in shields} == {"undone"}
    assert service.person.post(path, json={"kind": "x", "scope": "target"}).status_code == 400
