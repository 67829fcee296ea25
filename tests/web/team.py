"""The team of a service under test: people let in with roles, invited, long enough here."""

from __future__ import annotations

import httpx
from tests.web.service import Service, csrf_in, with_csrf

from rempart.log.commit import open_leaf
from rempart.store.interface.access import PersonRow
from rempart.web.auth.secret import hash_password

PASSWORD = "four words are quite good"


def admit(service: Service, name: str, *roles: str, channels: tuple[str, ...] | None = None) -> str:
    """A further person with a password, as an invitation would leave her; returns the id."""
    encoded = hash_password(PASSWORD)

    def change(tables: object) -> str:
        from rempart.store.sqlite.tables import SqliteTables

        assert isinstance(tables, SqliteTables)
        row = PersonRow(tables.access.next_person(), name, encoded, roles, channels, 1, None)
        tables.access.put_person(row)
        return row.id

    return service.engine.write(change).result()


def of_longer_standing(service: Service) -> None:
    """As if whoever is here had been let in, and given her rights, long ago."""

    def change(tables: object) -> None:
        from rempart.store.sqlite.tables import SqliteTables

        assert isinstance(tables, SqliteTables)
        tables.connection.execute("UPDATE sponsor SET at_ms = 1")

    service.engine.write(change).result()


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


def invited(service: Service, link: str, password: str = PASSWORD) -> httpx.Client:
    """Who holds the link chooses a password and is in."""
    client = service.client()
    path, _, code = link.partition("#")
    csrf = csrf_in(client.get(httpx.URL(path).path).text)
    form = {"csrf": csrf, "code": code, "password": password, "again": password}
    answer = client.post("/invitation", data=form)
    assert answer.status_code == 303, answer.text[:600]
    return with_csrf(client)
