"""Orders of authorities over HTTP, for people with the right `orders`.

An authority writes to the contact point; a person takes its order in here. Nothing of this is
public, and no token does it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from rempart.cases import dated
from rempart.cases.authority import letters, orders
from rempart.cases.authority.information import Information, information
from rempart.cases.authority.things import message_of_link
from rempart.cases.measures.taking import Reach
from rempart.errors import InputError, NotFoundError
from rempart.model import (
    Audience,
    AuthorityOrder,
    Contact,
    DatedKind,
    Effect,
    MeasureKind,
    Missing,
    OrderKind,
)
from rempart.model.moments import ms_of
from rempart.store.interface import Tables
from rempart.store.interface.orders import OrderRow
from rempart.web.api.authority.acting import Act, act
from rempart.web.api.authority.declared import today_of
from rempart.web.api.request import AnyRequest, engine_of, moment
from rempart.web.auth import Right, needs_right

ORDERS = [needs_right(Right.ORDERS, person=True, everywhere=True)]
Why = Annotated[str, msgspec.Meta(max_length=2_000)]
Things = Annotated[list[str], msgspec.Meta(max_length=500)]


class OrderRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    received_at: datetime
    order: AuthorityOrder


class SentRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`sent_at` null: now."""

    letter: Annotated[int, msgspec.Meta(ge=0, le=2**62)]
    sent_at: datetime | None = None


class CarryOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """On these of its links and accounts; a part of them needs a reason. `kind`: hide or remove."""

    links: Things = []
    accounts: Things = []
    kind: MeasureKind = MeasureKind.HIDE
    reason: Why = ""


class AnswerRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    effect: Effect
    reason: Why = ""


class ReasonRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Why


class LetterView(msgspec.Struct, frozen=True):
    letter: int
    what: str
    text: str
    drafted_at: datetime
    sent_at: datetime | None


class LinkView(msgspec.Struct, frozen=True):
    """`message`: the id under which it is held here; null: not held."""

    link: str
    message: str | None
    channel: str | None


class OrderView(msgspec.Struct, frozen=True):
    """`paused_at`: its clock stands still since then. `told_at`: the person concerned was told."""

    id: str
    order: AuthorityOrder
    received_at: datetime
    due_at: datetime
    missing: list[Missing]
    taken_by: str
    entry: int
    receipt_at: datetime | None
    clarified_at: datetime | None
    effect: Effect | None
    effect_at: datetime | None
    answered_at: datetime | None
    told_at: datetime | None
    paused_at: datetime | None


class OrderWhole(msgspec.Struct, frozen=True):
    """`notice`: what whom an order for information concerns is told, in each language."""

    view: OrderView
    letters: list[LetterView]
    links: list[LinkView]
    measures: list[str]
    notice: dict[str, str]


class OrderList(msgspec.Struct, frozen=True):
    orders: list[OrderView]


@get("/orders", guards=ORDERS, sync_to_thread=True, tags=["disclosure"])
def list_orders(request: AnyRequest) -> OrderList:
    """All orders, the newest first."""
    with engine_of(request).read() as tables:
        return OrderList(order_views(tables))


@post("/orders", guards=ORDERS, tags=["disclosure"])
async def take_in(request: AnyRequest, data: JSONBody[OrderRequest]) -> OrderWhole:
    """Takes an order in as it came; what it lacks is flagged and a letter drafted."""
    policy = engine_of(request).policy

    def change(tables: Tables, by: str, at_ms: int) -> OrderWhole:
        received = ms_of(_aware(data.received_at))
        row = orders.take_in(
            tables, data.order, received, languages_of(tables, at_ms), policy, by, at_ms
        )
        return order_whole(tables, row.id)

    return await act(request, change)


@get("/orders/{order:str}", guards=ORDERS, sync_to_thread=True, tags=["disclosure"])
def show_order(request: AnyRequest, order: FromPath[str]) -> OrderWhole:
    with engine_of(request).read() as tables:
        return order_whole(tables, order)


@post("/orders/{order:str}/sent", guards=ORDERS, status_code=200, tags=["disclosure"])
async def letter_sent(
    request: AnyRequest, order: FromPath[str], data: JSONBody[SentRequest]
) -> OrderWhole:
    """A letter to the authority was sent, at that time."""

    def change(tables: Tables, by: str, at_ms: int) -> None:
        at = at_ms if data.sent_at is None else ms_of(_aware(data.sent_at))
        orders.sent(tables, order, data.letter, at, by, at_ms)

    return await _step(request, order, change)


@post("/orders/{order:str}/effect", guards=ORDERS, status_code=200, tags=["disclosure"])
async def carry_out(
    request: AnyRequest, order: FromPath[str], data: JSONBody[CarryOut]
) -> OrderWhole:
    """Gives effect to an order against content, by measures. Who is concerned is told at once,
    unless the authority forbids it."""
    reach = reach_of(request)

    def change(tables: Tables, by: str, at_ms: int) -> None:
        links, accounts = data.links, data.accounts
        orders.carry_out(
            tables, order, links, accounts, data.kind, data.reason, by, at_ms, reach=reach
        )

    return await _step(request, order, change)


