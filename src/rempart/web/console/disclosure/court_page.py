"""The page *Court dossier*: one click draws it; files to take away, what it cannot show."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.cases.harms import harms
from rempart.disclose.court import Perimeter, Table
from rempart.disclose.court.draw import PHASES
from rempart.disclose.court.files import MANIFEST, said
from rempart.disclose.court.make import Wanted
from rempart.disclose.court.words import Words
from rempart.disclose.given_out import COURT
from rempart.disclose.history.cut import Cut, Moment, cut_of
from rempart.disclose.yearly.files import packed
from rempart.errors import InputError, NotFoundError, RempartError
from rempart.store.interface import Tables
from rempart.web.api.authority.declared import DECLARE
from rempart.web.api.request import AnyRequest
from rempart.web.auth import must_be_known
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page
from rempart.web.console.reading import moment
from rempart.web.console.templates import language_of
from rempart.web.court_desk import CourtDesk, Standing
from rempart.web.failures import status_of

PATH = "/console/court"
WHOLE = "court-dossier.zip"
LONGEST = 4_000
MOST_GIVEN = 200
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "zip": "application/zip",
    "pdf": "application/pdf",
    "json": "application/json",
}


class FileView(msgspec.Struct, frozen=True):
    name: str
    size: int


class TableView(msgspec.Struct, frozen=True):
    """`rows`: how many; `empty`: without any, why, as the file says."""

    key: str
    title: str
    rows: int
    empty: str


class DossierView(msgspec.Struct, frozen=True):
    """`gaps`: what the log cannot show. `entry`: of the log, about this dossier."""

    period: str
    as_of: int
    root: str
    seconds: float
    tables: list[TableView]
    files: list[FileView]
    gaps: list[str]
    warnings: list[str]
    entry: int | None


class GivenView(msgspec.Struct, frozen=True):
    """A dossier that was made, here or by a command. `by`: a person, or `os:` and a user of the
    machine. `digest`: of its manifest, which holds the hash of every table. `kept`: its files can
    be taken away here, until the next one is drawn; else it is drawn again as of the same size."""

    entry: int
    at: datetime
    by: str
    first: str
    last: str
    language: str
    offences: list[str]
    jurisdiction: str
    as_of: int
    files: int
    digest: str
    kept: bool


class CourtScreen(msgspec.Struct, frozen=True):
    """`phase` of `phases` is at work; None: nothing is. `as_of`: `closing`, `now` or a size of the
    log (ADR 47). `given`: the dossiers that were made, the newest first."""

    now: datetime
    first: date
    last: date
    language: str
    as_of: str
    offences: list[str]
    chosen: list[str]
    phases: list[str]
    phase: int | None
    seconds: float
    made: DossierView | None
    given: list[GivenView]
    country: str = ""
    failed: str = ""


@get([PATH, f"{PATH}.json"], guards=DECLARE, include_in_schema=False)
async def show(request: AnyRequest) -> Response[Any]:
    return await _page(request)


@post(f"{PATH}/draw", guards=DECLARE, status_code=200, include_in_schema=False)
async def draw(request: AnyRequest) -> Response[Any]:
    form = await request.form()
    try:
        wanted = _wanted(request, form)
        desk_of(request).draw(wanted, must_be_known(request).id, now_ms())
    except RempartError as error:
        return await _page(request, error)
    return Redirect(PATH, status_code=303)


@get(f"{PATH}/files/{{name:str}}", guards=DECLARE, include_in_schema=False, sync_to_thread=True)
def file(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """A file of what was drawn last; nothing of it lies on the disk."""
    standing = desk_of(request).standing()
    drawn = standing.result if standing is not None else None
    made = drawn.made if drawn is not None else None
    if made is None:
        raise NotFoundError("no dossier is drawn", where=name)
    data = packed(made.files) if name == WHOLE else made.files.get(name)
    if data is None:
        raise NotFoundError("the dossier has no such file", where=name)
    kind = _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(data, media_type=kind, headers=headers)


route_handlers: list[Any] = [show, draw, file]


def desk_of(request: AnyRequest) -> CourtDesk:
    desk: CourtDesk = request.app.state.court
    return desk


async def _page(request: AnyRequest, error: RempartError | None = None) -> Response[Any]:
    standing = desk_of(request).standing()
    now = now_ms()
    language = language_of(request)

    def view(tables: Tables) -> CourtScreen:
        return _screen(standing, _given(tables, standing), now, language, error)

    answer = await page(
        request,
        "court.html",
        view,
        lambda *_: {"busy": standing is not None and standing.phase is not None},
        status_code=200 if error is None else status_of(error),
    )
    if standing is not None and standing.phase is not None:
        answer.headers["refresh"] = "2"
    return answer


def _screen(
    standing: Standing | None,
    given: list[GivenView],
    now: int,
    language: str,
    error: RempartError | None,
) -> CourtScreen:
    today = datetime.fromtimestamp(now / 1000, UTC).date()
    wanted = standing.wanted if standing is not None else None
    failed = "" if standing is None else standing.error
    return CourtScreen(
        moment(now),
        wanted.first if wanted is not None else today - timedelta(days=365),
        wanted.last if wanted is not None else today,
        wanted.language if wanted is not None else language,
        str(wanted.as_of) if wanted is not None else Moment.CLOSING.value,
        list(harms()),
        list(wanted.perimeter.offences) if wanted is not None else [],
        list(PHASES),
        None if standing is None else standing.phase,
        0.0 if standing is None else round(standing.seconds, 1),
        None if standing is None else _view(standing),
        given,
        wanted.perimeter.jurisdiction if wanted is not None else "",
        error.diagnostics() if error is not None else failed,
    )


def _view(standing: Standing) -> DossierView | None:
    if standing.result is None:
        return None
    made, entry = standing.result
    words, read = Words(standing.wanted.language), made.dossier.read
    return DossierView(
        read.period.cell,
        read.as_of,
        read.root,
        round(standing.seconds, 1),
        [
            TableView(one.key, words.key("table", one.key), len(one.rows), _why(one, words))
            for one in made.dossier.tables
        ],
        [FileView(name, len(data)) for name, data in made.files.items()],
        [said(words, one) for one in made.dossier.gaps],
        made.warnings,
        entry,
    )


class _Told(msgspec.Struct, frozen=True):
    asked: dict[str, Any]
    files: dict[str, str]


def _given(tables: Tables, standing: Standing | None) -> list[GivenView]:
    drawn = standing.result if standing is not None else None
    found = []
    for row in tables.given_out.newest(COURT, MOST_GIVEN):
        asked, files = msgspec.structs.astuple(msgspec.json.decode(row.told, type=_Told))
        found.append(
            GivenView(
                row.seq,
                moment(row.at_ms),
                row.by,
                str(asked.get("from", "")),
                str(asked.get("until", "")),
                str(asked.get("language", "")),
                list(asked.get("offences", ())),
                str(asked.get("jurisdiction", "")),
                row.as_of,
                len(files),
                files.get(MANIFEST, ""),
                drawn is not None and drawn.entry == row.seq,
            )
        )
    return found


def _why(table: Table, words: Words) -> str:
    return "" if table.rows else words(table.empty.value)


def _wanted(request: AnyRequest, form: Any) -> Wanted:
    language = str(form.get("language", "")) or language_of(request)
    age = str(form.get("age", ""))[:LONGEST].split()
    offences = tuple(str(one) for one in form.getall("offence", []))
    country = str(form.get("jurisdiction", ""))[:2].strip().upper()
    return Wanted(
        _day(form, "first"),
        _day(form, "last"),
        Words(language).language,
        Perimeter(offences, country),
        _cut(form),
        tuple(age),
    )


def _cut(form: Any) -> Cut:
    return cut_of(str(form.get("as_of", "")) or Moment.CLOSING.value)


def _day(form: Any, name: str) -> date:
    try:
        return date.fromisoformat(str(form.get(name, "")))
    except ValueError:
        raise InputError("a day is written YYYY-MM-DD", where=name) from None
