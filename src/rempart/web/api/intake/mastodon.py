"""Webhooks of a Mastodon instance: its new reports and posts, as soon as they are made.

Rules kept here:

1. Wrong signature, no secret, unknown name: 401 or 404, and nothing else happens.
2. Mastodon's signature has neither time nor id: a body that was taken before is answered and not
   taken again; remembered only after what was in it is durable, so that a repeat after 429 or 507
   is taken.
3. Events that are none of ours are answered, so that Mastodon does not repeat them.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

import msgspec
from litestar import post
from litestar.params import FromPath, HeaderParameter

from rempart.connect.mastodon.posts import edit_of, message_of
from rempart.connect.mastodon.reports import is_signed, take_report
from rempart.connect.mastodon.settings import webhook_secret_of
from rempart.errors import InputError, NotFoundError
from rempart.web.api.intake.hooks import KEEP_MS
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.auth import NO_SESSION
from rempart.web.auth.gate import now_ms
from rempart.web.connectors.board import Connectors
from rempart.web.connectors.intake import EngineIntake
from rempart.web.failures import UnknownCallerError
from rempart.web.settings import WebSettings

_encode = msgspec.json.Encoder().encode


class TakenAnswer(msgspec.Struct, frozen=True):
    """`taken` False: it was taken before, or there is nothing in it for us."""

    taken: bool


@post("/hooks/mastodon/{name:str}", opt={NO_SESSION: True}, status_code=200, tags=["messages"])
async def mastodon_hook(
    request: AnyRequest,
    name: FromPath[str],
    x_hub_signature: Annotated[
        str | None, HeaderParameter(name="x-hub-signature", max_length=200)
    ] = None,
) -> TakenAnswer:
    """`report.created`, `status.created` and `status.updated` of the instance `[mastodon.NAME]`."""
    settings: WebSettings = request.app.state.settings
    configured = settings.mastodon.get(name)
    if configured is None:
        raise NotFoundError("no such connector is configured", where=name[:100])
    body = await request.body()
    secret = webhook_secret_of(configured, engine_of(request).data_dir)
    if not is_signed(secret, x_hub_signature or "", body):
        raise UnknownCallerError(
            "the webhook is not signed as it must be",
            next_step=f"check webhook_secret under [mastodon.{name}]",
        )
    connector = f"mastodon.{name}.webhook"
    digest = hashlib.sha256(body).hexdigest()
    with engine_of(request).read() as tables:
        if tables.access.hook_seen(connector, digest):
            return TakenAnswer(False)
    connectors: Connectors = request.app.state.connectors
    taken = await _take(body, configured.host, connectors.intake(connector))
    now = now_ms()
    await write(
        request, lambda tables: tables.access.remember_hook(connector, digest, now, KEEP_MS)
    )
    return TakenAnswer(taken)


route_handlers: list[Any] = [mastodon_hook]


async def _take(body: bytes, instance: str, intake: EngineIntake) -> bool:
    try:
        told = msgspec.json.decode(body)
        event, about = told["event"], told["object"]
        if event == "report.created":
            await take_report(about, instance, intake)
            return True
        if event == "status.created":
            message = message_of(about, instance)
            items = [message] if message is not None else []
        elif event == "status.updated" and about.get("edited_at"):
            items = edit_of(about, instance)
        else:
            return False
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InputError(
            f"this is not what Mastodon sends: {type(error).__name__}", where=instance
        ) from None
    if items:
        await intake.take([_encode(item) for item in items])
    return bool(items)
