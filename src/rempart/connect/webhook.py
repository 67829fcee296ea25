"""Measures out as signed webhooks: the connector that fits any platform with a little code.

One POST per measure and operation, with `webhook-id` = measure id and operation, so that the
receiver can drop repeats. The body is the same at every attempt; only the timestamp moves. It
carries ids, scope, lease and reason, and no word of any message. A statement of reasons goes the
same way (`type` is `statement`), to be passed on to its account.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

import msgspec

from rempart.connect.outbound import Outbound
from rempart.connect.places import ForbiddenAddressError
from rempart.connect.signing import secret_bytes, signature
from rempart.errors import OutboundError
from rempart.model import Measure
from rempart.protect.connector import Connector, Delivery, Told

LONGEST_WAIT = 3600.0
GONE = 410


class WebhookBody(msgspec.Struct, frozen=True):
    """`type` is `measure.apply` or `measure.undo`."""

    type: str
    measure: Measure


class Webhook(Connector):
    """Delivers to one address. `clock` gives seconds since the epoch."""

    name = "webhook"

    def __init__(
        self, url: str, secret: str, outbound: Outbound, clock: Callable[[], float] = time.time
    ) -> None:
        self._url = url
        self._key = secret_bytes(secret)
        self._outbound = outbound
        self._clock = clock

    async def apply(self, measure: Measure) -> Delivery:
        return await self._deliver(measure, "apply")

    async def undo(self, measure: Measure) -> Delivery:
        return await self._deliver(measure, "undo")

    async def tell(self, told: Told) -> Delivery:
        body = msgspec.json.encode({"type": "statement", "statement": told._asdict()})
        return await self._post(f"{told.id}.tell", body)

    async def _deliver(self, measure: Measure, operation: Literal["apply", "undo"]) -> Delivery:
        body = msgspec.json.encode(WebhookBody(f"measure.{operation}", measure))
        return await self._post(f"{measure.id}.{operation}", body)

    async def _post(self, id: str, body: bytes) -> Delivery:
        now = int(self._clock())
        headers = {
            "content-type": "application/json",
            "webhook-id": id,
            "webhook-timestamp": str(now),
            "webhook-signature": signature(self._key, id, now, body),
        }
        try:
            answer = await self._outbound.request("POST", self._url, headers=headers, body=body)
        except ForbiddenAddressError as error:
            return Delivery(ok=False, detail=error.diagnostics())
        except OutboundError as error:
            return Delivery(ok=False, detail=error.diagnostics(), retry_after=0.0)
        return _judge(answer.status, answer.headers.get("retry-after"))


def _judge(status: int, retry_after: str | None) -> Delivery:
    """2xx is done, 410 is for ever; everything else is tried again, redirects included, because
    they are not followed and may be a passing mistake of the other side."""
    detail = f"HTTP {status}"
    if 200 <= status < 300:
        return Delivery(ok=True, detail=detail)
    if status == GONE:
        return Delivery(ok=False, detail=detail)
    asked = (
        float(retry_after)
        if retry_after and retry_after.isascii() and retry_after.isdigit()
        else 0.0
    )
    return Delivery(ok=False, detail=detail, retry_after=min(asked, LONGEST_WAIT))
