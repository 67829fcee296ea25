"""Handlers of the public pages, of the reader's preferences and of the static files."""

from __future__ import annotations

import asyncio
from importlib.resources import files
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import CacheControlHeader
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from litestar.static_files import create_static_files_router

from rempart.cases.harms import harms
from rempart.cases.reports.status import ReportStatus
from rempart.errors import ConflictError, InputError, NotFoundError
from rempart.web.api.reports.reports import (
    add_to_report,
    read_status,
    take_back_report,
    take_report,
)
from rempart.web.api.request import AnyRequest, Fields, engine_of
from rempart.web.auth import NO_SESSION
from rempart.web.auth.pages import local_path
from rempart.web.console.reading import log_state
from rempart.web.console.templates import (
    IMAGES,
    IMAGES_COOKIE,
    LANGUAGE_COOKIE,
    STATIC,
    THEME_COOKIE,
    THEMES,
    language_of,
    render,
    static_path,
    translations,
)
from rempart.web.console.words import LANGUAGES
from rempart.web.public import appeals, checklist, photo, reports, terms, transparency
from rempart.web.public.form import EMPTY, WISHES, as_form, as_request, errors_of

VERIFIERS = ("verify.html", "verify.py")
YEAR = 365 * 24 * 3600


@get("/", sync_to_thread=True, include_in_schema=False)
def landing(request: AnyRequest) -> Response[str]:
    with engine_of(request).read() as tables:
        log = log_state(tables)
    return render(request, "landing.html", log=log)


@get("/report", sync_to_thread=False, include_in_schema=False)
def report_page(request: AnyRequest) -> Response[str]:
    return _report_form(request, EMPTY, {}, 200)


@post("/report", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def send_report(request: AnyRequest, data: Fields) -> Response[str]:
    """The answer is the receipt itself: no redirect, so that no address ever holds it."""
    form = as_form(data)
    errors = errors_of(form, language_of(request))
    if errors:
        return _report_form(request, form, errors, 422)
    report = as_request(form, language_of(request))
    try:
        receipt = await take_report(request, report, "form")
    except InputError as error:
        return _report_form(request, form, {error.where or "explanation": error.what}, 422)
    return render(
        request,
        "receipt.html",
        receipt=receipt.words,
        receipt_language=receipt.language,
        answered=receipt.answered,
    )


@get("/status", sync_to_thread=False, include_in_schema=False)
def status_page(request: AnyRequest) -> Response[str]:
    return render(request, "status.html", status=None, error=False)


@post(
    "/status",
    opt={NO_SESSION: True},
    status_code=200,
    sync_to_thread=True,
    include_in_schema=False,
)
def show_status(request: AnyRequest, data: Fields) -> Response[str]:
    try:
        found = read_status(request, data.get("receipt", ""))
    except (InputError, NotFoundError):
        return _no_such_receipt(request)
    return _status(request, data, found)


@post("/status/more", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def more(request: AnyRequest, data: Fields) -> Response[str]:
    """What a reporter adds. Refused words come back inside the form."""
    words = data.get("receipt", "")
    links = [line.strip() for line in data.get("links", "").splitlines() if line.strip()]
    gettext = translations(language_of(request)).gettext
    try:
        found = await add_to_report(request, words, data.get("text", ""), links)
    except NotFoundError:
        return _no_such_receipt(request)
    except (InputError, ConflictError) as error:
        return await _refused(request, data, error)
    return _status(request, {"receipt": words}, found, said=gettext("What you wrote has arrived."))


@post("/status/withdraw", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def take_back(request: AnyRequest, data: Fields) -> Response[str]:
    if not data.get("sure"):
        return await _refused(request, data, InputError("please confirm it", where="sure"))
    try:
        found = await take_back_report(request, data.get("receipt", ""))
    except NotFoundError:
        return _no_such_receipt(request)
    except (InputError, ConflictError) as error:
        return await _refused(request, data, error)
    return _status(request, data, found)


@get("/verify", sync_to_thread=False, include_in_schema=False)
def verify_page(request: AnyRequest) -> Response[str]:
    return render(request, "verify.html")


@get("/verify/{name:str}", sync_to_thread=True, include_in_schema=False)
def verifier(name: FromPath[str]) -> Response[bytes]:
    """A copy of the verifiers from elsewhere than the dossier. As a download only: the page
    is meant to be opened from the reader's own disk, without a network."""
    if name not in VERIFIERS:
        raise NotFoundError("there is no such verifier", where=name)
    body = (files("rempart.disclose.dossier") / name).read_bytes()
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type="application/octet-stream", headers=headers)


@get("/preferences", sync_to_thread=False, include_in_schema=False)
def preferences(
    request: AnyRequest,
    language: FromQuery[str] = "",
    theme: FromQuery[str] = "",
    images: FromQuery[str] = "",
    back: FromQuery[str] = "/",
) -> Response[Any]:
    """Language, theme, colours of pictures: cookies that say nothing else about the reader."""
    answer: Response[Any] = Redirect(local_path(back), status_code=303)
    secure = request.url.scheme == "https"
    for name, value, known in (
        (LANGUAGE_COOKIE, language, LANGUAGES),
        (THEME_COOKIE, theme, THEMES),
        (IMAGES_COOKIE, images, IMAGES),
    ):
        if value in known:
            answer.set_cookie(
                key=name, value=value, path="/", max_age=YEAR, samesite="lax", secure=secure
            )
    return answer


static_files = create_static_files_router(
    path=static_path(),
    directories=[STATIC],
    cache_control=CacheControlHeader(public=True, max_age=YEAR, immutable=True),
    include_in_schema=False,
)

route_handlers: list[Any] = [
    landing,
    report_page,
    send_report,
    status_page,
    show_status,
    more,
    take_back,
    verify_page,
    verifier,
    *photo.route_handlers,
    *checklist.route_handlers,
    *appeals.route_handlers,
    *terms.route_handlers,
    *transparency.route_handlers,
    *reports.route_handlers,
    preferences,
    static_files,
]


def _report_form(
    request: AnyRequest, form: dict[str, str], errors: dict[str, str], status: int
) -> Response[str]:
    return render(
        request,
        "report.html",
        status_code=status,
        categories=list(harms().values()),
        wishes=list(WISHES.items()),
        form=form,
        errors=errors,
    )


def _status(
    request: AnyRequest,
    data: dict[str, str],
    found: ReportStatus,
    *,
    said: str = "",
    refused: str = "",
    status_code: int = 200,
) -> Response[str]:
    """The words stand in the page's own forms, as on the receipt: they leave in a body only."""
    return render(
        request,
        "status.html",
        status_code=status_code,
        status=found,
        error=False,
        receipt=data.get("receipt", ""),
        typed={"text": data.get("text", ""), "links": data.get("links", "")},
        said=said,
        refused=refused,
    )


async def _refused(
    request: AnyRequest, data: dict[str, str], error: InputError | ConflictError
) -> Response[str]:
    try:
        found = await asyncio.to_thread(read_status, request, data.get("receipt", ""))
    except (InputError, NotFoundError):
        return _no_such_receipt(request)
    return _status(request, data, found, refused=error.what, status_code=422)


def _no_such_receipt(request: AnyRequest) -> Response[str]:
    return render(request, "status.html", status_code=404, status=None, error=True)
