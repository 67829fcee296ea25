"""Signing in through an identity provider: to it, and back.

The way out and the way back belong to one browser: it keeps nonce and PKCE verifier, sealed under
the state, with a digest of the sign-in cookie. Each is used once, within five minutes. What is
refused leads to the sign-in page with a reason, never to an error.

To link an identity, the password is asked for first (`console.factor_pages`): an open session alone
binds nobody. Who has none proves herself with an identity that is hers already.
"""

from __future__ import annotations

import logging
import time
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from rempart.cases.identities import link_identity, person_by_identity, roles_by_groups
from rempart.connect.oidc import LEEWAY, Claims, OidcRefusedError, Provider
from rempart.connect.outbound import Outbound
from rempart.errors import AccessError, ConflictError, NotFoundError
from rempart.store.interface import Tables
from rempart.store.interface.access import PersonRow
from rempart.web.api.request import engine_of, write
from rempart.web.auth.again import proven_of
from rempart.web.auth.caller import Step
from rempart.web.auth.gate import cookie, missing_step, now_ms
from rempart.web.auth.guards import LOGIN_COOKIE, caller, from_elsewhere, gate_of
from rempart.web.auth.pages import (
    HOME,
    AnyRequest,
    keep_begun,
    local_path,
    login_form,
    refused_of,
    set_session_cookie,
    take_begun,
    with_login_cookie,
)
from rempart.web.auth.secret import digest_of, new_secret
from rempart.web.auth.settings import OidcSettings
from rempart.web.failures import NoRightError
from rempart.web.settings import WebSettings

_LOG = logging.getLogger(__name__)
CALLBACK = "/login/oidc/callback"
_PURPOSE = "oidc"
_LONGEST_PATH = 1_000
"""Of what is kept in a cookie."""


class UnderWay(msgspec.Struct, frozen=True):
    """One sign-in between the way out and the way back. `link`: the signed-in person who says that
    the identity is hers; `again`: the session that proves once more whose it is; `left_s`: when the
    browser left (seconds since the epoch)."""

    provider: str
    nonce: str
    verifier: str
    browser: str
    next: str
    link: str | None
    again: str | None = None
    left_s: int = 0


class Providers:
    """The configured ones by name."""

    def __init__(self, settings: dict[str, OidcSettings]) -> None:
        self.settings = settings
        self._made = {
            name: Provider(one.issuer, one.client_id, one.client_secret, Outbound(allow=one.allow))
            for name, one in settings.items()
        }

    @property
    def labels(self) -> dict[str, str]:
        return {name: one.label or name for name, one in self.settings.items()}

    def get(self, name: str) -> Provider:
        found = self._made.get(name)
        if found is None:
            raise NotFoundError("there is no such identity provider", where=name)
        return found


@get("/login/oidc/{name:str}", include_in_schema=False)
async def leave(
    request: AnyRequest,
    name: FromPath[str],
    next: FromQuery[str] = "",
    again: FromQuery[str] = "",
) -> Response[Any]:
    """To the provider. `again=me`: whoever is signed in proves once more who she is."""
    if name == CALLBACK.rpartition("/")[2]:
        return await _back(request)
    who = caller(request)
    if again and from_elsewhere(request.scope):  # type: ignore[arg-type]
        raise NoRightError("this request comes from another site", next_step="open your account")
    session = who.session if again == "me" and who is not None and who.is_person else None
    return await go_out(request, name, next, again=session)


async def go_out(
    request: AnyRequest, name: str, next: str, *, link: str | None = None, again: str | None = None
) -> Response[Any]:
    """`link`, `again`: see `UnderWay`; who calls has asked whether she may."""
    providers = _providers(request)
    state, nonce, verifier = new_secret(), new_secret(), new_secret()
    try:
        address = await providers.get(name).address(
            _callback(request), state, nonce, verifier, again=again is not None
        )
    except OidcRefusedError as error:
        _LOG.warning("identity provider %s: %s", name, error.diagnostics())
        return login_form(request, "oidc", next, reason=error.what)
    answer = with_login_cookie(request, lambda: Redirect(address, status_code=303))
    browser = next_cookie(request, answer)
    target = local_path(next)
    kept = UnderWay(
        name,
        nonce,
        verifier,
        browser,
        target if len(target) <= _LONGEST_PATH else HOME,
        link,
        again,
        now_ms() // 1000,
    )
    keep_begun(request, answer, _PURPOSE, state, msgspec.json.encode(kept))
    return answer


