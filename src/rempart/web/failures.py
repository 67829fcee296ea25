"""Wrong input and refusals over HTTP: one shape, with reason, place and next step.

`{"error": {"reason": "…", "where": "…", "next_step": "…", "details": […]}}`. 401 means: who asks is
not known; 403: known, and without right to this. Errors inside say nothing of the inside.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec

from rempart.errors import (
    AccessError,
    ConflictError,
    InputError,
    NotFoundError,
    NotYetError,
    QueueFullError,
    RempartError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
)
from rempart.ingest import TooManyItemsError
from rempart.web.asgi import Headers

RETRY_WHEN_BUSY = 1
RETRY_WHEN_FULL = 30


class Detail(msgspec.Struct, frozen=True, omit_defaults=True):
    """One wrong field."""

    reason: str
    field: str | None = None


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was wrong, where, and what to do next."""

    reason: str
    where: str | None = None
    next_step: str | None = None
    details: tuple[Detail, ...] = ()


class ProblemAnswer(msgspec.Struct, frozen=True):
    """The body of every answer that is not a success."""

    error: Problem


class UnknownCallerError(AccessError):
    """Nobody known asks: 401."""


class NoRightError(AccessError):
    """Known, and without right to this: 403."""


class BusyError(RempartError):
    """Too much at once: 429, with the seconds after which to try again."""

    def __init__(self, what: str, *, retry_after: float = RETRY_WHEN_BUSY) -> None:
        super().__init__(what, next_step=f"try again in {math.ceil(retry_after)} s")
        self.retry_after = math.ceil(retry_after)


class TooLargeError(InputError):
    """More bytes or items than allowed: 413."""


class TooSlowError(InputError):
    """The body did not arrive in time: 408."""


class WrongTypeError(InputError):
    """A content type or encoding that is not understood: 415."""


_STATUS: list[tuple[type[RempartError], int]] = [
    (UnknownCallerError, 401),
    (AccessError, 403),
    (BusyError, 429),
    (QueueFullError, 429),
    (TooSlowError, 408),
    (TooLargeError, 413),
    (TooManyItemsError, 413),
    (WrongTypeError, 415),
    (InputError, 400),
    (NotFoundError, 404),
    (ConflictError, 409),
    (NotYetError, 501),
    (StoreFullError, 507),
    (StoreReadOnlyError, 503),
    (StoreError, 503),
]


def status_of(error: RempartError) -> int:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def problem_of(error: RempartError) -> Problem:
    return Problem(error.what, error.where or None, error.next_step or None)


def headers_of(error: RempartError) -> dict[str, str]:
    """Retry-After where trying again makes sense; WWW-Authenticate with a 401 (RFC 9110). Whoever
    sends too much or too slowly is not listened to any longer."""
    if isinstance(error, TooSlowError | TooLargeError):
        return {"connection": "close"}
    if isinstance(error, UnknownCallerError):
        return {"www-authenticate": 'Bearer realm="rempart"'}
    if isinstance(error, BusyError):
        return {"retry-after": str(error.retry_after)}
    if isinstance(error, QueueFullError):
        return {"retry-after": str(math.ceil(error.retry_after))}
    if isinstance(error, StoreError):
        return {"retry-after": str(RETRY_WHEN_FULL)}
    return {}


def failure(error: RempartError) -> tuple[int, Headers, bytes]:
    """Status, headers and body for the raw routes."""
    body = msgspec.json.encode(ProblemAnswer(problem_of(error)))
    headers = [(b"content-type", b"application/json")]
    headers += [(name.encode(), value.encode()) for name, value in headers_of(error).items()]
    return status_of(error), headers, body


def validation_details(extra: Any) -> tuple[Detail, ...]:
    """The framework's list of wrong fields, as ours."""
    if not isinstance(extra, list):
        return ()
    return tuple(
        Detail(str(item.get("message", "")), str(item["key"]) if item.get("key") else None)
        for item in extra
        if isinstance(item, dict)
    )
