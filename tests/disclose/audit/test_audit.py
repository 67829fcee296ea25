"""An auditor asks the history, and reaches nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from rempart.disclose.audit import SCHEMA, Limits, Whole, parquet, query, read_whole
from rempart.disclose.audit.tables import document, library
from rempart.disclose.history import Figures, read_history, year_of
from rempart.disclose.rehearsal import Plan, rehearse
from rempart.errors import InputError
from rempart.store.sqlite.store import SqliteStore

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> SqliteStore:
    store = SqliteStore.open(tmp_path_factory.mktemp("audit") / "rempart.db")
    rehearse(store, Plan(decisions=200, seed=9))
    return store


@pytest.fixture(scope="module")
def whole(store: SqliteStore) -> Whole:
    with store.read() as tables:
        return read_whole(tables)


def test_a_query_counts_what_the_figures_count(store: SqliteStore, whole: Whole) -> None:
    with store.read() as tables:
        figures = Figures(read_history(tables), year_of(2026, "UTC"))
    found = query(whole, "SELECT count(*) FROM statements WHERE imposes")
    assert found.rows == [[figures.restrictions()]]
    found = query(
        whole,
        "SELECT d.outcome, count(*) AS n FROM decisions d JOIN cases USING (case_number)"
        " GROUP BY ALL ORDER BY n DESC",
    )
    assert found.columns == ["outcome", "n"]
    assert sum(int(row[1] or 0) for row in found.rows) == len(whole.columns.decisions.seq)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM 'https://example.org/x.parquet'",
        "COPY cases TO '/tmp/rempart-audit.csv'",
        "ATTACH '/tmp/rempart-audit.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET lock_configuration = false",
        "SELECT * FROM connection",
        "INSERT INTO cases SELECT * FROM cases",
        "DROP TABLE cases",
        "SELECT 1; SELECT 2",
        "PRAGMA database_list",
        "",
        "no query at all",
    ],
)
def test_it_reaches_neither_files_nor_network_and_changes_nothing(whole: Whole, sql: str) -> None:
    with pytest.raises(InputError):
        query(whole, sql)


def test_limits_of_rows_time_and_memory(whole: Whole) -> None:
    found = query(whole, "SELECT * FROM range(5000)", Limits(rows=10))
    assert (len(found.rows), found.truncated) == (10, True)
    wide = "SELECT " + ", ".join(f"repeat('x', 1900) AS c{n}" for n in range(200))
    with pytest.raises(InputError, match="too large"):
        query(whole, f"{wide} FROM range(100)")
    slow = (
        "SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE a.range = b.range + 1"
    )
    with pytest.raises(InputError):
        query(whole, slow, Limits(seconds=3.0))
    with pytest.raises(InputError):
        query(whole, "SELECT length(repeat('a', 6000000000))", Limits(memory=3 << 30))


def test_nothing_in_it_names_anybody(store: SqliteStore, whole: Whole) -> None:
    duckdb = library()
    names = {"moderator", "mod-", "salon", "http", "u1", "@"}
    for table in SCHEMA:
        for column in table.columns:
            if column.kind == "VARCHAR":
                found = query(whole, f"SELECT DISTINCT {column.name} FROM {table.name}")
                words = {str(row[0]) for row in found.rows}
                assert not [w for w in words for n in names if n in w], (table.name, column.name)
    assert duckdb is not None


def test_parquet_has_the_documented_schema_and_leaves_no_file(
    whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    files = parquet(whole)
    assert list(tmp_path.iterdir()) == []
    assert set(files) == {f"{table.name}.parquet" for table in SCHEMA}
    for table in SCHEMA:
        target = tmp_path / f"{table.name}.parquet"
        target.write_bytes(files[target.name])
        rows = library().execute(f"DESCRIBE SELECT * FROM '{target}'").fetchall()
        assert [(row[0], row[1]) for row in rows] == [(c.name, c.kind) for c in table.columns]


def test_the_schema_is_documented() -> None:
    assert (ROOT / "docs/history-schema.md").read_text("utf-8") == document()


def test_a_query_knows_nothing_of_the_service_that_asks_it(
    whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither whose home it runs in nor what lies where it was started."""
    (tmp_path / "duckdb.py").write_text("raise SystemExit(3)\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/the-operator")
    found = query(whole, "SELECT string_agg(value, ' ') FROM duckdb_settings()")
    assert "the-operator" not in str(found.rows)
