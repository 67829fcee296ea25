"""Dated settings: what a community declares of itself, from a day on, and how it is read.

Rules kept here:

1. Nothing is overwritten: each declaration is an entry of the log and a row, in one transaction.
   What was said wrongly is said again for the same days, and the earlier words stay.
2. On a day holds what was said last about that day. "None" may be said as well: somebody leaves, a
   contract ends. So what is read as of a size of the log never changes afterwards.
3. Moderators are numbers. Their nationality is declared by themselves, and is left out of all that
   is read here except of `roster.nationalities`, which merges what fewer than five share.
4. A contact point for users reaches a person (DSA art. 12(1)).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from rempart.cases.entries import at_time, clean, entry, record, rfc3339
from rempart.cases.harms import harm
from rempart.errors import InputError, NotFoundError
from rempart.model import (
    KIND_OF,
    ONE_OF,
    Audience,
    Contact,
    Dated,
    DatedKind,
    DatedValue,
    Layer,
    Moderator,
    ProviderTier,
    Recipients,
    ReportRows,
    ReportText,
    Size,
    Territory,
)
from rempart.model.moments import zone_named
from rempart.store.interface import Tables
from rempart.store.interface.dated import DatedRow

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)
GRACE_DAYS = 365
"""How long a provider that is no longer micro or small stays exempt (art. 19(1)): twelve months,
counted as days."""
_KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_ONE_DAY = timedelta(days=1)


class Said(NamedTuple):
    """One line of the history, as it was said. `value` None: none from that day on."""

    seq: int
    kind: DatedKind
    key: str
    from_day: date
    until: date | None
    value: DatedValue | None
    by: str
    at_ms: int


def declare(
    tables: Tables,
    value: DatedValue,
    key: str,
    from_day: date,
    until: date | None,
    by: str,
    at_ms: int,
) -> int:
    """Says that a value holds from a day to a day (both included; None: no end is known). Returns
    the sequence of its entry. InputError names the field that is wrong."""
    kind = KIND_OF[type(value)]
    key = _checked_key(kind, key)
    _check_days(from_day, until)
    _check(value, until)
    return _say(tables, kind, key, from_day, until, value, by, at_ms)


def end(tables: Tables, kind: DatedKind, key: str, from_day: date, by: str, at_ms: int) -> int:
    """Says that there is none from a day on. NotFoundError when there is none on that day."""
    key = _checked_key(kind, key)
    _check_days(from_day, None)
    said = history(tables, kind, key)
    if not any(one.until is None or one.until >= from_day for one in spans(said)):
        raise NotFoundError("nothing holds from that day on", where=key)
    return _say(tables, kind, key, from_day, None, None, by, at_ms)


def history(
    tables: Tables,
    kind: DatedKind | None = None,
    key: str | None = None,
    *,
    before_seq: int | None = None,
) -> list[Said]:
    """What was said, in that order. `before_seq`: as it was known when the log had that size."""
    rows = tables.dated.rows(kind, key, before_seq=before_seq)
    return [
        Said(
            row.seq,
            DatedKind(row.kind),
            row.key,
            date.fromisoformat(row.from_day),
            date.fromisoformat(row.until) if row.until is not None else None,
            read_value(row.value) if row.value is not None else None,
            row.by,
            row.at_ms,
        )
        for row in rows
    ]


def at(
    tables: Tables, day: date, kind: DatedKind | None = None, *, before_seq: int | None = None
) -> list[Dated]:
    """What holds on a day, by kind and key."""
    return on(history(tables, kind, before_seq=before_seq), day)


def one_at(
    tables: Tables, day: date, kind: DatedKind, *, before_seq: int | None = None
) -> DatedValue | None:
    """Of a kind of which there is one at a time."""
    found = at(tables, day, kind, before_seq=before_seq)
    return found[0].value if found else None


def between(
    tables: Tables,
    kind: DatedKind,
    from_day: date,
    to_day: date,
    *,
    before_seq: int | None = None,
) -> list[Dated]:
    """The values that held on some day of a period (both ends included), cut to nothing: each with
    its own days; by key, then by day."""
    return [
        one
        for one in spans(history(tables, kind, before_seq=before_seq))
        if one.from_day <= to_day and (one.until is None or one.until >= from_day)
    ]


def on(said: Iterable[Said], day: date) -> list[Dated]:
    """Pure: what holds on a day."""
    last: dict[tuple[str, str], Said] = {}
    for one in said:
        if one.from_day <= day and (one.until is None or day <= one.until):
            last[one.kind, one.key] = one
    return [
        Dated(one.key, one.value, one.from_day, one.until, one.seq)
        for _, one in sorted(last.items())
        if one.value is not None
    ]


def spans(said: Sequence[Said]) -> list[Dated]:
    """Pure: the whole history as spans that do not overlap within a key: what was said later wins
    for the days it speaks of."""
    found: list[Dated] = []
    for kind, key in sorted({(one.kind, one.key) for one in said}):
        own = [one for one in said if (one.kind, one.key) == (kind, key)]
        found.extend(_spans_of(own))
    return found


def _spans_of(own: Sequence[Said]) -> list[Dated]:
    edges = {one.from_day for one in own} | {
        one.until + _ONE_DAY for one in own if one.until is not None
    }
    found: list[Dated] = []
    ordered = sorted(edges)
    for place, edge in enumerate(ordered):
        last = next(
            (
                one
                for one in reversed(own)
                if one.from_day <= edge and (one.until is None or edge <= one.until)
            ),
            None,
        )
        if last is None or last.value is None:
            continue
        until = ordered[place + 1] - _ONE_DAY if place + 1 < len(ordered) else None
        before = found[-1] if found else None
        if before is not None and before.seq == last.seq and before.until == edge - _ONE_DAY:
            found[-1] = msgspec.structs.replace(before, until=until)
            continue
        found.append(Dated(last.key, last.value, edge, until, last.seq))
    return found


class Standing(NamedTuple):
    """What a provider is on a day. `exempt`: of the yearly report and of section 3 (art. 15(2),
    19), also by the grace of twelve months until `grace_until`."""

    layer: Layer
    size: Size
    exempt: bool
    grace_until: date | None = None


def standing(said: Sequence[Said], day: date) -> Standing | None:
    """Pure: from the history of the tier; None: nothing is declared for that day."""
    tiers = [one for one in spans(said) if isinstance(one.value, ProviderTier)]
    now = next((one for one in tiers if _holds(one, day)), None)
    if now is None:
        return None
    assert isinstance(now.value, ProviderTier)
    if now.value.layer is Layer.VERY_LARGE:
        return Standing(now.value.layer, now.value.size, exempt=False)
    if now.value.size is not Size.LARGER:
        return Standing(now.value.layer, now.value.size, exempt=True)
    lost = now.from_day
    for one in reversed([one for one in tiers if one.from_day < now.from_day]):
        assert isinstance(one.value, ProviderTier)
        if one.until is None or one.until + _ONE_DAY != lost:
            break
        if one.value.size is not Size.LARGER:
            until = lost + timedelta(days=GRACE_DAYS - 1)
            in_grace = day <= until
            return Standing(now.value.layer, now.value.size, exempt=in_grace, grace_until=until)
        lost = one.from_day
    return Standing(now.value.layer, now.value.size, exempt=False)


def read_value(data: bytes) -> DatedValue:
    value: DatedValue = _DECODER.decode(data)
    return value


def from_fields(kind: DatedKind, fields: dict[str, Any]) -> DatedValue:
    """A value from what somebody sent. InputError names the field."""
    try:
        value: DatedValue = msgspec.convert({**fields, "kind": kind.value}, DatedValue)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at ")
        raise InputError(what, where=place.strip("`").removeprefix("$.") or kind.value) from None
    return value


def shown(value: DatedValue) -> DatedValue:
    """As others may see it: without the nationality of one person."""
    if isinstance(value, Moderator) and value.nationality is not None:
        return msgspec.structs.replace(value, nationality=None)
    return value


def _say(
    tables: Tables,
    kind: DatedKind,
    key: str,
    from_day: date,
    until: date | None,
    value: DatedValue | None,
    by: str,
    at_ms: int,
) -> int:
    told = {
        "what": "declared" if value is not None else "ended",
        "kind": kind.value,
        "key": key,
        "from": from_day.isoformat(),
        "until": until.isoformat() if until is not None else None,
        "value": msgspec.to_builtins(value) if value is not None else None,
        "by": by,
        "at": rfc3339(at_ms),
    }
    seq = record(tables, [(None, entry("dated-setting", told))])
    tables.dated.add(
        DatedRow(
            seq,
            kind.value,
            key,
            from_day.isoformat(),
            until.isoformat() if until is not None else None,
            msgspec.json.encode(value) if value is not None else None,
            by,
            at_ms,
        )
    )
    return seq


def _checked_key(kind: DatedKind, key: str) -> str:
    if kind in ONE_OF:
        return kind.value
    key = clean(key).strip().lower()
    if not _KEY.fullmatch(key):
        raise InputError(
            "a name has up to 64 small letters, digits, dots and dashes",
            where="key",
            next_step="for a moderator its number, for example moderator-7",
        )
    return key


def _check_days(from_day: date, until: date | None) -> None:
    if not FIRST_DAY <= from_day <= LAST_DAY:
        raise InputError("this day is too far away", where="from_day")
    if until is not None and not from_day <= until <= LAST_DAY:
        raise InputError("the last day is not before the first", where="until")


def _check(value: DatedValue, until: date | None) -> None:
    if isinstance(value, ReportText | ReportRows):
        _check_report(value)
    if isinstance(value, Moderator | Contact) and not value.languages:
        raise InputError("name at least one language", where="languages")
    if isinstance(value, Moderator):
        if (value.from_hour is None) != (value.to_hour is None):
            raise InputError("hours have a beginning and an end", where="from_hour")
    elif isinstance(value, Contact):
        if not (value.email or value.address or value.phone):
            raise InputError("a contact point has an address", where="email")
        if value.audience is Audience.USERS and not value.human:
            raise InputError(
                "a contact point for users is not only automated (art. 12(1))", where="human"
            )
    elif isinstance(value, Territory):
        if zone_named(value.time_zone) is None:
            raise InputError("there is no such time zone", where="time_zone")
        if not value.jurisdictions:
            raise InputError("name at least one country", where="jurisdictions")
    elif isinstance(value, Recipients) and until is None:
        raise InputError("a figure has the last day of its months", where="until")


def _check_report(value: ReportText | ReportRows) -> None:
    if isinstance(value, ReportText):
        if not (value.en.strip() or value.fr.strip()):
            raise InputError("write the text in one language at least", where="en")
        return
    for key in value.apart:
        if harm(key).dsa.other is None:
            raise InputError("this harm has no description of a row of its own", where="apart")


def _holds(one: Dated, day: date) -> bool:
    return one.from_day <= day and (one.until is None or day <= one.until)


def today(at_ms: int, time_zone: str = "UTC") -> date:
    """The day in the territory's time zone."""
    return at_time(at_ms).astimezone(ZoneInfo(time_zone)).date()


_DECODER = msgspec.json.Decoder(DatedValue)
