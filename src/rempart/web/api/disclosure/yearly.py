"""Yearly reports over HTTP: drawn beside the service, looked at, published.

For people with the right `declare` over everything, and no token: a report is published under the
name of a person. What is drawn is a draft until it is published; the versions are in
`yearly_versions`. The page *Yearly report* does the same by the functions of this module.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from rempart.disclose.history.cut import Moment, size_of
from rempart.disclose.history.period import FIRST_YEAR, LAST_YEAR
from rempart.disclose.yearly.period import last_day_asked, period_asked
from rempart.disclose.yearly.publish import PHASES, Drawn
from rempart.disclose.yearly.said import provider_of
from rempart.errors import InputError, NotFoundError
from rempart.store.interface import Tables
from rempart.web.api.authority.declared import DECLARE
from rempart.web.api.files import FileView, file_answer, file_views
from rempart.web.api.request import AnyRequest
from rempart.web.auth import must_be_known
from rempart.web.auth.gate import now_ms
from rempart.web.yearly_desk import Ask, Asked, Standing, Wanted, YearlyDesk

PATH = "/yearly-reports"
WHOLE = "report.zip"
LANGUAGES = ("en", "fr")
LONGEST_REASON = 4_000


class YearlyWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which report. `half` null: the whole year; `language` of its texts: en or fr; `as_of`:
    `closing` (two months after the last day) or `now`."""

    year: int
    half: int | None = None
    language: str = "en"
    as_of: str = Moment.CLOSING.value


class YearlyPublication(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As `YearlyWish`. `reason`: why there is a new version, from the second one on."""

    year: int
    half: int | None = None
    language: str = "en"
    as_of: str = Moment.CLOSING.value
    reason: Annotated[str, msgspec.Meta(max_length=LONGEST_REASON)] = ""


class SheetView(msgspec.Struct, frozen=True):
    """`rows`: the first ones, as in the file; `total` of them."""

    number: int
    name: str
    total: int
    header: list[str] = []
    rows: list[list[str]] = []


class DrawnView(msgspec.Struct, frozen=True):
    """`changed`: cells that differ from the version published before; `version`: the number it
    has, or would have."""

    as_of: int
    seconds: float
    warnings: list[str]
    sheets: list[SheetView]
    files: list[FileView]
    changed: int
    version: int
    published: bool


class YearlyDraft(msgspec.Struct, frozen=True):
    """What was asked for last. `phase` of `phases` is at work; null: it is done (`drawn`), or it
    failed (`failed`)."""

    year: int
    half: int | None
    language: str
    as_of: str
    phases: list[str]
    phase: int | None
    seconds: float
    drawn: DrawnView | None
    failed: str


@post(f"{PATH}/draft", guards=DECLARE, status_code=202, tags=["disclosure"])
async def draw(request: AnyRequest, data: JSONBody[YearlyWish]) -> YearlyDraft:
    """Begins to draw up a report, as a draft; ask for it until `phase` is null. One at a time."""
    draw_report(request, wanted_of(data.year, data.half, data.language, data.as_of))
    return _draft(request)


@get(f"{PATH}/draft", guards=DECLARE, tags=["disclosure"])
async def draft(request: AnyRequest) -> YearlyDraft:
    """What was drawn up last, by whoever asked for it, here or in the console."""
    return _draft(request)


@get(f"{PATH}/draft/files/{{name:str}}", guards=DECLARE, sync_to_thread=True, tags=["disclosure"])
def file_of_draft(
    request: AnyRequest,
    name: FromPath[str],
    year: FromQuery[int],
    half: FromQuery[int | None] = None,
    language: FromQuery[str] = "en",
    as_of: FromQuery[str] = Moment.CLOSING.value,
) -> Response[bytes]:
    """A file of what was drawn up last; `report.zip` is all of them. 404 when that was another
    report than the one named."""
    return draft_file(request, wanted_of(year, half, language, as_of), name)


@post(PATH, guards=DECLARE, status_code=202, tags=["disclosure"])
async def publish(request: AnyRequest, data: JSONBody[YearlyPublication]) -> YearlyDraft:
    """Begins to draw up a version that is published at the end: never changed, kept, and noted in
    the log with its hash. Ask for the draft until `phase` is null."""
    wanted = wanted_of(data.year, data.half, data.language, data.as_of)
    publish_report(request, wanted, data.reason)
    return _draft(request)


route_handlers = [draw, draft, file_of_draft, publish]


def desk_of(request: AnyRequest) -> YearlyDesk:
    desk: YearlyDesk = request.app.state.yearly
    return desk


def wanted_of(year: int, half: int | None, language: str, as_of: str) -> Wanted:
    """InputError names what there is no report of."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InputError(f"a year lies between {FIRST_YEAR} and {LAST_YEAR}", where="year")
    if half not in (None, 1, 2):
        raise InputError("a half-year is 1 or 2", where="half")
    if language not in LANGUAGES:
        raise InputError("a report is in en or fr", where="language")
    if as_of not in list(Moment):
        raise InputError("a report is read as of its closing, or now", where="as_of")
    return Wanted(year, half, language, Moment(as_of))


def draw_report(request: AnyRequest, wanted: Wanted) -> None:
    """ConflictError while another is drawn."""
    desk_of(request).draw(wanted, _ask(request, wanted))


def publish_report(request: AnyRequest, wanted: Wanted, reason: str) -> None:
    """ConflictError while another is drawn. What else is wrong is said by the draft."""
    who = must_be_known(request)
    desk_of(request).publish(wanted, _ask(request, wanted), reason, who.id, now_ms())


def draft_file(request: AnyRequest, wanted: Wanted, name: str) -> Response[bytes]:
    """NotFoundError when what was drawn up last is another report."""
    standing = desk_of(request).standing()
    if standing is None or standing.wanted != wanted or standing.result is None:
        raise NotFoundError("this report is not drawn up", where=name)
    return file_answer(standing.result.drawn.files, name, WHOLE)


def drawn_view(standing: Standing) -> DrawnView | None:
    if standing.result is None:
        return None
    drawn: Drawn = standing.result.drawn
    report = drawn.report
    return DrawnView(
        report.as_of,
        round(standing.seconds, 1),
        report.warnings,
        [SheetView(one.of.n, one.of.name, len(one.rows)) for one in report.sheets],
        file_views(drawn.files),
        len(drawn.changes),
        drawn.version,
        standing.result.published is not None,
    )


def _draft(request: AnyRequest) -> YearlyDraft:
    standing = desk_of(request).standing()
    if standing is None:
        raise NotFoundError("no report is drawn up", next_step=f"POST {PATH}/draft draws one up")
    wanted = standing.wanted
    return YearlyDraft(
        wanted.year,
        wanted.half,
        wanted.language,
        wanted.as_of.value,
        list(PHASES),
        standing.phase,
        round(standing.seconds, 1),
        drawn_view(standing),
        standing.error,
    )


def _ask(request: AnyRequest, wanted: Wanted) -> Ask:
    name: str = request.app.state.community

    def ask(tables: Tables) -> Asked:
        size = size_of(tables, wanted.as_of, last_day_asked(wanted.year, wanted.half))
        period = period_asked(tables, wanted.year, wanted.half, as_of=size)
        provider = provider_of(tables, name, wanted.language, period, as_of=size)
        return Asked(period, provider, size)

    return ask
