"""The page *Log*: what was signed, who attests it, what is pending, and how a stranger compares."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get

from rempart.store.interface import Tables
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.attest.view import LogScreen, log_screen
from rempart.web.attest.witness import WitnessDesk
from rempart.web.auth import Right, needs_right
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page
from rempart.web.console.reading import moment
from rempart.web.settings import WebSettings

READ_OR_AUDIT = [needs_right(Right.READ, Right.ACCESS_LOG)]
"""What is shown is about the log as a whole, and names nobody."""


class LogPage(LogScreen, frozen=True, kw_only=True):
    now: datetime


@get(["/console/log", "/console/log.json"], guards=READ_OR_AUDIT, include_in_schema=False)
async def log_page(request: AnyRequest) -> Response[Any]:
    engine, now = engine_of(request), moment(now_ms())
    settings: WebSettings = request.app.state.settings
    desk: WitnessDesk = request.app.state.witness
    address = settings.public_url or str(request.base_url)

    def view(tables: Tables) -> LogPage:
        screen = log_screen(
            tables,
            engine.signer.public,
            desk.signer.public,
            address=address.rstrip("/"),
            witnesses=settings.witnesses,
            authorities=settings.timestamps,
            witnessed=desk.keys,
            scrub_days=engine.settings.log.scrub_days,
            stopped=engine.signing_stopped,
            unproven=desk.unproven,
            monitors_at=engine.settings.log.monitors_at,
            guessed=settings.public_url is None,
        )
        known = {name: getattr(screen, name) for name in screen.__struct_fields__}
        return LogPage(now=now, **known)

    return await page(request, "log.html", view)


route_handlers: list[Any] = [log_page]
