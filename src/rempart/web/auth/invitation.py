"""The page of an invitation: who holds the link chooses a password, and is in.

The path holds no secret: it stands after `#`, where no server sees it, and a script puts it into
the form; without a script it is pasted. Guessing is slowed down as at the sign-in.
"""

from __future__ import annotations

import time
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from rempart.cases.invitations import accept
from rempart.errors import AccessError
from rempart.store.interface import Tables
from rempart.store.interface.access import PersonRow
from rempart.web.api.request import Fields, engine_of, write
from rempart.web.auth.gate import now_ms
from rempart.web.auth.guards import NO_SESSION, check_login_csrf, gate_of
from rempart.web.auth.network import from_network
from rempart.web.auth.pages import (
    HOME,
    AnyRequest,
    set_session_cookie,
    with_login_cookie,
    wrong_password,
)
from rempart.web.auth.secret import MIN_PASSWORD, digest_of, hash_password_aside
from rempart.web.auth.slow_down import SlowDown
from rempart.web.console.templates import render

_MAX_CODE = 200


@get("/invitation", include_in_schema=False)
async def invitation_page(request: AnyRequest) -> Response[Any]:
    return _form(request)


@post("/invitation", include_in_schema=False, opt={NO_SESSION: True}, status_code=200)
async def use_invitation(request: AnyRequest, data: Fields) -> Response[Any]:
    scope: Any = request.scope
    check_login_csrf(scope, data.get("csrf", ""))
    slow: SlowDown = request.app.state.slow_down
    keys = (f"invitation {from_network(request.client)}",)
    wait = slow.wait(keys, time.monotonic())
    if wait > 0:
        return _form(request, "slow_down", wait=wait)
    code, password = data.get("code", "").strip()[:_MAX_CODE], data.get("password", "")
    digest, now = digest_of(code.rpartition("#")[2]), now_ms()
    with engine_of(request).read() as tables:
        found = tables.invitations.by_digest(digest, now)
    if found is None:
        slow.failed(keys, time.monotonic())
        return _form(request, "code")
    error = wrong_password(password, data.get("again", ""))
    if error is not None:
        return _form(request, error, code=code, name=found.name)
    encoded = await hash_password_aside(password)

    def change(tables: Tables) -> PersonRow:
        return accept(tables, digest, encoded, now)

    try:
        person = await write(request, change)
    except AccessError:
        return _form(request, "code")
    gate = gate_of(request)
    gate.forget()
    secret = await gate.open_session(
        person.id, request.headers.get("user-agent", ""), means="invitation"
    )
    answer: Response[Any] = Redirect(HOME, status_code=303)
    set_session_cookie(answer, gate, scope, secret)
    return answer


route_handlers: list[Any] = [invitation_page, use_invitation]


def _form(
    request: AnyRequest,
    error: str | None = None,
    *,
    code: str = "",
    name: str = "",
    wait: float = 0.0,
) -> Response[Any]:
    status = {None: 200, "slow_down": 429, "code": 403}.get(error, 422)

    def drawn() -> Response[Any]:
        return render(
            request,
            "invitation.html",
            status_code=status,
            error=error,
            code=code,
            name=name,
            wait=int(wait) + 1,
            shortest=MIN_PASSWORD,
        )

    answer = with_login_cookie(request, drawn)
    if error == "slow_down":
        answer.headers["retry-after"] = str(int(wait) + 1)
    return answer
