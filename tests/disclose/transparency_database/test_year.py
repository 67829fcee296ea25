"""A made-up year: every statement is whole and valid, and adds up with the shared figures."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from rempart.cases.deciding.statement_gate import lack
from rempart.cases.reports.keys import ReportKeys
from rempart.disclose.history import read_history
from rempart.disclose.rehearsal import Plan, rehearse
from rempart.disclose.transparency_database.outbox import gather
from rempart.disclose.transparency_database.reading import Gate, all_gated
from rempart.disclose.transparency_database.reconcile import reconcile
from rempart.disclose.transparency_database.rules import schema
from rempart.store.interface.feed import Database, FeedState
from rempart.store.sqlite.store import SqliteStore

OFFICIAL = jsonschema.Draft202012Validator(schema())


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("year")
    store = SqliteStore.open(folder / "rempart.db")
    rehearse(store, Plan(decisions=500, seed=11))
    yield store, Gate(ReportKeys.load(folder / "keys").puid, "fr")
    store.close()


def test_every_statement_of_the_year_passes_the_gate_of_article_17(year):
    store, _ = year
    with store.read() as tables:
        rows = tables.statements.after(0, 100_000)
    assert len(rows) > 500
    assert [found for row in rows if (found := lack(row.statement))] == []


def test_every_restriction_is_written_once_valid_and_as_many_as_the_history_counts(year):
    store, gate = year
    with store.read() as tables:
        written = list(all_gated(tables, gate))
        said = read_history(tables).columns.statements
        total = tables.statements.restrictions() - tables.statements.exempted()
    assert [one.faults for one in written if one.faults] == []
    for one in written:
        document = json.loads(msgspec.json.encode(one.payload))
        assert list(OFFICIAL.iter_errors(document)) == []
    assert len({one.payload.puid for one in written}) == len(written) == total
    assert int(said.imposes.sum()) == total


def test_the_outbox_of_the_year_reconciles(year):
    store, gate = year
    while True:
        with store.begin() as tables:
            if not gather(tables, gate, Database.SANDBOX, 0):
                break
    with store.read() as tables:
        found = reconcile(tables, Database.SANDBOX)
        counts = tables.feed.counts(Database.SANDBOX)
    assert found.holds
    assert found.unread == 0
    assert counts == {FeedState.WAITING: found.restrictions - found.exempt}
