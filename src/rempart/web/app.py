"""One ASGI app: the hot route raw, everything else through Litestar.

What holds for every response is done here, outside the framework: security headers, who asks, the
count by status. `POST /api/v1/messages` is answered before the framework is entered.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from copy import copy
from http import HTTPStatus
from typing import Any

from litestar import Litestar, Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.response import Redirect

from rempart import __version__
from rempart.cases.factors import FactorKeys
from rempart.cases.queue.desk import Desk
from rempart.cases.reports.keys import ReportKeys
from rempart.cases.second_person import days_of, set_days
from rempart.connect.cybertip import CyberTipline
from rempart.disclose.yearly.public import Shelf
from rempart.engine.embedded import EmbeddedEngine
from rempart.errors import RempartError
from rempart.web.api import routes as api_routes
from rempart.web.api.body import bounded
from rempart.web.api.disclosure.audit import PAGE as AUDIT
from rempart.web.api.intake.messages import PATH as MESSAGES
from rempart.web.api.intake.messages import Messages
from rempart.web.api.intake.upload import BODY_LIMIT as PHOTO_LIMIT
from rempart.web.api.intake.upload import PATHS as PHOTO_PATHS
from rempart.web.api.intake.upload import Photos
from rempart.web.api.numbers import Numbers
from rempart.web.api.often import Often
from rempart.web.api.reports.notices import Notices
from rempart.web.asgi import AsgiMessage, AsgiScope, Receive, Send
from rempart.web.attest.witness import WitnessDesk
from rempart.web.auth import invitation as invitation_pages
from rempart.web.auth import oidc_pages, passkey_pages, second
from rempart.web.auth import pages as auth_pages
from rempart.web.auth.again import Proven
from rempart.web.auth.audited import note_opened
from rempart.web.auth.begun import Begun
from rempart.web.auth.caller import may_only_audit
from rempart.web.auth.challenges import Challenges
from rempart.web.auth.gate import Gate, now_ms
from rempart.web.auth.guards import caller, check_csrf
from rempart.web.auth.headers import response_headers
from rempart.web.auth.oidc_pages import Providers
from rempart.web.auth.pages import HOME
from rempart.web.auth.refused import Refused
from rempart.web.auth.secret import csrf_of
from rempart.web.auth.slow_down import SlowDown
from rempart.web.captures.desk import CaptureDesk
from rempart.web.connectors.board import Connectors
from rempart.web.console.refusals import told_problem
from rempart.web.console.routes import route_handlers as console_routes
from rempart.web.console.templates import language_of, render_error
from rempart.web.court_desk import CourtDesk
from rempart.web.exports.desk import ExportDesk
from rempart.web.failures import (
    NoRightError,
    Problem,
    ProblemAnswer,
    UnknownCallerError,
    headers_of,
    problem_of,
    status_of,
    validation_details,
)
from rempart.web.feed.desk import FeedDesk
from rempart.web.lines.desk import LineDesk
from rempart.web.lines.hooks import LineHooks, is_hook
from rempart.web.mine import route_handlers as mine_routes
from rempart.web.opinions.desk import OpinionDesk
from rempart.web.perspective.endpoint import Perspective
from rempart.web.public.routes import route_handlers as public_routes
from rempart.web.public.terms import TermsNews
from rempart.web.public.transparency import TransparencyShelf
from rempart.web.settings import WebSettings
from rempart.web.yearly_desk import YearlyDesk

_LOG = logging.getLogger(__name__)
AnyRequest = Request[Any, Any, Any]
HOOKS = "/api/v1/hooks/"
RULES = ("/api/v1/rules", "/console/rules/")
RULES_LIMIT = 4 << 20
"""Rule files and lists come whole: a list of bad words may have ten thousand lines."""
MOST_SUBMISSIONS = 120
"""Checkpoints of one log a minute."""
_SLASHES = re.compile("/+")
_PHRASES = frozenset(status.phrase for status in HTTPStatus)
"""What the framework says of an error: the page says it in the reader's language already."""


