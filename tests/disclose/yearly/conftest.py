"""A made-up year and its report."""

from __future__ import annotations

from pathlib import Path

import pytest

from rempart.disclose.history import History, read_history, year_of
from rempart.disclose.rehearsal import Plan, rehearse
from rempart.disclose.yearly import Provider, Report, draw_up
from rempart.store.sqlite.store import SqliteStore

PLAN = Plan(decisions=600, seed=3)


@pytest.fixture(scope="session")
def yearly_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("year")
    store = SqliteStore.open(data / "rempart.db")
    rehearse(store, PLAN)
    store.close()
    return data


@pytest.fixture(scope="session")
def year_history(yearly_data: Path) -> History:
    store = SqliteStore.open_for_reading(yearly_data / "rempart.db")
    with store.read() as tables:
        return read_history(tables)


@pytest.fixture(scope="session")
def report(year_history: History) -> Report:
    return draw_up(year_history, year_of(2026, "Europe/Paris"), Provider("Salon d’exemple"))
