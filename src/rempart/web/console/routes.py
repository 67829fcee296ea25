"""Handlers of the console: each page, its JSON twin, and the forms of its buttons.

Rules kept here:

1. A page and its JSON twin are the same screen: `Accept: application/json`, or `.json` at the end.
2. Buttons are plain forms that work without a script; they do what the API does, by its functions.
3. Where a form leads afterwards is a path of this site and nothing else.
"""

from __future__ import annotations

import time
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from rempart.cases.harms import harms
from rempart.model import CaseKind, CaseState
from rempart.store.interface import Tables
from rempart.web.api.cases.looks import note_look
from rempart.web.api.intake.lines import line_of
from rempart.web.api.measures.protection import MeasureList, undo
from rempart.web.api.people.care import is_pausing
from rempart.web.api.request import AnyRequest, Fields, engine_of
from rempart.web.auth import Right, must_be_known, needs, needs_person, needs_right
from rempart.web.auth.gate import now_ms
from rempart.web.auth.pages import local_path
from rempart.web.console import palette, views
from rempart.web.console.authority import ban_pages, order_pages
from rempart.web.console.case import (
    acts,
    capture_form,
    decision_form,
    export_page,
    file_page,
    measure_pages,
    referral_pages,
    search_page,
)
from rempart.web.console.disclosure import (
    audit_page,
    audit_rules_page,
    court_page,
    declared_page,
    sample_page,
    terms_page,
    withdrawal_pages,
    yearly_page,
)
from rempart.web.console.evidence import erasure_pages, log_page
from rempart.web.console.live import line_page
from rempart.web.console.live.alarms import rule_troubles
from rempart.web.console.page import JSON, page, wants_json
from rempart.web.console.people import (
    access_pages,
    account_pages,
    care_pages,
    factor_pages,
    people_pages,
)
from rempart.web.console.queue import desk_acts, figures_page, misuse_page, practice_page
from rempart.web.console.queue.desk_part import AtWork
from rempart.web.console.rules import learning_page, rule_pages
from rempart.web.console.screens import CaseScreen
from rempart.web.feed.pages import route_handlers as feed_routes

READ = [needs("read")]
MODERATE = [needs_person("moderate")]
EXPORT = [needs_right(Right.EXPORT, person=True)]


@get(["/console", "/console.json"], guards=READ, include_in_schema=False)
async def overview(request: AnyRequest) -> Response[Any]:
    who, now = must_be_known(request), now_ms()
    engine = engine_of(request)
    links, troubles = engine.pipeline.link_rules, rule_troubles(engine)
    state = request.app.state
    return await page(
        request,
        "overview.html",
        lambda tables: views.overview(
            tables,
            who,
            now,
            links,
            state.opinions,
            troubles,
            state.connectors,
            engine.signing_stopped,
        ),
    )


@get(["/console/queue", "/console/queue.json"], guards=READ, include_in_schema=False)
async def queue(
    request: AnyRequest,
    case_state: Annotated[CaseState, QueryParameter(name="state")] = CaseState.OPEN,
    kind: FromQuery[CaseKind | None] = None,
    named: Annotated[str | None, QueryParameter(name="queue")] = None,
) -> Response[Any]:
    who, now, work = must_be_known(request), now_ms(), _at_work(request)
    return await page(
        request,
        "queue.html",
        lambda tables: views.queue(tables, who, now, case_state, kind, work, named or None),
    )


@get("/console/cases/{case:str}", guards=READ, include_in_schema=False)
async def case(request: AnyRequest, case: FromPath[str]) -> Response[Any]:
    if await is_pausing(request):
        return await care_pages.pause(request, f"/console/cases/{case.removesuffix(JSON)}")
    who, now = must_be_known(request), now_ms()
    id, work = case.removesuffix(JSON), _at_work(request)

    def view(tables: Tables) -> CaseScreen:
        screen = views.case(tables, who, now, id, work)
        note_look(request, screen.case.id)
        return screen

    def more(*_: Any) -> dict[str, Any]:
        captures = request.app.state.captures
        return {
            "categories": list(harms().values()),
            "captures_on": captures is not None and captures.on,
        }

    return await page(request, "case.html", view, more)


