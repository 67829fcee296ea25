"""People of the console: roles, bounds, and that somebody always holds the keys."""

from __future__ import annotations

from pathlib import Path

import httpx
from tests.web.service import NAME, Service, csrf_in
from tests.web.service import PASSWORD as FIRST_PASSWORD
from tests.web.team import PASSWORD, admit, invited, told


def error(answer: httpx.Response) -> str:
    return str(answer.json()["error"]["reason"])


def test_the_first_person_is_admin_and_called_by_a_pseudonym(service: Service) -> None:
    (first, *_) = service.person.get("/api/v1/people").json()["people"]
    assert first["name"] == NAME
    assert first["id"] == "moderator-1"
    assert first["roles"] == ["admin"]
    text = str(told(service, "person"))
    assert "moderator-1" in text
    assert NAME not in text, "names stay inside"


def test_the_last_admin_can_neither_leave_nor_lose_the_right(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        me = service.person
        admit(service, "Ada", "moderator")
        for change in (
            {"roles": ["moderator"]},
            {"channels": ["lea"]},
            {"harms": ["spam"]},
            {"disabled": True},
        ):
            answer = me.patch("/api/v1/people/moderator-1", json=change)
            assert answer.status_code == 409, change
            assert "nobody would be left" in error(answer)
        weaker = me.put("/api/v1/roles/admin", json={"rights": ["read", "decide"]})
        assert weaker.status_code == 409
        assert me.get("/api/v1/people").status_code == 200, "still admin after all of it"
        assert me.patch("/api/v1/people/moderator-2", json={"roles": ["admin"]}).status_code == 200
        answer = me.patch("/api/v1/people/moderator-1", json={"roles": ["moderator"]})
        assert answer.status_code == 200
        assert me.get("/api/v1/people").status_code == 403, "at once, in the same session"


def test_roles_of_rules_are_told_apart(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        me = service.person
        admit(service, "Aude", "rule_author")
        admit(service, "Dan", "rule_deployer")
        files = {"files": {"own.toml": ""}}
        writes, deploys = service.sign_in("Aude", PASSWORD), service.sign_in("Dan", PASSWORD)
        live, move = "/api/v1/rules/nothing/live", {"reason": "as agreed"}
        assert writes.post("/api/v1/rules/check", json=files).status_code == 200
        assert writes.post(live, json=move).status_code == 403
        assert deploys.post("/api/v1/rules/check", json=files).status_code == 403
        assert deploys.post(live, json=move).status_code == 404
        assert writes.get("/console/rules/edit").status_code == 200
        assert deploys.get("/console/rules/edit").status_code == 403
        assert me.get("/api/v1/roles").json()["rights"][0] == "read"
        for client in (writes, deploys):
            assert client.get("/api/v1/people").status_code == 403
            assert client.get("/api/v1/cases/x/exports").status_code == 403


def test_a_role_of_ones_own_is_made_changed_and_removed(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        me = service.person
        made = me.put("/api/v1/roles/night", json={"name": "Night", "rights": ["decide"]}).json()
        assert made["rights"] == ["read", "decide"]
        admit(service, "Nia", "night")
        night = service.sign_in("Nia", PASSWORD)
        path = "/api/v1/measures/nothing/undo"
        assert night.post(path).status_code == 404
        me.put("/api/v1/roles/night", json={"name": "Night", "rights": []})
        assert night.post(path).status_code == 403, "a changed role counts at once"
        assert me.delete("/api/v1/roles/night").status_code == 409, "somebody holds it"
        me.patch("/api/v1/people/moderator-2", json={"roles": ["reviewer"]})
        assert me.delete("/api/v1/roles/night").status_code == 200
        assert me.delete("/api/v1/roles/admin").status_code == 409
        wrong = me.put("/api/v1/roles/other", json={"name": "Other", "rights": ["fly"]})
        assert wrong.status_code == 400
        assert [one["what"] for one in told(service, "role")] == ["set", "set", "removed"]


def test_who_is_disabled_is_out_at_once_and_may_come_back(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        me = service.person
        admit(service, "Ed", "moderator", channels=("lea",))
        ed = service.sign_in("Ed", PASSWORD)
        assert ed.get("/api/v1/cases").status_code == 200
        assert me.patch("/api/v1/people/moderator-2", json={"disabled": True}).status_code == 200
        assert ed.get("/api/v1/cases").status_code == 401
        assert me.patch("/api/v1/people/moderator-2", json={"disabled": False}).status_code == 200
        assert ed.get("/api/v1/cases").status_code == 401, "the old session stays ended"
        assert service.sign_in("Ed", PASSWORD).get("/api/v1/cases").status_code == 200


def test_an_admin_of_one_channel_hands_nothing_out(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        assert service.person.get("/api/v1/people").status_code == 200
        admit(service, "Lou", "admin", channels=("lea",))
        lou = service.sign_in("Lou", PASSWORD)
        answer = lou.patch("/api/v1/people/moderator-2", json={"channels": None})
        assert answer.status_code == 403


def test_an_invitation_lets_one_person_in_once(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        me = service.person
        wanted = {"name": "Ines", "roles": ["reviewer"], "channels": ["lea"]}
        made = me.post("/api/v1/invitations", json=wanted).json()
        path, _, secret = made["link"].partition("#")
        assert path == f"{service.address}/invitation", "nothing secret in the path"
        again = me.post("/api/v1/invitations", json=wanted)
        assert again.status_code == 409, "one name, one invitation"
        listed = me.get("/api/v1/invitations").text
        assert "Ines" in listed
        assert secret not in listed
        client = service.client()
        csrf = csrf_in(client.get("/invitation").text)
        short = {"csrf": csrf, "code": secret, "password": "short", "again": "short"}
        page = client.post("/invitation", data=short)
        assert page.status_code == 422
        assert "Ines" in page.text
        ines = invited(service, made["link"])
        assert ines.get("/api/v1/me").json()["person"]["channels"] == ["lea"]
        assert ines.get("/api/v1/me").json()["rights"] == ["read", "decide", "second_look"]
        form = {"csrf": csrf, "code": secret, "password": PASSWORD, "again": PASSWORD}
        assert client.post("/invitation", data=form).status_code == 403, "used once"
        assert me.get("/api/v1/invitations").json() == {"invitations": []}
        assert service.sign_in("Ines", PASSWORD).get("/api/v1/me").status_code == 200
        entries = str(told(service, "invitation")) + str(told(service, "person"))
        assert "Ines" not in entries
        assert secret not in entries


def test_a_revoked_and_an_old_invitation_open_nothing(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        me = service.person
        for name in ("Rae", "Old"):
            me.post("/api/v1/invitations", json={"name": name, "roles": ["reviewer"]})
        made = me.post("/api/v1/invitations", json={"name": "Sam", "roles": ["reviewer"]}).json()
        id = made["view"]["id"]
        assert me.delete(f"/api/v1/invitations/{id}").status_code == 200
        assert me.delete(f"/api/v1/invitations/{id}").status_code == 404
        service.engine.write(expire_invitations).result()
        assert me.get("/api/v1/invitations").json()["invitations"] == []
        client = service.client()
        csrf = csrf_in(client.get("/invitation").text)
        code = made["link"].partition("#")[2]
        form = {"csrf": csrf, "code": code, "password": PASSWORD, "again": PASSWORD}
        assert [client.post("/invitation", data=form).status_code for _ in range(4)] == [
            403, 403, 403, 429,
        ]  # fmt: skip


def expire_invitations(tables: object) -> None:
    """As if three days had passed."""
    from rempart.store.sqlite.tables import SqliteTables

    assert isinstance(tables, SqliteTables)
    tables.connection.execute("UPDATE invitation SET expires_ms = 1")


def test_a_reset_ends_the_old_access_and_a_link_gives_a_new_one(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        me = service.person
        admit(service, "Kim", "moderator")
        kim = service.sign_in("Kim", PASSWORD)
        made = me.post("/api/v1/people/moderator-2/reset").json()
        assert made["view"]["person"] == "moderator-2"
        assert kim.get("/api/v1/me").status_code == 401
        client = service.client()
        csrf = csrf_in(client.get("/login").text)
        old = client.post("/login", data={"csrf": csrf, "name": "Kim", "password": PASSWORD})
        assert old.status_code == 401, "the old password is gone"
        back = invited(service, made["link"], "a wholly new password")
        assert back.get("/api/v1/me").json()["person"]["id"] == "moderator-2"


def test_ones_own_password_needs_the_old_one_and_ends_other_sessions(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        assert service.person.get("/api/v1/me").status_code == 200
        here, there = service.sign_in(), service.sign_in()
        fresh = {"password": "another good password", "again": "another good password"}
        wrong = here.post("/console/me/password", data={"old": "not this one", **fresh})
        assert wrong.status_code == 422
        assert there.get("/api/v1/me").status_code == 200
        answer = here.post("/console/me/password", data={"old": FIRST_PASSWORD, **fresh})
        assert answer.status_code == 200
        assert here.get("/api/v1/me").status_code == 200
        assert there.get("/api/v1/me").status_code == 401
        assert service.sign_in(NAME, "another good password").get("/api/v1/me").status_code == 200


def test_a_reviewer_says_which_harms_are_not_for_her(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        me = service.person
        answer = me.put("/api/v1/me/without", json={"without": ["intimate_images"]})
        assert answer.json()["person"]["without"] == ["intimate_images"]
        assert me.put("/api/v1/me/without", json={"without": ["weather"]}).status_code == 400
        assert me.get("/console/me.json").json()["person"]["without"] == ["intimate_images"]
        assert told(service, "person")[-1]["what"] == "opted out"


def test_the_pages_work_without_a_script(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        me = service.person
        html = {"accept": "text/html"}
        page = me.post(
            "/console/people/invite", data={"name": "Uma", "roles": "moderator"}, headers=html
        )
        link = page.text.partition('id="made-link">')[2].partition("<")[0]
        assert "#" in link
        assert link.partition("#")[2] not in me.get("/console/people", headers=html).text
        invited(service, link)
        form = {"roles": ["reviewer"], "channels": "lea\nzoe", "queues": "", "harms": ["spam"]}
        assert me.post("/console/people/moderator-2", data=form).status_code == 303
        shown = me.get("/console/people/moderator-2.json").json()["person"]
        assert shown["roles"] == ["reviewer"]
        assert shown["channels"] == ["lea", "zoe"]
        assert shown["queues"] is None
        assert shown["harms"] == ["spam"]
        last = me.post("/console/people/moderator-1/disable", headers=html)
        assert last.status_code == 409
        assert "nobody would be left" in last.text
        role = {"key": "night", "name": "Night", "rights": ["decide"], "second_factor": ""}
        assert me.post("/console/roles", data=role).status_code == 303
        assert "Night" in me.get("/console/roles", headers=html).text
        assert me.post("/console/roles", data={"key": "night", "remove": "yes"}).status_code == 303
        assert me.get("/console/people", headers=html).status_code == 200
        assert me.get("/console/me", headers=html).status_code == 200


def test_a_reviewer_decides_and_neither_exports_nor_protects_by_hand(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        assert service.person.get("/api/v1/me").status_code == 200
        admit(service, "Rea", "reviewer")
        admit(service, "Oda", "on_call")
        reviewer, on_call = service.sign_in("Rea", PASSWORD), service.sign_in("Oda", PASSWORD)
        for client, shield, export in ((reviewer, 403, 403), (on_call, 404, 403)):
            answer = client.delete("/api/v1/targets/nothing/shield")
            assert (answer.status_code == 403) == (shield == 403), answer.text
            assert client.get("/api/v1/cases/x/exports").status_code == export
            assert client.get("/console/cases/x/exports").status_code == export
            assert client.post("/api/v1/measures/x/undo").status_code == 404
        assert reviewer.post("/console/cases/x/measures", data={}).status_code == 403


def test_who_is_bound_to_a_channel_makes_no_token_beyond_it(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        admit(service, "Bound", "admin", channels=("lea",))
        bound = service.sign_in("Bound", PASSWORD)
        wish = {"name": "bot", "scopes": ["admin"]}
        assert bound.post("/api/v1/tokens", json=wish).status_code == 403
        assert service.person.post("/api/v1/tokens", json=wish).status_code == 201