async def _back(request: AnyRequest) -> Response[Any]:
    """From the provider, with a code or an error."""
    asked = request.query_params
    state, code = str(asked.get("state", "")), str(asked.get("code", ""))
    raw = take_begun(request, _PURPOSE, state)
    under_way = msgspec.json.decode(raw, type=UnderWay) if raw is not None else None
    scope: Any = request.scope
    browser = digest_of(cookie(scope, LOGIN_COOKIE) or "").hex()
    if under_way is None or under_way.browser != browser:
        return login_form(request, "oidc", "", reason="this sign-in is too old, or not yours")
    provider = _providers(request).get(under_way.provider)
    settings = _providers(request).settings[under_way.provider]
    try:
        if str(asked.get("iss") or settings.issuer) != settings.issuer:
            raise OidcRefusedError("the answer is of another issuer", where="iss")
        if not code:
            raise OidcRefusedError("the provider did not let you in")
        claims = await provider.claims(
            code, _callback(request), under_way.verifier, under_way.nonce, settings.roles_claim
        )
        return await _signed_in(request, under_way, settings, claims)
    except (AccessError, ConflictError) as error:
        _LOG.warning("identity provider %s: %s", under_way.provider, error.diagnostics())
        refused_of(request).count("", f"oidc:{under_way.provider}")
        return login_form(request, "oidc", under_way.next, reason=error.what)


route_handlers: list[Any] = [leave]


def next_cookie(request: AnyRequest, answer: Response[Any]) -> str:
    """The digest of the sign-in cookie as the browser will send it back."""
    scope: Any = request.scope
    sent = cookie(scope, LOGIN_COOKIE)
    if sent is None:
        sent = next(one.value or "" for one in answer.cookies if one.key == LOGIN_COOKIE)
    return digest_of(sent).hex()


async def _signed_in(
    request: AnyRequest, under_way: UnderWay, settings: OidcSettings, claims: Claims
) -> Response[Any]:
    now, by = now_ms(), f"oidc:{under_way.provider}"
    if under_way.again is not None:
        return _proven_again(request, under_way, under_way.again, settings, claims)
    if under_way.link is not None:
        person, who = under_way.link, caller(request)
        if who is None or who.id != person:
            raise AccessError("this sign-in is not yours")
        await write(
            request,
            lambda tables: link_identity(tables, settings.issuer, claims.subject, person, now),
        )
        return Redirect("/console/me", status_code=303)

    def change(tables: Tables) -> PersonRow:
        row = person_by_identity(tables, settings.issuer, claims.subject, claims.email, now)
        if settings.roles_claim:
            row = roles_by_groups(tables, row, claims.groups, settings.roles, by, now)
        return row

    row = await write(request, change)
    gate = gate_of(request)
    gate.forget()
    level = 2 if settings.second_factor or claims.second_factor else 1
    agent = request.headers.get("user-agent", "")
    secret = await gate.open_session(row.id, agent, level=level, means=by)
    with engine_of(request).read() as tables:
        step: Step | None = missing_step(tables, row, level)
    target = under_way.next if step is None else f"{step}?{urlencode({'next': under_way.next})}"
    answer: Response[Any] = Redirect(target, status_code=303)
    set_session_cookie(answer, gate, request.scope, secret)  # type: ignore[arg-type]
    return answer


def _proven_again(
    request: AnyRequest, under_way: UnderWay, session: str, settings: OidcSettings, claims: Claims
) -> Response[Any]:
    """The same session, an identity of hers, and signed in over there after she left from here."""
    who = caller(request)
    if who is None or who.session != session:
        raise AccessError("this sign-in is not yours")
    with engine_of(request).read() as tables:
        if tables.access.identity(settings.issuer, claims.subject) != who.id:
            raise AccessError("this identity is not yours")
    if claims.auth_time is None or claims.auth_time < under_way.left_s - LEEWAY:
        raise AccessError("the provider did not ask you to sign in once more")
    proven_of(request).prove(session, time.monotonic())
    return Redirect("/console/me#factors", status_code=303)


def _callback(request: AnyRequest) -> str:
    settings: WebSettings = request.app.state.settings
    return f"{(settings.public_url or str(request.base_url)).rstrip('/')}{CALLBACK}"


def _providers(request: AnyRequest) -> Providers:
    found: Providers = request.app.state.providers
    return found
