"""Figures do not hide silence (research: 700 decided in two hours, 300 never opened)."""

from __future__ import annotations

import csv
import random
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.cases.figures import WEEK, Point, precision, survival, survivals, wilson
from rempart.store.interface.figures import Judged, Waited
from rempart.web.console.live.curve import curve_points
from rempart.web.console.queue.figures_page import FiguresScreen as Screen
from rempart.web.console.queue.figures_page import _waiting, csv_of
from rempart.web.console.reading import moment

SILENT = [
    Waited("hate", "fr", "lea", minutes, done=True, late=False, number=1)
    for rng in [random.Random(7)]
    for minutes in [round(rng.expovariate(1 / 120)) for _ in range(700)]
] + [Waited("hate", "fr", "lea", WEEK, done=False, late=True, number=300)]


def test_seven_hundred_in_two_hours_and_three_hundred_never_is_not_two_hours() -> None:
    decided = [row.minutes for row in SILENT if row.done]
    assert sum(decided) / len(decided) == pytest.approx(120, rel=0.1), "what others would show"
    found = survival("", SILENT)
    assert (found.total, found.open) == (1_000, 300)
    assert found.half is not None
    assert found.half > 120
    assert found.most is None, "nine tenths were never reached, and nothing is filled in"
    assert found.after_week == pytest.approx(0.3)
    assert found.late.share == pytest.approx(0.3)
    assert found.late.low < 0.3 < found.late.high


def test_the_estimator_of_kaplan_and_meier_by_hand() -> None:
    """Freireich's classic: six weeks of remission data, the treated group."""
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    left = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    rows = [Waited("", "", "", t, True, False, 1) for t in ended]
    rows += [Waited("", "", "", t, False, False, 1) for t in left]
    curve = {point.minutes: round(point.waiting, 3) for point in survival("", rows).curve}
    assert curve == {
        0: 1.0,
        6: 0.857,
        7: 0.807,
        10: 0.753,
        13: 0.690,
        16: 0.627,
        22: 0.538,
        23: 0.448,
    }


def test_what_nobody_watched_for_a_week_has_no_figure_for_a_week() -> None:
    fresh = [Waited("", "", "", 5, False, False, 9)]
    found = survival("", fresh)
    assert (found.half, found.after_day, found.after_week) == (None, None, None)
    done = survival("", [Waited("", "", "", 5, True, False, 9)])
    assert (done.half, done.after_day, done.after_week) == (5, 0.0, 0.0)


def test_intervals_of_wilson() -> None:
    none = wilson(0, 0)
    assert (none.share, none.low, none.high) == (None, 0.0, 1.0)
    few, many = wilson(1, 2), wilson(500, 1_000)
    assert (round(few.low, 3), round(few.high, 3)) == (0.095, 0.905)
    assert (round(many.low, 3), round(many.high, 3)) == (0.469, 0.531)
    found = precision(Judged("hold-abuse", 10, 8, 1))
    assert (found.right.share, found.overturned.whole) == (0.8, 8)


@given(st.integers(0, 500), st.integers(0, 500))
def test_an_interval_holds_its_share(part: int, more: int) -> None:
    found = wilson(part, part + more)
    assert 0 <= found.low <= (found.share or 0) + 1e-9
    assert found.low <= found.high <= 1


@given(st.lists(st.tuples(st.integers(0, 20_000), st.booleans()), max_size=60))
def test_a_curve_only_falls_and_counts_everybody(waits) -> None:
    rows = [Waited("", "", "", minutes, done, False, 1) for minutes, done in waits]
    found = survival("", rows)
    shares = [point.waiting for point in found.curve]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= share <= 1 for share in shares)
    assert found.open == sum(not done for _, done in waits)
    assert curve_points(found)


def test_the_line_of_the_chart_ends_where_nobody_was_watched_any_longer() -> None:
    points = curve_points(survival("", SILENT)).split()
    assert points[0] == "44.0,20.0"
    assert points[-1].startswith("459.0,")
    assert survival("", []).curve == [Point(0, 1.0)]


def test_a_channel_name_cannot_run_in_a_spreadsheet() -> None:
    names = ("=cmd|' /C calc'!A0", "+1", "-1", "@x", "\tx", 'a"b,c', "lea")
    rows = [Waited("hate", "fr", name, 5, True, False, 1) for name in names]
    part = _waiting(rows)
    screen = Screen(moment(0), 90, part, part, [], [], [], [], {})
    found = [
        row[2]
        for row in csv.reader(StringIO(csv_of(screen).decode(), newline=""))
        if row[1] == "channel"
    ]
    assert not [name for name in found if name.startswith(("=", "+", "-", "@", "\t"))]
    assert 'a"b,c' in found
    assert [one.group for one in survivals(rows, lambda row: row.harm)] == ["hate"]
