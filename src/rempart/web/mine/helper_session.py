"""A helper's session: opened by the link that a target handed on, for her folder and nothing else.

Rules kept here:

1. The cookie opens the pages under `/mine/helping`; it ends when the target revokes it or the time
   she gave is over, at the very next request, and the page then says the same as to anybody.
2. Every change carries the CSRF token of this session and comes from this site.
"""

from __future__ import annotations

from typing import Any

from litestar import Response

from rempart.cases.folder import Visitor
from rempart.store.interface.folder import HelperRow
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.asgi import AsgiScope
from rempart.web.auth.gate import cookie, now_ms
from rempart.web.auth.guards import from_elsewhere, gate_of
from rempart.web.auth.secret import csrf_of, digest_of, same
from rempart.web.failures import NoRightError


def find_helper(request: AnyRequest) -> HelperRow | None:
    """Who looks, when the link still holds."""
    secret = cookie(_scope(request), _name(request))
    if not secret:
        return None
    with engine_of(request).read() as tables:
        row = tables.folder.helper(digest_of(secret))
    if row is None or not row.is_good(now_ms()):
        return None
    _scope(request).setdefault("state", {})["csrf_token"] = csrf_of(secret)
    return row


def check_helper(request: AnyRequest, sent: str) -> Visitor | None:
    """The helper who asks for a change on the page itself; None: the link holds no more."""
    row = find_helper(request)
    if row is None:
        return None
    secret = cookie(_scope(request), _name(request)) or ""
    if from_elsewhere(_scope(request)) or not same(sent, csrf_of(secret)):
        raise NoRightError(
            "the CSRF token is missing or wrong", next_step="reload the page and try again"
        )
    return Visitor(row.target, row)


def set_helper(request: AnyRequest, answer: Response[Any], secret: str, seconds: int) -> None:
    """`secret` empty and no seconds: forgets it."""
    answer.set_cookie(
        key=_name(request),
        value=secret,
        path="/",
        httponly=True,
        samesite="lax",
        secure=gate_of(request).over_tls(_scope(request)),
        max_age=seconds,
    )
    if not secret:
        answer.headers["clear-site-data"] = '"cache", "storage"'


def _name(request: AnyRequest) -> str:
    secure = gate_of(request).over_tls(_scope(request))
    return "__Host-rempart-helper" if secure else "rempart-helper"


def _scope(request: AnyRequest) -> AsgiScope:
    scope: Any = request.scope
    return scope  # type: ignore[no-any-return]
