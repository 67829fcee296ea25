"""A target's session: its own cookie, made from an invitation, apart from those of moderators.

Rules kept here:

1. The cookie opens the pages under `/mine` and nothing else; a moderator's session does not open
   them. It ends after seven idle days or thirty in all.
2. Every change carries the CSRF token of this session and comes from this site.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from litestar import Response

from rempart.store.interface.facts import TargetSessionRow
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.asgi import AsgiScope
from rempart.web.auth.gate import cookie, now_ms
from rempart.web.auth.guards import from_elsewhere, gate_of
from rempart.web.auth.secret import csrf_of, digest_of, new_secret, same
from rempart.web.failures import NoRightError

DAY_MS: Final = 86_400_000
IDLE_MS: Final = 7 * DAY_MS
WHOLE_MS: Final = 30 * DAY_MS
_TOUCH_MS: Final = 3_600_000
_PATH: Final = "/"


class TargetSession(NamedTuple):
    """`secret` is the cookie's value; `target` a name, or `platform/name`."""

    secret: str
    target: str


def cookie_name(request: AnyRequest) -> str:
    """`__Host-` needs Secure, which needs TLS."""
    return "__Host-rempart-mine" if gate_of(request).over_tls(_scope(request)) else "rempart-mine"


def find_session(request: AnyRequest) -> TargetSession | None:
    secret = cookie(_scope(request), cookie_name(request))
    if not secret:
        return None
    now = now_ms()
    with engine_of(request).read() as tables:
        row = tables.facts.session(digest_of(secret))
    if row is None or now - row.last_ms > IDLE_MS or now - row.created_ms > WHOLE_MS:
        return None
    if now - row.last_ms > _TOUCH_MS:
        engine_of(request).write(lambda tables: tables.facts.touch_session(row.digest, now))
    _scope(request).setdefault("state", {})["csrf_token"] = csrf_of(secret)
    return TargetSession(secret, row.target)


def check_origin(request: AnyRequest) -> None:
    """The request comes from a page of this site."""
    if from_elsewhere(_scope(request)):
        raise NoRightError("another site asked for this", next_step="open the page itself")


def check_change(request: AnyRequest, session: TargetSession, sent: str) -> None:
    """A change is asked for by the page itself, not by another site."""
    if from_elsewhere(_scope(request)) or not same(sent, csrf_of(session.secret)):
        raise NoRightError(
            "the CSRF token is missing or wrong", next_step="reload the page and try again"
        )


async def open_session(request: AnyRequest, answer: Response[Any], target: str) -> None:
    secret, now = new_secret(), now_ms()
    row = TargetSessionRow(digest_of(secret), target, now, now)
    await write(request, lambda tables: tables.facts.put_session(row))
    _set(request, answer, secret, WHOLE_MS // 1000)


async def end_session(
    request: AnyRequest, answer: Response[Any], session: TargetSession, *, everywhere: bool
) -> None:
    only = None if everywhere else digest_of(session.secret)
    await write(request, lambda tables: tables.facts.end_sessions(session.target, only))
    _set(request, answer, "", 0)
    answer.headers["clear-site-data"] = '"cache", "storage"'


def _set(request: AnyRequest, answer: Response[Any], value: str, max_age: int) -> None:
    answer.set_cookie(
        key=cookie_name(request),
        value=value,
        path=_PATH,
        httponly=True,
        samesite="lax",
        secure=gate_of(request).over_tls(_scope(request)),
        max_age=max_age,
    )


def _scope(request: AnyRequest) -> AsgiScope:
    scope: Any = request.scope
    return scope  # type: ignore[no-any-return]
