"""Signed webhooks in (FAULTS row 21): messages and events in our own form, from known senders.

Rules kept here:

1. Wrong signature, stale time, changed body, known id: 401, and nothing else happens. The reason is
   not told to a stranger in detail.
2. An id is remembered only after its items were committed: a sender that was told 429 or 507 may
   send the very same request again.
3. The window is five minutes; ids are remembered longer than that.
"""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Any

import msgspec
from litestar import post
from litestar.params import FromPath, HeaderParameter

from rempart.connect.signing import MAX_ID, WINDOW_SECONDS, is_signed, secret_bytes
from rempart.errors import NotFoundError
from rempart.ingest import Parsed
from rempart.model import ItemRefusal
from rempart.web.api.intake.messages import only_own, parse_body
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.auth import NO_SESSION, Caller, Scope
from rempart.web.auth.gate import now_ms
from rempart.web.failures import UnknownCallerError
from rempart.web.settings import HookSettings, WebSettings

KEEP_MS = 4 * WINDOW_SECONDS * 1000


class HookAnswer(msgspec.Struct, frozen=True):
    accepted: int
    duplicates: int
    refused: list[ItemRefusal]


@post("/hooks/{connector:str}", opt={NO_SESSION: True}, status_code=200, tags=["messages"])
async def hook(
    request: AnyRequest,
    connector: FromPath[str],
    webhook_id: Annotated[str | None, HeaderParameter(name="webhook-id", max_length=MAX_ID)] = None,
    webhook_timestamp: Annotated[
        str | None, HeaderParameter(name="webhook-timestamp", max_length=20)
    ] = None,
    webhook_signature: Annotated[
        str | None, HeaderParameter(name="webhook-signature", max_length=2048)
    ] = None,
) -> HookAnswer:
    """One message, an array or NDJSON, signed as Standard Webhooks has it."""
    settings: WebSettings = request.app.state.settings
    configured = settings.hooks.get(connector)
    if configured is None:
        raise NotFoundError("no such connector is configured", where=connector[:100])
    body = await request.body()
    id = webhook_id or ""
    key = secret_bytes(configured.secret)
    if not is_signed(key, id, webhook_timestamp or "", webhook_signature or "", body, time.time()):
        raise _refused()
    with engine_of(request).read() as tables:
        if tables.access.hook_seen(connector, id):
            raise _refused()
    answer = await _take(request, connector, configured, body)
    now = now_ms()
    await write(request, lambda tables: tables.access.remember_hook(connector, id, now, KEEP_MS))
    return answer


route_handlers: list[Any] = [hook]


def _refused() -> UnknownCallerError:
    return UnknownCallerError(
        "the webhook is not signed as it must be",
        next_step="check the secret and the clock; send every request with a new webhook-id",
    )


async def _take(
    request: AnyRequest, connector: str, configured: HookSettings, body: bytes
) -> HookAnswer:
    settings: WebSettings = request.app.state.settings
    channels = frozenset(configured.channels) if configured.channels else None
    sender = Caller(connector, connector, frozenset({Scope.INGEST}), channels, via="hook")
    content_type = request.headers.get("content-type", "").encode("latin-1")
    asked = await asyncio.to_thread(parse_body, body, content_type, settings.max_items)
    items = only_own(asked.items, sender)
    accepted = [item for item in items if isinstance(item, Parsed)]
    results = []
    if accepted:
        results = await asyncio.wrap_future(engine_of(request).submit(accepted, sender.source))
    request.app.state.numbers.taken(results, len(items) - len(accepted))
    return HookAnswer(
        len(results),
        sum(result.status == "duplicate" for result in results),
        [item for item in items if isinstance(item, ItemRefusal)],
    )
