"""The page *Terms*: what would be published now, what changed, and the button that publishes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect

from rempart.cases.terms import (
    Change,
    RuleTerm,
    Terms,
    change,
    drafted,
    publish,
    terms_of,
    unpublished,
)
from rempart.engine.embedded import EmbeddedEngine
from rempart.errors import InputError, RempartError
from rempart.store.interface import Tables
from rempart.web.api.authority.declared import DECLARE
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.auth import must_be_known
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page
from rempart.web.console.reading import moment
from rempart.web.failures import status_of
from rempart.web.public.terms import TermsLine, term_lines

PATH = "/console/terms"
LANGUAGES = ("fr", "en")
_PARTS = ("own", "minors", "summary")


class TermsScreen(msgspec.Struct, frozen=True):
    """`lacking`: rules that acted and stand in no published version. `change`: what publishing now
    would change."""

    now: datetime
    versions: list[TermsLine]
    lacking: list[str]
    change: Change
    rules: int
    typed: dict[str, str]
    failed: str = ""
    wrong: str = ""


@get([PATH, f"{PATH}.json"], guards=DECLARE, include_in_schema=False)
async def terms(request: AnyRequest) -> Response[Any]:
    return await _terms(request)


@post(PATH, guards=DECLARE, status_code=200, include_in_schema=False)
async def publish_terms(request: AnyRequest) -> Response[Any]:
    who, now, form = must_be_known(request), now_ms(), await request.form()
    typed = {
        f"{part}_{language}": str(form.get(f"{part}_{language}", ""))[:20_000]
        for part in _PARTS
        for language in LANGUAGES
    }
    words = {
        part: {language: typed[f"{part}_{language}"] for language in LANGUAGES} for part in _PARTS
    }
    engine, significant = engine_of(request), bool(form.get("significant"))

    def change_terms(tables: Tables) -> None:
        draft = terms_now(engine, tables, words["own"], words["minors"])
        publish(tables, draft, words["summary"], who.id, now, significant=significant)

    try:
        await write(request, change_terms)
    except RempartError as error:
        return await _terms(request, error, typed)
    request.app.state.terms_news.forget()
    return Redirect(PATH, status_code=303)


route_handlers: list[Any] = [terms, publish_terms]


def terms_now(
    engine: EmbeddedEngine, tables: Tables, own: dict[str, str], minors: dict[str, str]
) -> Terms:
    """What would be published now, from the rules and detectors in force."""
    program = engine.pipeline.rules.program
    rules = [
        RuleTerm(rule.name, dict(rule.description), automated=True)
        for rule in (program.rules if program is not None else ())
        if rule.state != "off"
    ]
    detectors = {
        name: str(version) for name, version in engine.pipeline.versions.items() if name != "rules"
    }
    before = tables.terms.latest()
    used = set(tables.terms.used_rules())
    retired = [
        rule for rule in (terms_of(before).rules if before is not None else []) if rule.id in used
    ]
    return drafted(rules, detectors, own, minors, retired)


async def _terms(
    request: AnyRequest, error: RempartError | None = None, typed: dict[str, str] | None = None
) -> Response[Any]:
    now, engine = now_ms(), engine_of(request)

    def view(tables: Tables) -> TermsScreen:
        before = tables.terms.latest()
        last = terms_of(before) if before is not None else None
        own, minors = (last.own, last.minors) if last is not None else ({}, {})
        draft = terms_now(engine, tables, own, minors)
        start = {f"own_{key}": text for key, text in own.items()}
        start |= {f"minors_{key}": text for key, text in minors.items()}
        return TermsScreen(
            moment(now),
            term_lines(tables),
            unpublished(tables),
            change(last, draft),
            len(draft.rules),
            start if typed is None else typed,
            error.diagnostics() if error is not None else "",
            (error.where or "") if isinstance(error, InputError) else "",
        )

    status = 200 if error is None else status_of(error)
    return await page(
        request, "console_terms.html", view, lambda *_: {"languages": LANGUAGES}, status_code=status
    )
