"""Erasure over HTTP: requests and their second person, holds, how long what is kept.

For signed-in people with the right `erase` and no bounds: an erasure reaches over all channels. A
request for somebody who was never here is answered like any other.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody

from rempart.cases.erasure import holds
from rempart.cases.erasure import requests as erasure
from rempart.cases.erasure.facts import bases, hold_rules, needs
from rempart.cases.erasure.needs import needed_for
from rempart.errors import AccessError
from rempart.store.interface import Tables
from rempart.store.interface.erasure import OPEN_STATES, ErasureRow, HoldRow
from rempart.web.api.request import AnyRequest, engine_of, moment, write
from rempart.web.auth import Right, must_be_known, needs_right
from rempart.web.auth.caller import Caller
from rempart.web.auth.gate import now_ms

ERASE = [needs_right(Right.ERASE, person=True)]
MOST = 200
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=4_000)]


class NeedView(msgspec.Struct, frozen=True):
    """What stands against an erasure, on what law, until when; `about` a case or a hold."""

    key: str
    source: str
    until: datetime
    about: str


class ErasureView(msgspec.Struct, frozen=True):
    """`subject`: null once it is erased. `due_at`: when it is carried out; `needed`: what stands
    against it until then. `counts`: what was reached, by kind. `mine`: asked by who looks."""

    id: str
    kind: str
    subject: str | None
    basis: str
    source: str
    reason: str
    state: str
    asked_by: str
    asked_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    due_at: datetime | None
    needed: list[NeedView]
    closed_by: str | None
    closed_at: datetime | None
    counts: dict[str, int]
    mine: bool


class HoldView(msgspec.Struct, frozen=True):
    """`standing`: it holds now. `lift_asked_by`: a second person is needed to lift it."""

    id: str
    kind: str
    source: str
    reason: str
    covers: str
    subject: str
    placed_by: str
    placed_at: datetime
    until: datetime
    standing: bool
    lift_asked_by: str | None
    lifted_by: str | None
    lifted_at: datetime | None
    mine: bool


class WindowView(msgspec.Struct, frozen=True):
    """How long a kind of material is kept; `least` and `most`: what settings may say (days)."""

    key: str
    days: int
    least: int
    most: int
    source: str
    looked_at: datetime | None


class ErasureList(msgspec.Struct, frozen=True):
    requests: list[ErasureView]
    holds: list[HoldView]
    windows: list[WindowView]
    bases: dict[str, str]
    longest_holds: dict[str, int]


class NewErasure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`kind`: account (`subject` is `platform/id`), target (a name, or `platform/name`), reporter
    (the id of a report). `basis`: a ground of art. 17(1) GDPR."""

    kind: str
    subject: Text
    basis: str
    reason: Text


class NewHold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`covers`: account, target, reporter, case or channel, named by `subject`."""

    kind: str
    covers: str
    subject: Text
    source: Text
    reason: Text
    days: int


class Longer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    days: int
    reason: Text


class Why(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Text


@get("/erasure", guards=ERASE, sync_to_thread=True, tags=["erasure"])
def list_erasures(request: AnyRequest) -> ErasureList:
    """Requests, holds and retention windows, newest first."""
    who = may_erase(request)
    with engine_of(request).read() as tables:
        return erasure_list(request, tables, who, now_ms())


@post("/erasure", guards=ERASE, tags=["erasure"])
async def ask_erasure(request: AnyRequest, data: JSONBody[NewErasure]) -> ErasureView:
    """Asks for an erasure; a second person confirms it."""
    who, now = may_erase(request), now_ms()
    return await write(
        request,
        lambda tables: shown(
            tables,
            erasure.ask(tables, data.kind, data.subject, data.basis, data.reason, who.id, now),
            who.id,
            now,
        ),
    )


@post("/erasure/{id:str}/confirm", guards=ERASE, status_code=200, tags=["erasure"])
async def confirm_erasure(request: AnyRequest, id: FromPath[str]) -> ErasureView:
    """The second person agrees: it is carried out after seven days, or when nothing needs the
    material any more."""
    who, now = may_erase(request), now_ms()
    return await write(
        request, lambda tables: shown(tables, erasure.confirm(tables, id, who.id, now), who.id, now)
    )


@post("/erasure/{id:str}/refuse", guards=ERASE, status_code=200, tags=["erasure"])
async def refuse_erasure(
    request: AnyRequest, id: FromPath[str], data: JSONBody[Why]
) -> ErasureView:
    """The second person does not agree."""
    who, now = may_erase(request), now_ms()
    return await write(
        request,
        lambda tables: shown(
            tables, erasure.refuse(tables, id, who.id, data.reason, now), who.id, now
        ),
    )


@post("/erasure/{id:str}/cancel", guards=ERASE, status_code=200, tags=["erasure"])
async def cancel_erasure(
    request: AnyRequest, id: FromPath[str], data: JSONBody[Why]
) -> ErasureView:
    """Before it has begun."""
    who, now = may_erase(request), now_ms()
    return await write(
        request,
        lambda tables: shown(
            tables, erasure.cancel(tables, id, who.id, data.reason, now), who.id, now
        ),
    )


@post("/holds", guards=ERASE, tags=["erasure"])
async def place_hold(request: AnyRequest, data: JSONBody[NewHold]) -> HoldView:
    """Keeps material although its erasure is asked for or its time has come."""
    who, now = may_erase(request), now_ms()
    return await write(
        request,
        lambda tables: hold_shown(
            holds.place(
                tables, data.kind, data.covers, data.subject, data.source, data.reason, data.days,
                who.id, now,
            ),
            who.id,
            now,
        ),
    )  # fmt: skip


@post("/holds/{id:str}/extend", guards=ERASE, status_code=200, tags=["erasure"])
async def extend_hold(request: AnyRequest, id: FromPath[str], data: JSONBody[Longer]) -> HoldView:
    """So many days from now on."""
    who, now = may_erase(request), now_ms()
    return await write(
        request,
        lambda tables: hold_shown(
            holds.extend(tables, id, data.days, data.reason, who.id, now), who.id, now
        ),
    )


@post("/holds/{id:str}/lift", guards=ERASE, status_code=200, tags=["erasure"])
async def lift_hold(request: AnyRequest, id: FromPath[str], data: JSONBody[Why]) -> HoldView:
    """Ends it; an authority's when a second person asks for it too."""
    who, now = may_erase(request), now_ms()
    return await write(
        request,
        lambda tables: hold_shown(holds.lift(tables, id, data.reason, who.id, now), who.id, now),
    )


