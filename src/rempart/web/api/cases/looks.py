"""A look at a case is noted before anything of it is shown."""

from __future__ import annotations

from rempart.cases.access_log import must_note_view, note_view
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.auth import must_be_known
from rempart.web.auth.gate import now_ms
from rempart.web.settings import WebSettings


def note_look(request: AnyRequest, case: str) -> None:
    """`case`: one the caller may see. Waits for the entry to be durable: call it in a thread."""
    who, at_ms, engine = must_be_known(request), now_ms(), engine_of(request)
    settings: WebSettings = request.app.state.settings
    limit, window_ms = settings.people.look_ups, settings.people.look_up_minutes * 60_000
    with engine.read() as tables:
        fresh = must_note_view(tables, case, who.id, at_ms)
    if fresh:
        engine.write(
            lambda tables: note_view(tables, case, who.id, at_ms, limit=limit, window_ms=window_ms)
        ).result()
