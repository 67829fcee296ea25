"""What an auditor opens is an entry of the log, durable before she reads it.

Done before every handler and not in each of them, so that a page that is added later is noted by
itself. An auditor is who holds the access log and does not read; of everybody else the pages that
are made for auditors (`AUDITED`) are noted. What anybody may read without signing in is not.
"""

from __future__ import annotations

from typing import Any, Final

from litestar import Request

from rempart.cases.access_log import note
from rempart.cases.entries import clean
from rempart.web.api.request import write
from rempart.web.auth.caller import may_only_audit
from rempart.web.auth.gate import now_ms
from rempart.web.auth.guards import caller

AUDITED: Final = "audited"
"""Handler option: whoever opens this is noted."""
LONGEST: Final = 500


async def note_opened(request: Request[Any, Any, Any]) -> None:
    """After the guards: what was refused is no view."""
    handler = request.route_handler
    who = caller(request)
    if request.method != "GET" or who is None or not handler.resolve_guards():
        return
    if not may_only_audit(who) and not handler.opt.get(AUDITED):
        return
    by, at_ms, page = who.id, now_ms(), clean(request.url.path)[:LONGEST]
    query = clean(request.url.query)[:LONGEST]
    asked = {"asked": query} if query else {}
    await write(request, lambda tables: note(tables, "audit", "view", by, page, at_ms, **asked))
