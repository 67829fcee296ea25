"""What a script of the pages asks for passkeys: to add one, and to sign in by one.

Each act is two requests: the first gives the challenge, the second brings the answer. To sign in,
a passkey alone is enough (it verifies the person); after a password it is the second factor, and
must then be one of that person's.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Response, post

from rempart.cases.factors import MAX_NAME, add_passkey, new_recovery_codes, set_recovery
from rempart.cases.factors import use_passkey as used_passkey
from rempart.errors import AccessError, InputError
from rempart.store.interface import Tables
from rempart.store.interface.factors import PasskeyRow
from rempart.web.api.request import engine_of, write
from rempart.web.auth.again import may_add_factor
from rempart.web.auth.caller import Caller, Step
from rempart.web.auth.challenges import Challenges
from rempart.web.auth.gate import cookie, now_ms
from rempart.web.auth.guards import (
    LOGIN_COOKIE,
    NO_SESSION,
    caller,
    check_login_csrf,
    from_elsewhere,
    gate_of,
    may_enrol,
    must_be_known,
)
from rempart.web.auth.network import from_network
from rempart.web.auth.pages import (
    AnyRequest,
    keep_begun,
    local_path,
    refused_of,
    set_session_cookie,
    take_begun,
)
from rempart.web.auth.passkeys import Passkeys, credential_named
from rempart.web.auth.secret import csrf_of, same
from rempart.web.auth.slow_down import SlowDown
from rempart.web.failures import BusyError, NoRightError
from rempart.web.settings import WebSettings

_NEW, _SIGN_IN = "passkey-new", "passkey"


@post("/console/me/passkeys/begin", guards=[may_enrol], status_code=200, include_in_schema=False)
async def begin(request: AnyRequest) -> Response[Any]:
    who = must_be_known(request)
    given = await _body(request) if await request.body() else {}
    if not await may_add_factor(request, who, str(given.get("password", ""))):
        raise AccessError("the password is not right", next_step="type the one you have now")
    with engine_of(request).read() as tables:
        known = tables.factors.passkeys(who.id)
    asked = _possible(request).ask_new(who.id, who.name, known)
    _challenges(request).put(_NEW, str(who.session), asked.state)
    return Response(asked.options)


@post("/console/me/passkeys", guards=[may_enrol], status_code=200, include_in_schema=False)
async def finish(request: AnyRequest) -> Response[Any]:
    """The new passkey, by its name. Where it is the first second factor, recovery codes come with
    it: told this once."""
    who, body = must_be_known(request), await _body(request)
    state = _challenges(request).take(_NEW, str(who.session))
    answer = body.get("credential")
    if state is None or not isinstance(answer, dict):
        raise InputError("this took too long", next_step="try again")
    made = _possible(request).made(state, answer)
    name = str(body.get("name", "")).strip()[:MAX_NAME] or "Passkey"
    now, codes = now_ms(), new_recovery_codes()

    def change(tables: Tables) -> bool:
        first = not tables.factors.recovery_left(who.id)
        add_passkey(
            tables, PasskeyRow(made.id, who.id, name, made.credential, made.uses, now, None)
        )
        if first:
            set_recovery(tables, who.id, codes, now)
        if who.session is not None:
            tables.access.raise_session(who.session, 2)
        return first

    first = await write(request, change)
    gate_of(request).forget()
    return Response({"codes": codes if first else [], "next": "/console/me"})


@post("/login/passkey/begin", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def begin_sign_in(request: AnyRequest) -> Response[Any]:
    half = _check(request)
    known = None
    if half is not None:
        with engine_of(request).read() as tables:
            known = tables.factors.passkeys(half.id)
    asked = _possible(request).ask(known)
    answer: Response[Any] = Response(asked.options)
    keep_begun(request, answer, _SIGN_IN, _owner(request, half), asked.state)
    return answer


@post("/login/passkey", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def sign_in(request: AnyRequest) -> Response[Any]:
    half, body = _check(request), await _body(request)
    slow: SlowDown = request.app.state.slow_down
    keys = (f"passkey {from_network(request.client)}",)
    wait = slow.wait(keys, time.monotonic())
    if wait > 0:
        raise BusyError("too many attempts", retry_after=wait)
    slow.failed(keys, time.monotonic())
    try:
        person = await _proven(request, half, body)
    except AccessError:
        refused_of(request).count("" if half is None else half.id, "passkey")
        raise
    slow.succeeded(keys)
    gate = gate_of(request)
    if half is not None and half.session is not None:
        await gate.end_session(half.session)
    agent = request.headers.get("user-agent", "")
    secret = await gate.open_session(
        person, agent, level=2, means="passkey" if half is None else "password, passkey"
    )
    gate.forget()
    answer: Response[Any] = Response({"next": local_path(str(body.get("next", "")))})
    set_session_cookie(answer, gate, request.scope, secret)  # type: ignore[arg-type]
    return answer


route_handlers: list[Any] = [begin, finish, begin_sign_in, sign_in]


def passkeys_of(request: AnyRequest) -> Passkeys:
    settings: WebSettings = request.app.state.settings
    if settings.public_url is not None:
        parts = urlsplit(settings.public_url)
        origin = f"{parts.scheme}://{parts.netloc}"
    else:
        scheme = str(request.scope.get("scheme", "http"))
        origin = f"{scheme}://{request.headers.get('host', '')}"
    return Passkeys(origin, str(request.app.state.community or "Rempart"))


async def _proven(request: AnyRequest, half: Caller | None, body: dict[str, Any]) -> str:
    """The person whose passkey answered; AccessError, always the same, when none did."""
    state = take_begun(request, _SIGN_IN, _owner(request, half))
    answer, now = body.get("credential"), now_ms()
    if state is None or not isinstance(answer, dict):
        raise InputError("this took too long", next_step="try again")
    id = credential_named(answer)
    with engine_of(request).read() as tables:
        row = tables.factors.passkey(id)
        person = tables.access.person(row.person) if row is not None else None
    if row is None or person is None or person.disabled_ms is not None:
        raise AccessError("no passkey of this place answered", next_step="use your password")
    if half is not None and row.person != half.id:
        raise AccessError("this passkey is somebody else's", next_step="use your own")
    proven = passkeys_of(request).proven(state, row, answer)
    if not await write(request, lambda tables: used_passkey(tables, id, proven.uses, now)):
        raise AccessError(
            "this passkey was copied or is gone", next_step="use another way, and tell an admin"
        )
    return person.id


def _possible(request: AnyRequest) -> Passkeys:
    found = passkeys_of(request)
    if not found.possible:
        raise InputError(
            "passkeys need a name, not an address of numbers",
            next_step="set public_url, or open http://localhost",
        )
    return found


def _check(request: AnyRequest) -> Caller | None:
    """The token of the page that asks; whose half session it is, if one is under way."""
    scope: Any = request.scope
    sent = request.headers.get("x-csrf-token", "")
    who = caller(request)
    if who is None or who.step is not Step.SECOND:
        check_login_csrf(scope, sent)
        return None
    secret = gate_of(request).session_secret(scope) or ""
    if from_elsewhere(scope) or not same(sent, csrf_of(secret)):
        raise NoRightError("the CSRF token is missing or wrong", next_step="reload the page")
    return who


def _owner(request: AnyRequest, half: Caller | None) -> str:
    scope: Any = request.scope
    return str(half.session) if half is not None else str(cookie(scope, LOGIN_COOKIE))


def _challenges(request: AnyRequest) -> Challenges:
    found: Challenges = request.app.state.challenges
    return found


async def _body(request: AnyRequest) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(await request.body(), type=dict[str, Any])
    except msgspec.DecodeError:
        raise InputError("the body is no JSON object") from None
    return found
