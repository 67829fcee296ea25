"""The lock-out folder: what a target was not shown waits for her. She lets one through, takes that
back, takes all of it with her, and lets somebody she trusts look, who sees that and no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.silence import held_without_case
from tests.web.service import Service, csrf_in, message

from rempart.engine.embedded.items import logged_item

RUDE = "you are a worthless idiot, shut up"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service.running(tmp_path_factory.mktemp("data")) as running:
        running.client(running.ingest_token).post("/api/v1/messages", json=message())
        yield running


def sends(service: Service, **fields: Any) -> dict[str, Any]:
    api = service.client(service.ingest_token)
    answer: dict[str, Any] = api.post("/api/v1/messages", json=message(**fields)).json()
    return answer


def opened(service: Service, target: str = "lea", platform: str = "") -> httpx.Client:
    made = service.person.post(
        f"/api/v1/targets/{target}/invitation", params={"platform": platform} if platform else {}
    )
    code = made.json()["path"]
    client = service.client()
    client.headers["accept"] = "text/html"
    answer = client.post("/mine", data={"code": code.partition("#")[2]})
    assert answer.status_code == 303
    return client


def acts(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    page = "/mine/helping" if path.startswith("/mine/helping") else "/mine/folder"
    return client.post(path, data={"csrf": csrf_in(client.get(page).text), **fields})


def folder(client: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/mine/folder.json").json()
    return found


def entries(service: Service, name: str) -> int:
    mark = f'"{name}"'.encode()
    with service.engine.read() as tables:
        return sum(
            any(mark in body[:64] for body in bodies)
            for _, bodies in tables.log.bodies_between(0, tables.log.size())
            if logged_item(bodies) is None
        )


def locked_out(service: Service, account: str, **fields: Any) -> dict[str, Any]:
    """A message of an account that is locked out from Lea."""
    place = {"kind": "account", "platform": "twitch", "channel": "lea", "ref": account}
    wish = {"kind": "lock_out", "scope": place, "reason": "she asked for it"}
    assert service.person.post("/api/v1/measures", json=wish).status_code == 201
    return sends(service, author={"id": account, "name": f"{account}-name"}, **fields)


def helper_link(client: httpx.Client, **fields: str) -> str:
    form = {"name": "Nadia", "scope": "look", "days": "2", **fields}
    page = acts(client, "/mine/folder/helpers", **form)
    found = re.search(r"/mine/helper#([\w-]+)", page.text)
    assert found, page.text[:800]
    return found[1]


def helping(service: Service, code: str) -> httpx.Client:
    client = service.client()
    client.headers["accept"] = "text/html"
    assert client.post("/mine/helper", data={"code": code}).status_code == 303
    return client


# -- the target ------------------------------------------------------------------------------


def test_everybody_else_still_sees_what_is_locked_out(service: Service) -> None:
    answer = locked_out(service, "troll1", text="hello there")
    assert (answer["verdict"], answer["locked_out"]) == ("allow", ["lea"])
    (one,) = [m for m in folder(opened(service))["messages"] if m["id"] == answer["id"]]
    assert (one["text"], one["author"]) == ("hello there", "troll1-name (troll1)")
    with service.engine.read() as tables:
        cases = held_without_case(tables)
    assert cases == 0


def test_in_her_folder_words_are_closed_until_she_opens_them(service: Service) -> None:
    locked_out(service, "troll2", text="some words of a stranger")
    page = opened(service).get("/mine/folder").text
    assert re.search(r"<details><summary>(?:(?!</details>).)*some words of a", page, re.S)


def test_one_is_let_through_and_taken_back(service: Service) -> None:
    lea, id = opened(service), locked_out(service, "troll3")["id"]

    def now() -> dict[str, Any]:
        found: dict[str, Any] = next(m for m in folder(lea)["messages"] if m["id"] == id)
        return found

    seq = str(now()["seq"])
    before = entries(service, "folder-released")
    assert acts(lea, "/mine/folder/release", seq=seq).status_code == 303
    assert now()["released_at"] is not None
    assert acts(lea, "/mine/folder/release", seq=seq).status_code == 303, "twice is once"
    assert entries(service, "folder-released") == before + 1
    assert acts(lea, "/mine/folder/lock-again", seq=seq).status_code == 303
    assert now()["released_at"] is None


def test_a_lock_out_of_one_message_ends_when_it_is_let_through(service: Service) -> None:
    lea, id = opened(service), sends(service)["id"]
    place = {"kind": "message", "platform": "twitch", "channel": "lea", "ref": id}
    wish = {"kind": "lock_out", "scope": place, "reason": "please"}
    (measure,) = service.person.post("/api/v1/measures", json=wish).json()["measures"]
    (one,) = [m for m in folder(lea)["messages"] if m["id"] == id]
    acts(lea, "/mine/folder/release", seq=str(one["seq"]))
    with service.engine.read() as tables:
        row = tables.stream.measure(measure["id"])
    assert row is not None and row.measure.state == "undone"


def test_she_locks_an_account_out_for_herself_alone_and_lets_it_in_again(service: Service) -> None:
    lea = opened(service)
    id = locked_out(service, "troll4")["id"]
    (one,) = [m for m in folder(lea)["messages"] if m["id"] == id]
    acts(lea, "/mine/folder/lock-out", seq=str(one["seq"]))
    (account,) = folder(lea)["accounts"]
    assert account["account"] == "troll4"
    both = sends(service, author={"id": "troll4"}, targets=["lea", "zoe"])
    assert "lea" in both["locked_out"]
    assert acts(lea, "/mine/folder/let-in", measure=account["measure"]).status_code == 303
    assert folder(lea)["accounts"] == []
    assert acts(lea, "/mine/folder/let-in", measure=account["measure"]).status_code == 404


def test_a_name_on_several_platforms_is_invited_on_one(service: Service) -> None:
    """Elsewhere the name may be anybody's, even whoever comes after her."""
    for platform in ("twitch", "mastodon"):
        sends(service, platform=platform, channel="noor")
    answer = service.person.post("/api/v1/targets/noor/invitation")
    assert (answer.status_code, answer.json()["error"]["where"]) == (409, "target")
    assert folder(opened(service, "noor", "twitch"))["target"] == "twitch/noor"


