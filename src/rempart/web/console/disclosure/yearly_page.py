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

from rempart.disclose.history.cut import Moment, size_of
from rempart.disclose.history.period import FIRST_YEAR, LAST_YEAR
from rempart.disclose.yearly.files import packed, texts
from rempart.disclose.yearly.period import last_day_asked, period_asked
from rempart.disclose.yearly.publish import PHASES, Drawn, files_of
from rempart.disclose.yearly.said import provider_of
from rempart.disclose.yearly.withdrawing import ALONE_DAYS, in_force
from rempart.errors import InputError, NotFoundError, RempartError
from rempart.store.interface import Tables
from rempart.store.interface.history import WithdrawalRow
from rempart.web.api.authority.declared import DECLARE
from rempart.web.api.request import AnyRequest, engine_of
from rempart.web.auth import must_be_known
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page, two_people
from rempart.web.console.reading import moment
from rempart.web.console.templates import language_of
from rempart.web.failures import status_of
from rempart.web.yearly_desk import Ask, Asked, Standing, Wanted, YearlyDesk

PATH = "/console/yearly"
WHOLE = "report.zip"
MOST_ROWS = 200
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class FileView(msgspec.Struct, frozen=True):
    name: str
    size: int


class SheetView(msgspec.Struct, frozen=True):
    """`rows`: the first ones, as in the file; `total` of them."""

    number: int
    name: str
    total: int
    header: list[str] = []
    rows: list[list[str]] = []


class WithdrawnView(msgspec.Struct, frozen=True):
    """`mine`: who looks withdrew it, and cannot be the second person."""

    at: datetime
    by: str
    reason: str
    until: datetime
    confirmed_by: str | None
    mine: bool


class VersionView(msgspec.Struct, frozen=True):
    """`withdrawn`: taken from public view now."""

    version: int
    period: str
    at: datetime
    by: str
    reason: str
    as_of: int
    template: str
    entry: int
    withdrawn: WithdrawnView | None = None


class DrawnView(msgspec.Struct, frozen=True):
    """`changed`: cells that differ from the version published before."""

    as_of: int
    seconds: float
    warnings: list[str]
    sheets: list[SheetView]
    files: list[FileView]
    changed: int
    version: int
    published: bool


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
        desk_of(request).draw(wanted, _ask(request, wanted))
    except RempartError as error:
        return await _page(request, wanted, 3, error)
    return Redirect(_address(wanted), status_code=303)


@post(f"{PATH}/publish", guards=DECLARE, status_code=200, include_in_schema=False)
async def publish(request: AnyRequest) -> Response[Any]:
    form = await request.form()
    wanted = _of_form(request, form)
    reason = str(form.get("reason", ""))[:4_000]
    who = must_be_known(request)
    try:
        desk_of(request).publish(wanted, _ask(request, wanted), reason, who.id, now_ms())
    except RempartError as error:
        return await _page(request, wanted, 3, error)
    return Redirect(_address(wanted), status_code=303)


@get(f"{PATH}/draft/{{name:str}}", guards=DECLARE, include_in_schema=False)
async def draft_file(
    request: AnyRequest,
    name: FromPath[str],
    year: FromQuery[int | None] = None,
    half: FromQuery[int | None] = None,
    language: FromQuery[str] = "",
    as_of: FromQuery[str] = Moment.CLOSING.value,
) -> Response[bytes]:
    """A file of what was drawn up last. NotFoundError when that was another report."""
    drawn = _drawn(request, _wanted(request, year, half, language, as_of))
    if drawn is None:
        raise NotFoundError("this report is not drawn up", where=name)
    return _file(drawn.files, name)


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
    period = f"{first}/{last}"
    with engine_of(request).read() as tables:
        rows = [row for row in tables.history.yearly(period) if row.version == version]
        if not rows:
            raise NotFoundError("there is no such version", where=f"{period} {version}")
        return _file(dict(files_of(tables, rows[0])), name)


route_handlers: list[Any] = [show, draw, publish, draft_file, published_file]


