"""Guards of routes: who asks must be known (401) and have the right (403).

A guard speaks of scopes; whether the thing lies in one of the caller's channels is asked where the
thing is read (`must_see`), and answered 404 so that nobody learns what exists elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection, Request
from litestar.handlers import BaseRouteHandler

from rempart.cases.rights import Right
from rempart.errors import NotFoundError
from rempart.web.asgi import AsgiScope, header
from rempart.web.auth.caller import Caller, Scope, Step, may
from rempart.web.auth.gate import Gate, cookie
from rempart.web.auth.secret import csrf_of, same
from rempart.web.failures import NoRightError, UnknownCallerError

Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], None]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LOGIN_COOKIE = "rempart-login"
NO_SESSION = "no_session"
"""Handler option: this route's authority is never a session, so it needs no CSRF token."""


def gate_of(connection: Connection) -> Gate:
    gate: Gate = connection.app.state.gate
    return gate


def caller(connection: Connection) -> Caller | None:
    """Who asks; None when nobody known does."""
    return gate_of(connection).caller(connection.scope)  # type: ignore[arg-type]


def must_be_known(connection: Connection) -> Caller:
    found = caller(connection)
    if found is None:
        raise UnknownCallerError(
            "this needs a bearer token or a session",
            next_step="send `Authorization: Bearer …`, or sign in at /login",
        )
    return found


def needs(scope: str) -> Guard:
    """A token or a person with that scope."""
    wanted = Scope(scope)

    def guard(connection: Connection, _: BaseRouteHandler) -> None:
        must_have(must_be_known(connection), wanted)

    return guard


def needs_person(scope: str) -> Guard:
    """A signed-in person with that scope; a token, whatever its scopes, has no right to this."""
    wanted = Scope(scope)

    def guard(connection: Connection, _: BaseRouteHandler) -> None:
        found = must_be_known(connection)
        if not found.is_person:
            raise _only_people(found)
        must_have(found, wanted)

    return guard


def needs_right(
    right: Right, *others: Right, person: bool = False, everywhere: bool = False
) -> Guard:
    """A token or a person with that right somewhere, or with one of the `others`; with `person`
    only a signed-in person; with `everywhere` nobody whose rights are bounded: for what reaches
    over all channels."""

    def guard(connection: Connection, _: BaseRouteHandler) -> None:
        found = must_be_known(connection)
        if person and not found.is_person:
            raise _only_people(found)
        if not any(may(found, other) for other in others):
            must_have_right(found, right)
        if everywhere and not found.everywhere:
            raise NoRightError(
                "this reaches over all channels, and your rights do not",
                next_step="ask somebody whose role is without bounds",
            )

    return guard


def must_have_right(found: Caller, right: Right) -> None:
    if not may(found, right):
        raise NoRightError(f"the right `{right}` is missing", next_step=_completing(found))


def may_enrol(connection: Connection, _: BaseRouteHandler) -> None:
    """A signed-in person, also one whose role demands a second factor that she has yet to add."""
    found = must_be_known(connection)
    if found.session is None or found.step not in (None, Step.ENROL):
        raise NoRightError(
            "only a signed-in person may do this", next_step=_completing(found) or "sign in"
        )


def signed_in(connection: Connection, _: BaseRouteHandler) -> None:
    """A signed-in person, whatever her rights: for what is her own."""
    found = must_be_known(connection)
    if not found.is_person:
        raise _only_people(found)


def _only_people(found: Caller) -> NoRightError:
    return NoRightError(
        "only a signed-in person may do this", next_step=_completing(found) or "sign in at /login"
    )


def must_have(found: Caller, wanted: Scope) -> None:
    if not found.may(wanted):
        raise NoRightError(f"the scope `{wanted}` is missing", next_step=_completing(found))


def _completing(found: Caller) -> str:
    return "" if found.step is None else f"finish signing in at {found.step} first"


def must_see(found: Caller, channel: str, platform: str | None = None) -> None:
    if not found.sees(channel, platform):
        raise NotFoundError("there is no such thing in a channel you have rights on")


def csrf_token(connection: Connection) -> str:
    """For forms and scripts of the page being rendered; empty without a session."""
    secret = gate_of(connection).session_secret(connection.scope)  # type: ignore[arg-type]
    return csrf_of(secret) if secret else ""


def from_elsewhere(scope: AsgiScope) -> bool:
    """Whether the browser says that another site made this request.

    `Origin: null` says nothing here: it is what browsers send from a page with `no-referrer`.
    """
    site = header(scope, b"sec-fetch-site")
    if site is not None and site not in (b"same-origin", b"none"):
        return True
    origin = header(scope, b"origin")
    if origin is None or origin == b"null":
        return False
    return urlsplit(origin.decode("latin-1")).netloc != (header(scope, b"host") or b"").decode(
        "latin-1"
    )


async def check_csrf(request: Request[Any, Any, Any]) -> None:
    """Before every handler: a change asked for with a cookie carries the token and comes from
    here."""
    scope: AsgiScope = request.scope  # type: ignore[assignment]
    if request.method in SAFE_METHODS or request.route_handler.opt.get(NO_SESSION):
        return
    gate = gate_of(request)
    if not gate.by_cookie(scope):
        return
    if from_elsewhere(scope):
        raise NoRightError("this request comes from another site")
    secret = gate.session_secret(scope)
    if secret is None or not same(await _sent_token(request), csrf_of(secret)):
        raise NoRightError(
            "the CSRF token is missing or wrong", next_step="reload the page and try again"
        )


async def _sent_token(request: Request[Any, Any, Any]) -> str:
    sent = request.headers.get("x-csrf-token")
    if sent is not None:
        return sent
    content_type = request.headers.get("content-type", "")
    if content_type.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        return str((await request.form()).get("csrf", ""))
    return ""


def check_login_csrf(scope: AsgiScope, sent: str) -> None:
    """The sign-in form has no session yet: its token belongs to a cookie of its own."""
    secret = cookie(scope, LOGIN_COOKIE)
    if from_elsewhere(scope) or secret is None or not same(sent, csrf_of(secret)):
        raise NoRightError("the form is too old or comes from another site", next_step="reload it")
