"""Measures by hand: the ladder, one measure or one for each core member of a raid, with a look at
what a broad step would do before it is done."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody

from rempart.cases.measures.by_hand import LONGEST_REASON, LONGEST_SECONDS, Wish, planned, take
from rempart.cases.measures.taking import Wanted, grave
from rempart.engine.preview import Preview, of_taking
from rempart.errors import ConflictError, InputError, NotFoundError
from rempart.model import LADDER, Bundle, Measure, MeasureKind, Rung, Scope, ScopeKind
from rempart.store.interface import Tables
from rempart.web.api.cases.cases import find_case
from rempart.web.api.request import AnyRequest, engine_of, write
from rempart.web.asking import MustAsk, ask_if_broad, asking
from rempart.web.auth import Caller, Right, must_be_known, must_see, needs, needs_right
from rempart.web.auth.gate import now_ms

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
MOST_MEMBERS = 2_000


PROTECT = [needs_right(Right.PROTECT)]


class FormView(msgspec.Struct, frozen=True):
    """A field and a key of the DSA Transparency Database."""

    scope: ScopeKind
    field: str
    key: str


class RungView(msgspec.Struct, frozen=True):
    """One kind of measure. `hour`, `day`: limits per channel; `form` empty: `no_form` says why."""

    kind: MeasureKind
    touches: list[ScopeKind]
    does: dict[str, str]
    platform: dict[str, str]
    lease_seconds: int | None
    endless: bool
    reversible: bool
    for_everyone: bool
    hour: int | None
    day: int | None
    form: list[FormView]
    no_form: dict[str, str] | None


class MeasureRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`scope.ref` is a message, an account, a channel or a target. With `raid`, `scope` is left out
    and each core member of that raid is touched. `minutes` null: without an end, where the ladder
    allows it. `case`: where it is shown. `confirm`: from the answer to the first request."""

    kind: MeasureKind
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_REASON)]
    scope: Scope | None = None
    raid: Name | None = None
    minutes: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_SECONDS // 60)] | None = None
    bundle: Bundle = Bundle.GENTLE
    case: Name | None = None
    confirm: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class TakenMeasures(msgspec.Struct, frozen=True):
    """The measures that were taken, with their parts."""

    measures: list[Measure]


@get("/measures/ladder", guards=[needs("read")], sync_to_thread=False, tags=["measures"])
def ladder() -> list[RungView]:
    """What each kind of measure touches, how long and how often, and what it is in law."""
    return [_view(rung) for rung in LADDER.values()]


@post("/measures", guards=PROTECT, tags=["measures"])
async def take_measure(request: AnyRequest, data: JSONBody[MeasureRequest]) -> Response[Any]:
    """Takes a measure from the ladder. 409 with a preview and `confirm` when it touches many, or
    cannot be undone; then the same again with `confirm`."""
    try:
        return Response(await take_by_hand(request, data), status_code=201)
    except MustAsk as must:
        return asking(must, must_be_known(request).id, step_of(data))


@post("/measures/preview", guards=PROTECT, status_code=200, tags=["measures"])
async def preview_measure(request: AnyRequest, data: JSONBody[MeasureRequest]) -> Preview:
    """How many accounts and messages it would touch, judged by the last hour. Nothing is done."""
    return await _previewed(request, must_be_known(request), data, now_ms())


route_handlers: list[Any] = [ladder, take_measure, preview_measure]


async def take_by_hand(request: AnyRequest, asked: MeasureRequest) -> TakenMeasures:
    """Raises MustAsk when it is broad and was not confirmed."""
    who, at_ms = must_be_known(request), now_ms()
    engine = engine_of(request)
    preview = await _previewed(request, who, asked, at_ms)
    ask_if_broad(request, preview, who.id, step_of(asked), asked.confirm)

    def change(tables: Tables) -> list[Measure]:
        wishes = _wishes(tables, who, asked)
        place = wishes[0].scope
        case = None if asked.case is None else find_case(tables, who, asked.case).id
        told = engine.settings.told(place.platform, place.channel)
        shields = engine.settings.shields
        return take(tables, wishes, shields, who.id, at_ms, case=case, connectors=told)

    return TakenMeasures(await write(request, change))


def step_of(asked: MeasureRequest) -> str:
    """What a confirmation is good for: this very request."""
    return msgspec.json.encode(msgspec.structs.replace(asked, confirm=None)).decode()


async def _previewed(
    request: AnyRequest, who: Caller, asked: MeasureRequest, at_ms: int
) -> Preview:
    engine = engine_of(request)

    def look() -> Preview:
        with engine.read() as tables:
            wishes = _wishes(tables, who, asked)
            settings = engine.settings
            taken: Sequence[Measure] = [
                one for wish in wishes for one in planned(tables, wish, settings.shields, "", at_ms)
            ]
            return of_taking(tables, taken, settings.modes, at_ms)

    return await asyncio.to_thread(look)


def _wishes(tables: Tables, who: Caller, asked: MeasureRequest) -> list[Wish]:
    if grave(Wanted(asked.kind, minutes=asked.minutes)):
        raise ConflictError(
            "what cannot be taken back whole is decided on a case, and a second person agrees",
            where="kind",
            next_step="decide the case: act, and choose it there",
        )
    seconds = None if asked.minutes is None else asked.minutes * 60
    if (asked.scope is None) == (asked.raid is None):
        raise InputError("name a scope, or a raid", where="scope")
    if asked.scope is not None:
        must_see(who, asked.scope.channel, asked.scope.platform)
        return [Wish(asked.kind, asked.scope, seconds, asked.reason, bundle=asked.bundle)]
    row = tables.stream.raid(asked.raid or "")
    if row is None:
        raise NotFoundError("there is no such thing in a channel you have rights on")
    raid = row.raid
    must_see(who, raid.channel, raid.platform)
    spared = {one.account for one in tables.stream.corrections(raid.id) if one.part != raid.id}
    members = [one.account for one in raid.members if one.core and one.account not in spared]
    if not members:
        raise InputError("this raid has no members that stand out", where="raid")
    return [
        Wish(
            asked.kind,
            Scope(ScopeKind.ACCOUNT, raid.platform, raid.channel, account),
            seconds,
            asked.reason,
        )
        for account in members[:MOST_MEMBERS]
    ]


def _view(rung: Rung) -> RungView:
    return RungView(
        rung.kind,
        list(rung.touches),
        dict(rung.does),
        dict(rung.platform),
        rung.lease_seconds,
        rung.endless,
        rung.reversible,
        rung.for_everyone,
        rung.hour,
        rung.day,
        [FormView(scope, form.field, form.key) for scope, form in rung.form.items()],
        None if rung.no_form is None else dict(rung.no_form),
    )
