"""What an erasure or the end of a retention takes changes no count of an old cut, and is named."""

from __future__ import annotations

import csv
import io
from random import Random

import pytest
from tests.disclose.history.test_as_of import EVENTS, outputs, year

from rempart.cases.erasure.erasing import erase
from rempart.cases.erasure.finding import Memories
from rempart.cases.erasure.retention import RetentionSettings, expire
from rempart.store.interface.erasure import ErasureRow
from rempart.store.sqlite.store import SqliteStore

AT = 1_800_000_000_000
NAMING = "2_categories_names.csv"
SAYING = {"coverage.csv", "manifest.csv", NAMING, "report_2026-01-01_2026-12-31.xlsx"}
"""Files that name what was taken, hold such a file, or its digest."""

__all__ = ["year"]


def erased(store: SqliteStore, kind: str, subject: str) -> int:
    """Carried out, portion by portion; the entry that says so."""
    with store.begin() as tables:
        size = tables.log.size()
        row = ErasureRow(
            f"e-{size}", kind, subject, "objection", "", "erasing", "ana", AT, "ben", AT, AT,
            upto=size,
        )  # fmt: skip
        tables.erasure.put(row)
    memories = Memories()
    while row.state != "done":
        with store.begin() as tables:
            erase(tables, row, memories, lambda _: None, lambda _, __, data: data, AT)
            found = tables.erasure.get(row.id)
            assert found is not None
            row = found
    with store.read() as tables:
        return tables.log.size() - 1


def accounts(store: SqliteStore) -> list[str]:
    with store.read() as tables:
        scopes = [row.measure for row in tables.stream.measures(limit=2_000)]
    return sorted({f"{one.scope.platform}/{one.account}" for one in scopes if one.account})


def told(files: dict[str, bytes]) -> dict[str, dict[str, str]]:
    rows = csv.DictReader(io.StringIO(files["coverage.csv"].decode("utf-8-sig")))
    return {row["gap"]: row for row in rows}


def different(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    assert before.keys() == after.keys()
    return {name for name in before if after[name] != before[name]}


@pytest.mark.parametrize("seed", range(2))
def test_accounts_erased_in_random_histories_change_no_figure_of_an_old_cut(
    year: SqliteStore, seed: int
) -> None:
    random = Random(seed)
    with year.read() as tables:
        size = tables.log.size()
    before = outputs(year, size)
    assert "gap_erased" not in told(before)
    entries: list[int] = []
    for account, event in zip(
        random.sample(accounts(year), 8), random.sample(EVENTS, 8), strict=True
    ):
        with year.begin() as tables:
            event(tables, random)
        entries.append(erased(year, "account", account))
    after = outputs(year, size)
    assert different(before, after) <= SAYING
    line = told(after)["gap_erased"]
    assert line["number"] == "8"
    assert all(str(entry) in line["said"] for entry in entries)
    assert str(entries[0]) in after[NAMING].decode()


def test_a_reporter_who_is_erased_is_told_apart_no_more_and_nothing_else(
    year: SqliteStore,
) -> None:
    with year.read() as tables:
        size = tables.log.size()
        drawn = list(tables.cases.drawable(size, 0, 2**62, harm=None, outcome=None))
        rows = [row for case in tables.cases.find("", 60) for row in tables.cases.reports(case)]
    before = outputs(year, size)
    reporter = next(row for row in rows if row.reporter is not None)
    erased(year, "reporter", reporter.id)
    after = outputs(year, size)
    assert different(before, after) <= {*SAYING, "3.2-distinct.csv", "audit"}
    assert told(after)["gap_erased"]["number"] == "1"
    with year.read() as tables:
        assert drawn == list(tables.cases.drawable(size, 0, 2**62, harm=None, outcome=None))


def test_what_reached_its_end_is_named_and_takes_no_case_out_of_a_count(year: SqliteStore) -> None:
    with year.read() as tables:
        size = tables.log.size()
    before = outputs(year, size)
    windows = RetentionSettings().windows()
    for _ in range(200):
        with year.begin() as tables:
            if expire(tables, windows, AT + 3 * 366 * 86_400_000) is None:
                break
    after = outputs(year, size)
    assert "gap_expired" in told(after) and "gap_expired" not in told(before)
    assert different(before, after) <= {
        *SAYING, "1.3-detectors.csv", "1.8-alarms.csv", "8_automated_means.csv",
        "11_qualitative.csv", "audit",
    }  # fmt: skip
    with year.read() as tables:
        now = tables.log.size()
    assert "gap_expired" not in told(outputs(year, now)), "as of now nothing was taken since"


def test_what_is_older_than_the_keeping_of_old_states_is_said(year: SqliteStore) -> None:
    with year.begin() as tables:
        tables.connection.execute("INSERT INTO stood_before VALUES (12, 3)")
        tables.connection.execute("DELETE FROM stood_before WHERE cases <> 12")
    with year.read() as tables:
        size = tables.log.size()
    files = outputs(year, size)
    assert told(files)["gap_before"]["number"] == "12"
    assert told(files)["gap_before_deadlines"]["number"] == "3"
    assert "12 cases and 3 deadlines" in files[NAMING].decode()
