"""The second step of signing in: a code from the app, a recovery code, or a passkey; and the page
for who must add a second factor before anything else.

After the password the session is half: it opens nothing but these pages, and ends after a quarter
of an hour. Guessing codes is slowed down by person and by address; a code counts once. With the
second factor proven, a new session begins and the half one ends.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from litestar import Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from rempart.cases.factors import FactorKeys, check_recovery, check_totp
from rempart.store.interface import Tables
from rempart.web.api.request import Fields, engine_of, write
from rempart.web.auth.caller import Caller, Step
from rempart.web.auth.gate import now_ms
from rempart.web.auth.guards import gate_of, may_enrol, must_be_known
from rempart.web.auth.network import from_network
from rempart.web.auth.pages import AnyRequest, local_path, refused_of, set_session_cookie
from rempart.web.auth.passkey_pages import passkeys_of
from rempart.web.auth.slow_down import SlowDown
from rempart.web.console.templates import render
from rempart.web.failures import NoRightError

_LOG = logging.getLogger(__name__)
_MAX_CODE = 64


@get("/login/second", include_in_schema=False)
async def second_page(request: AnyRequest, next: FromQuery[str] = "") -> Response[Any]:
    who = must_be_known(request)
    if who.complete:
        return Redirect(local_path(next), status_code=303)
    return _form(request, _half(who), next)


@post("/login/second", include_in_schema=False, status_code=200)
async def second(request: AnyRequest, data: Fields) -> Response[Any]:
    who = _half(must_be_known(request))
    slow: SlowDown = request.app.state.slow_down
    address = from_network(request.client)
    keys = (f"second {who.id}", f"second-at {address}")
    wait = slow.wait(keys, time.monotonic())
    if wait > 0:
        return _form(request, who, data.get("next", ""), "slow_down", wait=wait)
    slow.failed(keys, time.monotonic())
    code, now = data.get("code", "").strip()[:_MAX_CODE], now_ms()
    factor_keys: FactorKeys = request.app.state.factor_keys

    def check(tables: Tables) -> str | None:
        if check_totp(tables, factor_keys, who.id, code, now):
            return "password, code"
        return "password, recovery code" if check_recovery(tables, who.id, code, now) else None

    means = await write(request, check)
    if means is None:
        refused_of(request).count(who.id, "code")
        _LOG.warning("a second factor was refused")
        slow.answered(keys, time.monotonic())
        return _form(request, who, data.get("next", ""), "wrong")
    slow.succeeded(keys)
    answer: Response[Any] = Redirect(local_path(data.get("next", "")), status_code=303)
    await whole_session(request, answer, who, means)
    return answer


@get("/login/factor", guards=[may_enrol], include_in_schema=False)
async def factor_page(request: AnyRequest, next: FromQuery[str] = "") -> Response[Any]:
    """Who must add a second factor first."""
    who = must_be_known(request)
    if who.complete:
        return Redirect(local_path(next), status_code=303)
    return render(request, "factor.html", passkeys=passkeys_of(request).possible)


route_handlers: list[Any] = [second_page, second, factor_page]


async def whole_session(
    request: AnyRequest, answer: Response[Any], who: Caller, means: str
) -> None:
    """The half session ends, a whole one begins."""
    gate, scope = gate_of(request), request.scope
    if who.session is not None:
        await gate.end_session(who.session)
    agent = request.headers.get("user-agent", "")
    secret = await gate.open_session(who.id, agent, level=2, means=means)
    set_session_cookie(answer, gate, scope, secret)  # type: ignore[arg-type]


def _half(who: Caller) -> Caller:
    if who.step is not Step.SECOND:
        raise NoRightError("no second factor is asked for here", next_step="sign in at /login")
    return who


def _form(
    request: AnyRequest, who: Caller, next: str, error: str | None = None, *, wait: float = 0.0
) -> Response[Any]:
    with engine_of(request).read() as tables:
        app = tables.factors.totp(who.id) is not None
        keys = bool(tables.factors.passkeys(who.id))
    answer: Response[Any] = render(
        request,
        "second.html",
        status_code={None: 200, "slow_down": 429}.get(error, 401),
        error=error,
        next=local_path(next) if next else "",
        wait=int(wait) + 1,
        app=app,
        passkeys=keys and passkeys_of(request).possible,
    )
    if error == "slow_down":
        answer.headers["retry-after"] = str(int(wait) + 1)
    return answer
