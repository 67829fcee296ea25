"""A second factor over HTTP: set up, asked for, used once, lost, demanded by a role."""

from __future__ import annotations

import base64
import re
import time
from pathlib import Path

import httpx
from tests.web.service import NAME, PASSWORD, Service, csrf_in, with_csrf
from tests.web.team import PASSWORD as OTHERS
from tests.web.team import admit, told

from rempart.cases.factors import code_at
from rempart.web.auth.begun import Begun

HTML = {"accept": "text/html"}


def set_up_app(client: httpx.Client, password: str = PASSWORD) -> tuple[bytes, list[str]]:
    """The secret as the page shows it, and the recovery codes that come with the first factor."""
    page = client.post("/console/me/app/begin", data={"password": password}, headers=HTML)
    assert page.status_code == 200, page.text[:500]
    found = re.search(r'id="secret">([A-Z2-7 ]+)<', page.text)
    assert found
    secret = base64.b32decode(found[1].replace(" ", ""))
    assert "<svg" in page.text, "as a picture too"
    wrong = client.post("/console/me/app", data={"code": "000000"}, headers=HTML)
    assert wrong.status_code == 422
    answer = client.post("/console/me/app", data={"code": code_at(secret, step() - 1)})
    assert answer.status_code == 200, answer.text[:500]
    return secret, re.findall(r"<li>([a-z2-7-]{19})</li>", answer.text)


def step() -> int:
    return int(time.time()) // 30


def half_way(service: Service, name: str = NAME, password: str = PASSWORD) -> httpx.Client:
    """After the password, before the second factor."""
    client = service.client()
    csrf = csrf_in(client.get("/login").text)
    form = {"csrf": csrf, "name": name, "password": password, "next": "/console/queue"}
    answer = client.post("/login", data=form)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login/second?next=")
    return with_csrf(client)


def second(client: httpx.Client, code: str) -> httpx.Response:
    csrf = csrf_in(client.get("/login/second").text)
    return client.post("/login/second", data={"csrf": csrf, "code": code, "next": "/console/queue"})


