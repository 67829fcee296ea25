"""*Statements sent*: what goes to the Transparency Database, and what people do about it.

Its JSON twin is the same screen at `/console/statements.json`. What left can be neither changed nor
taken back, so that everything here is about what has not left yet.
"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from rempart.disclose.transparency_database.payload import FREE_TEXTS
from rempart.errors import InputError, RempartError
from rempart.model import ExemptionReason
from rempart.store.interface.feed import FeedState
from rempart.web.api.request import AnyRequest
from rempart.web.auth import must_be_known
from rempart.web.auth.gate import now_ms
from rempart.web.console.page import page, why_not
from rempart.web.feed import api
from rempart.web.feed.screens import view

STATEMENTS = "/console/statements"
_LONGEST = 5_000


@get([STATEMENTS, f"{STATEMENTS}.json"], guards=api.DECLARE, include_in_schema=False)
async def statements(request: AnyRequest, only: FromQuery[str] = "") -> Response[Any]:
    return await _shown(request, only)


@post(
    f"{STATEMENTS}/{{puid:str}}/{{what:str}}",
    guards=api.DECLARE,
    status_code=200,
    include_in_schema=False,
)
async def act(request: AnyRequest, puid: FromPath[str], what: FromPath[str]) -> Response[Any]:
    """`edit`, `release`, `hold` or `exempt`."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    try:
        await _do(request, puid, what, form)
    except RempartError as error:
        return await _shown(request, form.get("only", ""), error, puid)
    return Redirect(STATEMENTS, status_code=303)


route_handlers: list[Any] = [statements, act]


async def _do(request: AnyRequest, puid: str, what: str, form: dict[str, str]) -> None:
    reason = form.get("reason", "")
    if what == "edit":
        await api.edit.fn(request, puid, api.FeedTexts(_texts(form)))
    elif what == "release":
        await api.release.fn(request, puid)
    elif what == "hold":
        await api.hold.fn(request, puid, api.FeedReason(reason))
    elif what == "exempt":
        await api.exempt.fn(request, puid, api.FeedExemption(_reason(form), reason))
    else:
        raise InputError("there is no such act", where="path")


def _texts(form: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {field: form[field] for field in FREE_TEXTS if field in form}
    for field, text in found.items():
        if len(text) > _LONGEST:
            raise InputError(f"at most {_LONGEST} characters", where=field)
    return found


def _reason(form: dict[str, str]) -> ExemptionReason:
    try:
        return ExemptionReason(form.get("exemption", ""))
    except ValueError:
        raise InputError("choose why nobody is told", where="exemption") from None


async def _shown(
    request: AnyRequest, state: str, error: RempartError | None = None, where: str = ""
) -> Response[Any]:
    who, now, desk = must_be_known(request), now_ms(), api.desk_of(request)
    chosen = FeedState(state) if state in list(FeedState) else None
    return await page(
        request,
        "statements.html",
        lambda tables: view(
            tables,
            who,
            desk,
            chosen,
            now,
            why_not(error),
            where,
        ),
        error=error,
    )
