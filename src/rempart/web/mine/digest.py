"""The calm digest: what the last seven days held for a target, in a few sentences and no texts.

Rules kept here:

1. No text of anybody, no name of an account, nothing that blinks or counts up: whoever opens it
   learns what was done for her and need look at nothing.
2. Days are told from the newest; quiet days are said to be quiet.
3. What comes is never announced: there is no notification, she opens the page when she wants.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import msgspec
from litestar import Response, get
from litestar.response import Redirect

from rempart.model import MeasureState, RaidStage
from rempart.model.moments import ms_of
from rempart.store.interface import Tables
from rempart.web.api.request import AnyRequest, engine_of, moment
from rempart.web.auth.gate import now_ms
from rempart.web.console.templates import render
from rempart.web.mine.session import find_session

DAYS: Final = 7
MOST_MESSAGES: Final = 5_000
MOST_RAIDS: Final = 200


class RaidTold(msgspec.Struct, frozen=True):
    """`kind` as in the summary of a scan; `over`: nothing of it comes any more."""

    kind: str
    begin: datetime
    over: bool
    accounts: int


class Day(msgspec.Struct, frozen=True):
    """`held`: messages to her that were kept back or flagged; `many`: there were more than can be
    counted here."""

    day: date
    held: int
    raids: list[RaidTold]


class Digest(msgspec.Struct, frozen=True):
    """`shield`: until when her shield is on."""

    target: str
    days: list[Day]
    shield: bool
    shield_until: datetime | None
    in_file: int
    many: bool


@get(["/mine/week", "/mine/week.json"], sync_to_thread=True, include_in_schema=False)
def week(request: AnyRequest) -> Response[Any]:
    session = find_session(request)
    as_json = request.url.path.endswith(".json")
    if session is None:
        if as_json:
            return Response({"error": {"reason": "no session of a target"}}, status_code=401)
        return Redirect("/mine", status_code=303)
    with engine_of(request).read() as tables:
        found = digest(tables, session.target, now_ms())
    if as_json:
        return Response(found, media_type="application/json")
    return render(request, "mine_week.html", week=found)


route_handlers: list[Any] = [week]


def digest(tables: Tables, target: str, at_ms: int) -> Digest:
    """The last `DAYS` days, newest first, days in UTC. `target`: a name, or `platform/name`."""
    today = moment(at_ms).astimezone(UTC).date()
    first = today - timedelta(days=DAYS - 1)
    since_ms = ms_of(datetime(first.year, first.month, first.day, tzinfo=UTC))
    numbers = tables.incidents.addressed(target, MOST_MESSAGES)
    held = Counter(
        moment(row.sent_at_ms).astimezone(UTC).date()
        for row in tables.stream.messages(numbers)
        if row.sent_at_ms >= since_ms
    )
    raids: dict[date, list[RaidTold]] = {}
    platform, _, name = target.rpartition("/")
    for row in tables.stream.raids(since_ms=since_ms, limit=MOST_RAIDS):
        raid = row.raid
        theirs = raid.target == name and platform in ("", raid.platform)
        if theirs and raid.stage is not RaidStage.NOTICE and row.lifted_ms is None:
            begin = raid.begin.astimezone(UTC)
            over = raid.until is not None and raid.until <= moment(at_ms)
            told = RaidTold(raid.kind.value, begin, over, len(raid.members))
            raids.setdefault(max(first, begin.date()), []).append(told)
    shields = [
        row.measure
        for row in tables.cases.shields(name)
        if row.measure.state is MeasureState.ACTIVE and platform in ("", row.measure.scope.platform)
    ]
    ends = [one.until for one in shields if one.until is not None]
    return Digest(
        target,
        [
            Day(day, held[day], raids.get(day, []))
            for day in (today - timedelta(days=back) for back in range(DAYS))
        ],
        bool(shields),
        max(ends, default=None),
        len(tables.incidents.items(target)),
        len(numbers) == MOST_MESSAGES,
    )