def test_who_has_her_name_elsewhere_sees_and_undoes_none_of_her_lock_outs(
    service: Service,
) -> None:
    lea = opened(service)
    id = locked_out(service, "troll9")["id"]
    (one,) = [m for m in folder(lea)["messages"] if m["id"] == id]
    acts(lea, "/mine/folder/lock-out", seq=str(one["seq"]))
    (account,) = [a for a in folder(lea)["accounts"] if a["account"] == "troll9"]
    namesake = opened(service, "lea", "mastodon")
    assert folder(namesake)["target"] == "mastodon/lea"
    assert folder(namesake)["accounts"] == []
    answer = acts(namesake, "/mine/folder/let-in", measure=account["measure"])
    assert answer.status_code == 404
    assert account in folder(lea)["accounts"]
    acts(lea, "/mine/folder/let-in", measure=account["measure"])


def test_her_file_holds_each_with_id_time_account_and_text(service: Service) -> None:
    lea = opened(service)
    id = locked_out(service, "troll5", text="line one\nid: forged")["id"]
    before = entries(service, "folder-exported")
    answer = acts(lea, "/mine/folder/export")
    assert "attachment" in answer.headers["content-disposition"]
    part = next(one for one in answer.text.split("\n\n") if f"id: {id}\n" in one)
    assert re.search(r"^time: \d{4}-\d\d-\d\dT.*Z$", part, re.M)
    assert "account: troll5-name (troll5)" in part
    assert "text:\n  line one\n  id: forged" in part, "no text passes for a field"
    assert entries(service, "folder-exported") == before + 1


def test_she_shields_her_own_channel(service: Service) -> None:
    lea = opened(service)
    assert folder(lea)["channel"] == "lea"
    answer = acts(lea, "/mine/folder/shield", on="yes", bundle="firm", minutes="60")
    assert answer.status_code == 303, answer.text
    assert folder(lea)["shield"]["bundle"] == "firm"
    rude = sends(service, text=RUDE, author={"id": "mod", "roles": ["moderator"]})
    assert rude["locked_out"] == ["lea"]
    assert acts(lea, "/mine/folder/shield").status_code == 303
    assert folder(lea)["shield"] is None
    nobody = opened(service, "member-of-a-forum")
    assert folder(nobody)["channel"] is None
    refused = acts(nobody, "/mine/folder/shield", on="yes", bundle="firm", minutes="60")
    assert refused.status_code == 404


def test_nobody_sees_somebody_elses_folder(service: Service) -> None:
    id = locked_out(service, "troll6")["id"]
    lea, zoe = opened(service), opened(service, "zoe")
    (one,) = [m for m in folder(lea)["messages"] if m["id"] == id]
    assert id not in zoe.get("/mine/folder.json").text
    for path in ("release", "lock-again", "lock-out"):
        assert acts(zoe, f"/mine/folder/{path}", seq=str(one["seq"])).status_code == 404
    for stranger in (service.client(), service.person):
        assert stranger.get("/mine/folder.json").status_code == 401
        assert stranger.get("/mine/folder").status_code == 303
    forged = lea.post("/mine/folder/release", data={"csrf": "x", "seq": str(one["seq"])})
    assert forged.status_code == 403


