"""Court dossiers over HTTP: drawn beside the service, taken away, listed.

For people with the right `declare` over everything, and no token: an entry of the log tells who
drew one. The page *Court dossier* does the same by the functions of this module.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from rempart.disclose.court import Perimeter, Table
from rempart.disclose.court.draw import PHASES
from rempart.disclose.court.files import MANIFEST, said
from rempart.disclose.court.make import Wanted
from rempart.disclose.court.words import Words
from rempart.disclose.given_out import COURT
from rempart.disclose.history.cut import Moment, cut_of
from rempart.errors import NotFoundError
from rempart.store.interface import Tables
from rempart.web.api.authority.declared import DECLARE
from rempart.web.api.files import FileView, file_answer, file_views
from rempart.web.api.request import AnyRequest, engine_of, moment
from rempart.web.auth import must_be_known
from rempart.web.auth.gate import now_ms
from rempart.web.court_desk import CourtDesk, Standing

PATH = "/court-dossiers"
WHOLE = "court-dossier.zip"
LONGEST_KEYS = 4_000
MOST_GIVEN = 200


class CourtWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which dossier. `first` and `last` are days, both included; `offences` empty: all of them;
    `jurisdiction`: a country's two letters, or empty; `as_of`: `closing`, `now` or a size of the
    log; `age`: public keys of the court, for the key of pseudonyms."""

    first: date
    last: date
    language: str = "en"
    offences: list[str] = []
    jurisdiction: Annotated[str, msgspec.Meta(max_length=2)] = ""
    as_of: str = Moment.CLOSING.value
    age: list[Annotated[str, msgspec.Meta(max_length=LONGEST_KEYS)]] = []


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


class CourtDrawing(msgspec.Struct, frozen=True):
    """What was asked for last. `phase` of `phases` is at work; null: it is done (`made`), or it
    failed (`failed`). The keys that it was asked with are not told again."""

    first: date
    last: date
    language: str
    offences: list[str]
    jurisdiction: str
    as_of: str
    phases: list[str]
    phase: int | None
    seconds: float
    made: DossierView | None
    failed: str


class GivenList(msgspec.Struct, frozen=True):
    """The newest first."""

    given: list[GivenView]


@post(f"{PATH}/draft", guards=DECLARE, status_code=202, tags=["disclosure"])
async def draw(request: AnyRequest, data: JSONBody[CourtWish]) -> CourtDrawing:
    """Begins to draw a dossier; ask for it until `phase` is null. One at a time. An entry of the
    log tells who drew it, with the hash of every file."""
    wanted = Wanted(
        data.first,
        data.last,
        Words(data.language).language,
        Perimeter(tuple(data.offences), data.jurisdiction.strip().upper()),
        cut_of(data.as_of),
        tuple(data.age),
    )
    draw_dossier(request, wanted)
    return _drawing(request)


@get(f"{PATH}/draft", guards=DECLARE, tags=["disclosure"])
async def drawing(request: AnyRequest) -> CourtDrawing:
    """What was drawn last, by whoever asked for it, here or in the console."""
    return _drawing(request)


@get(f"{PATH}/draft/files/{{name:str}}", guards=DECLARE, sync_to_thread=True, tags=["disclosure"])
def file_of_draft(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """A file of what was drawn last; `court-dossier.zip` is all of them. Nothing of it lies on the
    disk. With `age` keys one of them is the key of pseudonyms, encrypted to the court."""
    return drawn_file(request, name)


@get(PATH, guards=DECLARE, sync_to_thread=True, tags=["disclosure"])
def list_given(request: AnyRequest) -> GivenList:
    """The dossiers that were made, by whom, for which period, as of which size of the log."""
    standing = desk_of(request).standing()
    with engine_of(request).read() as tables:
        return GivenList(given_views(tables, standing))


route_handlers = [draw, drawing, file_of_draft, list_given]


def desk_of(request: AnyRequest) -> CourtDesk:
    desk: CourtDesk = request.app.state.court
    return desk


def draw_dossier(request: AnyRequest, wanted: Wanted) -> None:
    """ConflictError while another is drawn."""
    desk_of(request).draw(wanted, must_be_known(request).id, now_ms())


def drawn_file(request: AnyRequest, name: str) -> Response[bytes]:
    standing = desk_of(request).standing()
    if standing is None or standing.result is None:
        raise NotFoundError("no dossier is drawn", where=name)
    return file_answer(standing.result.made.files, name, WHOLE)


def dossier_view(standing: Standing) -> DossierView | None:
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
        file_views(made.files),
        [said(words, one) for one in made.dossier.gaps],
        made.warnings,
        entry,
    )


class _Told(msgspec.Struct, frozen=True):
    asked: dict[str, Any]
    files: dict[str, str]


def given_views(tables: Tables, standing: Standing | None) -> list[GivenView]:
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


def _drawing(request: AnyRequest) -> CourtDrawing:
    standing = desk_of(request).standing()
    if standing is None:
        raise NotFoundError("no dossier is drawn", next_step=f"POST {PATH}/draft draws one")
    wanted = standing.wanted
    return CourtDrawing(
        wanted.first,
        wanted.last,
        wanted.language,
        list(wanted.perimeter.offences),
        wanted.perimeter.jurisdiction,
        str(wanted.as_of),
        list(PHASES),
        standing.phase,
        round(standing.seconds, 1),
        dossier_view(standing),
        standing.error,
    )