@get(["/console/channels", "/console/channels.json"], guards=READ, include_in_schema=False)
async def channels(request: AnyRequest) -> Response[Any]:
    who, now = must_be_known(request), now_ms()
    return await page(request, "channels.html", lambda tables: views.channels(tables, who, now))


@get("/console/channels/{platform:str}/{channel:str}", guards=READ, include_in_schema=False)
async def channel(
    request: AnyRequest,
    platform: FromPath[str],
    channel: FromPath[str],
    after: Annotated[int, QueryParameter(ge=0, le=2**62)] = 0,
) -> Response[Any]:
    who, now, name = must_be_known(request), now_ms(), channel.removesuffix(JSON)
    line = line_of(request, platform, name)
    return await page(
        request,
        "channel.html",
        lambda tables: views.channel(tables, who, now, platform, name, after),
        lambda _tables, _screen: {"line": line},
    )


@get(["/console/campaigns", "/console/campaigns.json"], guards=READ, include_in_schema=False)
async def campaigns(request: AnyRequest, target: FromQuery[str | None] = None) -> Response[Any]:
    who, now = must_be_known(request), now_ms()
    return await page(
        request, "campaigns.html", lambda tables: views.campaigns(tables, who, now, target)
    )


@get("/console/campaigns/{campaign:str}", guards=READ, include_in_schema=False)
async def campaign(request: AnyRequest, campaign: FromPath[str]) -> Response[Any]:
    who, now, id = must_be_known(request), now_ms(), campaign.removesuffix(JSON)
    return await page(request, "campaign.html", lambda tables: views.campaign(tables, who, now, id))


@post(
    "/console/measures/{measure:str}/undo",
    guards=MODERATE,
    status_code=200,
    include_in_schema=False,
)
async def undo_one(request: AnyRequest, measure: FromPath[str], data: Fields) -> Response[Any]:
    return _done(request, await undo.fn(request, measure), data.get("back", ""))


route_handlers: list[Any] = [
    overview,
    queue,
    case,
    channels,
    channel,
    campaigns,
    campaign,
    undo_one,
    *decision_form.route_handlers,
    *export_page.route_handlers,
    *capture_form.route_handlers,
    *referral_pages.route_handlers,
    *palette.route_handlers,
    *search_page.route_handlers,
    *acts.route_handlers,
    *desk_acts.route_handlers,
    *measure_pages.route_handlers,
    *figures_page.route_handlers,
    *rule_pages.route_handlers,
    *learning_page.route_handlers,
    *file_page.route_handlers,
    *line_page.route_handlers,
    *log_page.route_handlers,
    *people_pages.route_handlers,
    *account_pages.route_handlers,
    *care_pages.route_handlers,
    *access_pages.route_handlers,
    *audit_page.route_handlers,
    *sample_page.route_handlers,
    *audit_rules_page.route_handlers,
    *factor_pages.route_handlers,
    *practice_page.route_handlers,
    *erasure_pages.route_handlers,
    *feed_routes,
    *declared_page.route_handlers,
    *yearly_page.route_handlers,
    *withdrawal_pages.route_handlers,
    *court_page.route_handlers,
    *order_pages.route_handlers,
    *ban_pages.route_handlers,
    *misuse_page.route_handlers,
    *terms_page.route_handlers,
]


def _at_work(request: AnyRequest) -> AtWork:
    return AtWork(engine_of(request).policy, request.app.state.desk, time.monotonic())


def _done(request: AnyRequest, result: MeasureList, back: str) -> Response[Any]:
    """JSON for the page's script; without a script back to where the button was."""
    return Response(result) if wants_json(request) else Redirect(local_path(back), status_code=303)