route_handlers: list[Any] = [
    list_erasures,
    ask_erasure,
    confirm_erasure,
    refuse_erasure,
    cancel_erasure,
    place_hold,
    extend_hold,
    lift_hold,
]


def may_erase(request: AnyRequest) -> Caller:
    """AccessError for who has the right only within bounds: an erasure has none."""
    who = must_be_known(request)
    if not who.everywhere:
        raise AccessError(
            "an erasure reaches over all channels, and your rights do not",
            next_step="ask somebody whose role is without bounds",
        )
    return who


def erasure_list(request: AnyRequest, tables: Tables, who: Caller, at_ms: int) -> ErasureList:
    windows = engine_of(request).settings.retention.windows()
    done = tables.retention.done()
    return ErasureList(
        requests=[shown(tables, row, who.id, at_ms) for row in tables.erasure.rows(limit=MOST)],
        holds=[hold_shown(row, who.id, at_ms) for row in tables.erasure.holds(limit=MOST)],
        windows=[
            WindowView(
                one.key,
                one.days,
                one.least,
                one.most,
                one.source,
                moment(done[one.key].at_ms) if one.key in done and done[one.key].at_ms else None,
            )
            for one in windows.values()
        ],
        bases={one.key: one.source for one in bases().values()},
        longest_holds={one.kind: one.longest for one in hold_rules().values()},
    )


def shown(tables: Tables, row: ErasureRow, by: str, at_ms: int) -> ErasureView:
    waiting = row.state in ("waiting", "needed") and row.subject is not None
    standing = needed_for(tables, row.kind, row.subject or "", at_ms) if waiting else []
    return ErasureView(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        basis=row.basis,
        source=bases()[row.basis].source,
        reason=row.reason,
        state=row.state,
        asked_by=row.asked_by,
        asked_at=moment(row.asked_ms),
        confirmed_by=row.confirmed_by,
        confirmed_at=_moment(row.confirmed_ms),
        due_at=_moment(row.due_ms) if row.state in OPEN_STATES else None,
        needed=[
            NeedView(one.key, needs()[one.key].source, moment(one.until_ms), one.about)
            for one in standing
        ],
        closed_by=row.closed_by,
        closed_at=_moment(row.closed_ms),
        counts=msgspec.json.decode(row.counts, type=dict[str, int]),
        mine=row.asked_by == by,
    )


def hold_shown(row: HoldRow, by: str, at_ms: int) -> HoldView:
    return HoldView(
        id=row.id,
        kind=row.kind,
        source=row.source,
        reason=row.reason,
        covers=row.covers,
        subject=row.subject,
        placed_by=row.placed_by,
        placed_at=moment(row.placed_ms),
        until=moment(row.until_ms),
        standing=row.holds(at_ms),
        lift_asked_by=row.lift_asked_by,
        lifted_by=row.lifted_by,
        lifted_at=_moment(row.lifted_ms),
        mine=row.lift_asked_by == by,
    )


def _moment(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else moment(at_ms)
