"""The page *Court dossier*: one click draws it; files to take away, what it cannot show."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.cases.harms import harms
from rempart.disclose.court import Perimeter
from rempart.disclose.court.draw import PHASES
from rempart.disclose.court.make import Wanted
from rempart.disclose.court.words import Words
from rempart.disclose.history.cut import Moment, cut_of
from rempart.errors import InputError, RempartError
from rempart.model.moments import at_time
from rempart.store.interface import Tables
from rempart.web.api.authority.declared import DECLARE
from rempart.web.api.disclosure.court import (
    LONGEST_KEYS,
    DossierView,
    GivenView,
    desk_of,
    dossier_view,
    draw_dossier,
    drawn_file,
    given_views,
)
from rempart.web.api.request import AnyRequest
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page
from rempart.web.console.reading import moment
from rempart.web.console.templates import language_of
from rempart.web.court_desk import Standing

PATH = "/console/court"


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
        draw_dossier(request, _wanted(request, form))
    except RempartError as error:
        return await _page(request, error)
    return Redirect(PATH, status_code=303)


@get(f"{PATH}/files/{{name:str}}", guards=DECLARE, include_in_schema=False, sync_to_thread=True)
def file(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """A file of what was drawn last; nothing of it lies on the disk."""
    return drawn_file(request, name)


route_handlers: list[Any] = [show, draw, file]


async def _page(request: AnyRequest, error: RempartError | None = None) -> Response[Any]:
    standing = desk_of(request).standing()
    now = now_ms()
    language = language_of(request)

    def view(tables: Tables) -> CourtScreen:
        return _screen(standing, given_views(tables, standing), now, language, error)

    answer = await page(
        request,
        "court.html",
        view,
        lambda *_: {"busy": standing is not None and standing.phase is not None},
        error=error,
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
    today = at_time(now).date()
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
        None if standing is None else dossier_view(standing),
        given,
        wanted.perimeter.jurisdiction if wanted is not None else "",
        error.diagnostics() if error is not None else failed,
    )


def _wanted(request: AnyRequest, form: Any) -> Wanted:
    language = str(form.get("language", "")) or language_of(request)
    age = str(form.get("age", ""))[:LONGEST_KEYS].split()
    offences = tuple(str(one) for one in form.getall("offence", []))
    country = str(form.get("jurisdiction", ""))[:2].strip().upper()
    return Wanted(
        _day(form, "first"),
        _day(form, "last"),
        Words(language).language,
        Perimeter(offences, country),
        cut_of(str(form.get("as_of", "")) or Moment.CLOSING.value),
        tuple(age),
    )


def _day(form: Any, name: str) -> date:
    try:
        return date.fromisoformat(str(form.get(name, "")))
    except ValueError:
        raise InputError("a day is written YYYY-MM-DD", where=name) from None
