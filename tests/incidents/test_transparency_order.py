"""Six associations against a platform (INCIDENTS 5): a court orders, and one call answers.

From one made-up history, each of the three outputs is one command; statements validate, every sheet
that applies and every section of the order holds something, and the three add up to the unit.

`REMPART_DECISIONS=100000 python -m pytest tests/incidents/test_transparency_order.py` is the long
run; the figure in the continuous one is small.
"""

from __future__ import annotations

import csv
import json
import os
import re
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from rempart.cli import main
from rempart.disclose.court.draw import SECTIONS
from rempart.disclose.transparency_database.rules import schema

DECISIONS = int(os.environ.get("REMPART_DECISIONS", "1200"))
DAYS = ("--from", "2026-01-01", "--until", "2026-12-31")
ONLY_VERY_LARGE = ("9_human_resources", "10_AMAR")
"""Sheets that the provider of this history does not owe."""
QUIET = ("1.4-kept", "1.8-failed-deliveries", "1.8-late")
"""Tables about which a rehearsal makes nothing up: they say *nothing in this period*."""


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["disclose", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("transparency-order") / "data"
    run("rehearse", "--data", str(folder), "--decisions", str(DECISIONS), "--seed", "6")
    return folder


@pytest.fixture(scope="module")
def statements(data: Path) -> list[dict[str, object]]:
    file = data.parent / "statements.ndjson"
    run("statements", "--data", str(data), "--ndjson", "-o", str(file))
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def yearly(data: Path) -> Path:
    folder = data.parent / "yearly"
    run("yearly", "--data", str(data), "--year", "2026", "-o", str(folder))
    return folder


@pytest.fixture(scope="module")
def court(data: Path) -> Path:
    folder = data.parent / "court"
    told = run("court", "--data", str(data), *DAYS, "-o", str(folder), "--lang", "en", "--json")
    assert json.loads(told)["tables"] > len(SECTIONS)
    return folder


def rows(folder: Path, name: str) -> list[list[str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def total(folder: Path, name: str) -> int:
    """The sum of the last column."""
    return sum(int(row[-1]) for row in rows(folder, name))


def test_every_statement_is_valid(statements: list[dict[str, object]]) -> None:
    official = jsonschema.Draft202012Validator(schema())
    assert len(statements) > DECISIONS / 2
    for one in statements:
        assert official.is_valid(one), next(official.iter_errors(one)).message
    assert len({one["puid"] for one in statements}) == len(statements)


def test_every_sheet_that_applies_holds_something(yearly: Path) -> None:
    sheets = sorted(path.stem for path in yearly.glob("*.csv"))
    assert len(sheets) == 11
    for sheet in sheets:
        found = rows(yearly, sheet)
        values = {
            cell for row in found for cell in row[4:] if re.fullmatch(r"[1-9]\d*|0\.\d+", cell)
        }
        if sheet not in (*ONLY_VERY_LARGE, "1_report_identification", "2_categories_names"):
            assert values or sheet == "11_qualitative", sheet
    for row in rows(yearly, "11_qualitative"):
        assert row[-1].strip() or "VLOP" in row[0], row


def test_every_section_of_the_order_holds_something(court: Path) -> None:
    names = sorted(path.stem for path in court.glob("*-*.csv"))
    assert {name.partition("-")[0] for name in names} == set(SECTIONS)
    for name in names:
        found = rows(court, name)
        first = found[0][0]
        assert (first == "nothing in this period") == (name in QUIET), (name, first)
        assert first != "not declared", name


def test_the_three_outputs_add_up_to_the_unit(
    statements: list[dict[str, object]], yearly: Path, court: Path
) -> None:
    notices = rows(yearly, "4_notices")[0]
    received, on_law, on_terms = int(notices[5]), int(notices[11]), int(notices[13])
    own = [int(rows(yearly, sheet)[0][5]) for sheet in _OWN]
    restrictions = total(court, "3.4-restrictions")
    ordered = sum(int(row[-1]) for row in rows(court, "3.4-restrictions") if row[3] == "order")
    assert restrictions - ordered == on_law + on_terms + sum(own) == _in_year(statements)
    reports = rows(court, "3.1-offences")[-1]
    assert int(reports[-1]) == received == total(court, "3.1-reports")
    assert int(reports[4]) == int(notices[6])
    assert rows(court, "3.5-appeals")[0][1] == rows(yearly, "7_appeals_and_recidivism")[0][6]
    orders = rows(yearly, "3_member_states_orders")[0]
    asked = rows(court, "4.4-requests")
    assert sum(int(row[3]) for row in asked if row[0] == "content") == int(orders[6])


_OWN = ("5_own_initiative_illegal", "6_own_initiative_TC")


def _in_year(statements: list[dict[str, object]]) -> int:
    return sum(str(one["application_date"]).startswith("2026-") for one in statements)


def test_the_court_dossier_is_the_same_again(data: Path, court: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    run("court", "--data", str(data), *DAYS, "-o", str(again), "--lang", "en")
    for path in sorted(court.iterdir()):
        if path.suffix != ".pdf":
            assert (again / path.name).read_bytes() == path.read_bytes(), path.name
