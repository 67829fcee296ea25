"""The public pages of appeals: a statement of reasons by its code, and an appeal by either side.

A receipt or a code comes in a form and leaves in the page, never in a path. Refused words come back
inside the form.
"""

from __future__ import annotations

import asyncio
from typing import Any

from litestar import Response, get, post

from rempart.errors import ConflictError, InputError, NotFoundError
from rempart.web.api.deciding.appeals import AppealRequest, take_appeal
from rempart.web.api.deciding.statements import STATEMENT_PATH, read_told
from rempart.web.api.reports.reports import read_status
from rempart.web.api.request import AnyRequest, Fields
from rempart.web.auth import NO_SESSION
from rempart.web.console.templates import language_of, render, translations
from rempart.web.failures import BusyError


@get(STATEMENT_PATH, sync_to_thread=False, include_in_schema=False)
def statement_page(request: AnyRequest) -> Response[str]:
    return render(request, "statement.html", told=None, code="", sent=None, refused="")


@post(
    STATEMENT_PATH,
    opt={NO_SESSION: True},
    status_code=200,
    sync_to_thread=True,
    include_in_schema=False,
)
def show_statement(request: AnyRequest, data: Fields) -> Response[str]:
    return _statement(request, data.get("code", ""))


@post("/statement/appeal", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def appeal_statement(request: AnyRequest, data: Fields) -> Response[str]:
    code = data.get("code", "")
    try:
        taken = await take_appeal(request, AppealRequest(_words(data), code=code))
    except (InputError, NotFoundError, ConflictError, BusyError) as error:
        return await asyncio.to_thread(_statement, request, code, refused=error.what)
    return await asyncio.to_thread(_statement, request, code, sent=taken.message)


@post("/status/appeal", opt={NO_SESSION: True}, status_code=200, include_in_schema=False)
async def appeal_answer(request: AnyRequest, data: Fields) -> Response[str]:
    """By who reported, against the answer."""
    receipt = data.get("receipt", "")
    said, refused = "", ""
    try:
        await take_appeal(request, AppealRequest(_words(data), receipt=receipt))
        said = translations(language_of(request)).gettext(
            "Your appeal has arrived. Another person will look at it."
        )
    except (InputError, NotFoundError, ConflictError, BusyError) as error:
        refused = error.what
    try:
        found = await asyncio.to_thread(read_status, request, receipt)
    except (InputError, NotFoundError):
        return render(request, "status.html", status_code=404, status=None, error=True)
    return render(
        request,
        "status.html",
        status_code=422 if refused else 200,
        status=found,
        error=False,
        receipt=receipt,
        said=said,
        refused=refused,
        typed={"text": "", "links": ""},
    )


route_handlers: list[Any] = [statement_page, show_statement, appeal_statement, appeal_answer]


def _statement(
    request: AnyRequest, code: str, *, sent: dict[str, str] | None = None, refused: str = ""
) -> Response[str]:
    try:
        told = read_told(request, code)
    except (InputError, NotFoundError) as error:
        return render(
            request,
            "statement.html",
            status_code=404,
            told=None,
            code="",
            sent=None,
            refused=error.what,
        )
    return render(
        request,
        "statement.html",
        status_code=422 if refused else 200,
        told=told,
        code=code,
        sent=sent,
        refused=refused,
    )


def _words(data: dict[str, str]) -> str:
    words = data.get("explanation", "")
    if not words.strip():
        raise InputError("please say in your own words why", where="explanation")
    return words
