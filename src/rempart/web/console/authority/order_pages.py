"""The pages *Orders* and *Disputes*: taken in by a form, each with its letters, clock and steps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from rempart.errors import InputError, NotFoundError, RempartError
from rempart.model import AuthorityOrder, Dispute
from rempart.store.interface import Tables
from rempart.web.api.authority import disputes
from rempart.web.api.authority import orders as api
from rempart.web.api.authority.disputes import DisputeView, dispute_views
from rempart.web.api.authority.orders import (
    ORDERS,
    OrderView,
    OrderWhole,
    languages_of,
    order_views,
    order_whole,
)
from rempart.web.api.request import AnyRequest
from rempart.web.auth.gate import now_ms
from rempart.web.console.authority.order_fields import (
    CLOSED,
    DISPUTE,
    ORDER,
    ORDER_UPPER,
    RECEIVED,
)
from rempart.web.console.fields import converted, read_fields, typed_again
from rempart.web.console.page import JSON, page, why_not, wrong_field
from rempart.web.console.reading import moment

PATH = "/console/orders"
DISPUTES = "/console/disputes"
Form = dict[str, str]


class OrdersScreen(msgspec.Struct, frozen=True):
    """`languages`: declared for authorities (art. 11(3)); none: any is taken."""

    now: datetime
    orders: list[OrderView]
    languages: list[str]
    typed: dict[str, str]
    failed: str = ""
    wrong: str = ""


class OrderScreen(msgspec.Struct, frozen=True):
    now: datetime
    order: OrderWhole
    failed: str = ""


class DisputesScreen(msgspec.Struct, frozen=True):
    now: datetime
    disputes: list[DisputeView]
    typed: dict[str, str]
    failed: str = ""
    wrong: str = ""


@get([PATH, f"{PATH}.json"], guards=ORDERS, include_in_schema=False)
async def order_list(request: AnyRequest) -> Response[Any]:
    return await _orders(request)


@post(PATH, guards=ORDERS, status_code=200, include_in_schema=False)
async def take_in(request: AnyRequest) -> Response[Any]:
    form = await request.form()
    try:
        typed = read_fields((RECEIVED, *ORDER), form)
        received = _moment(typed.pop("received_at"))
        order = _convert({name: _upper(name, value) for name, value in typed.items()})
        made = await api.take_in.fn(request, api.OrderRequest(received, order))
    except RempartError as error:
        return await _orders(request, error, typed_again((RECEIVED, *ORDER), form))
    return Redirect(f"{PATH}/{made.view.id}", status_code=303)


@get(f"{PATH}/{{order:str}}", guards=ORDERS, include_in_schema=False)
async def one_order(request: AnyRequest, order: FromPath[str]) -> Response[Any]:
    return await _order(request, order.removesuffix(JSON))


@post(f"{PATH}/{{order:str}}/{{step:str}}", guards=ORDERS, status_code=200, include_in_schema=False)
async def take_step(
    request: AnyRequest, order: FromPath[str], step: FromPath[str]
) -> Response[Any]:
    """`step`: sent, effect, answer, pause, resume, tell, information."""
    form = await request.form()
    if step == "information":
        try:
            return await api.take_out.fn(request, order)  # type: ignore[no-any-return]
        except RempartError as error:
            return await _order(request, order, error)
    act = _STEPS.get(step)
    if act is None:
        raise NotFoundError("there is no such step", where=step)
    fields = {name: str(value) for name, value in form.items() if isinstance(value, str)}
    chosen = {name: [str(one) for one in form.getall(name, [])] for name in ("links", "accounts")}
    try:
        await act(request, order, fields, chosen)
    except RempartError as error:
        return await _order(request, order, error)
    return Redirect(f"{PATH}/{order}", status_code=303)


@get([DISPUTES, f"{DISPUTES}.json"], guards=ORDERS, include_in_schema=False)
async def dispute_list(request: AnyRequest) -> Response[Any]:
    return await _disputes(request)


@post(DISPUTES, guards=ORDERS, status_code=200, include_in_schema=False)
async def open_dispute(request: AnyRequest) -> Response[Any]:
    form = await request.form()
    try:
        wanted: Dispute = converted(read_fields(DISPUTE, form), Dispute)
        await disputes.open_dispute.fn(request, wanted)
    except RempartError as error:
        return await _disputes(request, error, typed_again(DISPUTE, form))
    return Redirect(DISPUTES, status_code=303)


@post(
    f"{DISPUTES}/{{dispute:str}}/{{step:str}}",
    guards=ORDERS,
    status_code=200,
    include_in_schema=False,
)
async def dispute_step(
    request: AnyRequest, dispute: FromPath[str], step: FromPath[str]
) -> Response[Any]:
    """`step`: outcome, implemented."""
    form = await request.form()
    try:
        if step == "outcome":
            closed = converted(read_fields(CLOSED, form), disputes.DisputeClosed)
            await disputes.close_dispute.fn(request, dispute, closed)
        else:
            typed = {"implemented": str(form.get("implemented", ""))}
            done = converted(typed, disputes.DisputeDone)
            await disputes.implement.fn(request, dispute, done)
    except RempartError as error:
        return await _disputes(request, error)
    return Redirect(DISPUTES, status_code=303)


route_handlers: list[Any] = [
    order_list,
    take_in,
    one_order,
    take_step,
    dispute_list,
    open_dispute,
    dispute_step,
]

Step = Callable[[AnyRequest, str, Form, dict[str, list[str]]], Awaitable[object]]


async def _sent(request: AnyRequest, order: str, form: Form, _: dict[str, list[str]]) -> object:
    at = form.get("sent_at", "").strip()
    letter = form.get("letter", "")
    if not letter.isdecimal():
        raise InputError("there is no such letter", where="letter")
    wanted = api.SentRequest(int(letter), _moment(f"{at.removesuffix('Z')}Z") if at else None)
    return await api.letter_sent.fn(request, order, wanted)


async def _effect(
    request: AnyRequest, order: str, form: Form, chosen: dict[str, list[str]]
) -> object:
    named = {"kind": form.get("kind", "hide"), "reason": form.get("reason", "")}
    return await api.carry_out.fn(request, order, converted({**chosen, **named}, api.CarryOut))


async def _answer(request: AnyRequest, order: str, form: Form, _: dict[str, list[str]]) -> object:
    named = {"effect": form.get("effect", ""), "reason": form.get("reason", "")}
    return await api.answer.fn(request, order, converted(named, api.AnswerRequest))


async def _pause(request: AnyRequest, order: str, form: Form, _: dict[str, list[str]]) -> object:
    wanted = converted({"reason": form.get("reason", "")}, api.ReasonRequest)
    return await api.pause.fn(request, order, wanted)


async def _resume(request: AnyRequest, order: str, _: Form, __: dict[str, list[str]]) -> object:
    return await api.resume.fn(request, order)


async def _tell(request: AnyRequest, order: str, _: Form, __: dict[str, list[str]]) -> object:
    return await api.tell.fn(request, order)


_STEPS: dict[str, Step] = {
    "sent": _sent,
    "effect": _effect,
    "answer": _answer,
    "pause": _pause,
    "resume": _resume,
    "tell": _tell,
}


async def _orders(
    request: AnyRequest, error: RempartError | None = None, typed: Form | None = None
) -> Response[Any]:
    now = now_ms()

    def view(tables: Tables) -> OrdersScreen:
        start = {"received_at": moment(now).strftime("%Y-%m-%dT%H:%M"), "clock": "authority_order"}
        return OrdersScreen(
            moment(now),
            order_views(tables),
            list(languages_of(tables, now)),
            start if typed is None else typed,
            why_not(error),
            wrong_field(error),
        )

    return await page(
        request,
        "orders.html",
        view,
        lambda *_: {"fields": (RECEIVED, *ORDER)},
        error=error,
    )


async def _order(
    request: AnyRequest, order: str, error: RempartError | None = None
) -> Response[Any]:
    now = now_ms()

    def view(tables: Tables) -> OrderScreen:
        failed = why_not(error)
        return OrderScreen(moment(now), order_whole(tables, order), failed)

    return await page(request, "order.html", view, error=error)


async def _disputes(
    request: AnyRequest, error: RempartError | None = None, typed: Form | None = None
) -> Response[Any]:
    now = now_ms()

    def view(tables: Tables) -> DisputesScreen:
        return DisputesScreen(
            moment(now),
            dispute_views(tables),
            typed or {},
            why_not(error),
            wrong_field(error),
        )

    more = {"fields": DISPUTE, "closed_fields": CLOSED}
    return await page(request, "disputes.html", view, lambda *_: more, error=error)


def _convert(fields: dict[str, Any]) -> AuthorityOrder:
    return converted({"authority": "", "answer_to": "", **fields}, AuthorityOrder)


def _upper(name: str, value: Any) -> Any:
    if name not in ORDER_UPPER:
        return value
    return [one.upper() for one in value] if isinstance(value, list) else value.upper()


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InputError("this is no time", where="received_at") from None
