"""The page *Terms*: what would be published now, what changed, and the button that publishes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect

from rempart.cases.terms import LONGEST_WORDS, Change, policy_titles
from rempart.errors import RempartError
from rempart.store.interface import Tables
from rempart.web.api.authority.declared import DECLARE
from rempart.web.api.disclosure.terms import (
    LANGUAGES,
    InWords,
    TermsLine,
    TermsWish,
    publish_terms,
    terms_standing,
)
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page, why_not, wrong_field
from rempart.web.console.reading import moment

PATH = "/console/terms"
_PARTS = ("summary", "own", "minors")


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
async def publish(request: AnyRequest) -> Response[Any]:
    form = await request.form()
    typed = {
        f"{part}_{language}": str(form.get(f"{part}_{language}", ""))[:LONGEST_WORDS]
        for part in _PARTS
        for language in LANGUAGES
    }
    summary, own, minors = (InWords(typed[f"{part}_fr"], typed[f"{part}_en"]) for part in _PARTS)
    wish = TermsWish(summary, own, minors, significant=bool(form.get("significant")))
    try:
        await publish_terms(request, wish)
    except RempartError as error:
        return await _terms(request, error, typed)
    return Redirect(PATH, status_code=303)


route_handlers: list[Any] = [terms, publish]


async def _terms(
    request: AnyRequest, error: RempartError | None = None, typed: dict[str, str] | None = None
) -> Response[Any]:
    now, engine = now_ms(), engine_of(request)

    def view(tables: Tables) -> TermsScreen:
        found = terms_standing(engine, tables)
        start = {f"own_{key}": text for key, text in found.own.items()}
        start |= {f"minors_{key}": text for key, text in found.minors.items()}
        return TermsScreen(
            moment(now),
            found.versions,
            found.lacking,
            found.change,
            found.rules,
            start if typed is None else typed,
            why_not(error),
            wrong_field(error),
        )

    return await page(
        request,
        "console_terms.html",
        view,
        lambda *_: {"languages": LANGUAGES, "policies": policy_titles()},
        error=error,
    )