def build_app(
    engine: EmbeddedEngine,
    settings: WebSettings | None = None,
    opinions: OpinionDesk | None = None,
    connectors: Connectors | None = None,
    lines: Mapping[str, LineDesk] | None = None,
    captures: CaptureDesk | None = None,
    cybertip: CyberTipline | None = None,
    feed: FeedDesk | None = None,
    exports: ExportDesk | None = None,
) -> Dispatcher:
    """The whole of HTTP over one engine. The engine is started and stopped by the caller."""
    settings = settings or WebSettings()
    gate = Gate(engine, settings)
    numbers = Numbers(engine)
    closing = asyncio.Event()
    numbers.opinions = opinions
    numbers.lines = lines or {}
    numbers.connectors = connectors
    numbers.feed = feed
    framework = _framework(engine, settings, gate, numbers, closing)
    framework.state.captures = captures
    framework.state.cybertip = cybertip
    framework.state.feed = feed
    framework.state.exports = exports
    messages = Messages(engine, gate, settings, numbers)
    perspective = None
    if settings.perspective.enabled:
        perspective = Perspective(
            settings.perspective, settings.public_url, scorer=engine.pipeline.text_scorer
        )
        numbers.perspective = perspective.answers
    hooks = LineHooks(numbers.lines, numbers, tls=settings.over_tls)
    return Dispatcher(framework, messages, hooks, gate, numbers, closing, settings, perspective)


class Dispatcher:
    def __init__(
        self,
        framework: Litestar,
        messages: Messages,
        line_hooks: LineHooks,
        gate: Gate,
        numbers: Numbers,
        closing: asyncio.Event,
        settings: WebSettings,
        perspective: Perspective | None,
    ) -> None:
        self.framework = framework
        self.closing = closing
        """Set when the service is about to end: streams of events finish."""
        self._messages = messages
        self._line_hooks = line_hooks
        self._gate = gate
        self._numbers = numbers
        self._perspective = perspective
        self._settings = settings

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and _is_messages(scope["path"]):
            await self._messages(scope, receive, send)
            return
        if scope["type"] == "http" and scope["method"] == "POST" and is_hook(scope["path"]):
            await self._line_hooks(scope, receive, send)
            return
        framework: Any = self.framework
        if scope["type"] != "http":
            await framework(scope, receive, send)
            return
        tls = self._gate.over_tls(scope)
        if self._perspective is not None and self._perspective.takes(scope["path"]):
            await self._perspective(scope, receive, self._with_headers(scope, send, tls=tls))
            return
        scope["user"] = self._gate.caller(scope)
        secret = self._gate.session_secret(scope) if scope["user"] is not None else None
        scope.setdefault("state", {})["csrf_token"] = csrf_of(secret) if secret else ""
        body = bounded(receive, self._limit(scope["path"]))
        await framework(scope, body, self._with_headers(scope, send, tls=tls))

    def _with_headers(self, scope: AsgiScope, send: Send, *, tls: bool) -> Send:
        async def send_with_headers(message: AsgiMessage) -> None:
            if message["type"] == "http.response.start":
                self._numbers.answers[message["status"]] += 1
                had = {name.lower() for name, _ in message["headers"]}
                added = response_headers(scope["path"], tls=tls)
                message["headers"] = [
                    *message["headers"],
                    *(pair for pair in added if pair[0] not in had),
                ]
            await send(message)

        return send_with_headers

    def _limit(self, path: str) -> int:
        """How large a body may be."""
        if path.startswith(HOOKS):
            return self._settings.max_body
        if path.startswith(RULES):
            return max(self._settings.max_form, RULES_LIMIT)
        photo = _SLASHES.sub("/", path).rstrip("/") in PHOTO_PATHS
        return PHOTO_LIMIT if photo else self._settings.max_form


def _is_messages(path: str) -> bool:
    """The framework takes a path with slashes too many for the same route: so it is here."""
    return path == MESSAGES or _SLASHES.sub("/", path).rstrip("/") == MESSAGES


def _framework(
    engine: EmbeddedEngine,
    settings: WebSettings,
    gate: Gate,
    numbers: Numbers,
    closing: asyncio.Event,
) -> Litestar:
    _say_days(engine, settings.people.second_person_days)
    handlers = _one_path_each(
        [
            *api_routes.route_handlers,
            *auth_pages.route_handlers,
            *invitation_pages.route_handlers,
            *second.route_handlers,
            *passkey_pages.route_handlers,
            *oidc_pages.route_handlers,
            *console_routes,
            *public_routes,
            *mine_routes,
        ]
    )
    state = State(
        {
            "engine": engine,
            "settings": settings,
            "gate": gate,
            "numbers": numbers,
            "community": engine.settings.community.name,
            "opinions": numbers.opinions,
            "lines": numbers.lines,
            "connectors": numbers.connectors,
            "closing": closing,
            "desk": Desk(),
            "figures": numbers.figures,
            "transparency": TransparencyShelf(),
            "yearly": YearlyDesk(engine),
            "reports": Shelf(),
            "terms_news": TermsNews(engine),
            "court": CourtDesk(engine, engine.data_dir, settings),
            "slow_down": SlowDown(),
            "witness": WitnessDesk(engine, engine.settings.log.witness_for),
            "witnessing": Often(MOST_SUBMISSIONS, 60.0),
            "notices": Notices(),
            "photos": Photos(),
            "report_keys": report_keys(engine),
            "factor_keys": _factor_keys(engine),
            "challenges": Challenges(),
            "begun": Begun(),
            "refused": Refused(engine),
            "providers": Providers(settings.oidc),
            "proven": Proven(),
        }
    )
    return Litestar(
        route_handlers=handlers,
        state=state,
        before_request=_before_each,
        request_max_body_size=settings.max_body,
        openapi_config=OpenAPIConfig(
            title="Rempart",
            version=__version__,
            description="Defence against online harassment: messages in, outcomes out, reports, "
            "cases, decisions, evidence.",
            path="/openapi",
            render_plugins=[],
            use_handler_docstrings=True,
        ),
        exception_handlers={
            RempartError: _answer_failure,
            HTTPException: _answer_framework,
            RecursionError: _answer_too_deep,
            Exception: _answer_surprise,
        },
        debug=False,
        logging_config=None,
    )


