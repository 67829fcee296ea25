"""The terms over HTTP: what would be published now, the versions, and publishing one.

For people with the right `declare` over everything, and no token. Everybody reads what is published
at `/terms` and `/terms.json`. The page *Terms* does the same by the functions of this module.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import JSONBody

from rempart.cases.terms import (
    LONGEST_WORDS,
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
from rempart.store.interface import Tables
from rempart.store.interface.terms import TermsRow
from rempart.web.api.authority.declared import DECLARE
from rempart.web.api.request import AnyRequest, engine_of, moment, write
from rempart.web.auth import must_be_known
from rempart.web.auth.gate import now_ms

LANGUAGES = ("fr", "en")
_Text = Annotated[str, msgspec.Meta(max_length=LONGEST_WORDS)]


class InWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same in French and in English."""

    fr: _Text = ""
    en: _Text = ""

    def by_language(self) -> dict[str, str]:
        return {"fr": self.fr, "en": self.en}


class TermsWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version to publish. `summary`: what is new; `own`: the community's words; `minors`: what
    minors read; `significant`: people are told (art. 14(2)). The rest is drawn from what is in
    force."""

    summary: InWords
    own: InWords = InWords()
    minors: InWords = InWords()
    significant: bool = False


class TermsLine(msgspec.Struct, frozen=True):
    """`until` null: in force. `digest`: SHA-256 of the canonical JSON of `terms`."""

    version: int
    from_at: datetime
    until: datetime | None
    significant: bool
    summary: dict[str, str]
    digest: str
    entry: int


class TermsStanding(msgspec.Struct, frozen=True):
    """`versions`: the newest first. `lacking`: rules that acted and stand in no published version.
    `change`: what publishing now would change; `own` and `minors`: the words in force."""

    versions: list[TermsLine]
    lacking: list[str]
    change: Change
    rules: int
    own: dict[str, str]
    minors: dict[str, str]


@get("/terms", guards=DECLARE, sync_to_thread=True, tags=["disclosure"])
def standing(request: AnyRequest) -> TermsStanding:
    """The versions, and what publishing now would change."""
    engine = engine_of(request)
    with engine.read() as tables:
        return terms_standing(engine, tables)


@post("/terms", guards=DECLARE, status_code=201, tags=["disclosure"])
async def publish_version(request: AnyRequest, data: JSONBody[TermsWish]) -> TermsLine:
    """Publishes a version, which never changes. 409: nothing is new, or a rule that acted would
    be missing; 400: what is new is not said, or minors could read none."""
    return await publish_terms(request, data)


route_handlers = [standing, publish_version]


async def publish_terms(request: AnyRequest, wish: TermsWish) -> TermsLine:
    who, now, engine = must_be_known(request), now_ms(), engine_of(request)

    def changed(tables: Tables) -> TermsLine:
        draft = terms_now(engine, tables, wish.own.by_language(), wish.minors.by_language())
        summary = wish.summary.by_language()
        publish(tables, draft, summary, who.id, now, significant=wish.significant)
        return term_lines(tables)[0]

    line = await write(request, changed)
    request.app.state.terms_news.forget()
    return line


def terms_standing(engine: EmbeddedEngine, tables: Tables) -> TermsStanding:
    before = tables.terms.latest()
    last = terms_of(before) if before is not None else None
    own, minors = (last.own, last.minors) if last is not None else ({}, {})
    draft = terms_now(engine, tables, own, minors)
    return TermsStanding(
        term_lines(tables),
        unpublished(tables),
        change(last, draft),
        len(draft.rules),
        own,
        minors,
    )


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


def term_lines(tables: Tables) -> list[TermsLine]:
    """All published versions, the newest first."""
    return list(reversed(lines_of(tables.terms.versions())))


def lines_of(rows: list[TermsRow]) -> list[TermsLine]:
    """`rows`: all of them, the oldest first."""
    ends = [moment(row.from_ms) for row in rows[1:]]
    return [
        TermsLine(
            row.version,
            moment(row.from_ms),
            until,
            row.significant,
            row.summary,
            row.digest,
            row.seq,
        )
        for row, until in zip(rows, [*ends, None], strict=False)
    ]
