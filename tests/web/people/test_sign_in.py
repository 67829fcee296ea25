"""Signing in: once with the printed login, then with a password; guessing is slow; sessions end."""

from __future__ import annotations

import asyncio
import os
import stat
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from tests.web.service import NAME, PASSWORD, PASSWORD_KIB, Service, csrf_in, with_csrf

from rempart.store.sqlite.tables import SqliteTables
from rempart.web.auth import secret
from rempart.web.auth.pages import local_path
from rempart.web.auth.secret import verify_password_aside
from rempart.web.auth.slow_down import FREE_FAILURES, SlowDown


def test_the_first_login_file_is_private_and_its_login_works_once(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        path = tmp_path / "first-login.txt"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        text = path.read_text()
        assert f"one-time-login: {service.one_time}" in text
        assert f"ingest-token: {service.ingest_token}" in text
        assert service.address in text
        person = service.first_sign_in()
        assert person.get("/api/v1/sessions").status_code == 200
        again = service.client()
        csrf = csrf_in(again.get("/login").text)
        answer = again.post("/login", data={"csrf": csrf, "one_time": service.one_time})
        assert answer.status_code == 401
        assert "rempart" not in again.cookies


def test_a_restart_before_anyone_signed_in_keeps_the_token_and_makes_a_new_login(
    tmp_path: Path,
) -> None:
    with Service.running(tmp_path) as first:
        token, one_time = first.ingest_token, first.one_time
    with Service.running(tmp_path) as second:
        assert second.ingest_token == token
        assert second.one_time != one_time
        second.first_sign_in()


def test_between_login_and_password_nothing_else_can_be_done(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        client = service.client()
        csrf = csrf_in(client.get("/login").text)
        client.post("/login", data={"csrf": csrf, "one_time": service.one_time})
        assert client.get("/api/v1/cases").status_code == 403
        page = client.get("/login/password")
        csrf = csrf_in(page.text)
        for name, password, again in (
            ("", PASSWORD, PASSWORD),
            (NAME, "short", "short"),
            (NAME, PASSWORD, PASSWORD + "x"),
            ("a\nb", PASSWORD, PASSWORD),
        ):
            form = {"csrf": csrf, "name": name, "password": password, "again": again}
            assert client.post("/login/password", data=form).status_code == 422
        form = {"csrf": csrf, "name": NAME, "password": PASSWORD, "again": PASSWORD}
        half = client.cookies["rempart"]
        assert client.post("/login/password", data=form).headers["location"] == "/console"
        assert client.cookies["rempart"] != half, "a new session after the password is set"
        old = httpx.Client(base_url=service.address, cookies={"rempart": half})
        assert old.get("/api/v1/sessions").status_code == 401


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(service: Service) -> None:
    assert service.person.get("/api/v1/sessions").status_code == 200
    client = service.client()
    csrf = csrf_in(client.get("/login").text)
    answer = client.post("/login", data={"csrf": csrf, "name": NAME, "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_over_tls_cookies_are_bound_to_the_host(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[web]\npublic_url = "https://rempart.example"\n')
    with Service.running(tmp_path) as service:
        client = service.client()
        page = client.get("/login")
        assert "Secure" in page.headers["set-cookie"]
        assert page.headers["strict-transport-security"]
        login = page.cookies["rempart-login"]
        answer = httpx.post(
            f"{service.address}/login",
            data={"csrf": csrf_in(page.text), "one_time": service.one_time},
            cookies={"rempart-login": login},
        )
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-rempart=")
        assert "Secure" in cookie


def test_changes_with_a_cookie_need_the_token_of_the_session(service: Service) -> None:
    """CSRF: no token, a wrong one, another site; nothing changes."""
    assert service.person.get("/api/v1/sessions").status_code == 200
    client = service.sign_in()
    right = client.headers.pop("x-csrf-token")
    body = {"name": "n", "scopes": ["read"]}
    before = service.person.get("/api/v1/tokens").json()
    assert client.post("/api/v1/tokens", json=body).status_code == 403
    wrong = {"x-csrf-token": right[:-1] + ("A" if right[-1] != "A" else "B")}
    assert client.post("/api/v1/tokens", json=body, headers=wrong).status_code == 403
    for elsewhere in (
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        headers = {"x-csrf-token": right, **elsewhere}
        assert client.post("/api/v1/tokens", json=body, headers=headers).status_code == 403
    assert client.post("/logout", data={"csrf": "wrong"}).status_code == 403
    assert service.person.get("/api/v1/tokens").json() == before
    here = {"x-csrf-token": right, "origin": service.address, "sec-fetch-site": "same-origin"}
    assert client.post("/api/v1/tokens", json=body, headers=here).status_code == 201


def test_a_login_form_of_another_site_is_refused(service: Service) -> None:
    client = service.client()
    csrf = csrf_in(client.get("/login").text)
    form = {"csrf": csrf, "name": NAME, "password": PASSWORD}
    assert service.client().post("/login", data=form).status_code == 403, "no cookie of its own"
    headers = {"origin": "https://evil.example"}
    assert client.post("/login", data=form, headers=headers).status_code == 403


def test_logging_out_ends_the_session_everywhere(service: Service) -> None:
    assert service.person.get("/api/v1/sessions").status_code == 200
    client = service.sign_in()
    stolen = httpx.Client(base_url=service.address, cookies=dict(client.cookies))
    assert stolen.get("/api/v1/sessions").status_code == 200
    answer = client.post("/logout")
    assert answer.status_code == 303
    assert stolen.get("/api/v1/sessions").status_code == 401


def test_one_sees_and_ends_ones_other_sessions(service: Service) -> None:
    assert service.person.get("/api/v1/sessions").status_code == 200
    here, there = service.sign_in(), service.sign_in()
    sessions = here.get("/api/v1/sessions").json()["sessions"]
    assert sum(one["this"] for one in sessions) == 1
    assert here.delete("/api/v1/sessions/s-of-somebody-else").status_code == 404
    assert here.delete("/api/v1/sessions").json()["ended"] >= 2
    assert there.get("/api/v1/sessions").status_code == 401
    assert here.get("/api/v1/sessions").status_code == 200
    service._person = here


def test_a_page_leads_a_stranger_to_the_login_and_back(service: Service) -> None:
    page = service.client().get("/console/queue", headers={"accept": "text/html"})
    assert page.status_code == 303
    assert page.headers["location"] == "/login?next=/console/queue"


def test_wrong_passwords_are_answered_alike_and_then_slowly(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        service.first_sign_in()
        client = service.client()
        csrf = csrf_in(client.get("/login").text)
        texts = set()
        for name in (NAME, "nobody", NAME):
            form = {"csrf": csrf, "name": name, "password": "wrong wrong wrong"}
            answer = client.post("/login", data=form)
            assert answer.status_code == 401
            texts.add(answer.text.split("drawn")[0])
        assert len(texts) == 1
        form = {"csrf": csrf, "name": NAME, "password": PASSWORD}
        answer = client.post("/login", data=form)
        assert answer.status_code == 429, "even the right one has to wait now"
        assert int(answer.headers["retry-after"]) >= 1


def test_guesses_at_the_same_time_wait_as_well(tmp_path: Path) -> None:
    """Each guess takes a while to check: thirty that arrive meanwhile are not thirty free ones."""
    with Service.running(tmp_path) as service:
        service.first_sign_in()
        client = service.client()
        csrf = csrf_in(client.get("/login").text)

        def guess(number: int) -> int:
            form = {"csrf": csrf, "name": NAME, "password": f"wrong wrong {number}"}
            return client.post("/login", data=form).status_code

        with ThreadPoolExecutor(30) as pool:
            answers = Counter(pool.map(guess, range(30)))
        assert answers[401] <= FREE_FAILURES + 2
        assert answers[401] + answers[429] == 30


def test_a_stored_password_costs_who_guesses_memory_and_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(secret, "MEMORY_KIB", PASSWORD_KIB)
    encoded = secret.hash_password(PASSWORD)
    assert encoded.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert secret.verify_password(PASSWORD, encoded)
    assert not secret.verify_password(f"{PASSWORD} ", encoded)


def test_two_people_sign_in_at_the_same_moment(tmp_path: Path) -> None:
    """Passwords stored with several lanes hung each other for ever; old ones still do not."""
    old = Argon2id(salt=os.urandom(16), length=32, iterations=1, lanes=4, memory_cost=1024)
    encoded = old.derive_phc_encoded(PASSWORD.encode())

    async def both() -> list[bool]:
        tries = [verify_password_aside(PASSWORD, encoded) for _ in range(8)]
        return await asyncio.wait_for(asyncio.gather(*tries), 60)

    assert asyncio.run(both()) == [True] * 8
    with Service.running(tmp_path) as service:
        service.first_sign_in()
        with ThreadPoolExecutor(2) as pool:
            clients = list(pool.map(lambda _: service.sign_in(), range(2)))
        assert [one.get("/api/v1/sessions").status_code for one in clients] == [200, 200]


def test_the_wait_doubles_and_is_forgotten_after_peace() -> None:
    slow, now = SlowDown(), 1000.0
    keys = ("name mo", "address 192.0.2.1")
    waits = []
    for _ in range(12):
        slow.failed(keys, now)
        waits.append(slow.wait(keys, now))
    assert waits[:5] == [0, 0, 1, 2, 4]
    assert waits[-1] == 60
    assert slow.wait(("name zoe", "address 192.0.2.1"), now) == 60
    assert slow.wait(("name zoe", "address 192.0.2.2"), now) == 0
    assert slow.wait(keys, now + 901) == 0
    slow.answered(keys, now + 5)
    assert slow.wait(keys, now + 5) == 60, "it begins when the answer is given"
    slow.succeeded(keys)
    assert slow.wait(keys, now) == 0


def test_failures_from_many_networks_take_nobody_elses_wait_away() -> None:
    slow, now = SlowDown(100), 1000.0
    for _ in range(8):
        slow.failed(("name mo", "address 192.0.2.1"), now)
    for n in range(1_000):
        slow.failed((f"name guess{n}", f"address 198.51.100.{n}"), now + 1)
    assert slow.wait(("name mo",), now + 1) > 20, "who failed most is kept longest"
    assert slow.wait(("address 192.0.2.1",), now + 1) > 20
    for n in range(1_000):
        slow.failed((f"address 2001:db8::{n}",), now + 2)
    assert slow.wait(("name mo",), now + 2) > 20, "addresses have a memory of their own"
    slow.failed(("name guess999",), now + 1_000)
    assert slow.wait(("name guess999",), now + 1_000) == 0, "peace is kept apart from want of room"


@pytest.mark.parametrize(
    "wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)",
               "", "/a\nb", "/\x00", "\\\\evil", "evil"],
)  # fmt: skip
def test_after_signing_in_one_stays_here(wanted: str) -> None:
    assert local_path(wanted) == "/console"


def test_after_signing_in_one_comes_back_to_where_one_wanted() -> None:
    assert local_path("/console/cases/c-1?x=1") == "/console/cases/c-1?x=1"


def test_idle_and_old_sessions_end(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        client = with_csrf(service.first_sign_in())
        for column, age in (("last_ms", 8 * 3600), ("created_ms", 24 * 3600)):
            assert client.get("/api/v1/sessions").status_code == 200
            later = service.sign_in()
            make_older(service, column, age + 60)
            assert later.get("/api/v1/sessions").status_code == 401
            client = service.sign_in()


def make_older(service: Service, column: str, seconds: int) -> None:
    """As if the clock had moved on: every session is that much older."""

    def change(tables: object) -> None:
        assert isinstance(tables, SqliteTables)
        tables.connection.execute(f"UPDATE session SET {column} = {column} - ?", (seconds * 1000,))

    service.engine.write(change).result()
