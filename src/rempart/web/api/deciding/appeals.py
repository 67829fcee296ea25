"""Appeals: asked for by a receipt or by a statement's code, decided by another person.

The receipt and the code come in a body and stay in no path and no log. A token decides nothing
here.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from rempart.cases.deciding.appeals import appeal_by_account, appeal_by_reporter, look_again
from rempart.cases.deciding.decisions import Decider
from rempart.cases.deciding.look_text import appeal_message
from rempart.cases.entries import at_time
from rempart.cases.reports.waiting import waiting_message_of
from rempart.errors import InputError, NotFoundError
from rempart.model import LookState, SecondLook
from rempart.store.interface import Tables
from rempart.web.api.cases.cases import find_case
from rempart.web.api.deciding.deciding import DecisionRequest, Reason, must_hold, reach_of
from rempart.web.api.deciding.statements import keys_of
from rempart.web.api.reports.notices import Notices
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.auth import NO_SESSION, Caller, Right, must_be_known, needs, needs_right
from rempart.web.auth.gate import now_ms
from rempart.web.auth.network import from_network
from rempart.web.failures import BusyError


class AppealRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`receipt` of a report, or `code` of a statement of reasons: one of them."""

    explanation: Annotated[str, msgspec.Meta(min_length=1, max_length=5_000)]
    receipt: Annotated[str, msgspec.Meta(max_length=1_000)] | None = None
    code: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class AppealAnswer(msgspec.Struct, frozen=True):
    """`message`: its acknowledgement, by language; the outcome will be where one asked."""

    received_at: datetime
    message: dict[str, str]


class LookRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`instead`: what is decided in place of the earlier decision; None: what granting means by
    itself (a restriction is taken back). `unfounded`: an appeal is rejected as manifestly
    unfounded (DSA art. 23(2))."""

    granted: bool
    reason: Reason
    instead: DecisionRequest | None = None
    unfounded: bool = False


class LookList(msgspec.Struct, frozen=True):
    """The earliest due first."""

    appeals: list[SecondLook]


@get("/appeals", guards=[needs("read")], sync_to_thread=True, tags=["appeals"])
def list_appeals(
    request: AnyRequest,
    look_state: Annotated[LookState | None, QueryParameter(name="state")] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 100,
    offset: Annotated[int, QueryParameter(ge=0, le=1_000_000)] = 0,
) -> LookList:
    """Appeals and second looks in one's channels."""
    who = must_be_known(request)
    with engine_of(request).read() as tables:
        rows = tables.looks.page(look_state, limit, offset)
        return LookList([row for row in rows if _visible(tables, who, row)])


@post("/appeals", opt={NO_SESSION: True}, tags=["appeals"])
async def appeal(request: AnyRequest, data: JSONBody[AppealRequest]) -> AppealAnswer:
    """An appeal, free and without account, within six months of being told."""
    return await take_appeal(request, data)


@post(
    "/appeals/{appeal:str}/decision",
    guards=[needs_right(Right.SECOND_LOOK, person=True)],
    tags=["appeals"],
)
async def decide_appeal(
    request: AnyRequest, appeal: FromPath[str], data: JSONBody[LookRequest]
) -> SecondLook:
    """Grants or rejects it, by a person who did not decide before. Granting replaces the
    decision."""
    who, at_ms = must_be_known(request), now_ms()

    def change(tables: Tables) -> SecondLook:
        look = tables.looks.get(appeal)
        if look is None:
            raise NotFoundError("there is no such thing in a channel you have rights on")
        of = find_case(tables, who, look.of)
        must_hold(request, look.case)
        return look_again(
            tables,
            look,
            granted=data.granted,
            reason=data.reason,
            by=Decider(who.id, who.is_person),
            at_ms=at_ms,
            ruling=data.instead.ruling() if data.instead is not None else None,
            reach=reach_of(request, of),
            unfounded=data.unfounded,
        )

    return await write(request, change)


route_handlers: list[Any] = [list_appeals, appeal, decide_appeal]


async def take_appeal(request: AnyRequest, data: AppealRequest) -> AppealAnswer:
    """InputError, NotFoundError and ConflictError say why it was not taken."""
    if (data.receipt is None) == (data.code is None):
        raise InputError("an appeal names a receipt or a code", where="receipt")
    notices: Notices = request.app.state.notices
    address = from_network(request.client)
    wait = notices.wait_for(address, data.receipt or data.code or "", time.monotonic())
    if wait > 0:
        raise BusyError("too many appeals from here at once", retry_after=wait)
    keys, at_ms = keys_of(request), now_ms()

    def change(tables: Tables) -> AppealAnswer:
        if data.receipt is not None:
            taken = appeal_by_reporter(tables, data.receipt, data.explanation, keys, at_ms)
        else:
            assert data.code is not None, "one of them is there"
            taken = appeal_by_account(tables, data.code, data.explanation, keys, at_ms)
        if isinstance(taken, SecondLook):
            return AppealAnswer(taken.received_at, appeal_message(taken.received_at))
        return AppealAnswer(at_time(taken.received_ms), waiting_message_of(tables, taken))

    return await write(request, change)


def _visible(tables: Tables, who: Caller, look: SecondLook) -> bool:
    case = tables.cases.get(look.of)
    return case is not None and who.sees(case.channel, case.platform)
