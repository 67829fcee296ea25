"""Every form of the console has its endpoint, also one that is added later: a place that works by
its own tools may do what its people do by clicks. What has none is named here with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.web.disclosure.test_auditor import routes
from tests.web.service import Service

V1 = "/api/v1"
TWINS: dict[str, tuple[str, ...]] = {
    "/access/{entry:int}/seen": ("POST /access/{entry:int}/seen",),
    "/appeals/{appeal:str}/decision": ("POST /appeals/{appeal:str}/decision",),
    "/audit": ("POST /audit/query",),
    "/audit.json": ("POST /audit/query",),
    "/audit/history": ("POST /audit/history",),
    "/bans": ("POST /bans",),
    "/bans/{ban:str}/{step:str}": (
        "POST /bans/{ban:str}/confirm", "POST /bans/{ban:str}/end", "POST /bans/{ban:str}/judge",
    ),
    "/cases/{case:str}/captures": ("POST /cases/{case:str}/captures",),
    "/cases/{case:str}/decision": ("POST /cases/{case:str}/decisions",),
    "/cases/{case:str}/exports": ("POST /cases/{case:str}/exports",),
    "/cases/{case:str}/golden": ("POST /cases/{case:str}/golden",),
    "/cases/{case:str}/hold": ("POST /cases/{case:str}/hold",),
    "/cases/{case:str}/lift": ("POST /raids/{raid:str}/members/lift",),
    "/cases/{case:str}/measures": ("POST /measures",),
    "/cases/{case:str}/merge": ("POST /raids/{raid:str}/merge",),
    "/cases/{case:str}/notes": ("POST /cases/{case:str}/notes",),
    "/cases/{case:str}/preview": ("POST /cases/{case:str}/preview",),
    "/cases/{case:str}/put-back": ("POST /raids/{raid:str}/members/put-back",),
    "/cases/{case:str}/recuse": ("POST /cases/{case:str}/recuse",),
    "/cases/{case:str}/referrals": ("POST /cases/{case:str}/referrals",),
    "/cases/{case:str}/release": ("POST /cases/{case:str}/release",),
    "/cases/{case:str}/reports/{report:str}/messages": (
        "POST /cases/{case:str}/reports/{report:str}/messages",
    ),
    "/cases/{case:str}/search": ("POST /cases/{case:str}/search",),
    "/cases/{case:str}/split": ("POST /raids/{raid:str}/split",),
    "/cases/{case:str}/take-over": ("POST /cases/{case:str}/take-over",),
    "/cases/{case:str}/triage": ("POST /cases/{case:str}/triage",),
    "/cases/{case:str}/undo": ("POST /cases/{case:str}/measures/undo",),
    "/cases/{case:str}/unseal": ("POST /cases/{case:str}/reports/{report:str}/unseal",),
    "/court/draw": ("POST /court-dossiers/draft",),
    "/declared/{kind:str}": ("POST /declared",),
    "/declared/{kind:str}/end": ("POST /declared/end",),
    "/disputes": ("POST /disputes",),
    "/disputes/{dispute:str}/{step:str}": (
        "POST /disputes/{dispute:str}/outcome", "POST /disputes/{dispute:str}/implemented",
    ),
    "/erasure": ("POST /erasure",),
    "/erasure/{id:str}/{act:str}": (
        "POST /erasure/{id:str}/confirm", "POST /erasure/{id:str}/refuse",
        "POST /erasure/{id:str}/cancel",
    ),
    "/exports/{export:str}/files/{number:str}": (
        "POST /exports/{export:str}/files/{number:str}",
    ),
    "/exports/{export:str}/make": ("POST /exports/{export:str}/make",),
    "/files/{id:str}/agree": ("POST /incident-files/{id:str}/agree",),
    "/files/{id:str}/refuse": ("POST /incident-files/{id:str}/refuse",),
    "/holds": ("POST /holds",),
    "/holds/{id:str}/{act:str}": ("POST /holds/{id:str}/lift", "POST /holds/{id:str}/extend"),
    "/learning": ("POST /learning",),
    "/learning/revert": ("POST /learning/revert",),
    "/learning/{version:str}/live": ("POST /learning/{version:str}/live",),
    "/lines/{line:str}/replies/{reply:int}/put-back": (
        "POST /lines/{line:str}/replies/{reply:int}/put-back",
    ),
    "/me/harms": ("PUT /me/without",),
    "/me/sessions/{session:str}/end": ("DELETE /sessions/{session:str}",),
    "/measures/{measure:str}/undo": ("POST /measures/{measure:str}/undo",),
    "/misuse/{report:str}/lift": ("POST /misuse/{report:str}/lift",),
    "/misuse/{report:str}/suspend": ("POST /misuse/{report:str}/suspend",),
    "/misuse/{report:str}/warn": ("POST /misuse/{report:str}/warn",),
    "/orders": ("POST /orders",),
    "/orders/{order:str}/{step:str}": tuple(
        f"POST /orders/{{order:str}}/{step}"
        for step in ("answer", "effect", "information", "pause", "resume", "sent", "tell")
    ),
    "/people/invitations/{invitation:str}/revoke": ("DELETE /invitations/{invitation:str}",),
    "/people/invite": ("POST /invitations",),
    "/people/{person:str}": ("PATCH /people/{person:str}",),
    "/people/{person:str}/{what:str}": (
        "PATCH /people/{person:str}", "POST /people/{person:str}/reset",
    ),
    "/proposals/{proposal:str}/confirm": ("POST /proposals/{proposal:str}/confirm",),
    "/proposals/{proposal:str}/refuse": ("POST /proposals/{proposal:str}/refuse",),
    "/queues": ("POST /queues", "POST /queues/{queue:str}"),
    "/raids/{raid:str}/undo": ("POST /raids/{raid:str}/undo",),
    "/referrals/{referral:str}/acknowledged": ("POST /referrals/{referral:str}/acknowledged",),
    "/referrals/{referral:str}/sent": ("POST /referrals/{referral:str}/sent",),
    "/referrals/{referral:str}/withdraw": ("POST /referrals/{referral:str}/withdraw",),
    "/roles": ("PUT /roles/{role:str}", "DELETE /roles/{role:str}"),
    "/rules/back": ("POST /rules/back",),
    "/rules/edit": ("POST /rules",),
    "/rules/revert": ("POST /rules/revert",),
    "/rules/versions/{version:str}/live": ("POST /rules/{version:str}/live",),
    "/statements/{puid:str}/{what:str}": tuple(
        f"POST /statements/feed/{{puid:str}}/{step}"
        for step in ("edit", "exempt", "hold", "release")
    ),
    "/statements/{statement:str}/code": ("POST /statements/{statement:str}/code",),
    "/terms": ("POST /terms",),
    "/yearly/draw": ("POST /yearly-reports/draft",),
    "/yearly/publish": ("POST /yearly-reports",),
    **{
        f"/yearly/published/{{first:str}}/{{last:str}}/{{version:int}}/{step}": (
            f"POST /yearly-reports/{{first:str}}/{{last:str}}/{{version:int}}/{step}",
        )
        for step in ("confirm", "restore", "withdraw")
    },
}  # fmt: skip
_FACTOR = "what opens one's own account is changed in a browser, after signing in there once more"
_EYES = "it is about the eyes of whoever sits before the page"
WITHOUT: dict[str, str] = {
    "/me/app": _FACTOR,
    "/me/app/begin": _FACTOR,
    "/me/factors/remove": _FACTOR,
    "/me/link/{name:str}": _FACTOR,
    "/me/passkeys": _FACTOR,
    "/me/passkeys/begin": _FACTOR,
    "/me/password": _FACTOR,
    "/me/recovery": _FACTOR,
    "/me/pause": _EYES,
    "/practice/{item:str}": _EYES,
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    data: Path = tmp_path_factory.mktemp("data")
    with Service.running(data) as running:
        yield running


def test_every_form_has_an_endpoint_or_a_reason(service: Service) -> None:
    table = routes(service)
    forms = {
        path.removeprefix("/console")
        for path, methods in table.items()
        if path.startswith("/console") and "POST" in methods
    }
    assert forms == {*TWINS, *WITHOUT}
    assert not TWINS.keys() & WITHOUT.keys()
    for form, twins in TWINS.items():
        for twin in twins:
            method, path = twin.split(" ")
            assert method in table.get(V1 + path, ()), f"{form}: there is no {twin}"


BY_TOKENS = {
    "POST /measures",
    "POST /measures/{measure:str}/undo",
    "POST /cases/{case:str}/measures/undo",
    "POST /lines/{line:str}/replies/{reply:int}/put-back",
    "POST /raids/{raid:str}/undo",
    *(f"POST /raids/{{raid:str}}/{act}" for act in ("merge", "split")),
    *(f"POST /raids/{{raid:str}}/members/{act}" for act in ("lift", "put-back")),
    *(f"POST /rules{act}" for act in ("", "/back", "/revert", "/{version:str}/live")),
    *(f"POST /learning{act}" for act in ("", "/revert", "/{version:str}/live")),
}
"""Protection that ends by itself and can be undone, what corrects a raid, and rules and learned
words, which a pipeline may deploy: none of it decides on anybody."""


def test_what_people_decide_is_asked_of_people_there_too(service: Service) -> None:
    """A form is sent by somebody who signed in: no token does the same, whatever its scopes."""
    token, open_to_tokens = service.client(service.token("admin")), set()
    for twins in TWINS.values():
        for twin in twins:
            method, path = twin.split(" ")
            asked = path.replace(":int}", "}").replace(":str}", "}")
            for name in ("entry", "reply", "version"):
                asked = asked.replace(f"{{{name}}}", "1")
            answer = token.request(method, V1 + asked, json={})
            if answer.status_code != 403:
                open_to_tokens.add(twin)
    assert open_to_tokens == BY_TOKENS


def test_acts_on_what_is_not_there_say_so(service: Service) -> None:
    me, why = service.person, {"reason": "Nothing of it is there."}
    assert me.get(f"{V1}/misuse").json() == {"sources": [], "appellants": []}
    assert me.get(f"{V1}/incident-files").json() == {"requests": []}
    for path, said in (
        ("/misuse/nothing/warn", {}),
        ("/misuse/nothing/suspend", {"days": 7, **why}),
        ("/misuse/nothing/lift", why),
        ("/incident-files/nothing/agree", {"mandate": "A letter."}),
        ("/incident-files/nothing/refuse", {"why": "No letter."}),
        ("/cases/nothing/notes", {"text": "Look.", "seen_by": "case"}),
        ("/cases/nothing/golden", why),
    ):
        assert me.post(f"{V1}{path}", json=said).status_code == 404, path