def _say_days(engine: EmbeddedEngine, days: int) -> None:
    """What the settings say of the second person, for whatever asks later."""
    with engine.read() as tables:
        said = days_of(tables)
    if said != days:
        engine.write(lambda tables: set_days(tables, days, now_ms())).result()


async def _before_each(request: AnyRequest) -> None:
    await check_csrf(request)
    await note_opened(request)


def _one_path_each(handlers: Sequence[Any]) -> list[Any]:
    """Handlers with several paths, split. Litestar 2.25 wraps a handler that runs in a thread once
    per path, and from the second path on nobody awaits the inner one."""
    split: list[Any] = []
    for handler in handlers:
        paths = sorted(handler.paths) if isinstance(handler, HTTPRouteHandler) else []
        if len(paths) < 2:
            split.append(handler)
            continue
        for path in paths:
            single = copy(handler)
            single.paths = {path}
            split.append(single)
    return split


def _answer_failure(request: AnyRequest, error: RempartError) -> Response[Any]:
    status = status_of(error)
    if isinstance(error, UnknownCallerError) and _wants_page(request):
        return Redirect(f"/login?next={request.url.path}", status_code=303)
    who = caller(request) if isinstance(error, NoRightError) and _wants_page(request) else None
    if who is not None and who.step is not None and request.method == "GET":
        return Redirect(f"{who.step}?next={request.url.path}", status_code=303)
    if who is not None and may_only_audit(who) and request.url.path == HOME:
        return Redirect(AUDIT, status_code=303)
    if status >= 500 and status != 501:
        _LOG.error("the store refuses: %s", error.diagnostics())
    return _answer(request, status, problem_of(error), headers_of(error))


def _answer_framework(request: AnyRequest, error: HTTPException) -> Response[Any]:
    details = validation_details(error.extra) if isinstance(error, ValidationException) else ()
    reason = "the request is not as it must be" if details else str(error.detail)
    return _answer(
        request, error.status_code, Problem(reason, details=details), dict(error.headers or {})
    )


def _answer_too_deep(request: AnyRequest, _: Exception) -> Response[Any]:
    return _answer(request, 400, Problem("the body is nested too deep"), {})


def _answer_surprise(request: AnyRequest, error: Exception) -> Response[Any]:
    _LOG.exception("unexpected error at %s", request.url.path, exc_info=error)
    problem = Problem(
        "an error inside; it was logged", next_step="try again, then tell the operator"
    )
    return _answer(request, 500, problem, {})


def _answer(
    request: AnyRequest, status: int, problem: Problem, headers: dict[str, str]
) -> Response[Any]:
    if _wants_page(request):
        said = "" if problem.reason in _PHRASES else problem.reason
        page = render_error(request, status, said, problem.next_step or "")
        page.headers.update(headers)
        return page
    if not request.url.path.startswith("/api/"):
        problem = told_problem(problem, language_of(request))  # a page's script shows it
        headers = {**headers, "vary": "Accept, Accept-Language, Cookie"}
    return Response(ProblemAnswer(problem), status_code=status, headers=headers)


def _wants_page(request: AnyRequest) -> bool:
    path = request.url.path
    return not path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def _factor_keys(engine: EmbeddedEngine) -> FactorKeys:
    with engine.read() as tables:
        has_secrets = tables.factors.any_totp()
    return FactorKeys.load(engine.data_dir / "keys", has_secrets=has_secrets)


def report_keys(engine: EmbeddedEngine) -> ReportKeys:
    with engine.read() as tables:
        has_reports = tables.cases.has_reports()
    return ReportKeys.load(engine.data_dir / "keys", has_reports=has_reports)
