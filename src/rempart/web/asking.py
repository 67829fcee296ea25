"""Asking before a broad step: the first request is answered with what it would do, and with a token
that the second one carries.

Rules kept here:

1. A step by hand that touches more than so many accounts (`[limits] ask_above`), or that cannot be
   undone, is not done at the first request: 409, with a preview and `confirm`.
2. The token is good for this caller, this very step, and ten minutes. It is signed with a key that
   lives as long as the service, and kept nowhere.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from secrets import token_bytes
from typing import Any, Final

import msgspec
from litestar import Response

from rempart.engine.preview import Preview
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.auth.gate import now_ms
from rempart.web.failures import Problem

GOOD_FOR_MS: Final = 600_000
_KEY: Final = token_bytes(32)


class Asked(msgspec.Struct, frozen=True):
    """The body of a 409: nothing was done. Send the same again with `confirm` to do it."""

    error: Problem
    preview: Preview
    confirm: str


class MustAsk(Exception):
    """Raised inside the transaction, which then writes nothing."""

    def __init__(self, preview: Preview) -> None:
        super().__init__("a broad step waits for a confirmation")
        self.preview = preview


def ask_if_broad(
    request: AnyRequest, preview: Preview, who: str, step: str, confirm: str | None
) -> None:
    """Raises MustAsk when the step is broad, or cannot be undone, and was not confirmed."""
    above = engine_of(request).settings.limits.ask_above
    if preview.reversible and preview.accounts <= above and not preview.at_least:
        return
    must_confirm(preview, who, step, confirm)


def must_confirm(preview: Preview, who: str, step: str, confirm: str | None) -> None:
    """Raises MustAsk when this step was not confirmed."""
    if not confirm or not _is_good(confirm, who, step):
        raise MustAsk(preview)


def asked(must: MustAsk, who: str, step: str) -> Asked:
    preview = must.preview
    reason = f"this touches {preview.accounts} accounts and {preview.messages} messages"
    if not preview.reversible:
        reason = "this cannot be undone on the platform"
    problem = Problem(reason, next_step="look at the preview, then send it again with `confirm`")
    return Asked(problem, preview, _token(who, step, now_ms() + GOOD_FOR_MS))


def asking(must: MustAsk, who: str, step: str) -> Response[Any]:
    return Response(asked(must, who, step), status_code=409)


def _token(who: str, step: str, until_ms: int) -> str:
    said = f"{until_ms}\x1f{who}\x1f{step}".encode("utf-8", "surrogatepass")
    return f"{until_ms}.{hmac.new(_KEY, said, sha256).hexdigest()}"


def _is_good(token: str, who: str, step: str) -> bool:
    until, _, _ = token.partition(".")
    if not until.isascii() or not until.isdigit() or len(until) > 15 or int(until) < now_ms():
        return False
    return hmac.compare_digest(token.encode(), _token(who, step, int(until)).encode())
