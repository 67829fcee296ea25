"""Signing in through an identity provider: who is let in, and every wrong answer refused calmly."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.web.oidc_provider import CLIENT, SECRET, Provider
from tests.web.service import NAME, PASSWORD, Service, with_csrf
from tests.web.team import told

from rempart.connect.oidc import two_factors

ADA = {"sub": "u-1", "email": "ada@example.org", "email_verified": True}
HTML = {"accept": "text/html"}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider.running() as running:
        yield running


@pytest.fixture
def service(tmp_path: Path, provider: Provider) -> Iterator[Service]:
    provider.person, provider.twist = dict(ADA), {}
    (tmp_path / "settings.toml").write_text(
        f'[oidc.work]\nissuer = "{provider.issuer}"\nclient_id = "{CLIENT}"\n'
        f'client_secret = "{SECRET}"\nlabel = "Work"\nallow = ["127.0.0.1"]\n'
        'roles_claim = "groups"\nroles = { reviewers = "reviewer", night = "on_call" }\n'
    )
    with Service.running(tmp_path) as running:
        assert running.person.get("/api/v1/me").status_code == 200
        yield running


def invite(service: Service, **more: Any) -> None:
    wanted = {"name": "Ada", "roles": ["moderator"], "email": "Ada@Example.org", **more}
    assert service.person.post("/api/v1/invitations", json=wanted).status_code == 201


def through(
    service: Service, path: str = "/login/oidc/work?next=/console/queue", client: Any = None
) -> tuple[httpx.Client, httpx.Response]:
    """As a browser goes: out, the provider's page, and back."""
    browser: httpx.Client = client or service.client()
    out = browser.get(path)
    assert out.status_code == 303, out.text[:400]
    page = httpx.get(out.headers["location"])
    return browser, browser.get(page.headers["location"])


def test_an_invitation_with_a_verified_address_lets_in_and_the_subject_does_after(
    service: Service, provider: Provider
) -> None:
    assert "Work" in service.client().get("/login").text
    _, stranger = through(service)
    assert stranger.status_code == 403, "nobody has invited her yet"
    assert "nobody has invited this identity" in stranger.text
    invite(service)
    browser, answer = through(service)
    assert answer.headers["location"] == "/console/queue"
    assert browser.get("/api/v1/me").json()["person"]["roles"] == ["moderator"]
    provider.person = {"sub": "u-1"}
    again, _ = through(service)
    assert again.get("/api/v1/me").json()["person"]["name"] == "Ada", "by subject, not by address"
    provider.person = {**ADA, "sub": "u-2"}
    _, other = through(service)
    assert other.status_code == 403, "the same address on another subject opens nothing"
    means = [one.get("means") for one in told(service, "sign-in")]
    assert means.count("oidc:work") >= 2


def test_an_address_that_is_not_verified_uses_no_invitation(
    service: Service, provider: Provider
) -> None:
    invite(service)
    for verified in (False, "true", None):
        provider.person = {**ADA, "email_verified": verified}
        assert through(service)[1].status_code == 403


