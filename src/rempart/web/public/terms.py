"""The published terms, for everybody: each version as a page and as JSON (DSA art. 14(1)).

A version never changes, so that its JSON may be kept for ever; the newest one may be kept for a
minute. Nothing here is about a person.
"""

from __future__ import annotations

import time
from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from rempart.cases.terms import Change, Terms, change, terms_of
from rempart.cases.terms_change import Part, parts, reworded
from rempart.engine.embedded import EmbeddedEngine
from rempart.errors import NotFoundError
from rempart.store.interface import Tables
from rempart.web.api.deciding.terms import TERMS, TermsInForce, in_force
from rempart.web.api.disclosure.terms import TermsLine, lines_of
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import JSON
from rempart.web.console.templates import render

NEWS_DAYS = 30
NEWS_KEPT_S = 60.0
MINUTE = "public, max-age=60"
FOR_EVER = "public, max-age=31536000, immutable"


class TermsNews:
    """The last significant change, for as long as it is told where people come (art. 14(2)). Read
    once in a while, since every page asks. Thread-safe: two readers read the same."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self._engine = engine
        self._until = 0.0
        self._kept: TermsInForce | None = None

    def current(self) -> TermsInForce | None:
        if time.monotonic() >= self._until:
            since = now_ms() - NEWS_DAYS * 86_400_000
            with self._engine.read() as tables:
                self._kept = in_force(tables.terms.announced_since(since))
            self._until = time.monotonic() + NEWS_KEPT_S
        return self._kept

    def forget(self) -> None:
        self._until = 0.0


class TermsPage(msgspec.Struct, frozen=True):
    """`terms` and `line` null: nothing is published yet. `change`: against the version before;
    `parts`: the same in words."""

    community: str
    line: TermsLine | None
    terms: Terms | None
    change: Change | None
    parts: list[Part]
    versions: list[TermsLine]


@get([TERMS, f"{TERMS}.json"], sync_to_thread=True, include_in_schema=False)
def newest(request: AnyRequest) -> Response[Any]:
    return _answer(request, None, as_json=request.url.path.endswith(JSON))


@get(f"{TERMS}/{{version:str}}", sync_to_thread=True, include_in_schema=False)
def one_version(request: AnyRequest, version: FromPath[str]) -> Response[Any]:
    number = version.removesuffix(JSON)
    if not number.isdecimal() or len(number) > 9:
        raise NotFoundError("there is no such version", where=version)
    return _answer(request, int(number), as_json=version.endswith(JSON))


route_handlers: list[Any] = [newest, one_version]


def terms_page(tables: Tables, community: str, version: int | None = None) -> TermsPage:
    """NotFoundError when that version was never published."""
    rows = tables.terms.versions()
    lines = lines_of(rows)
    place = len(rows) if version is None else version
    if not rows and version is None:
        return TermsPage(community, None, None, None, [], [])
    if not 1 <= place <= len(rows):
        raise NotFoundError("there is no such version", where=str(version))
    row, before = rows[place - 1], rows[place - 2] if place > 1 else None
    terms = terms_of(row)
    old = terms_of(before) if before is not None else None
    changed = change(old, terms) if old is not None else None
    words = parts(old, terms) if old is not None else []
    return TermsPage(community, lines[place - 1], terms, changed, words, list(reversed(lines)))


def _answer(request: AnyRequest, version: int | None, *, as_json: bool) -> Response[Any]:
    community = str(request.app.state.community or "")
    with engine_of(request).read() as tables:
        found = terms_page(tables, community, version)
    if as_json:
        return Response(found, headers={"Cache-Control": MINUTE})
    return render(request, "terms.html", t=found, reworded=reworded)
