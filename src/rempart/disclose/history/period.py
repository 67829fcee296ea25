"""Periods of a report: days of the territory's time zone, as moments.

A day begins when the clock of the territory says so: the year of a community in Paris begins at
23:00 UTC of 31 December. A zone that changes its clock over the turn of the year, or skips a day,
begins its day at the first moment that has that date.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rempart.errors import InputError
from rempart.model.moments import zone_named

FIRST_YEAR, LAST_YEAR = 2000, 2099
_DAY = timedelta(days=1)


class Period(NamedTuple):
    """From the first to the last day, both included; [begin_ms, end_ms) in UTC."""

    first_day: date
    last_day: date
    begin_ms: int
    end_ms: int
    time_zone: str

    @property
    def cell(self) -> str:
        """As the sheets write it."""
        return f"{self.first_day.isoformat()}/{self.last_day.isoformat()}"


def period_of(first_day: date, last_day: date, time_zone: str = "UTC") -> Period:
    """InputError when the zone is not known or the days are the wrong way round."""
    if last_day < first_day:
        raise InputError("a period ends after it begins", where=f"{first_day}/{last_day}")
    zone = _zone(time_zone)
    return Period(
        first_day,
        last_day,
        _begin_ms(first_day, zone),
        _begin_ms(last_day + _DAY, zone),
        time_zone,
    )


def year_of(year: int, time_zone: str = "UTC") -> Period:
    """A calendar year."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InputError(f"a year lies between {FIRST_YEAR} and {LAST_YEAR}", where=str(year))
    return period_of(date(year, 1, 1), date(year, 12, 31), time_zone)


def half_year_of(year: int, half: int, time_zone: str = "UTC") -> Period:
    """The periods of very large platforms: 1, from January; 2, from July."""
    whole = year_of(year, time_zone)
    if half == 1:
        return period_of(whole.first_day, date(year, 6, 30), time_zone)
    if half == 2:
        return period_of(date(year, 7, 1), whole.last_day, time_zone)
    raise InputError("a half-year is 1 or 2", where=str(half))


def months_of(period: Period) -> list[Period]:
    """The calendar months that it touches, cut to it."""
    found: list[Period] = []
    first = period.first_day
    while first <= period.last_day:
        following = (first.replace(day=1) + 32 * _DAY).replace(day=1)
        last = min(following - _DAY, period.last_day)
        found.append(period_of(first, last, period.time_zone))
        first = following
    return found


def _begin_ms(day: date, zone: ZoneInfo) -> int:
    """The first moment whose local date is `day` or later."""
    midnight = round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    low, high = midnight - 2 * 86_400, midnight + 2 * 86_400
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).date() < day:
            low = middle
        else:
            high = middle
    return high * 1000


def _zone(name: str) -> ZoneInfo:
    zone = zone_named(name)
    if zone is None:
        raise InputError(
            "there is no such time zone",
            where=name,
            next_step="write it as Europe/Paris is written",
        )
    return zone