@post("/orders/{order:str}/answer", guards=ORDERS, status_code=200, tags=["disclosure"])
async def answer(
    request: AnyRequest, order: FromPath[str], data: JSONBody[AnswerRequest]
) -> OrderWhole:
    """Says what was done about an order for information, or why nothing is done about an order."""

    def change(tables: Tables, by: str, at_ms: int) -> None:
        orders.answer(tables, order, data.effect, data.reason, by, at_ms)

    return await _step(request, order, change)


@post("/orders/{order:str}/pause", guards=ORDERS, status_code=200, tags=["disclosure"])
async def pause(
    request: AnyRequest, order: FromPath[str], data: JSONBody[ReasonRequest]
) -> OrderWhole:
    """Its clock stands still, because counsel says so."""

    def change(tables: Tables, by: str, at_ms: int) -> None:
        orders.pause(tables, order, data.reason, by, at_ms)

    return await _step(request, order, change)


@post("/orders/{order:str}/resume", guards=ORDERS, status_code=200, tags=["disclosure"])
async def resume(request: AnyRequest, order: FromPath[str]) -> OrderWhole:

    def change(tables: Tables, by: str, at_ms: int) -> None:
        orders.resume(tables, order, by, at_ms)

    return await _step(request, order, change)


@post("/orders/{order:str}/tell", guards=ORDERS, status_code=200, tags=["disclosure"])
async def tell(request: AnyRequest, order: FromPath[str]) -> OrderWhole:
    """Whom it concerns is told: the authority no longer forbids it, or a person has told her."""
    reach = reach_of(request)

    def change(tables: Tables, by: str, at_ms: int) -> None:
        row = tables.orders.get(order)
        telling = orders.end_silence if row is not None and row.order.silent else orders.tell
        telling(tables, order, by, at_ms, reach=reach)

    return await _step(request, order, change)


@post("/orders/{order:str}/information", guards=ORDERS, status_code=200, tags=["disclosure"])
async def take_out(request: AnyRequest, order: FromPath[str]) -> Response[Information]:
    """What is held already of the accounts that an order for information names, with the origin of
    each field. Needs the right `export` too; it is an entry of the log before it is given."""
    needs_right(Right.EXPORT, person=True)(request, request.route_handler)

    def change(tables: Tables, by: str, at_ms: int) -> Information:
        row = tables.orders.get(order)
        if row is None or row.order.kind is not OrderKind.INFORMATION:
            raise NotFoundError("there is no such order for information", where=order)
        found = information(tables, order, row.order.accounts, row.order.wanted, at_ms)
        orders.note_export(tables, order, row.order.wanted, by, at_ms)
        return found

    found = await act(request, change)
    headers = {"content-disposition": f'attachment; filename="{order}.json"'}
    return Response(found, headers=headers)


route_handlers = [
    list_orders,
    take_in,
    show_order,
    letter_sent,
    carry_out,
    answer,
    pause,
    resume,
    tell,
    take_out,
]


async def _step(request: AnyRequest, order: str, change: Act[None]) -> OrderWhole:
    """One step of an order, and the order after it."""

    def taken(tables: Tables, by: str, at_ms: int) -> OrderWhole:
        change(tables, by, at_ms)
        return order_whole(tables, order)

    return await act(request, taken)


def languages_of(tables: Tables, at_ms: int) -> tuple[str, ...]:
    """The languages that the contact point for authorities declared (art. 11(3))."""
    held = dated.at(tables, today_of(tables, at_ms), DatedKind.CONTACT)
    found = {
        language
        for one in held
        if isinstance(one.value, Contact) and one.value.audience is Audience.AUTHORITIES
        for language in one.value.languages
    }
    return tuple(sorted(found))


def order_views(tables: Tables) -> list[OrderView]:
    return [order_view(row) for row in reversed(tables.orders.received(0, 2**62))]


def order_whole(tables: Tables, id: str) -> OrderWhole:
    row = tables.orders.get(id)
    if row is None:
        raise NotFoundError("there is no such order", where=id)
    links = []
    for link in row.order.links:
        found = message_of_link(tables, link)
        links.append(LinkView(link, found.id if found else None, found.channel if found else None))
    return OrderWhole(
        order_view(row),
        [
            LetterView(one.seq, one.what, one.text, moment(one.at_ms), _moment(one.sent_ms))
            for one in tables.orders.letters(id)
        ],
        links,
        tables.orders.measures(id),
        letters.notice(row.order) if row.order.kind is OrderKind.INFORMATION else {},
    )


def order_view(row: OrderRow) -> OrderView:
    return OrderView(
        row.id,
        row.order,
        moment(row.received_ms),
        moment(row.due_ms),
        list(row.missing),
        row.taken_by,
        row.seq,
        _moment(row.receipt_ms),
        _moment(row.clarified_ms),
        row.effect,
        _moment(row.effect_ms),
        _moment(row.answered_ms),
        _moment(row.told_ms),
        _moment(row.paused_ms),
    )


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else moment(ms)


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise InputError("a time says its zone, as in 2026-03-01T20:00:00Z", where="received_at")
    return at


def reach_of(request: AnyRequest) -> orders.ReachOf:
    """Whom to tell, by platform and channel."""
    settings = engine_of(request).settings

    def reach(platform: str, channel: str) -> Reach:
        return Reach(settings.told(platform, channel), settings.telling(platform, channel))

    return reach