def test_with_an_app_the_password_alone_opens_nothing(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        me = service.person
        other = service.sign_in()
        secret, codes = set_up_app(me)
        assert len(codes) == 10
        assert me.get("/api/v1/me").status_code == 200, "this session has just proven it"
        assert other.get("/api/v1/me").status_code == 403, "another one has not"
        client = half_way(service)
        assert client.get("/api/v1/cases").status_code == 403
        page = client.get("/console", headers=HTML)
        assert page.headers["location"] == "/login/second?next=/console"
        used = code_at(secret, step() - 1)
        assert second(client, used).status_code == 401, "setting up used this one"
        now = step()
        answer = second(client, code_at(secret, now))
        assert answer.status_code == 303
        assert answer.headers["location"] == "/console/queue"
        assert client.get("/api/v1/cases").status_code == 200
        again = half_way(service)
        assert second(again, code_at(secret, now)).status_code == 401, "a code counts once"
        assert second(again, codes[0]).status_code == 303
        once_more = half_way(service)
        assert second(once_more, codes[0]).status_code == 401, "so does a recovery code"
        whats = [one["what"] for one in told(service, "person")]
        assert whats[-3:] == ["app set up", "recovery codes made", "recovery code used"]


def test_half_a_sign_in_makes_no_admin(tmp_path: Path) -> None:
    """Who knows a password and not the code was let to the page of the printed login, which makes
    an admin."""
    with Service.running(tmp_path) as service:
        set_up_app(service.person)
        client = half_way(service)
        page = client.get("/login/password", headers=HTML)
        assert page.headers["location"] == "/login/second"
        csrf = csrf_in(client.get("/login/second").text)
        form = {"csrf": csrf, "name": "Eve", "password": OTHERS, "again": OTHERS}
        assert client.post("/login/password", data=form).status_code == 403
        with service.engine.read() as tables:
            assert tables.access.person_by_name("Eve") is None


def test_guessing_codes_is_slowed_down(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        set_up_app(service.person)
        client = half_way(service)
        elsewhere = half_way(service)  # before: the wait is short, and signing in takes its time
        answers = [second(client, f"{number:06d}").status_code for number in range(5)]
        assert answers[0] == 401
        assert 429 in answers
        assert 429 in (
            second(elsewhere, "000001").status_code,
            second(elsewhere, "000002").status_code,
        ), "another half session is no way around"


def test_a_role_that_demands_it_lets_nobody_pass_without(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        me = service.person
        admit(service, "Ria", "reviewer")
        ria = service.sign_in("Ria", OTHERS)
        assert ria.get("/api/v1/cases").status_code == 200
        demand = {"rights": ["decide", "second_look"], "second_factor": True}
        assert me.put("/api/v1/roles/reviewer", json=demand).status_code == 200
        assert ria.get("/api/v1/cases").status_code == 403, "at once"
        page = ria.get("/console/queue", headers=HTML)
        assert page.headers["location"] == "/login/factor?next=/console/queue"
        assert ria.get("/login/factor", headers=HTML).status_code == 200
        set_up_app(ria)
        assert ria.get("/api/v1/cases").status_code == 200
        removed = ria.post("/console/me/factors/remove", data={"passkey": "", "password": OTHERS})
        assert removed.status_code == 409, "the last one stays while a role demands it"


def test_a_factor_goes_with_the_password_and_a_reset_takes_all(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        me = service.person
        admit(service, "Bo", "moderator")
        bo = service.sign_in("Bo", OTHERS)
        set_up_app(bo, OTHERS)
        form = {"passkey": "", "password": "not this one"}
        assert bo.post("/console/me/factors/remove", data=form).status_code == 422
        form["password"] = OTHERS
        assert bo.post("/console/me/factors/remove", data=form).status_code == 200
        assert service.sign_in("Bo", OTHERS).get("/api/v1/me").status_code == 200
        set_up_app(bo, OTHERS)
        me.post("/api/v1/people/moderator-2/reset")
        with service.engine.read() as tables:
            assert not tables.factors.has("moderator-2")
            assert tables.factors.recovery_left("moderator-2") == 0


def test_a_session_left_open_adds_and_replaces_no_factor(tmp_path: Path) -> None:
    """Whoever sits down at an open console would have signed in as its owner for ever."""
    with Service.running(tmp_path) as service:
        me = service.person
        host = {"host": f"localhost:{service.address.rpartition(':')[2]}"}
        begun = me.post("/console/me/app/begin", headers=HTML)
        assert begun.status_code == 422
        assert 'id="secret"' not in begun.text
        assert me.post("/console/me/app", data={"code": "000000"}).status_code == 303, "none begun"
        passkey = me.post("/console/me/passkeys/begin", headers=host, json={"password": "no"})
        assert passkey.status_code == 403
        secret, _ = set_up_app(me)
        again = me.post("/console/me/app/begin", data={"password": "no"}, headers=HTML)
        assert again.status_code == 422
        client = half_way(service)
        assert second(client, code_at(secret, step())).status_code == 303, "the app is still hers"


def test_ten_thousand_strangers_who_begin_keep_nobody_from_signing_in(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        begun = Begun()
        hers = begun.seal("passkey", "her-cookie", b"challenge")
        for number in range(10_001):
            begun.seal("passkey", f"stranger-{number}", b"challenge")
        assert begun.take("passkey", "somebody-else", hers) is None
        assert begun.take("oidc", "her-cookie", hers) is None
        assert Begun().take("passkey", "her-cookie", hers) is None, "another process"
        assert begun.take("passkey", "her-cookie", hers[:-4] + "AAA=") is None
        assert begun.take("passkey", "her-cookie", hers) == b"challenge"
        assert begun.take("passkey", "her-cookie", hers) is None, "once"
        host = {"host": f"localhost:{service.address.rpartition(':')[2]}"}
        stranger = service.client()
        headers = {**host, "x-csrf-token": csrf_in(stranger.get("/login").text)}
        answer = stranger.post("/login/passkey/begin", headers=headers)
        (kept,) = [one for one in answer.headers.get_list("set-cookie") if "begun" in one]
        assert "HttpOnly" in kept and "Max-Age=300" in kept and "samesite=lax" in kept.lower()
        assert answer.json()["publicKey"]["challenge"] not in kept


def test_passkeys_need_a_name_and_say_so(tmp_path: Path) -> None:
    with Service.running(tmp_path) as service:
        known = {"password": PASSWORD}
        answer = service.person.post("/console/me/passkeys/begin", json=known)
        assert answer.status_code == 400
        assert "localhost" in answer.json()["error"]["next_step"]
        host = {"host": f"localhost:{service.address.rpartition(':')[2]}"}
        begun = service.person.post("/console/me/passkeys/begin", headers=host, json=known)
        asked = begun.json()["publicKey"]
        assert asked["rp"]["id"] == "localhost"
        assert asked["authenticatorSelection"]["userVerification"] == "required"
        stranger = service.client()
        assert stranger.post("/login/passkey/begin", headers=host).status_code == 403, "no form"
        csrf = csrf_in(stranger.get("/login").text)
        headers = {**host, "x-csrf-token": csrf}
        begun = stranger.post("/login/passkey/begin", headers=headers).json()["publicKey"]
        assert not begun.get("allowCredentials"), "nobody learns who has passkeys"
        wrong = stranger.post("/login/passkey", headers=headers, json={"credential": {"id": "x"}})
        assert wrong.status_code == 403
