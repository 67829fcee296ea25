"""`--jurisdiction` cuts what knows its country, and says of the rest that it cannot be."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from rempart.cases.dated import declare
from rempart.disclose.court import Perimeter
from rempart.disclose.court.make import Made, Wanted, make
from rempart.disclose.rehearsal import Plan, rehearse
from rempart.model import Territory
from rempart.store.interface.referrals import ReferralRow
from rempart.store.sqlite.store import SqliteStore

DAY = date(2026, 1, 1)
YEAR = Wanted(DAY, date(2026, 12, 31), "en")
SENT_MS = 1_780_000_000_000
"""In June 2026."""


@pytest.fixture(scope="module")
def two_countries(tmp_path_factory: pytest.TempPathFactory) -> SqliteStore:
    """A year with orders of many Member States, and one transmission to each kind of authority."""
    folder: Path = tmp_path_factory.mktemp("two")
    store = SqliteStore.open(folder / "rempart.db")
    rehearse(store, Plan(decisions=300, seed=5))
    with store.begin() as tables:
        territory = Territory(("FR", "BE"), "Europe/Paris")
        declare(tables, territory, "territory", DAY, None, "admin", SENT_MS)
        case = tables.cases.find("", 1)[0]
        for number, place in enumerate(("pharos", "police", "ncmec")):
            row = ReferralRow(
                f"r-{place}", case, place, "authority", "threat", SENT_MS - 1, "admin",
                SENT_MS - 1, "sent", 1, "admin", SENT_MS + number, None, None, 1, 1,
            )  # fmt: skip
            tables.referrals.put(row)
    return store


def drawn(store: SqliteStore, country: str) -> Made:
    with store.read() as tables:
        return make(tables, "x", YEAR._replace(perimeter=Perimeter((), country)), None)


def rows_of(made: Made, key: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made.files[f"{key}.csv"].decode(), newline="")))


def test_orders_are_those_of_the_authorities_of_that_country(two_countries: SqliteStore) -> None:
    whole = rows_of(drawn(two_countries, ""), "4.4-each")
    assert {"FR", "BE"} < {row["country"] for row in whole}
    for country in ("FR", "BE"):
        made = drawn(two_countries, country)
        each = rows_of(made, "4.4-each")
        assert each == [row for row in whole if row["country"] == country]
        counted = sum(int(row["received"]) for row in rows_of(made, "4.4-requests"))
        assert counted == len(each) > 0


def test_transmissions_to_another_country_are_left_out(two_countries: SqliteStore) -> None:
    def places(country: str) -> list[str]:
        made = drawn(two_countries, country)
        return sorted(row["authority"] for row in rows_of(made, "4.3-acknowledgements"))

    whole = places("")
    assert whole.count("ncmec") == whole.count("police") == 1
    assert places("FR") == [place for place in whole if place != "ncmec"]
    assert places("BE") == ["police"]


def test_the_coverage_says_what_was_left_out_and_what_cannot_be_told_apart(
    two_countries: SqliteStore,
) -> None:
    whole = drawn(two_countries, "")
    made = drawn(two_countries, "BE")
    told = {row["gap"]: row for row in rows_of(made, "coverage")}
    orders, kept = len(rows_of(whole, "4.4-each")), len(rows_of(made, "4.4-each"))
    assert told["gap_jurisdiction_orders"]["number"] == str(orders - kept)
    assert told["gap_jurisdiction_orders"]["of"] == str(orders)
    sent = len(rows_of(whole, "4.3-acknowledgements"))
    assert told["gap_jurisdiction_sent"]["number"] == str(sent - 1)
    assert told["gap_jurisdiction_places"]["number"] == "1"
    reports = rows_of(whole, "3.1-offences")[-1]["reports"]
    assert told["gap_jurisdiction_rest"]["number"] == reports
    assert rows_of(made, "3.1-offences") == rows_of(whole, "3.1-offences")
    assert not any(gap.startswith("gap_jurisdiction") for gap in
                   (row["gap"] for row in rows_of(whole, "coverage")))  # fmt: skip
