"""The page *Court bans*: the register, its second person, and accounts that look alike."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.errors import NotFoundError, RempartError
from rempart.model import CourtBan
from rempart.store.interface import Tables
from rempart.web.api.authority import bans as api
from rempart.web.api.authority.bans import BanView, ban_views
from rempart.web.api.authority.orders import ORDERS, ReasonRequest
from rempart.web.api.request import AnyRequest
from rempart.web.auth import Right, must_be_known
from rempart.web.auth.gate import now_ms
from rempart.web.console.authority.order_fields import BAN
from rempart.web.console.fields import converted, read_fields, typed_again
from rempart.web.console.page import page, two_people, why_not, wrong_field
from rempart.web.console.reading import moment

PATH = "/console/bans"


class BansScreen(msgspec.Struct, frozen=True):
    now: datetime
    bans: list[BanView]
    me: str
    typed: dict[str, str]
    failed: str = ""
    wrong: str = ""


@get([PATH, f"{PATH}.json"], guards=ORDERS, include_in_schema=False)
async def ban_list(request: AnyRequest) -> Response[Any]:
    return await _bans(request)


@post(PATH, guards=ORDERS, status_code=200, include_in_schema=False)
async def register(request: AnyRequest) -> Response[Any]:
    form = await request.form()
    try:
        await api.register.fn(request, converted(read_fields(BAN, form), CourtBan))
    except RempartError as error:
        return await _bans(request, error, typed_again(BAN, form))
    return Redirect(PATH, status_code=303)


@post(f"{PATH}/{{ban:str}}/{{step:str}}", guards=ORDERS, status_code=200, include_in_schema=False)
async def take_step(request: AnyRequest, ban: FromPath[str], step: FromPath[str]) -> Response[Any]:
    """`step`: confirm, end, judge."""
    form = await request.form()
    reason = str(form.get("reason", ""))
    try:
        if step == "confirm":
            await api.confirm.fn(request, ban)
        elif step == "end":
            await api.end.fn(request, ban, converted({"reason": reason}, ReasonRequest))
        elif step == "judge":
            said = {
                "account": str(form.get("account", "")),
                "same": form.get("found") == "same",
                "reason": reason,
            }
            await api.judge.fn(request, ban, converted(said, api.Judgement))
        else:
            raise NotFoundError("there is no such step", where=step)
    except RempartError as error:
        return await _bans(request, error)
    return Redirect(PATH, status_code=303)


route_handlers: list[Any] = [ban_list, register, take_step]


async def _bans(
    request: AnyRequest, error: RempartError | None = None, typed: dict[str, str] | None = None
) -> Response[Any]:
    now, who = now_ms(), must_be_known(request)

    def view(tables: Tables) -> BansScreen:
        return BansScreen(
            moment(now),
            ban_views(tables, now),
            who.id,
            typed or {"served": moment(now).strftime("%Y-%m-%dT%H:%M")},
            why_not(error),
            wrong_field(error),
        )

    return await page(
        request,
        "bans.html",
        view,
        lambda tables, _: {"fields": BAN, **two_people(request, tables, Right.ORDERS)},
        error=error,
    )
