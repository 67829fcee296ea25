"""Correcting a raid by hand: lifting a member out, splitting a case, merging two, undoing a group.

Everything here is undoable: a member can be put back, a split is undone by a merge and a merge by a
split. An account whose id holds a slash is named in the body instead of the path.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import post
from litestar.params import FromPath, JSONBody

from rempart.cases.raids.corrections import (
    MOST_MEMBERS,
    lift_member,
    merge_raids,
    put_member_back,
    split_raid,
    undo_group,
)
from rempart.errors import NotFoundError
from rempart.model import Case, Measure, MeasureKind, Raid, ScopeKind
from rempart.store.interface import Tables
from rempart.web.api.cases.cases import find_case
from rempart.web.api.measures.protection import MeasureList
from rempart.web.api.request import AnyRequest, write
from rempart.web.auth import Caller, must_be_known, must_see, needs
from rempart.web.auth.gate import now_ms

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
MODERATE = [needs("moderate")]


class MemberRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    account: Name


class SplitRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The members that go to a second case."""

    accounts: Annotated[list[Name], msgspec.Meta(min_length=1, max_length=MOST_MEMBERS)]


class MergeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The raid whose case stays."""

    into: Name


class GroupRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Measures of one kind: `hold` on `account`, `shield` on `target` …"""

    kind: MeasureKind
    scope: ScopeKind


class SplitResult(msgspec.Struct, frozen=True):
    """The part, a raid of its own, and its case."""

    raid: Raid
    case: Case


@post(
    "/raids/{raid:str}/members/{account:str}/lift", guards=MODERATE, status_code=200, tags=["raids"]
)
async def lift_one(request: AnyRequest, raid: FromPath[str], account: FromPath[str]) -> MeasureList:
    """This account was not part of it: its measures are undone, its held messages free, and it is
    not held for this raid again."""
    return await _lift(request, raid, account)


@post("/raids/{raid:str}/members/lift", guards=MODERATE, status_code=200, tags=["raids"])
async def lift_named(
    request: AnyRequest, raid: FromPath[str], data: JSONBody[MemberRequest]
) -> MeasureList:
    """The same, with the account in the body."""
    return await _lift(request, raid, data.account)


@post(
    "/raids/{raid:str}/members/{account:str}/put-back",
    guards=MODERATE,
    status_code=200,
    tags=["raids"],
)
async def put_one_back(request: AnyRequest, raid: FromPath[str], account: FromPath[str]) -> Raid:
    """Takes a lift back: from now on the account counts as the machine says."""
    return await _put_back(request, raid, account)


@post("/raids/{raid:str}/members/put-back", guards=MODERATE, status_code=200, tags=["raids"])
async def put_named_back(
    request: AnyRequest, raid: FromPath[str], data: JSONBody[MemberRequest]
) -> Raid:
    """The same, with the account in the body."""
    return await _put_back(request, raid, data.account)


@post("/raids/{raid:str}/split", guards=MODERATE, status_code=200, tags=["raids"])
async def split(
    request: AnyRequest, raid: FromPath[str], data: JSONBody[SplitRequest]
) -> SplitResult:
    """These members go to a second case, with their messages and measures."""
    who, at_ms = must_be_known(request), now_ms()

    def change(tables: Tables) -> SplitResult:
        visible_raid(tables, who, raid)
        return SplitResult(*split_raid(tables, raid, data.accounts, who.id, at_ms))

    return await write(request, change)


@post("/raids/{raid:str}/merge", guards=MODERATE, status_code=200, tags=["raids"])
async def merge(request: AnyRequest, raid: FromPath[str], data: JSONBody[MergeRequest]) -> Case:
    """The case of this raid joins that of another one in its channel, against the same target."""
    who, at_ms = must_be_known(request), now_ms()

    def change(tables: Tables) -> Case:
        visible_raid(tables, who, raid)
        visible_raid(tables, who, data.into)
        return merge_raids(tables, raid, data.into, who.id, at_ms)

    return await write(request, change)


@post("/cases/{case:str}/measures/undo", guards=MODERATE, status_code=200, tags=["measures"])
async def undo_many(
    request: AnyRequest, case: FromPath[str], data: JSONBody[GroupRequest]
) -> MeasureList:
    """Takes back what is in force of one kind in a case."""
    who, at_ms = must_be_known(request), now_ms()

    def change(tables: Tables) -> list[Measure]:
        found = find_case(tables, who, case)
        return undo_group(tables, found.id, data.kind, data.scope, who.id, at_ms)

    return MeasureList(await write(request, change))


route_handlers: list[Any] = [
    lift_one,
    lift_named,
    put_one_back,
    put_named_back,
    split,
    merge,
    undo_many,
]


def visible_raid(tables: Tables, who: Caller, raid: str) -> Raid:
    """NotFoundError also when it lies in a channel without rights: no difference is told."""
    row = tables.stream.raid(raid)
    if row is None:
        raise NotFoundError("there is no such thing in a channel you have rights on")
    must_see(who, row.raid.channel, row.raid.platform)
    return row.raid


async def _lift(request: AnyRequest, raid: str, account: str) -> MeasureList:
    who, at_ms = must_be_known(request), now_ms()

    def change(tables: Tables) -> list[Measure]:
        visible_raid(tables, who, raid)
        return lift_member(tables, raid, account, who.id, at_ms)

    return MeasureList(await write(request, change))


async def _put_back(request: AnyRequest, raid: str, account: str) -> Raid:
    who, at_ms = must_be_known(request), now_ms()

    def change(tables: Tables) -> Raid:
        visible_raid(tables, who, raid)
        put_member_back(tables, raid, account, who.id, at_ms)
        return visible_raid(tables, who, raid)

    return await write(request, change)
