"""The page *Yearly report*: one click draws it up; sheets to look at, files, versions to publish.

What is drawn up is a draft until somebody publishes it. Published versions are kept byte for byte,
and each later one says why and what it changed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from rempart.disclose.history.cut import Moment
from rempart.disclose.yearly.files import texts
from rempart.disclose.yearly.period import period_asked
from rempart.disclose.yearly.publish import PHASES, Drawn
from rempart.disclose.yearly.withdrawing import ALONE_DAYS
from rempart.errors import InputError, RempartError
from rempart.store.interface import Tables
from rempart.web.api.authority.declared import DECLARE
from rempart.web.api.disclosure.yearly import (
    LANGUAGES,
    LONGEST_REASON,
    DrawnView,
    SheetView,
    desk_of,
    draft_file,
    draw_report,
    drawn_view,
    publish_report,
    wanted_of,
)
from rempart.web.api.disclosure.yearly_versions import VersionView, version_file, version_views
from rempart.web.api.request import AnyRequest
from rempart.web.auth import Right, must_be_known
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page, two_people
from rempart.web.console.reading import moment
from rempart.web.console.templates import language_of
from rempart.web.yearly_desk import Standing, Wanted

PATH = "/console/yearly"
MOST_ROWS = 200


class YearlyScreen(msgspec.Struct, frozen=True):
    """`phase` of `phases` is at work; None: nothing is. `over`: the period is, and may be
    published. `as_of`: `closing` or `now` (ADR 47)."""

    now: datetime
    year: int
    half: int | None
    language: str
    as_of: str
    period: str
    over: bool
    phases: list[str]
    phase: int | None
    seconds: float
    drawn: DrawnView | None
    sheet: SheetView | None
    versions: list[VersionView]
    alone_days: int
    failed: str = ""


@get([PATH, f"{PATH}.json"], guards=DECLARE, include_in_schema=False)
async def show(
    request: AnyRequest,
    year: FromQuery[int | None] = None,
    half: FromQuery[int | None] = None,
    language: FromQuery[str] = "",
    as_of: FromQuery[str] = Moment.CLOSING.value,
    sheet: FromQuery[int] = 3,
) -> Response[Any]:
    return await _page(request, _wanted(request, year, half, language, as_of), sheet)


@post(f"{PATH}/draw", guards=DECLARE, status_code=200, include_in_schema=False)
async def draw(request: AnyRequest) -> Response[Any]:
    form = await request.form()
    wanted = _of_form(request, form)
    try:
        draw_report(request, wanted)
    except RempartError as error:
        return await _page(request, wanted, 3, error)
    return Redirect(_address(wanted), status_code=303)


@post(f"{PATH}/publish", guards=DECLARE, status_code=200, include_in_schema=False)
async def publish(request: AnyRequest) -> Response[Any]:
    form = await request.form()
    wanted = _of_form(request, form)
    try:
        publish_report(request, wanted, str(form.get("reason", ""))[:LONGEST_REASON])
    except RempartError as error:
        return await _page(request, wanted, 3, error)
    return Redirect(_address(wanted), status_code=303)


@get(f"{PATH}/draft/{{name:str}}", guards=DECLARE, include_in_schema=False)
async def one_file(
    request: AnyRequest,
    name: FromPath[str],
    year: FromQuery[int | None] = None,
    half: FromQuery[int | None] = None,
    language: FromQuery[str] = "",
    as_of: FromQuery[str] = Moment.CLOSING.value,
) -> Response[bytes]:
    """A file of what was drawn up last. NotFoundError when that was another report."""
    return draft_file(request, _wanted(request, year, half, language, as_of), name)


@get(
    f"{PATH}/published/{{first:str}}/{{last:str}}/{{version:int}}/{{name:str}}",
    guards=DECLARE,
    include_in_schema=False,
    sync_to_thread=True,
)
def published_file(
    request: AnyRequest,
    first: FromPath[str],
    last: FromPath[str],
    version: FromPath[int],
    name: FromPath[str],
) -> Response[bytes]:
    """A file of a published version, as it was published."""
    return version_file(request, f"{first}/{last}", version, name)


route_handlers: list[Any] = [show, draw, publish, one_file, published_file]


async def refused(request: AnyRequest, error: RempartError) -> Response[Any]:
    """The page again, with what was wrong."""
    return await _page(request, _wanted(request, None, None, "", Moment.CLOSING.value), 3, error)


async def _page(
    request: AnyRequest, wanted: Wanted, sheet: int, error: RempartError | None = None
) -> Response[Any]:
    standing = desk_of(request).standing()
    mine = standing if standing is not None and standing.wanted == wanted else None
    now, who = now_ms(), must_be_known(request).id

    def view(tables: Tables) -> YearlyScreen:
        return _screen(tables, wanted, mine, sheet, now, who, error)

    busy = standing is not None and standing.phase is not None
    answer = await page(
        request,
        "yearly.html",
        view,
        lambda tables, _: {
            "busy": busy,
            "address": _address(wanted),
            **two_people(request, tables, Right.DECLARE),
        },
        error=error,
    )
    if mine is not None and mine.phase is not None:
        answer.headers["refresh"] = "2"
    return answer


def _screen(
    tables: Tables,
    wanted: Wanted,
    standing: Standing | None,
    sheet: int,
    now: int,
    who: str,
    error: RempartError | None,
) -> YearlyScreen:
    period = period_asked(tables, wanted.year, wanted.half)
    drawn = None if standing is None or standing.result is None else standing.result.drawn
    failed = "" if standing is None else standing.error
    if error is not None:
        failed = error.diagnostics()
    return YearlyScreen(
        moment(now),
        wanted.year,
        wanted.half,
        wanted.language,
        wanted.as_of.value,
        period.cell,
        now >= period.end_ms,
        list(PHASES),
        None if standing is None else standing.phase,
        0.0 if standing is None else round(standing.seconds, 1),
        None if standing is None else drawn_view(standing),
        None if drawn is None else _sheet(drawn, sheet),
        version_views(tables, now, who),
        ALONE_DAYS,
        failed,
    )


def _sheet(drawn: Drawn, number: int) -> SheetView | None:
    found = next((one for one in drawn.report.sheets if one.of.n == number), None)
    if found is None:
        return None
    rows = texts(found._replace(rows=found.rows[:MOST_ROWS]))
    return SheetView(found.of.n, found.of.name, len(found.rows), found.of.header, rows)


def _wanted(
    request: AnyRequest, year: int | None, half: int | None, language: str, as_of: str
) -> Wanted:
    """What the address asks for; without a year the last one that is over."""
    if year is None:
        year = date.fromtimestamp(now_ms() / 1000).year - 1  # noqa: DTZ012
    return wanted_of(year, half, language if language in LANGUAGES else language_of(request), as_of)


def _of_form(request: AnyRequest, form: Any) -> Wanted:
    year, half = str(form.get("year", "")), str(form.get("half", ""))
    if not year.isascii() or not year.isdigit() or half not in ("", "1", "2"):
        raise InputError("choose a year", where="year")
    return _wanted(
        request,
        int(year[:4]),
        int(half) if half else None,
        str(form.get("language", "")),
        str(form.get("as_of", "")) or Moment.CLOSING.value,
    )


def _address(wanted: Wanted) -> str:
    half = f"&half={wanted.half}" if wanted.half else ""
    cut = "" if wanted.as_of is Moment.CLOSING else f"&as_of={wanted.as_of}"
    return f"{PATH}?year={wanted.year}{half}&language={wanted.language}{cut}"
