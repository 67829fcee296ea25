"""Signing in and out: the one-time login, the choice of a password, the password, the way out.

Every wrong sign-in gives the same answer after the same work, whether the name exists or not. An
attempt counts as failed until it has succeeded: many at the same time are no way around the wait.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

from litestar import Request, Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from rempart.cases.access_log import note_sign_in
from rempart.cases.people import first_admin
from rempart.engine.embedded import EmbeddedEngine
from rempart.errors import ConflictError
from rempart.store.interface import Tables
from rempart.store.interface.access import PersonRow
from rempart.web.api.request import Fields, write
from rempart.web.asgi import AsgiScope
from rempart.web.auth.begun import LIFETIME, Begun, cookie_of
from rempart.web.auth.caller import Step
from rempart.web.auth.gate import Gate, cookie, missing_step, now_ms
from rempart.web.auth.guards import (
    LOGIN_COOKIE,
    NO_SESSION,
    caller,
    check_login_csrf,
    gate_of,
    must_be_known,
)
from rempart.web.auth.network import from_network
from rempart.web.auth.refused import Refused
from rempart.web.auth.secret import (
    MAX_PASSWORD,
    MIN_PASSWORD,
    csrf_of,
    digest_of,
    hash_password_aside,
    new_secret,
    verify_password_aside,
)
from rempart.web.auth.slow_down import SlowDown
from rempart.web.console.templates import render
from rempart.web.failures import NoRightError

AnyRequest = Request[Any, Any, Any]

_LOG = logging.getLogger(__name__)
HOME = "/console"
MAX_NAME = 64


@get("/login", include_in_schema=False)
async def login_page(request: AnyRequest, next: FromQuery[str] = "") -> Response[Any]:
    who = caller(request)
    if who is not None and who.is_person:
        return Redirect(local_path(next), status_code=303)
    return login_form(request, None, next)


@post("/login", include_in_schema=False, opt={NO_SESSION: True}, status_code=200)
async def login(request: AnyRequest, data: Fields) -> Response[Any]:
    scope = _scope(request)
    check_login_csrf(scope, data.get("csrf_token") or data.get("csrf", ""))
    slow: SlowDown = request.app.state.slow_down
    one_time = data.get("one_time", "").strip()
    name = data.get("name", "").strip()
    address = from_network(request.client)
    keys = (f"address {address}", f"name {name.casefold()[:MAX_NAME]}")
    wait = slow.wait(keys, time.monotonic())
    if wait > 0:
        return login_form(request, "slow_down", data.get("next", ""), wait=wait)
    slow.failed(keys, time.monotonic())
    if one_time:
        person, known, named = None, await _use_one_time(request, one_time), ""
    else:
        named, person = await _check_password(request, name, data.get("password", ""))
        known = person is not None
    if not known:
        _LOG.warning("a sign-in was refused")
        refused_of(request).count(named, "one-time login" if one_time else "password")
        slow.answered(keys, time.monotonic())
        return login_form(request, "expired" if one_time else "wrong", data.get("next", ""))
    slow.succeeded(keys)
    _LOG.info("signed in: %s", person.id if person else "with the one-time login")
    agent = request.headers.get("user-agent", "")
    secret = await gate_of(request).open_session(person.id if person else None, agent)
    target = local_path(data.get("next", ""))
    if person is None:
        target = Step.PASSWORD
    elif (step := _missing(request, person)) is not None:
        target = f"{step}?{urlencode({'next': target})}"
    answer: Response[Any] = Redirect(target, status_code=303)
    set_session_cookie(answer, gate_of(request), scope, secret)
    return answer


@get("/login/password", include_in_schema=False)
async def password_page(request: AnyRequest) -> Response[Any]:
    who = must_be_known(request)
    if who.step is not Step.PASSWORD:
        return Redirect(HOME if who.step is None else who.step, status_code=303)
    return render(request, "password.html", error=None, name="", shortest=MIN_PASSWORD)


@post("/login/password", include_in_schema=False, status_code=200)
async def choose_password(request: AnyRequest, data: Fields) -> Response[Any]:
    """First use: the person is created, the one-time session ends, a full one begins. A session
    that lacks a second factor is not one of these: it would make itself an admin."""
    who = must_be_known(request)
    if who.step is not Step.PASSWORD or who.session is None:
        raise NoRightError("a password is chosen only after the one-time login")
    name, password = data.get("name", "").strip(), data.get("password", "")
    error = _wrong_choice(name, password, data.get("again", ""))
    if error is None:
        encoded = await hash_password_aside(password)
        now = now_ms()
        try:
            row = await write(request, lambda tables: first_admin(tables, name, encoded, now))
        except ConflictError:
            error = "taken"
    if error is not None:
        return render(
            request,
            "password.html",
            status_code=422,
            error=error,
            name=name,
            shortest=MIN_PASSWORD,
        )
    gate = gate_of(request)
    await gate.end_session(who.session)
    agent = request.headers.get("user-agent", "")
    secret = await gate.open_session(row.id, agent, means="one-time login")
    answer: Response[Any] = Redirect(HOME, status_code=303)
    set_session_cookie(answer, gate, _scope(request), secret)
    return answer


@post("/logout", include_in_schema=False, status_code=200)
async def logout(request: AnyRequest) -> Response[Any]:
    who = must_be_known(request)
    if who.session is None:
        raise NoRightError("a token has no session to end", next_step="revoke the token")
    gate, session, now = gate_of(request), who.session, now_ms()

    def end(tables: Tables) -> None:
        tables.access.end_session(session)
        if who.id:
            note_sign_in(tables, who.id, "signed out", now)

    await write(request, end)
    gate.forget()
    answer: Response[Any] = Redirect("/login", status_code=303)
    set_session_cookie(answer, gate, _scope(request), "", max_age=0)
    answer.headers["clear-site-data"] = '"cache", "storage"'
    return answer


route_handlers = [login_page, login, password_page, choose_password, logout]


def refused_of(request: AnyRequest) -> Refused:
    found: Refused = request.app.state.refused
    return found


def local_path(wanted: str) -> str:
    """Where to go after signing in: a path of this site and nothing else."""
    local = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted
    return quote(wanted, safe="/?=&%#-._~:+,;@!") if local and wanted.isprintable() else HOME


def _wrong_choice(name: str, password: str, again: str) -> str | None:
    if not 0 < len(name) <= MAX_NAME or not name.isprintable():
        return "name"
    return wrong_password(password, again)


def wrong_password(password: str, again: str) -> str | None:
    """What is wrong with a chosen password: `short`, `differ`, or nothing."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        return "short"
    return None if password == again else "differ"


