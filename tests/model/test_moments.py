"""Times: one rounding, and what was written and read is written the same again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.model.moments import at_time, ms_of, rfc3339, written, zone_named

LATEST_MS = ms_of(datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC))
MOMENTS = st.datetimes(
    datetime(1900, 1, 1),  # noqa: DTZ001
    datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
)


@given(st.integers(0, LATEST_MS))
def test_a_stored_time_comes_back_as_it_was(at_ms: int) -> None:
    assert ms_of(at_time(at_ms)) == at_ms
    assert ms_of(datetime.fromisoformat(rfc3339(at_ms))) == at_ms


@given(MOMENTS)
def test_what_was_written_and_read_is_written_the_same(at: datetime) -> None:
    once = written(at)
    read = datetime.fromisoformat(once)
    assert written(read) == once
    assert ms_of(read) == ms_of(at)
    assert rfc3339(ms_of(at)) == once


@given(MOMENTS)
def test_no_time_is_written_that_has_not_come_yet(at: datetime) -> None:
    assert timedelta() <= at - at_time(ms_of(at)) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "name",
    ["", "Paris", "europe", "Europe", "../Europe/Paris", "a\0b", "right/Europe/Paris", "localtime"],
)
def test_what_is_no_zone_of_the_database_has_none(name: str) -> None:
    """A clock that counts leap seconds, or this machine's own, would shift a court's times."""
    assert zone_named(name) is None


def test_a_zone_is_found_by_its_name() -> None:
    zone = zone_named("Europe/Paris")
    assert datetime(2026, 7, 1, tzinfo=UTC).astimezone(zone).hour == 2
