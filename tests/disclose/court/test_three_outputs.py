"""Random histories: statements, yearly report and court dossier add up to the unit, for any period
of a year and any plan that wrote it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.cases.reports.keys import ReportKeys
from rempart.disclose.court.draw import Dossier, draw
from rempart.disclose.history import Period, half_year_of, read_history, year_of
from rempart.disclose.plain_csv import Cell
from rempart.disclose.rehearsal import Plan, rehearse
from rempart.disclose.transparency_database.reading import Gate, all_gated
from rempart.disclose.yearly import Provider, Report, draw_up
from rempart.store.interface import Tables
from rempart.store.sqlite.store import SqliteStore

PLANS = st.builds(
    Plan,
    decisions=st.integers(1, 90),
    reports=st.sampled_from([0.0, 0.4, 1.0, 3.0, 7.5]),
    seed=st.integers(0, 10**6),
)
PARTS = st.sampled_from([0, 1, 2])


@settings(max_examples=12, deadline=None, derandomize=True)
@given(plan=PLANS, part=PARTS, zone=st.sampled_from(["UTC", "Europe/Paris", "Pacific/Apia"]))
def test_the_three_outputs_add_up(plan: Plan, part: int, zone: str) -> None:
    with TemporaryDirectory() as name:
        store = SqliteStore.open(Path(name) / "rempart.db")
        try:
            rehearse(store, plan)
            period = half_year_of(plan.year, part, zone) if part else year_of(plan.year, zone)
            with store.read() as tables:
                _check(tables, period, Gate(ReportKeys.load(Path(name) / "keys").puid, "fr"))
        finally:
            store.close()


def _check(tables: Tables, period: Period, gate: Gate) -> None:
    report = draw_up(read_history(tables), period, Provider("x"))
    dossier = draw(tables, "x", "en", period)
    restrictions = dossier.table("3.4-restrictions").rows
    stated = sum(int(row[-1] or 0) for row in restrictions if row[3] != "order")
    assert stated == _of_report(report) == _statements(tables, gate, period)
    notices = _sheet(report, 4)
    last = dossier.table("3.1-offences").rows[-1]
    assert last[-1] == notices[5]
    assert last[4] == notices[6]
    assert _sum(dossier, "3.1-reports") == _sum(dossier, "3.1-months") == last[-1]
    assert dossier.table("3.6-silence").rows[-1][1] == last[-1]
    assert dossier.table("3.4-outcomes").rows[-1][1] == last[-1]
    assert dossier.table("3.2-distinct").rows[-1][2] == notices[7]
    orders = _sheet(report, 3)
    asked = dossier.table("4.4-requests").rows
    assert sum(int(row[3] or 0) for row in asked if row[0] == "content") == orders[6]
    assert dossier.table("3.5-appeals").rows[0][1] == _sheet(report, 7)[6]


def _of_report(report: Report) -> int:
    notices = _sheet(report, 4)
    own = int(_sheet(report, 5)[5] or 0) + int(_sheet(report, 6)[5] or 0)
    return int(notices[11] or 0) + int(notices[13] or 0) + own


def _sheet(report: Report, number: int) -> list[Cell]:
    """The row of totals."""
    return next(sheet for sheet in report.sheets if sheet.of.n == number).rows[0]


def _sum(dossier: Dossier, key: str) -> int:
    return sum(int(row[-1] or 0) for row in dossier.table(key).rows)


def _statements(tables: Tables, gate: Gate, period: Period) -> int:
    """Payloads of restrictions whose first statement was made in the period."""
    begun: dict[str, int] = {}
    for row in tables.statements.after(0, 1_000_000):
        made = round((row.statement.made_at - _EPOCH).total_seconds() * 1000)
        begun.setdefault(row.statement.measure, made)
    return sum(
        period.begin_ms <= begun[one.measure] < period.end_ms for one in all_gated(tables, gate)
    )


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def test_a_year_in_which_nothing_happened(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "rempart.db")
    with store.read() as tables:
        _check(tables, year_of(2026), Gate(ReportKeys.load(tmp_path / "keys").puid, "fr"))
        dossier = draw(tables, "x", "en", year_of(2026))
    assert dossier.read.period.first_day == date(2026, 1, 1)
    assert "gap_empty" in {one.key for one in dossier.gaps}
