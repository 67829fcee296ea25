"""People of the console: roles, bounds, and that somebody always holds the keys."""

from __future__ import annotations

from pathlib import Path

import httpx
from tests.web.service import NAME, Service

from rempart.log.commit import open_leaf
from rempart.store.interface.access import PersonRow
from rempart.web.auth.secret import hash_password

PASSWORD = "four words are quite good"


def admit(service: Service, name: str, *roles: str, channels: tuple[str, ...] | None = None) -> str:
    """A further person with a password, as an invitation would leave her; returns the id."""
    encoded = hash_password(PASSWORD)

    def change(tables: object) -> str:
        from rempart.store.sqlite.store import SqliteTables

        assert isinstance(tables, SqliteTables)
        row = PersonRow(tables.access.next_person(), name, encoded, roles, channels, 1, None)
        tables.access.put_person(row)
        return row.id

    return service.engine.write(change).result()


def told(service: Service, name: str) -> list[dict[str, object]]:
    """The entries of that kind, oldest first."""
    with service.engine.read() as tables:
        size = tables.log.size()
        leaves = tables.log.leaves(0, size)
        found = []
        for seq, bodies in tables.log.bodies_between(0, size):
            for part in open_leaf(leaves[seq], bodies):
                if part.name == name:
                    found.append(part.value)
    return found


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
            assert client.post("/api/v1/cases/x/export", json={"reason": "why"}).status_code == 403


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
