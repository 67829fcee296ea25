"""A made-up year and the dossier of a court about it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rempart.disclose.court.make import Made, Wanted, make
from rempart.disclose.rehearsal import Plan, rehearse
from rempart.store.sqlite.store import SqliteStore

PLAN = Plan(decisions=500, seed=5)
YEAR = Wanted(date(2026, 1, 1), date(2026, 12, 31), "en")


@pytest.fixture(scope="session")
def court_store(tmp_path_factory: pytest.TempPathFactory) -> SqliteStore:
    data: Path = tmp_path_factory.mktemp("court")
    store = SqliteStore.open(data / "rempart.db")
    rehearse(store, PLAN)
    return store


@pytest.fixture(scope="session")
def made(court_store: SqliteStore) -> Made:
    with court_store.read() as tables:
        return make(tables, "Salon d’exemple", YEAR, None)