@pytest.mark.parametrize(
    ("twist", "why"),
    [
        ({"claims": {"nonce": "another"}}, "another sign-in"),
        ({"claims": {"aud": "somebody-else"}}, "another service"),
        ({"claims": {"aud": [CLIENT, "x"], "azp": "x"}}, "somebody else"),
        ({"claims": {"exp": int(time.time()) - 3600}}, "too old"),
        ({"claims": {"iss": "https://id.example"}}, "another issuer"),
        ({"signed": "none"}, "not signed as it must be"),
        ({"signed": "by the public key as a secret"}, "not signed as it must be"),
        ({"signed": "by a stranger"}, "not right"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_wrong_answer_is_refused_with_a_calm_page(
    service: Service, provider: Provider, twist: dict[str, Any], why: str
) -> None:
    invite(service)
    provider.twist = twist
    browser, answer = through(service)
    assert answer.status_code == 403
    assert "Signing in through the provider did not work" in answer.text
    assert why in answer.text
    assert "rempart" not in browser.cookies
    assert browser.get("/api/v1/me").status_code == 401
    with service.engine.read() as tables:
        assert len(tables.access.people()) == 1
        assert len(tables.invitations.pending(0)) == 1, "the invitation is not used up"


def test_state_is_used_once_and_by_the_browser_that_left(
    service: Service, provider: Provider
) -> None:
    invite(service)
    browser = service.client()
    out = browser.get("/login/oidc/work")
    back = httpx.get(out.headers["location"]).headers["location"]
    thief = service.client()
    thief.get("/login")
    assert thief.get(back).status_code == 403
    assert browser.get(back).status_code == 303, "nobody else uses it up"
    assert browser.get(back).status_code == 403, "once"
    assert browser.get("/login/oidc/callback?code=x&state=y").status_code == 403
    assert browser.get("/login/oidc/nobody", headers=HTML).status_code == 404


@pytest.mark.parametrize(
    ("methods", "two"),
    [
        (["mfa"], True),
        (["pwd", "otp"], True),
        (["hwk", "pin"], True),
        (["fpt", "swk"], True),
        (["otp"], False),
        (["hwk"], False),
        (["face", "fpt"], False),
        (["otp", "sms"], False),
        (["pwd", "user", "geo"], False),
        ([], False),
    ],
    ids=str,
)
def test_one_way_to_prove_oneself_is_one_factor(methods: list[str], two: bool) -> None:
    """RFC 8176: an app's code alone is one factor, as a password alone is."""
    assert two_factors(frozenset(methods)) is two


def test_groups_give_and_take_roles_and_never_make_an_admin(
    service: Service, provider: Provider
) -> None:
    invite(service)
    provider.person = {**ADA, "groups": ["reviewers", "night", "admin"]}
    browser, _ = through(service)
    assert browser.get("/api/v1/me").json()["person"]["roles"] == [
        "moderator",
        "on_call",
        "reviewer",
    ]
    provider.person = {**ADA, "groups": ["night"]}
    browser, _ = through(service)
    assert browser.get("/api/v1/me").json()["person"]["roles"] == ["moderator", "on_call"]
    stronger = {"rights": ["people"]}
    assert service.person.put("/api/v1/roles/on_call", json=stronger).status_code == 200
    provider.person = {**ADA, "sub": "u-9", "email": "eve@example.org", "groups": ["night"]}
    invite(service, name="Eve", roles=["reviewer"], email="eve@example.org")
    _, answer = through(service)
    assert answer.status_code == 403, "her only group may give nothing, and `reviewer` is theirs"


def linking(service: Service, who: httpx.Client, password: str = "") -> httpx.Response:
    """The form of the account page, and the way to the provider and back."""
    out = who.post("/console/me/link/work", data={"password": password})
    if out.status_code != 303:
        return out
    page = httpx.get(out.headers["location"])
    return who.get(page.headers["location"])


def test_a_signed_in_person_links_her_identity_with_her_password(
    service: Service, provider: Provider
) -> None:
    provider.person = {"sub": "u-77"}
    wrong = linking(service, service.person, "somebody else's guess")
    assert wrong.status_code == 422 and "The password you have now is not this one." in wrong.text
    out = service.person.get("/login/oidc/work?link=me").headers["location"]
    assert service.client().get(httpx.get(out).headers["location"]).status_code == 403
    with service.engine.read() as tables:
        assert not tables.access.identities("moderator-1"), "an open session alone binds nobody"
    answer = linking(service, service.person, PASSWORD)
    assert answer.headers["location"] == "/console/me"
    assert service.person.get("/console/me.json").json()["providers"] == [
        {"name": "work", "label": "Work", "linked": True}
    ]
    browser, _ = through(service)
    assert browser.get("/api/v1/me").json()["person"]["name"] == NAME


def test_who_has_no_password_proves_herself_at_the_provider(
    service: Service, provider: Provider
) -> None:
    invite(service)
    browser, _ = through(service)
    csrf = with_csrf(browser)
    begin = "/console/me/app/begin"
    choose = {"password": "a thief's own words 1", "again": "a thief's own words 1"}
    refused = csrf.post(begin, data={})
    assert "Prove again who you are" in refused.text
    assert "Prove again who you are" in csrf.post("/console/me/password", data=choose).text
    assert csrf.post("/console/me/passkeys/begin", json={}).status_code == 403
    assert "Sign in once more" in csrf.get("/console/me").text
    again = "/login/oidc/work?again=me"
    for twist in ({"auth_time": int(time.time()) - 3_600}, {"auth_time": None}, {"sub": "u-8"}):
        provider.twist = {"claims": twist}
        assert through(service, again, csrf)[1].status_code == 403, twist
    assert "Prove again who you are" in csrf.post(begin, data={}).text
    provider.twist = {}
    provider.session["auth_time"] = int(time.time()) - 3_600
    assert through(service, again, csrf)[1].headers["location"] == "/console/me#factors"
    assert csrf.get("/console/me.json").json()["proven"]
    assert "Prove again who you are" not in csrf.post(begin, data={}).text
    other, _ = through(service)
    assert not other.get("/console/me.json").json()["proven"], "in that session only"


def test_another_site_starts_no_proof(service: Service) -> None:
    there = {"sec-fetch-site": "cross-site"}
    answer = service.person.get("/login/oidc/work?again=me", headers=there)
    assert answer.status_code == 403
    assert service.person.get("/login/oidc/work", headers=there).status_code == 303


def test_a_provider_of_another_name_is_not_asked(tmp_path: Path, provider: Provider) -> None:
    provider.twist = {"issuer": "https://id.example"}
    (tmp_path / "settings.toml").write_text(
        f'[oidc.work]\nissuer = "{provider.issuer}"\nclient_id = "x"\nallow = ["127.0.0.1"]\n'
    )
    with Service.running(tmp_path) as service:
        assert service.person.get("/api/v1/me").status_code == 200
        answer = service.client().get("/login/oidc/work")
        assert answer.status_code == 403
        assert "another name" in answer.text
