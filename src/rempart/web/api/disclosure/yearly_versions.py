"""Published versions of yearly reports over HTTP: listed, taken away as files, taken from public
view by two people, shown again.

For people with the right `declare` over everything. The page *Yearly report* does the same by the
functions of this module.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from rempart.disclose.yearly import withdrawing
from rempart.disclose.yearly.publish import files_of
from rempart.disclose.yearly.withdrawing import in_force, version_of
from rempart.store.interface import Tables
from rempart.store.interface.history import WithdrawalRow
from rempart.web.api.authority.declared import DECLARE
from rempart.web.api.disclosure.yearly import LONGEST_REASON, PATH, WHOLE
from rempart.web.api.files import FileView, file_answer, file_views
from rempart.web.api.request import AnyRequest, engine_of, moment, write
from rempart.web.auth import must_be_known
from rempart.web.auth.gate import now_ms

ONE = f"{PATH}/{{first:str}}/{{last:str}}/{{version:int}}"
Step = Callable[[Tables, str, int], None]
"""Of a withdrawal, by whom and when."""


class Why(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`reason`: everybody reads it."""

    reason: Annotated[str, msgspec.Meta(max_length=LONGEST_REASON)]


class WithdrawnView(msgspec.Struct, frozen=True):
    """`mine`: who looks withdrew it, and cannot be the second person."""

    at: datetime
    by: str
    reason: str
    until: datetime
    confirmed_by: str | None
    mine: bool


class VersionView(msgspec.Struct, frozen=True):
    """`withdrawn`: taken from public view now."""

    version: int
    period: str
    at: datetime
    by: str
    reason: str
    as_of: int
    template: str
    entry: int
    withdrawn: WithdrawnView | None = None


class VersionList(msgspec.Struct, frozen=True):
    versions: list[VersionView]


class VersionFiles(msgspec.Struct, frozen=True):
    version: VersionView
    files: list[FileView]


@get(PATH, guards=DECLARE, sync_to_thread=True, tags=["disclosure"])
def list_versions(request: AnyRequest) -> VersionList:
    """Every version that was ever published, also those that are taken from view."""
    who, now = must_be_known(request).id, now_ms()
    with engine_of(request).read() as tables:
        return VersionList(version_views(tables, now, who))


@get(ONE, guards=DECLARE, sync_to_thread=True, tags=["disclosure"])
def one_version(
    request: AnyRequest, first: FromPath[str], last: FromPath[str], version: FromPath[int]
) -> VersionFiles:
    """One version with its files. `first` and `last`: the days of its period."""
    who, now, period = must_be_known(request).id, now_ms(), f"{first}/{last}"
    with engine_of(request).read() as tables:
        files = files_of(tables, version_of(tables, period, version))
        return VersionFiles(_view(tables, period, version, now, who), file_views(files))


@get(f"{ONE}/files/{{name:str}}", guards=DECLARE, sync_to_thread=True, tags=["disclosure"])
def file_of_version(
    request: AnyRequest,
    first: FromPath[str],
    last: FromPath[str],
    version: FromPath[int],
    name: FromPath[str],
) -> Response[bytes]:
    """A file as it was published, byte for byte; `report.zip` is all of them."""
    return version_file(request, f"{first}/{last}", version, name)


@post(f"{ONE}/withdraw", guards=DECLARE, status_code=200, tags=["disclosure"])
async def withdraw(
    request: AnyRequest,
    first: FromPath[str],
    last: FromPath[str],
    version: FromPath[int],
    data: JSONBody[Why],
) -> VersionView:
    """Takes a version from public view at once. It comes back by itself after three days unless
    another person confirms."""
    return await take_from_view(request, f"{first}/{last}", version, data.reason)


@post(f"{ONE}/confirm", guards=DECLARE, status_code=200, tags=["disclosure"])
async def confirm(
    request: AnyRequest, first: FromPath[str], last: FromPath[str], version: FromPath[int]
) -> VersionView:
    """Another person agrees that it stays away."""
    return await agree(request, f"{first}/{last}", version)


@post(f"{ONE}/restore", guards=DECLARE, status_code=200, tags=["disclosure"])
async def restore(
    request: AnyRequest,
    first: FromPath[str],
    last: FromPath[str],
    version: FromPath[int],
    data: JSONBody[Why],
) -> VersionView:
    """Everybody reads it again."""
    return await show_again(request, f"{first}/{last}", version, data.reason)


route_handlers = [list_versions, one_version, file_of_version, withdraw, confirm, restore]


def version_views(tables: Tables, now: int, who: str) -> list[VersionView]:
    hidden = in_force(tables.history.withdrawals(), now)
    return [
        VersionView(
            row.version, row.period, moment(row.at_ms), row.by, row.reason, row.as_of,
            row.template, row.seq, _withdrawn(hidden.get((row.period, row.version)), who),
        )
        for row in tables.history.yearly()
    ]  # fmt: skip


def version_file(request: AnyRequest, period: str, version: int, name: str) -> Response[bytes]:
    """NotFoundError: no such version, or it has no such file."""
    with engine_of(request).read() as tables:
        return file_answer(files_of(tables, version_of(tables, period, version)), name, WHOLE)


async def take_from_view(
    request: AnyRequest, period: str, version: int, reason: str
) -> VersionView:
    def step(tables: Tables, by: str, at_ms: int) -> None:
        withdrawing.withdraw(tables, period, version, reason, by, at_ms)

    return await _done(request, period, version, step)


async def agree(request: AnyRequest, period: str, version: int) -> VersionView:
    def step(tables: Tables, by: str, at_ms: int) -> None:
        withdrawing.confirm(tables, period, version, by, at_ms)

    return await _done(request, period, version, step)


async def show_again(request: AnyRequest, period: str, version: int, reason: str) -> VersionView:
    def step(tables: Tables, by: str, at_ms: int) -> None:
        withdrawing.restore(tables, period, version, reason, by, at_ms)

    return await _done(request, period, version, step)


async def _done(request: AnyRequest, period: str, version: int, step: Step) -> VersionView:
    who, now = must_be_known(request).id, now_ms()

    def change(tables: Tables) -> VersionView:
        step(tables, who, now)
        return _view(tables, period, version, now, who)

    return await write(request, change)


def _view(tables: Tables, period: str, version: int, now: int, who: str) -> VersionView:
    return next(
        one
        for one in version_views(tables, now, who)
        if (one.period, one.version) == (period, version)
    )


def _withdrawn(row: WithdrawalRow | None, who: str) -> WithdrawnView | None:
    if row is None:
        return None
    at, until = moment(row.at_ms), moment(row.until_ms)
    return WithdrawnView(at, row.by, row.reason, until, row.confirmed_by, row.by == who)
