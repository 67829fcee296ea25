"""The published terms, for everybody: each version as a page and as JSON (DSA art. 14(1)).

A version never changes, so that its JSON may be kept for ever; the newest one may be kept for a
minute. Nothing here is about a person.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from rempart.cases.terms import Change, Terms, change, terms_of
from rempart.errors import NotFoundError
from rempart.store.interface import Tables
from rempart.store.interface.terms import TermsRow
from rempart.web.api.request import AnyRequest, engine_of, moment
from rempart.web.console.page import JSON
from rempart.web.console.templates import render

TERMS = "/terms"
MINUTE = "public, max-age=60"
FOR_EVER = "public, max-age=31536000, immutable"


class TermsLine(msgspec.Struct, frozen=True):
    """`until` null: in force. `digest`: SHA-256 of the canonical JSON of `terms`."""

    version: int
    from_at: datetime
    until: datetime | None
    significant: bool
    summary: dict[str, str]
    digest: str
    entry: int


class TermsPage(msgspec.Struct, frozen=True):
    """`terms` and `line` null: nothing is published yet. `change`: against the version before."""

    community: str
    line: TermsLine | None
    terms: Terms | None
    change: Change | None
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
    lines = _lines(rows)
    place = len(rows) if version is None else version
    if not rows and version is None:
        return TermsPage(community, None, None, None, [])
    if not 1 <= place <= len(rows):
        raise NotFoundError("there is no such version", where=str(version))
    row, before = rows[place - 1], rows[place - 2] if place > 1 else None
    terms = terms_of(row)
    changed = change(terms_of(before), terms) if before is not None else None
    return TermsPage(community, lines[place - 1], terms, changed, list(reversed(lines)))


def term_lines(tables: Tables) -> list[TermsLine]:
    """All published versions, the newest first."""
    return list(reversed(_lines(tables.terms.versions())))


def _lines(rows: list[TermsRow]) -> list[TermsLine]:
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


def _answer(request: AnyRequest, version: int | None, *, as_json: bool) -> Response[Any]:
    community = str(request.app.state.community or "")
    with engine_of(request).read() as tables:
        found = terms_page(tables, community, version)
    if as_json:
        return Response(found, headers={"Cache-Control": MINUTE})
    return render(request, "terms.html", t=found)
