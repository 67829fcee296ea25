"""What the APIs of platforms have in common: answers in JSON, limits, and when to try again.

Rules kept here:

1. 2xx is done. 429 waits as long as it is told, 5xx and no answer are tried again, every other
   refusal is for ever: the measure stands as *not applied*, with what the platform said.
2. An answer that is not what the API promises is told as such and tried again; it is never taken
   for a yes.
3. What the platform says is shown shortened and on one line.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from rempart.connect.outbound import Answer
from rempart.connect.places import ForbiddenAddressError
from rempart.errors import OutboundError
from rempart.protect.connector import Delivery

LONGEST_WAIT = 3600.0
MAX_SAID = 200


class PlatformError(OutboundError):
    """The platform refused (`retry_after` None: for ever) or cannot answer now."""

    def __init__(self, what: str, *, where: str = "", retry_after: float | None = None) -> None:
        super().__init__(what, where=where)
        self.retry_after = retry_after


class Said(NamedTuple):
    """One answer that is neither a limit nor a fault of the server. `body`: its JSON, or None."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def message(self) -> str:
        """What it said of a refusal, on one line."""
        body = self.body if isinstance(self.body, dict) else {}
        parts = [body.get(key) for key in ("message", "error", "error_description")]
        text = next((part for part in parts if isinstance(part, str) and part), "")
        return " ".join(text.split())[:MAX_SAID]


def read(answer: Answer, where: str, wait: float | None) -> Said:
    """PlatformError for limits (`wait`: seconds, as the headers say), faults and garbage."""
    if answer.status == 429:
        raise PlatformError(
            "HTTP 429: too many requests", where=where, retry_after=bounded(wait or 1.0)
        )
    if answer.status >= 500:
        asked = seconds(answer.headers.get("retry-after"))
        raise PlatformError(f"HTTP {answer.status}", where=where, retry_after=bounded(asked or 0.0))
    if answer.status == 204 or not answer.body.strip():
        return Said(answer.status, None, dict(answer.headers))
    try:
        body = msgspec.json.decode(answer.body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        if 200 <= answer.status < 300:
            raise PlatformError(
                f"HTTP {answer.status} with an answer that is not JSON",
                where=where,
                retry_after=0.0,
            ) from None
        body = None
    return Said(answer.status, body, dict(answer.headers))


def delivery_of(error: OutboundError) -> Delivery:
    """What the outbox is told of a failure."""
    if isinstance(error, PlatformError):
        return Delivery(ok=False, detail=error.diagnostics(), retry_after=error.retry_after)
    if isinstance(error, ForbiddenAddressError):
        return Delivery(ok=False, detail=error.diagnostics())
    return Delivery(ok=False, detail=error.diagnostics(), retry_after=0.0)


def seconds(text: str | None) -> float | None:
    """A number of seconds in a header, or None."""
    if text and text.isascii() and text.isdigit() and len(text) < 12:
        return float(text)
    return None


def bounded(wait: float) -> float:
    return max(0.0, min(wait, LONGEST_WAIT))
