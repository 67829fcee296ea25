"""The period that somebody asks for, in the time zone of the territory that is declared."""

from __future__ import annotations

from datetime import date

from rempart.cases.dated import one_at
from rempart.disclose.history import Period, half_year_of, year_of
from rempart.disclose.history.period import FIRST_YEAR, LAST_YEAR
from rempart.errors import InputError
from rempart.model import DatedKind, Territory
from rempart.store.interface import Tables


def last_day_asked(year: int, half: int | None) -> date:
    """The last day of a year or of a half of it."""
    whole = year_of(year) if half is None else half_year_of(year, half)
    return whole.last_day


def period_asked(
    tables: Tables, year: int, half: int | None = None, *, as_of: int | None = None
) -> Period:
    """A year or a half of it. The zone is what is declared for its last day, else for its first;
    UTC when nothing is. `as_of`: as it was declared at this size of the log; None: now."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InputError(f"a year lies between {FIRST_YEAR} and {LAST_YEAR}", where=str(year))
    zone = zone_of(tables, year, as_of=as_of)
    return year_of(year, zone) if half is None else half_year_of(year, half, zone)


def zone_of(tables: Tables, year: int, *, as_of: int | None = None) -> str:
    """In which a year is counted (see `period_asked`)."""
    days = date(year, 12, 31), date(year, 1, 1)
    return next((zone for day in days if (zone := time_zone(tables, day, as_of=as_of))), "UTC")


def time_zone(tables: Tables, day: date, *, as_of: int | None = None) -> str | None:
    value = one_at(tables, day, DatedKind.TERRITORY, before_seq=as_of)
    return value.time_zone if isinstance(value, Territory) else None
