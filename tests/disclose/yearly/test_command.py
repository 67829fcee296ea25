"""`rempart disclose yearly`: the files, twice the same, and what a spreadsheet makes of them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from rempart.cli import main
from rempart.disclose.plain_csv import csv_bytes, written


def _run(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["disclose", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_same_log_gives_the_same_bytes(yearly_data: Path, tmp_path: Path) -> None:
    for out in ("one", "two"):
        _run("yearly", "--data", str(yearly_data), "--year", "2026", "-o", str(tmp_path / out))
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / out).iterdir()}
        for out in ("one", "two")
    )
    assert one == two
    assert len([name for name in one if name.endswith(".csv")]) == 11


def test_the_workbook_has_the_sheets_and_runs_no_formula(yearly_data: Path, tmp_path: Path) -> None:
    arguments = ("--data", str(yearly_data), "--year", "2026", "-o", str(tmp_path))
    told = json.loads(_run("yearly", *arguments, "--language", "fr", "--json"))
    (name,) = [name for name in told["files"] if name.endswith(".xlsx")]
    with zipfile.ZipFile(tmp_path / name) as book:
        whole = b"".join(book.read(part) for part in book.namelist())
    assert "3_injonctions_États_membres".encode() in whole
    assert b"<f>" not in whole
    assert (tmp_path / "4_notices.csv").read_bytes().startswith(b"Applicability,")


def test_a_year_without_anything_and_a_year_before_the_form(
    yearly_data: Path, tmp_path: Path
) -> None:
    for year in ("2031", "2020"):
        told = json.loads(
            _run("yearly", "--data", str(yearly_data), "--year", year, "-o", str(tmp_path / year),
                 "--json")
        )  # fmt: skip
        assert told["period"] == f"{year}-01-01/{year}-12-31"
    assert any("not owed" in warning for warning in told["warnings"])


def test_wrong_use_is_one_line_and_exit_2(yearly_data: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    for arguments in (
        ("yearly", "--data", str(tmp_path / "nowhere"), "--year", "2026", "-o", str(tmp_path)),
        ("yearly", "--data", str(yearly_data), "--year", "1", "-o", str(tmp_path / "a")),
        ("yearly", "--data", str(yearly_data), "--year", "2026", "-o", str(tmp_path / "a"),
         "--published", "soon"),
        ("rehearse", "--data", str(yearly_data)),
    ):  # fmt: skip
        result = CliRunner().invoke(main, ["disclose", *arguments])
        assert result.exit_code == 2, arguments


@given(st.lists(st.text(min_size=1), min_size=1))
def test_no_cell_begins_like_a_formula_and_all_come_back(cells: list[str]) -> None:
    (row,) = csv.reader(io.StringIO(csv_bytes([cells]).decode(), newline=""))
    for cell, old in zip(row, cells, strict=True):
        assert cell[0] not in "=+-@\t\r\n"
        assert cell in (old, f"'{old}")
        assert (cell != old) >= (old[0] in "=+-@\t\r\n")


@pytest.mark.parametrize(
    "cell", ["=1", " =1", "\uff1d1", "\u202e=1", "\u200b\uff20SUM(A1)", "\ufeff+1"]
)
def test_nothing_unseen_covers_a_formula(cell: str) -> None:
    assert written(cell) == f"'{cell}"
    assert written("a=1") == "a=1"
