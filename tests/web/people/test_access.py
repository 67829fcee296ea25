"""Who may do what: every route, asked by nobody, by the wrong one, by the right one."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from tests.web.service import Service, message

PUBLIC = {
    ("post", "/api/v1/reports/more"),
    ("post", "/api/v1/reports/withdraw"),
    ("post", "/api/v1/hooks/mastodon/{name}"),
    ("post", "/api/v1/media/check"),
    ("get", "/api/v1/reports/categories"),
    ("post", "/api/v1/reports"),
    ("post", "/api/v1/reports/status"),
    ("post", "/api/v1/appeals"),
    ("post", "/api/v1/statements/read"),
    ("post", "/api/v1/hooks/{connector}"),
    ("get", "/api/v1/log/checkpoint"),
    ("get", "/api/v1/log/tile/{place}"),
    ("get", "/api/v1/log/proof/{entry}"),
    ("post", "/api/v1/witness/add-checkpoint"),
    ("get", "/api/v1/witness/checkpoint"),
    ("get", "/api/v1/witness/key"),
    ("get", "/api/v1/healthz"),
    ("get", "/healthz"),
}
PERSON_ONLY = {
    ("post", "/api/v1/cases/{case}/assign"),
    ("post", "/api/v1/cases/{case}/deadlines/pause"),
    ("post", "/api/v1/cases/{case}/deadlines/resume"),
    ("post", "/api/v1/cases/{case}/hold"),
    ("post", "/api/v1/cases/{case}/recuse"),
    ("post", "/api/v1/cases/{case}/release"),
    ("post", "/api/v1/cases/{case}/reports/{report}/messages"),
    ("post", "/api/v1/cases/{case}/take-over"),
    ("post", "/api/v1/cases/{case}/triage"),
    ("post", "/api/v1/people/{person}/accounts"),
    ("post", "/api/v1/queues"),
    ("post", "/api/v1/queues/{queue}"),
    ("post", "/api/v1/cases/{case}/decisions"),
    ("post", "/api/v1/cases/{case}/preview"),
    ("post", "/api/v1/cases/{case}/reports/{report}/unseal"),
    ("post", "/api/v1/proposals/{proposal}/confirm"),
    ("post", "/api/v1/proposals/{proposal}/refuse"),
    ("post", "/api/v1/appeals/{appeal}/decision"),
    ("post", "/api/v1/statements/{statement}/code"),
    ("get", "/api/v1/statements/feed"),
    ("get", "/api/v1/statements/feed/{puid}"),
    ("post", "/api/v1/statements/feed/{puid}/edit"),
    ("post", "/api/v1/statements/feed/{puid}/hold"),
    ("post", "/api/v1/statements/feed/{puid}/release"),
    ("post", "/api/v1/statements/feed/{puid}/exempt"),
    ("post", "/api/v1/cases/{case}/exports"),
    ("get", "/api/v1/cases/{case}/exports"),
    ("post", "/api/v1/exports/{export}/make"),
    ("post", "/api/v1/exports/{export}/files/{number}"),
    ("get", "/api/v1/erasure"),
    ("post", "/api/v1/erasure"),
    ("post", "/api/v1/erasure/{id}/confirm"),
    ("post", "/api/v1/erasure/{id}/refuse"),
    ("post", "/api/v1/erasure/{id}/cancel"),
    ("post", "/api/v1/holds"),
    ("post", "/api/v1/holds/{id}/extend"),
    ("post", "/api/v1/holds/{id}/lift"),
    ("post", "/api/v1/cases/{case}/captures"),
    ("get", "/api/v1/captures/{capture}/warc"),
    ("get", "/api/v1/captures/{capture}/picture"),
    ("get", "/api/v1/captures/{capture}/proof"),
    ("post", "/api/v1/cases/{case}/referrals"),
    ("get", "/api/v1/referrals/{referral}"),
    ("get", "/api/v1/referrals/{referral}/text"),
    ("post", "/api/v1/referrals/{referral}/sent"),
    ("post", "/api/v1/referrals/{referral}/acknowledged"),
    ("post", "/api/v1/referrals/{referral}/withdraw"),
    ("post", "/api/v1/cases/{case}/search"),
    ("get", "/api/v1/declared"),
    ("get", "/api/v1/declared/history"),
    ("post", "/api/v1/declared"),
    ("post", "/api/v1/declared/end"),
    ("get", "/api/v1/orders"),
    ("post", "/api/v1/orders"),
    ("get", "/api/v1/orders/{order}"),
    ("post", "/api/v1/orders/{order}/sent"),
    ("post", "/api/v1/orders/{order}/effect"),
    ("post", "/api/v1/orders/{order}/answer"),
    ("post", "/api/v1/orders/{order}/pause"),
    ("post", "/api/v1/orders/{order}/resume"),
    ("post", "/api/v1/orders/{order}/tell"),
    ("post", "/api/v1/orders/{order}/information"),
    ("get", "/api/v1/disputes"),
    ("post", "/api/v1/disputes"),
    ("post", "/api/v1/disputes/{dispute}/outcome"),
    ("post", "/api/v1/disputes/{dispute}/implemented"),
    ("get", "/api/v1/bans"),
    ("post", "/api/v1/bans"),
    ("post", "/api/v1/bans/{ban}/confirm"),
    ("post", "/api/v1/bans/{ban}/end"),
    ("post", "/api/v1/bans/{ban}/judge"),
    ("get", "/api/v1/incident-files"),
    ("post", "/api/v1/incident-files/{id}/agree"),
    ("post", "/api/v1/incident-files/{id}/refuse"),
    ("post", "/api/v1/cases/{case}/golden"),
    ("post", "/api/v1/cases/{case}/notes"),
    ("get", "/api/v1/misuse"),
    ("post", "/api/v1/misuse/{report}/lift"),
    ("post", "/api/v1/misuse/{report}/suspend"),
    ("post", "/api/v1/misuse/{report}/warn"),
    ("get", "/api/v1/audit"),
    ("post", "/api/v1/audit/history"),
    ("post", "/api/v1/audit/query"),
    ("get", "/api/v1/court-dossiers"),
    ("get", "/api/v1/court-dossiers/draft"),
    ("post", "/api/v1/court-dossiers/draft"),
    ("get", "/api/v1/court-dossiers/draft/files/{name}"),
    ("get", "/api/v1/terms"),
    ("post", "/api/v1/terms"),
    ("get", "/api/v1/yearly-reports"),
    ("post", "/api/v1/yearly-reports"),
    ("get", "/api/v1/yearly-reports/draft"),
    ("post", "/api/v1/yearly-reports/draft"),
    ("get", "/api/v1/yearly-reports/draft/files/{name}"),
    ("get", "/api/v1/yearly-reports/{first}/{last}/{version}"),
    ("get", "/api/v1/yearly-reports/{first}/{last}/{version}/files/{name}"),
    ("post", "/api/v1/yearly-reports/{first}/{last}/{version}/confirm"),
    ("post", "/api/v1/yearly-reports/{first}/{last}/{version}/restore"),
    ("post", "/api/v1/yearly-reports/{first}/{last}/{version}/withdraw"),
    ("get", "/api/v1/tokens"),
    ("post", "/api/v1/tokens"),
    ("post", "/api/v1/targets/{target}/invitation"),
    ("delete", "/api/v1/tokens/{token}"),
    ("get", "/api/v1/sessions"),
    ("delete", "/api/v1/sessions"),
    ("delete", "/api/v1/sessions/{session}"),
    ("get", "/api/v1/me"),
    ("put", "/api/v1/me/without"),
    ("get", "/api/v1/me/day"),
    ("post", "/api/v1/me/exposure"),
    ("get", "/api/v1/access"),
    ("post", "/api/v1/access/{entry}/seen"),
    ("get", "/api/v1/people"),
    ("patch", "/api/v1/people/{person}"),
    ("post", "/api/v1/people/{person}/reset"),
    ("get", "/api/v1/invitations"),
    ("post", "/api/v1/invitations"),
    ("delete", "/api/v1/invitations/{invitation}"),
    ("get", "/api/v1/roles"),
    ("put", "/api/v1/roles/{role}"),
    ("delete", "/api/v1/roles/{role}"),
}
NEEDS = {
    ("get", "/api/v1/cases/{case}/conversation"): "read",
    ("get", "/api/v1/cases/{case}/deadlines"): "read",
    ("get", "/api/v1/lines"): "read",
    ("get", "/api/v1/lines/{line}"): "read",
    ("get", "/api/v1/queues"): "read",
    ("post", "/api/v1/lines/{line}/replies/{reply}/put-back"): "moderate",
    ("post", "/api/v1/messages"): "ingest",
    ("get", "/api/v1/events"): "read",
    ("get", "/api/v1/cases"): "read",
    ("post", "/api/v1/cases"): "moderate",
    ("get", "/api/v1/cases/{case}"): "read",
    ("get", "/api/v1/cases/{case}/decisions"): "read",
    ("get", "/api/v1/cases/{case}/captures"): "read",
    ("get", "/api/v1/cases/{case}/referrals"): "read",
    ("get", "/api/v1/cases/{case}/referrals/places"): "read",
    ("get", "/api/v1/campaigns"): "read",
    ("get", "/api/v1/campaigns/{campaign}"): "read",
    ("get", "/api/v1/decisions"): "read",
    ("get", "/api/v1/appeals"): "read",
    ("get", "/api/v1/statements"): "read",
    ("get", "/api/v1/statements/{statement}"): "read",
    ("get", "/api/v1/cases/{case}/proposals"): "read",
    ("get", "/api/v1/rules"): "read",
    ("post", "/api/v1/rules"): "moderate",
    ("post", "/api/v1/rules/check"): "moderate",
    ("post", "/api/v1/rules/test"): "moderate",
    ("post", "/api/v1/rules/backtest"): "moderate",
    ("get", "/api/v1/rules/{version}"): "read",
    ("post", "/api/v1/rules/{version}/live"): "admin",
    ("post", "/api/v1/rules/revert"): "admin",
    ("post", "/api/v1/rules/back"): "admin",
    ("get", "/api/v1/learning"): "read",
    ("post", "/api/v1/learning"): "moderate",
    ("get", "/api/v1/learning/{version}"): "read",
    ("post", "/api/v1/learning/{version}/live"): "admin",
    ("post", "/api/v1/learning/revert"): "admin",
    ("get", "/api/v1/measures/ladder"): "read",
    ("post", "/api/v1/measures"): "moderate",
    ("post", "/api/v1/measures/preview"): "moderate",
    ("post", "/api/v1/measures/{measure}/undo"): "moderate",
    ("get", "/api/v1/raids/{raid}/undo/preview"): "moderate",
    ("post", "/api/v1/raids/{raid}/undo"): "moderate",
    ("post", "/api/v1/raids/{raid}/members/{account}/lift"): "moderate",
    ("post", "/api/v1/raids/{raid}/members/{account}/put-back"): "moderate",
    ("post", "/api/v1/raids/{raid}/members/lift"): "moderate",
    ("post", "/api/v1/raids/{raid}/members/put-back"): "moderate",
    ("post", "/api/v1/raids/{raid}/split"): "moderate",
    ("post", "/api/v1/raids/{raid}/merge"): "moderate",
    ("post", "/api/v1/cases/{case}/measures/undo"): "moderate",
    ("post", "/api/v1/targets/{target}/shield"): "moderate",
    ("delete", "/api/v1/targets/{target}/shield"): "moderate",
    ("get", "/metrics"): "read",
    ("get", "/api/v1/metrics"): "read",
}
INCLUDES = {
    "ingest": {"ingest"},
    "read": {"read"},
    "moderate": {"read", "moderate"},
    "admin": {"read", "moderate", "admin"},
}
FILLED = {"entry": "0", "reply": "0", "first": "2026-01-01", "last": "2026-12-31", "version": "1"}
BODIES: dict[tuple[str, str], Any] = {
    ("post", "/api/v1/cases/{case}/decisions"): {
        "outcome": "lift",
        "ground": "none",
        "reason": "x",
    },
    ("post", "/api/v1/cases/{case}/exports"): {
        "recipient": "Maître Placeholder",
        "capacity": "lawyer",
        "mandate": "seen",
        "edition": "lawyer",
    },
    ("post", "/api/v1/cases/{case}/search"): {"kind": "words", "words": "xx", "reason": "why"},
    ("post", "/api/v1/cases/{case}/measures/undo"): {"kind": "hold", "scope": "account"},
    ("post", "/api/v1/measures"): {"kind": "mute", "reason": "x", "raid": "nothing"},
    ("post", "/api/v1/measures/preview"): {"kind": "mute", "reason": "x", "raid": "nothing"},
    ("post", "/api/v1/raids/{raid}/members/lift"): {"account": "nothing"},
    ("post", "/api/v1/raids/{raid}/members/put-back"): {"account": "nothing"},
    ("post", "/api/v1/raids/{raid}/split"): {"accounts": ["nothing"]},
    ("post", "/api/v1/raids/{raid}/merge"): {"into": "nothing"},
    ("post", "/api/v1/tokens"): {"name": "n", "scopes": ["read"]},
    ("post", "/api/v1/messages"): [],
}


def routes(service: Service) -> list[tuple[str, str]]:
    paths = service.client().get("/openapi.json").json()["paths"]
    return [
        (method, path)
        for path, methods in paths.items()
        for method in methods
        if method in ("get", "post", "delete", "put", "patch")
    ]


def ask(client: httpx.Client, method: str, path: str) -> int:
    filled = path
    for name, value in FILLED.items():
        filled = filled.replace(f"{{{name}}}", value)
    for name in (
        "case",
        "measure",
        "raid",
        "report",
        "proposal",
        "appeal",
        "statement",
        "account",
        "target",
        "connector",
        "token",
        "session",
        "person",
        "role",
        "invitation",
        "report",
        "name",
        "line",
        "queue",
        "place",
        "capture",
        "referral",
    ):
        filled = filled.replace(f"{{{name}}}", "nothing")
    body = BODIES.get((method, path))
    request = client.build_request(method, filled, json=body) if body is not None else (
        client.build_request(method, filled)
    )  # fmt: skip
    answer = client.send(request, stream=True)
    answer.close()
    return answer.status_code


def test_every_route_is_public_or_has_a_known_need(service: Service) -> None:
    assert set(routes(service)) == PUBLIC | PERSON_ONLY | set(NEEDS)


def test_nobody_and_wrong_tokens_are_401(service: Service) -> None:
    nobody, wrong = service.client(), service.client("rempart_nonsense")
    basic = service.client()
    basic.headers["authorization"] = "Basic bW86bW8="
    for method, path in routes(service):
        for client in (nobody, wrong, basic):
            status = ask(client, method, path)
            if (method, path) in PUBLIC:
                assert status not in (401, 403) or "hooks" in path, (method, path)
            else:
                assert status == 401, (method, path, status)


@pytest.mark.parametrize("scope", ["ingest", "read", "moderate", "admin"])
def test_a_token_without_the_scope_is_403_and_with_it_is_let_in(
    service: Service, scope: str
) -> None:
    client = service.client(service.token(scope))
    for (method, path), needed in NEEDS.items():
        status = ask(client, method, path)
        if needed in INCLUDES[scope]:
            assert status not in (401, 403), (method, path, status)
        else:
            assert status == 403, (method, path, status)
    for method, path in PERSON_ONLY:
        assert ask(client, method, path) == 403, (method, path)


def test_the_wrong_way_of_asking_says_how_to_ask(service: Service) -> None:
    answer = service.client().get("/api/v1/cases")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["error"]["next_step"]


def test_a_revoked_token_is_nobody_at_once(service: Service) -> None:
    secret = service.token("read")
    client = service.client(secret)
    assert client.get("/api/v1/cases").status_code == 200
    (id,) = [
        one["id"]
        for one in service.person.get("/api/v1/tokens").json()["tokens"]
        if one["revoked_at"] is None and one["scopes"] == ["read"] and one["channels"] is None
    ][-1:]
    assert service.person.delete(f"/api/v1/tokens/{id}").status_code == 200
    assert client.get("/api/v1/cases").status_code == 401
    assert service.person.delete(f"/api/v1/tokens/{id}").status_code == 404


def test_no_list_of_tokens_holds_a_secret(service: Service) -> None:
    secret = service.token("read")
    text = service.person.get("/api/v1/tokens").text
    assert secret not in text
    assert "digest" not in text


def test_cases_of_other_channels_are_not_there(service: Service) -> None:
    """404 and not 403: nobody learns what exists where they have no rights."""
    bot = service.client(service.ingest_token)
    bot.post("/api/v1/messages", json=message(channel="zoe", text="you are a fucking idiot, die"))
    everyone = service.client(service.token("read"))
    other = service.client(service.token("moderate", channels=["lea"]))
    own = service.client(service.token("read", channels=["zoe"]))
    deadline = time.monotonic() + 60
    while not (cases := everyone.get("/api/v1/cases?channel=zoe").json()["cases"]):
        assert time.monotonic() < deadline, "the held message opened no case"
    case = cases[0]["id"]
    assert [one["id"] for one in own.get("/api/v1/cases").json()["cases"]] == [case]
    assert other.get("/api/v1/cases?channel=zoe").json() == {"cases": [], "total": 0}
    assert case not in other.get("/api/v1/cases").text
    assert own.get(f"/api/v1/cases/{case}").status_code == 200
    view = everyone.get(f"/api/v1/cases/{case}").json()
    for measure in view["measures"]:
        answer = other.post(f"/api/v1/measures/{measure['id']}/undo")
        assert answer.status_code == 404
    hidden, missing = other.get(f"/api/v1/cases/{case}"), other.get("/api/v1/cases/c-none")
    assert (hidden.status_code, hidden.json()) == (404, missing.json())
    assert other.post("/api/v1/targets/zoe/shield").status_code == 404


def test_a_decision_is_refused_to_a_token_whatever_its_scopes(service: Service) -> None:
    client = service.client(service.token("ingest", "read", "moderate", "admin"))
    body = {"outcome": "lift", "ground": "none", "reason": "fine"}
    answer = client.post("/api/v1/cases/c-any/decisions", json=body)
    assert answer.status_code == 403
    assert "person" in answer.json()["error"]["reason"]
