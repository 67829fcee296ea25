"""Reviewers' care: how much abuse a person reads in a day, when a pause is due, what is enough.

Rules kept here:

1. Counts by person, day and harm; never which text. They are gone after thirty days.
2. After so many texts a pause is asked for. It may be skipped once a day, with a reason; for a case
   of life and death always, with a reason. Both are entries of the log.
3. At a daily cap the queue offers no more of that harm until tomorrow; at the cap of all harms only
   what weighs less (`normal` urgency).
4. Care never leaves a place without anybody: where nobody else could decide, it only says so.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

import msgspec

from rempart.cases.harms import Urgency, harms
from rempart.cases.people import note_person, people_with
from rempart.cases.rights import Right
from rempart.errors import ConflictError, InputError
from rempart.model.moments import at_time
from rempart.store.interface import Tables
from rempart.store.interface.care import PauseRow

KEEP_DAYS = 30
OTHER = "other"
ONE_SIDED = 0.6
ONE_SIDED_FROM = 20
Count = Annotated[int, msgspec.Meta(ge=1, le=100_000)]


class CareSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The section `[care]`. `daily` texts of all harms together, `harms` of some; after each
    `pause_after` a pause of `pause_minutes`. Days begin `utc_offset_minutes` from UTC."""

    daily: Count = 200
    pause_after: Count = 40
    pause_minutes: Annotated[int, msgspec.Meta(ge=1, le=240)] = 10
    harms: dict[str, Count] = {}
    utc_offset_minutes: Annotated[int, msgspec.Meta(ge=-720, le=840)] = 60


class Day(msgspec.Struct, frozen=True):
    """One person's day. `capped`: harms she is offered no more of today; `pause_until`: a pause is
    asked for (ms); `may_skip`: it was not skipped today yet; `mostly`: one harm makes up most of
    the day; `week`: texts by day."""

    day: str
    texts: int
    by_harm: dict[str, int]
    caps: dict[str, int]
    daily: int
    capped: list[str]
    pause_until: int | None
    may_skip: bool
    until_pause: int
    mostly: str | None
    week: dict[str, int]
    alone: bool


def day_of(at_ms: int, care: CareSettings) -> str:
    local = at_time(at_ms) + timedelta(minutes=care.utc_offset_minutes)
    return local.date().isoformat()


def capped_harms(tables: Tables, person: str, care: CareSettings, at_ms: int) -> frozenset[str]:
    """The harms she is offered no more of today."""
    seen = tables.care.exposed(person, day_of(at_ms, care))
    found = {key for key, most in care.harms.items() if seen.get(key, 0) >= most}
    if sum(seen.values()) >= care.daily:
        found |= {key for key, harm in harms().items() if harm.urgency is not Urgency.NORMAL}
    return frozenset() if not found or _alone(tables, person) else frozenset(found)


def expose(
    tables: Tables, person: str, harm: str, texts: int, care: CareSettings, at_ms: int
) -> Day:
    """She opened so many texts of that harm."""
    today = day_of(at_ms, care)
    before = capped_harms(tables, person, care, at_ms)
    tables.care.forget((date.fromisoformat(today) - timedelta(days=KEEP_DAYS)).isoformat())
    tables.care.expose(person, today, harm if harm in harms() else OTHER, texts)
    row = tables.care.pause(person)
    since = row.since + texts
    if row.until_ms and at_ms >= row.until_ms:
        row, since = row._replace(until_ms=0), texts
    if since >= care.pause_after and not row.until_ms:
        row = row._replace(until_ms=at_ms + care.pause_minutes * 60_000)
    tables.care.put_pause(row._replace(since=since))
    if not before and capped_harms(tables, person, care, at_ms):
        note_person(tables, person, "cap reached", person, at_ms)
    return my_day(tables, person, care, at_ms)


def my_day(tables: Tables, person: str, care: CareSettings, at_ms: int) -> Day:
    today = day_of(at_ms, care)
    seen = tables.care.exposed(person, today)
    texts, row = sum(seen.values()), tables.care.pause(person)
    top = max(seen, key=lambda key: seen[key], default=None)
    one_sided = top is not None and texts >= ONE_SIDED_FROM and seen[top] >= ONE_SIDED * texts
    week = date.fromisoformat(today) - timedelta(days=6)
    pausing = row.until_ms > at_ms
    return Day(
        day=today,
        texts=texts,
        by_harm=seen,
        caps=care.harms,
        daily=care.daily,
        capped=sorted(capped_harms(tables, person, care, at_ms)),
        pause_until=row.until_ms if pausing else None,
        may_skip=row.skipped != today,
        until_pause=0 if pausing else max(0, care.pause_after - _since(row, at_ms)),
        mostly=top if one_sided else None,
        week=tables.care.by_day(person, week.isoformat()),
        alone=_alone(tables, person),
    )


def pause_due(tables: Tables, person: str, at_ms: int) -> bool:
    """Whether a pause is asked for now: never of the only one who could decide."""
    return tables.care.pause(person).until_ms > at_ms and not _alone(tables, person)


def skip_pause(
    tables: Tables, person: str, reason: str, care: CareSettings, at_ms: int, *, life: bool
) -> None:
    """Goes on without the pause. `life`: because of a case of life and death."""
    reason = reason.strip()
    if not 3 <= len(reason) <= 500:
        raise InputError(
            "this needs a reason", where="reason", next_step="say why; the log keeps it"
        )
    row, today = tables.care.pause(person), day_of(at_ms, care)
    if row.until_ms <= at_ms:
        raise ConflictError("no pause is asked for now")
    if row.skipped == today and not life:
        raise ConflictError(
            "one pause was skipped today already", next_step="the case waits for you, or for others"
        )
    tables.care.put_pause(PauseRow(person, 0, 0, row.skipped if life else today))
    note_person(tables, person, "pause skipped", person, at_ms, reason=reason)


def harm_of_case(tables: Tables, case: str) -> str:
    """What a case is about, for counting: what it is called, else what was recognised."""
    standing = tables.deadlines.standing([case]).get(case)
    return standing.harm if standing is not None and standing.harm else OTHER


def is_life(harm: str) -> bool:
    found = harms().get(harm)
    return found is not None and found.urgency is Urgency.LIFE


def _since(row: PauseRow, at_ms: int) -> int:
    return 0 if row.until_ms and at_ms >= row.until_ms else row.since


def _alone(tables: Tables, person: str) -> bool:
    return all(other.id == person for other in people_with(tables, Right.DECIDE))
