"""A year is the days of the territory, whatever its clock does over the turn of the year."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from rempart.disclose.history import half_year_of, period_of, year_of
from rempart.disclose.history.period import months_of
from rempart.errors import InputError


def _utc(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def test_a_year_in_utc_is_the_year() -> None:
    year = year_of(2026)
    assert _utc(year.begin_ms) == datetime(2026, 1, 1, tzinfo=UTC)
    assert _utc(year.end_ms) == datetime(2027, 1, 1, tzinfo=UTC)
    assert year.cell == "2026-01-01/2026-12-31"


def test_a_year_in_paris_begins_an_hour_before_it_does_in_utc() -> None:
    year = year_of(2026, "Europe/Paris")
    assert _utc(year.begin_ms) == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert _utc(year.end_ms) == datetime(2026, 12, 31, 23, tzinfo=UTC)


def test_summer_time_moves_the_middle_of_the_year_and_loses_no_hour() -> None:
    first, second = half_year_of(2026, 1, "Europe/Paris"), half_year_of(2026, 2, "Europe/Paris")
    assert first.end_ms == second.begin_ms
    assert _utc(second.begin_ms) == datetime(2026, 6, 30, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "year", "begins"),
    [
        # Samoa went over the date line: 30 December 2011 never was there.
        ("Pacific/Apia", 2012, datetime(2011, 12, 31, 10, tzinfo=UTC)),
        ("Pacific/Kiritimati", 2026, datetime(2025, 12, 31, 10, tzinfo=UTC)),
        ("America/Sao_Paulo", 2019, datetime(2019, 1, 1, 2, tzinfo=UTC)),
        ("Australia/Lord_Howe", 2026, datetime(2025, 12, 31, 13, tzinfo=UTC)),
    ],
)
def test_clocks_that_change_about_the_turn_of_the_year(
    zone: str, year: int, begins: datetime
) -> None:
    assert _utc(year_of(year, zone).begin_ms) == begins
    assert year_of(year - 1, zone).end_ms == year_of(year, zone).begin_ms


def test_a_clock_set_back_at_midnight_begins_the_day_at_its_first_midnight() -> None:
    # Havana sets its clock back at 01:00 on 1 November 2026: the day has 25 hours.
    day = period_of(date(2026, 11, 1), date(2026, 11, 1), "America/Havana")
    assert (day.end_ms - day.begin_ms) == 25 * 3_600_000


def test_months_make_up_the_year_without_gap() -> None:
    year = year_of(2026, "Europe/Paris")
    months = months_of(year)
    assert len(months) == 12
    assert (months[0].begin_ms, months[-1].end_ms) == (year.begin_ms, year.end_ms)
    assert all(one.end_ms == other.begin_ms for one, other in pairwise(months))


def test_an_unknown_zone_and_an_impossible_year_are_refused_by_name() -> None:
    with pytest.raises(InputError, match="no such time zone"):
        year_of(2026, "Europe/Nowhere")
    with pytest.raises(InputError, match="2000 and 2099"):
        year_of(1)