async def refused(request: AnyRequest, error: RempartError) -> Response[Any]:
    """The page again, with what was wrong."""
    return await _page(request, _wanted(request, None, None, "", Moment.CLOSING.value), 3, error)


def desk_of(request: AnyRequest) -> YearlyDesk:
    desk: YearlyDesk = request.app.state.yearly
    return desk


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
            **two_people(request, tables),
        },
        status_code=200 if error is None else status_of(error),
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
        None if drawn is None or standing is None else _drawn_view(drawn, standing),
        None if drawn is None else _sheet(drawn, sheet),
        _versions(tables, now, who),
        ALONE_DAYS,
        failed,
    )


def _versions(tables: Tables, now: int, who: str) -> list[VersionView]:
    hidden = in_force(tables.history.withdrawals(), now)
    return [
        VersionView(
            row.version, row.period, moment(row.at_ms), row.by, row.reason, row.as_of,
            row.template, row.seq, _withdrawn(hidden.get((row.period, row.version)), who),
        )
        for row in tables.history.yearly()
    ]  # fmt: skip


def _withdrawn(row: WithdrawalRow | None, who: str) -> WithdrawnView | None:
    if row is None:
        return None
    at, until = moment(row.at_ms), moment(row.until_ms)
    return WithdrawnView(at, row.by, row.reason, until, row.confirmed_by, row.by == who)


def _drawn_view(drawn: Drawn, standing: Standing) -> DrawnView:
    report = drawn.report
    return DrawnView(
        report.as_of,
        round(standing.seconds, 1),
        report.warnings,
        [SheetView(one.of.n, one.of.name, len(one.rows)) for one in report.sheets],
        [FileView(name, len(data)) for name, data in drawn.files.items()],
        len(drawn.changes),
        drawn.version,
        standing.result is not None and standing.result.published is not None,
    )


def _sheet(drawn: Drawn, number: int) -> SheetView | None:
    found = next((one for one in drawn.report.sheets if one.of.n == number), None)
    if found is None:
        return None
    rows = texts(found._replace(rows=found.rows[:MOST_ROWS]))
    return SheetView(found.of.n, found.of.name, len(found.rows), found.of.header, rows)


def _drawn(request: AnyRequest, wanted: Wanted) -> Drawn | None:
    standing = desk_of(request).standing()
    if standing is None or standing.wanted != wanted or standing.result is None:
        return None
    return standing.result.drawn


def _ask(request: AnyRequest, wanted: Wanted) -> Ask:
    name: str = request.app.state.community

    def ask(tables: Tables) -> Asked:
        size = size_of(tables, wanted.as_of, last_day_asked(wanted.year, wanted.half))
        period = period_asked(tables, wanted.year, wanted.half, as_of=size)
        provider = provider_of(tables, name, wanted.language, period, as_of=size)
        return Asked(period, provider, size)

    return ask


def _wanted(
    request: AnyRequest, year: int | None, half: int | None, language: str, as_of: str
) -> Wanted:
    """What the address asks for; without a year the last one that is over."""
    if year is None:
        year = date.fromtimestamp(now_ms() / 1000).year - 1  # noqa: DTZ012
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InputError(f"a year lies between {FIRST_YEAR} and {LAST_YEAR}", where="year")
    if half not in (None, 1, 2):
        raise InputError("a half-year is 1 or 2", where="half")
    chosen = language if language in ("en", "fr") else language_of(request)
    if as_of not in list(Moment):
        raise InputError("a report is read as of its closing, or now", where="as_of")
    return Wanted(year, half, chosen, Moment(as_of))


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


def _file(files: dict[str, bytes], name: str) -> Response[bytes]:
    data = packed(files) if name == WHOLE else files.get(name)
    if data is None:
        raise NotFoundError("there is no such file", where=name)
    return Response(
        data,
        media_type=_TYPES.get(name.rpartition(".")[2], "application/octet-stream"),
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "cache-control": "no-store",
        },
    )
