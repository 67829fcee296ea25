"""The outbox to the Transparency Database over HTTP: what waits or is held back, and what a person
does about it. For people with the right `declare`, inside their bounds; the console's forms do the
same by these functions. What left can be neither changed nor taken back: 409.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from rempart.disclose.transparency_database import outbox
from rempart.disclose.transparency_database.payload import FREE_TEXTS
from rempart.errors import AccessError, ConflictError, InputError, NotFoundError
from rempart.model import ExemptionReason
from rempart.store.interface import Tables
from rempart.store.interface.feed import Database, FeedRow, FeedState
from rempart.web.api.request import AnyRequest, engine_of, moment, write
from rempart.web.auth import Caller, Right, must_be_known, needs_right
from rempart.web.auth.gate import now_ms
from rempart.web.feed.desk import FeedDesk
from rempart.web.feed.screens import NOT_SENT, Line, lines_of

PATH = "/statements/feed"
DECLARE = [needs_right(Right.DECLARE, person=True)]
Words = Annotated[str, msgspec.Meta(max_length=5_000)]
Why = Annotated[str, msgspec.Meta(max_length=2_000)]


class FeedTexts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Other words for its free texts, by field. The gates look again."""

    texts: dict[Annotated[str, msgspec.Meta(max_length=100)], Words]


class FeedReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    reason: Why


class FeedExemption(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    exemption: ExemptionReason
    reason: Why


class FeedList(msgspec.Struct, frozen=True):
    """`database` null: nothing is sent here. `trouble`: why all wait (`token`, `busy`, `server`,
    `unreadable`). `counts` by state, over all channels; `statements` of the caller's channels."""

    database: Database | None
    look_hours: float
    trouble: str | None
    counts: dict[FeedState, int]
    statements: list[Line]
    now: datetime


@get(PATH, guards=DECLARE, sync_to_thread=True, tags=["statements"])
def list_feed(
    request: AnyRequest,
    wanted: Annotated[FeedState | None, QueryParameter(name="state")] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=500)] = 100,
) -> FeedList:
    """What goes to the Commission's database. Without `state`: everything that has not left."""
    who, desk = must_be_known(request), desk_of(request)
    database = desk.database if desk is not None else None
    lines: list[Line] = []
    counts: dict[FeedState, int] = {}
    if database is not None:
        with engine_of(request).read() as tables:
            rows = tables.feed.page(database, [wanted] if wanted else NOT_SENT, limit)
            lines = lines_of(tables, who, rows)
            counts = tables.feed.counts(database)
    return FeedList(
        database,
        desk.settings.look_hours if desk is not None else 0.0,
        desk.trouble.value if desk is not None and desk.trouble is not None else None,
        counts,
        lines,
        moment(now_ms()),
    )


@get(f"{PATH}/{{puid:str}}", guards=DECLARE, sync_to_thread=True, tags=["statements"])
def show_feed(request: AnyRequest, puid: FromPath[str]) -> Line:
    """One statement of the outbox: state, texts, what holds it back and where."""
    _, database = _sending(request)
    with engine_of(request).read() as tables:
        return _seen(tables, must_be_known(request), database, puid)


@post(f"{PATH}/{{puid:str}}/edit", guards=DECLARE, status_code=200, tags=["statements"])
async def edit(request: AnyRequest, puid: FromPath[str], data: JSONBody[FeedTexts]) -> Line:
    """Other words in place of those that a gate held. 400: this text cannot be edited, or is
    empty."""
    desk, database = _sending(request)
    by, now = must_be_known(request).id, now_ms()
    if not data.texts:
        raise InputError("name at least one text", where="texts", next_step=", ".join(FREE_TEXTS))
    return await _change(
        request,
        database,
        puid,
        lambda tables: outbox.edit(tables, desk.gate, database, puid, data.texts, by, now),
        reads=True,
    )


@post(f"{PATH}/{{puid:str}}/hold", guards=DECLARE, status_code=200, tags=["statements"])
async def hold(request: AnyRequest, puid: FromPath[str], data: JSONBody[FeedReason]) -> Line:
    """Keeps it back, with a reason, until a person lets it go."""
    _, database = _sending(request)
    by, now = must_be_known(request).id, now_ms()
    return await _change(
        request,
        database,
        puid,
        lambda tables: outbox.hold(tables, database, puid, data.reason, by, now),
    )


@post(f"{PATH}/{{puid:str}}/release", guards=DECLARE, status_code=200, tags=["statements"])
async def release(request: AnyRequest, puid: FromPath[str]) -> Line:
    """Lets it go now, also where a gate saw a name and a person sees none. 409: the database would
    refuse it as it is."""
    _, database = _sending(request)
    by, now = must_be_known(request).id, now_ms()
    return await _change(
        request,
        database,
        puid,
        lambda tables: outbox.release(tables, database, puid, by, now),
        reads=True,
    )


@post(f"{PATH}/{{puid:str}}/exempt", guards=DECLARE, status_code=200, tags=["statements"])
async def exempt(request: AnyRequest, puid: FromPath[str], data: JSONBody[FeedExemption]) -> Line:
    """Records why this restriction is stated to no database (art. 17(2), (5))."""
    _, database = _sending(request)
    by, now = must_be_known(request).id, now_ms()
    return await _change(
        request,
        database,
        puid,
        lambda tables: outbox.exempt(tables, database, puid, data.exemption, data.reason, by, now),
    )


route_handlers: list[Any] = [list_feed, show_feed, edit, hold, release, exempt]


def desk_of(request: AnyRequest) -> FeedDesk | None:
    found: FeedDesk | None = request.app.state.feed
    return found


def _sending(request: AnyRequest) -> tuple[FeedDesk, Database]:
    desk = desk_of(request)
    if desk is None or desk.database is None:
        raise ConflictError(
            "nothing is sent here",
            where="transparency_database",
            next_step="set `send` in the section [transparency_database] of settings.toml",
        )
    return desk, desk.database


async def _change(
    request: AnyRequest,
    database: Database,
    puid: str,
    change: Callable[[Tables], FeedRow],
    *,
    reads: bool = False,
) -> Line:
    """`reads`: only who may read its words does this. AccessError: they are closed to her."""
    who = must_be_known(request)

    def seen_and_changed(tables: Tables) -> Line:
        if _seen(tables, who, database, puid).closed and reads:
            raise AccessError(
                "the words of a statement of child safety are for those who decide such cases",
                where=puid,
                next_step="ask one of them; keeping it back and exempting it is possible",
            )
        change(tables)
        return _seen(tables, who, database, puid)

    return await write(request, seen_and_changed)


def _seen(tables: Tables, who: Caller, database: Database, puid: str) -> Line:
    """As she may see it. Outside of her bounds it is answered as if there were none."""
    row = tables.feed.get(database, puid)
    lines = [] if row is None else lines_of(tables, who, [row])
    if not lines:
        raise NotFoundError("there is no such thing in a channel you have rights on")
    return lines[0]
