"""The whole history, read column by column: what is there, whose it is, and as of when."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.disclose.history.conftest import PLAN

from rempart.disclose.rehearsal import rehearse
from rempart.disclose.rehearsal.quick import quick
from rempart.errors import ConflictError
from rempart.log.commit import seal
from rempart.store.interface.history import NONE, Columns
from rempart.store.sqlite.store import SqliteStore


def _read(store: SqliteStore, as_of: int | None = None) -> Columns:
    with store.read() as tables:
        return tables.history.read(tables.log.size() if as_of is None else as_of)


def test_each_restriction_is_imposed_by_exactly_one_statement(store: SqliteStore) -> None:
    history = _read(store)
    said = history.statements
    restricting = np.flatnonzero(np.isin(np.arange(len(history.measures.seq)), said.measure))
    assert said.imposes.sum() == len(restricting)
    assert len(np.unique(said.measure[said.imposes])) == said.imposes.sum()
    assert not (said.imposes & said.ends).any()
    assert (said.made_ms[said.imposes] >= said.from_ms[said.imposes]).all()


def test_rows_name_each_other_by_position(store: SqliteStore) -> None:
    history = _read(store)
    with store.read() as tables:
        row = tables.statements.by_number(1)
        assert row is not None
        first = tables.stream.measure(row.statement.measure)
    assert first is not None
    said = history.statements
    assert history.measures.seq[said.measure[0]] == first.seq
    with store.read() as tables:
        told = tables.history.details(history.as_of)
    assert told.statement_place.words()[0] == f"{row.statement.platform}/{row.statement.channel}"
    decided = said.decision[said.decision != NONE]
    assert (history.decisions.decided_ms[decided] == said.made_ms[said.decision != NONE]).all()
    assert history.reports.items.sum() > len(history.reports.seq)


def test_what_came_after_a_size_of_the_log_is_not_there(store: SqliteStore) -> None:
    whole = _read(store)
    half = _read(store, int(whole.statements.seq[len(whole.statements.seq) // 2]))
    for part in ("reports", "decisions", "measures", "statements", "looks"):
        earlier, later = getattr(half, part).seq, getattr(whole, part).seq
        assert 0 < len(earlier) < len(later)
        assert (earlier == later[later < half.as_of]).all()
    closed = half.looks.state.is_("granted", "rejected")
    assert (half.looks.decided_ms[closed] > 0).all()
    assert (half.looks.decided_ms[~closed] == NONE).all()


def test_what_is_told_besides_is_about_the_same_rows(store: SqliteStore) -> None:
    whole = _read(store)
    half = _read(store, int(whole.statements.seq[len(whole.statements.seq) // 2]))
    for columns in (whole, half):
        with store.read() as tables:
            reports = tables.history.report_details(columns.as_of)
            told = tables.history.details(columns.as_of)
        for column in reports:
            assert len(column) == len(columns.reports.seq)
        for name, column in told._asdict().items():
            table = getattr(columns, f"{name.split('_', 1)[0]}s")
            assert len(column) == len(table[0]), name
    with store.read() as tables:
        grounds = tables.history.details(whole.as_of).decision_ground
    acted = whole.decisions.outcome.is_("uphold", "act", "partial")
    assert (acted == ~grounds.is_("none")).all()


def test_the_same_plan_is_the_same_history(tmp_path: Path, store: SqliteStore) -> None:
    again = SqliteStore.open(tmp_path / "rempart.db")
    rehearse(again, PLAN)
    for one, other in zip(_read(store)[1:], _read(again)[1:], strict=True):
        for name in one._fields:
            left, right = getattr(one, name), getattr(other, name)
            if name in ("codes", "names"):
                continue
            if hasattr(left, "codes"):
                assert left.names == right.names, name
                left, right = left.codes, right.codes
            assert (left == right).all(), name


def test_nothing_made_up_comes_into_a_folder_with_a_history(store: SqliteStore) -> None:
    with pytest.raises(ConflictError, match="holds a history"):
        rehearse(store, PLAN)


def test_a_service_that_starts_on_a_made_up_year_has_nothing_to_step_through(
    store: SqliteStore,
) -> None:
    with store.read() as tables:
        assert tables.stream.snapshot_seq() == tables.log.size()


def test_views_before_a_restriction_are_kept_apart_from_later_ones(store: SqliteStore) -> None:
    views = _read(store).views
    restricted = views.restricted_ms[views.message]
    before = (restricted != NONE) & (views.at_ms <= restricted)
    assert 0 < before.sum() < (restricted != NONE).sum()


def test_quick_entries_are_byte_for_byte_those_of_the_service() -> None:
    value = {"id": "d-1", "b": None, "a": ["é", 3, {"z": True, "y": "“"}], "n": -(2**53) + 1}
    salt = bytes(range(16))
    body = {key: part for key, part in value.items() if part is not None}
    assert quick("decision", value, salt) == seal("decision", {"v": 1, **body}, salts=salt)
