"""A made-up year that the tests of the shared reading look at."""

from __future__ import annotations

import pytest

from rempart.disclose.history import History, read_history
from rempart.disclose.rehearsal import Plan, rehearse
from rempart.store.sqlite.store import SqliteStore

PLAN = Plan(decisions=400, seed=7)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> SqliteStore:
    store = SqliteStore.open(tmp_path_factory.mktemp("year") / "rempart.db")
    rehearse(store, PLAN)
    return store


@pytest.fixture(scope="session")
def history(store: SqliteStore) -> History:
    with store.read() as tables:
        return read_history(tables)