async def _check_password(
    request: AnyRequest, name: str, password: str
) -> tuple[str, PersonRow | None]:
    """Whose name it is (empty: nobody's), and the person when the password is hers."""
    engine: EmbeddedEngine = request.app.state.engine
    with engine.read() as tables:
        person = tables.access.person_by_name(name[:MAX_NAME])
    encoded = person.password_hash if person else None
    right = await verify_password_aside(password[:MAX_PASSWORD], encoded)
    if person is None:
        return "", None
    return person.id, person if right and person.disabled_ms is None else None


async def _use_one_time(request: AnyRequest, secret: str) -> bool:
    digest, now = digest_of(secret), now_ms()
    return await write(request, lambda tables: tables.access.use_one_time(digest, now))


def _missing(request: AnyRequest, person: PersonRow) -> Step | None:
    engine: EmbeddedEngine = request.app.state.engine
    with engine.read() as tables:
        return missing_step(tables, person, 1)


def with_login_cookie(request: AnyRequest, drawn: Callable[[], Response[Any]]) -> Response[Any]:
    """A page with a form for somebody without a session: its CSRF token belongs to a cookie of its
    own."""
    scope = _scope(request)
    secret = cookie(scope, LOGIN_COOKIE) or new_secret()
    scope.setdefault("state", {})["csrf_token"] = csrf_of(secret)
    answer = drawn()
    _set_raw_cookie(answer, LOGIN_COOKIE, secret, secure=gate_of(request).over_tls(scope))
    return answer


def login_form(
    request: AnyRequest, error: str | None, next: str, *, wait: float = 0.0, reason: str = ""
) -> Response[Any]:
    """The sign-in page. `reason`: why an identity provider's answer was refused."""
    seconds = int(wait) + 1
    status = {None: 200, "slow_down": 429, "oidc": 403}.get(error, 401)
    with request.app.state.engine.read() as tables:
        first_use = not tables.access.people()

    def drawn() -> Response[Any]:
        return render(
            request,
            "login.html",
            status_code=status,
            error=error,
            next=local_path(next) if next else "",
            wait=seconds,
            first_use=first_use,
            reason=reason,
            providers=request.app.state.providers.labels,
        )

    answer = with_login_cookie(request, drawn)
    if error == "slow_down":
        answer.headers["retry-after"] = str(seconds)
    return answer


def set_session_cookie(
    answer: Response[Any], gate: Gate, scope: AsgiScope, secret: str, max_age: int | None = None
) -> None:
    name, secure = gate.cookie_name(scope), gate.over_tls(scope)
    _set_raw_cookie(answer, name, secret, secure=secure, max_age=max_age)


def keep_begun(
    request: AnyRequest, answer: Response[Any], purpose: str, owner: str, value: bytes
) -> None:
    """The browser keeps what it has begun; see `begun`."""
    begun: Begun = request.app.state.begun
    _set_raw_cookie(
        answer,
        cookie_of(purpose, owner),
        begun.seal(purpose, owner, value),
        secure=gate_of(request).over_tls(_scope(request)),
        max_age=LIFETIME,
    )


def take_begun(request: AnyRequest, purpose: str, owner: str) -> bytes | None:
    """What this browser had begun, once."""
    begun: Begun = request.app.state.begun
    return begun.take(purpose, owner, cookie(_scope(request), cookie_of(purpose, owner)))


def _set_raw_cookie(
    answer: Response[Any], name: str, value: str, *, secure: bool, max_age: int | None = None
) -> None:
    answer.set_cookie(
        key=name,
        value=value,
        path="/",
        httponly=True,
        samesite="lax",
        secure=secure,
        max_age=max_age,
    )


def _scope(request: AnyRequest) -> AsgiScope:
    scope: Any = request.scope
    return scope  # type: ignore[no-any-return]
