"""Errors in the shape of Google APIs, so that the clients' handling of them goes on working.

`{"error": {"code", "message", "status", "details"}}`, as in the public guide to errors of Google
APIs (AIP-193). What is peculiar to comments carries `errorType` in a detail of its own type. No
message repeats the text that was sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_STATUS = {
    "INVALID_ARGUMENT": 400,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
}
_COMMENT_ERROR = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error"
_BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest"
_ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo"
DOMAIN = "rempart"


class GoogleError(Exception):
    """`retry_after`: seconds, for an answer that asks to wait."""

    def __init__(
        self,
        status: str,
        message: str,
        *details: dict[str, Any],
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.details = details
        self.retry_after = retry_after

    @property
    def code(self) -> int:
        return _STATUS[self.status]

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {
            "code": self.code,
            "message": self.message,
            "status": self.status,
        }
        if self.details:
            error["details"] = list(self.details)
        return {"error": error}


def bad_payload(message: str, field: str | None = None) -> GoogleError:
    """The body is not what the method takes; `field` in the client's own spelling."""
    violation = {"description": message}
    if field is not None:
        violation = {"field": field, **violation}
    detail = {"@type": _BAD_REQUEST, "fieldViolations": [violation]}
    return GoogleError("INVALID_ARGUMENT", message, detail)


def bad_comment(message: str, kind: str, **more: Any) -> GoogleError:
    """What the analyzer itself refuses; `kind` is the `errorType`."""
    detail = {"@type": _COMMENT_ERROR, "errorType": kind, **more}
    return GoogleError("INVALID_ARGUMENT", message, detail)


def unsupported_language(
    attribute: str, requested: Sequence[str], detected: Sequence[str]
) -> GoogleError:
    more: dict[str, Any] = {"attribute": attribute}
    if requested:
        more["requestedLanguages"] = list(requested)
    else:
        more["detectedLanguages"] = list(detected)
    return bad_comment(
        f"Attribute {attribute} does not support request languages: "
        f"{', '.join(requested or detected)}",
        "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
        languageNotSupportedByAttributeError=more,
    )


def no_key() -> GoogleError:
    return GoogleError(
        "PERMISSION_DENIED",
        "Method doesn't allow unregistered callers (callers without established identity). "
        "Please use API Key to call this API.",
    )


def wrong_key() -> GoogleError:
    detail = {"@type": _ERROR_INFO, "reason": "API_KEY_INVALID", "domain": DOMAIN}
    return GoogleError(
        "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", detail
    )


def over_quota(limit: str, retry_after: int) -> GoogleError:
    """`limit`: `per second` or `per day`."""
    detail = {"@type": _ERROR_INFO, "reason": "RATE_LIMIT_EXCEEDED", "domain": DOMAIN}
    return GoogleError(
        "RESOURCE_EXHAUSTED",
        f"Quota exceeded for quota metric 'Analysis requests (AnalyzeComment)' and limit "
        f"'Analysis requests (AnalyzeComment) {limit}'.",
        detail,
        retry_after=retry_after,
    )