# -- a helper --------------------------------------------------------------------------------


def test_a_helper_sees_one_message_at_a_time_and_each_look_is_an_entry(service: Service) -> None:
    locked_out(service, "troll7", text="some words to be looked at")
    lea = opened(service)
    nadia = helping(service, helper_link(lea))
    listed = nadia.get("/mine/helping").text
    assert "some words to be looked at" not in listed and "troll7" not in listed
    shown = nadia.get("/mine/helping.json").json()["messages"]
    assert {one["text"] for one in shown} == {None}
    before = entries(service, "folder-looked")
    looked = acts(nadia, "/mine/helping/look", seq=str(shown[0]["seq"]))
    assert "some words to be looked at" in looked.text and "troll7" in looked.text
    assert entries(service, "folder-looked") == before + 1
    assert looked.headers["cache-control"] == "no-store"


def test_a_helper_who_may_only_look_lets_nothing_through_and_exports_nothing(
    service: Service,
) -> None:
    locked_out(service, "troll8")
    lea = opened(service)
    nadia = helping(service, helper_link(lea))
    seq = str(folder(lea)["messages"][0]["seq"])
    assert acts(nadia, "/mine/helping/release", seq=seq).status_code == 403
    assert folder(lea)["messages"][0]["released_at"] is None
    token = csrf_in(nadia.get("/mine/helping").text)
    for path in ("export", "release", "helpers", "lock-out", "shield"):
        answer = nadia.post(f"/mine/folder/{path}", data={"csrf": token, "seq": seq})
        assert answer.headers.get("location") == "/mine", path
    for path in ("/mine/folder", "/mine/facts", "/console"):
        assert nadia.get(path).status_code in (303, 401), path
    assert nadia.get("/api/v1/cases").status_code == 401


def test_a_helper_who_may_lets_one_through_in_her_name(service: Service) -> None:
    locked_out(service, "troll9")
    lea = opened(service)
    nadia = helping(service, helper_link(lea, scope="release"))
    seq = str(folder(lea)["messages"][0]["seq"])
    assert acts(nadia, "/mine/helping/release", seq=seq).status_code == 303
    assert folder(lea)["messages"][0]["released_at"] is not None
    assert acts(nadia, "/mine/helping/release", seq=seq, again="yes").status_code == 303
    assert folder(lea)["messages"][0]["released_at"] is None


def test_a_link_opens_once_and_revoking_is_silent_and_at_once(service: Service) -> None:
    lea = opened(service)
    code = helper_link(lea, name="Camille")
    camille = helping(service, code)
    assert service.client().post("/mine/helper", data={"code": code}).status_code == 403
    row = next(one for one in folder(lea)["helpers"] if one["name"] == "Camille")
    assert row["state"] == "open"
    token = csrf_in(camille.get("/mine/helping").text)
    acts(lea, "/mine/folder/helpers/revoke", id=row["id"])
    assert camille.get("/mine/helping").headers["location"] == "/mine/helper"
    assert camille.get("/mine/helping.json").status_code == 401
    look = camille.post("/mine/helping/look", data={"csrf": token, "seq": "1"})
    assert look.headers["location"] == "/mine/helper"
    page = camille.get("/mine/helper").text
    assert page == service.client().get("/mine/helper", headers={"accept": "text/html"}).text


def test_an_unused_link_that_was_revoked_opens_nothing(service: Service) -> None:
    lea = opened(service)
    code = helper_link(lea, name="Sacha")
    row = next(one for one in folder(lea)["helpers"] if one["name"] == "Sacha")
    acts(lea, "/mine/folder/helpers/revoke", id=row["id"])
    assert service.client().post("/mine/helper", data={"code": code}).status_code == 403


@pytest.mark.parametrize("wrong", [{"name": " "}, {"days": "0"}, {"days": "91"}, {"days": "x"}])
def test_a_helper_needs_a_name_and_an_end(service: Service, wrong: dict[str, str]) -> None:
    lea = opened(service)
    form = {"name": "Nadia", "scope": "look", "days": "2", **wrong}
    assert acts(lea, "/mine/folder/helpers", **form).status_code == 422


def test_a_helpers_time_ends(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    lea = opened(service)
    nadia = helping(service, helper_link(lea, days="1"))
    assert nadia.get("/mine/helping").status_code == 200
    with service.engine.read() as tables:
        (row,) = [one for one in tables.folder.helpers("lea") if one.session][:1]
    assert not row.is_good(row.expires_ms)
    later = row.expires_ms + 1
    monkeypatch.setattr("rempart.web.mine.helper_session.now_ms", lambda: later)
    assert nadia.get("/mine/helping").headers["location"] == "/mine/helper"
