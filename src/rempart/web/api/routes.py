"""All handlers of the API, put together under `/api/v1`."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
from litestar import Litestar, Response, Router, get

from rempart.web.api import events, health
from rempart.web.api.authority import bans, declared, disputes, orders
from rempart.web.api.cases import campaigns, cases, corrections, notes, queues, search
from rempart.web.api.deciding import appeals, deciding, decisions, statements
from rempart.web.api.description import describe
from rempart.web.api.disclosure import audit, court, terms, yearly, yearly_versions
from rempart.web.api.evidence import (
    captures,
    erasure,
    exports,
    incident_files,
    log,
    referrals,
    witness,
)
from rempart.web.api.intake import described, hooks, lines, mastodon, media
from rempart.web.api.measures import measures, protection
from rempart.web.api.people import access, access_log, care, facts, invitations, me, people
from rempart.web.api.reports import misuse, reports
from rempart.web.api.request import AnyRequest
from rempart.web.api.rules import learning, rules
from rempart.web.feed import api as feed_api


@cache
def _document(app: Litestar) -> bytes:
    return msgspec.json.encode(describe(app))


@get("/openapi.json", include_in_schema=False, sync_to_thread=False)
def openapi(request: AnyRequest) -> Response[bytes]:
    """The description of this API."""
    return Response(_document(request.app), media_type="application/json")


_versioned = Router(
    "/api/v1",
    route_handlers=[
        *described.route_handlers,
        *events.route_handlers,
        *reports.route_handlers,
        *cases.route_handlers,
        *search.route_handlers,
        *queues.route_handlers,
        *misuse.route_handlers,
        *notes.route_handlers,
        *incident_files.route_handlers,
        *referrals.route_handlers,
        *deciding.route_handlers,
        *decisions.route_handlers,
        *appeals.route_handlers,
        *statements.route_handlers,
        *feed_api.route_handlers,
        *campaigns.route_handlers,
        *captures.route_handlers,
        *exports.route_handlers,
        *measures.route_handlers,
        *protection.route_handlers,
        *facts.route_handlers,
        *erasure.route_handlers,
        *corrections.route_handlers,
        *hooks.route_handlers,
        *lines.route_handlers,
        *mastodon.route_handlers,
        *log.route_handlers,
        *witness.route_handlers,
        *media.route_handlers,
        *access.route_handlers,
        *people.route_handlers,
        *me.route_handlers,
        *care.route_handlers,
        *access_log.route_handlers,
        *invitations.route_handlers,
        *rules.route_handlers,
        *learning.route_handlers,
        *declared.route_handlers,
        *orders.route_handlers,
        *disputes.route_handlers,
        *bans.route_handlers,
        *yearly.route_handlers,
        *yearly_versions.route_handlers,
        *court.route_handlers,
        *terms.route_handlers,
        *audit.route_handlers,
    ],
)

route_handlers: list[Any] = [_versioned, *health.route_handlers, openapi]
