"""What stands in a court dossier, and what must not."""

from __future__ import annotations

import csv
import io
from datetime import date
from hashlib import sha256

import pytest
from msgspec import structs
from tests.disclose.court.conftest import YEAR
from tests.disclose.court.steady import steady

from rempart.cases.dated import declare
from rempart.cases.terms import Tool
from rempart.disclose.court import Perimeter
from rempart.disclose.court.draw import SECTIONS
from rempart.disclose.court.make import Made, Wanted, make
from rempart.disclose.court.means import at, head_1
from rempart.disclose.court.read import Published
from rempart.disclose.court.words import texts
from rempart.disclose.history import Figures, read_history, year_of
from rempart.errors import InputError
from rempart.model import Cefr, Moderator, Territory
from rempart.store.sqlite.store import SqliteStore


def rows_of(made: Made, key: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made.files[f"{key}.csv"].decode(), newline="")))


def test_every_section_of_the_order_has_a_table(made: Made) -> None:
    assert len(SECTIONS) == 23
    assert {one.section for one in made.dossier.tables} == set(SECTIONS)


def test_every_figure_has_a_definition_and_its_query(made: Made) -> None:
    defined = rows_of(made, "definitions")
    named = {row["figure"] for row in defined}
    for table in made.dossier.tables:
        assert table.figures, table.key
        assert set(table.figures) <= named
    assert any("FROM report" in row["sql"] for row in defined if row["figure"] == "notice")


def test_the_same_log_gives_the_same_bytes(court_store: SqliteStore, made: Made) -> None:
    with court_store.read() as tables:
        again = make(tables, "Salon d’exemple", YEAR, None)
    assert steady(again.files) == steady(made.files)


def test_what_comes_later_changes_nothing_as_of_before(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    store = SqliteStore.open(tmp_path_factory.mktemp("later") / "rempart.db")
    french = Moderator("FR", {"fr": Cefr.C2}, external=False, full_time=100)
    paris = Territory(("FR",), "Europe/Paris")
    day = date(2026, 1, 1)
    with store.begin() as tables:
        declare(tables, paris, "territory", day, None, "admin", 1)
        declare(tables, french, "moderator-1", day, None, "admin", 1)
    with store.read() as tables:
        size = tables.log.size()
        before = make(tables, "", YEAR._replace(as_of=size), None)
    with store.begin() as tables:
        declare(tables, french, "moderator-2", day, None, "admin", 2)
    with store.read() as tables:
        after = make(tables, "", YEAR._replace(as_of=size), None)
        now = make(tables, "", YEAR, None)
    assert after.files == before.files
    assert rows_of(before, "2.1-people")[0]["people"] == "1"
    assert rows_of(now, "2.1-people")[0]["people"] == "2"


def test_the_manifest_names_every_file(made: Made) -> None:
    told = {row["file"]: row["sha256"] for row in rows_of(made, "manifest")}
    others = {name: data for name, data in made.files.items() if name != "manifest.csv"}
    assert told == {name: sha256(data).hexdigest() for name, data in others.items()}


def test_an_empty_log_declares_nothing_and_holds_no_zero(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    store = SqliteStore.open(tmp_path_factory.mktemp("empty") / "rempart.db")
    with store.read() as tables:
        empty = make(tables, "", YEAR, None)
    for key in ("1.6-budget", "1.7-training", "1.5-providers", "2.3-nationalities", "3.3-criteria"):
        assert next(iter(rows_of(empty, key)[0].values())) == "not declared", key
    assert {row["people"] for row in rows_of(empty, "2.1-people")} == {"not_declared"}
    gaps = [row["gap"] for row in rows_of(empty, "coverage")]
    assert "gap_empty" in gaps
    assert "gap_terms" in gaps


def test_sums_hold_inside_the_dossier(made: Made) -> None:
    reports = rows_of(made, "3.1-offences")
    total = int(reports[-1]["reports"])
    assert total == sum(int(row["reports"]) for row in reports[:-1]) > 1_000
    assert total == sum(int(row["reports"]) for row in rows_of(made, "3.1-reports"))
    assert total == sum(int(row["reports"]) for row in rows_of(made, "3.1-months"))
    for row in rows_of(made, "3.4-outcomes"):
        names = ("removed", "hidden", "restricted", "acted", "none", "open")
        assert int(row["reports"]) == sum(int(row[name]) for name in names)
    for row in rows_of(made, "3.6-silence"):
        parts = ("answered", "withdrawn", "unanswered")
        assert int(row["reports"]) == sum(int(row[name]) for name in parts)


def test_offences_cut_the_perimeter(court_store: SqliteStore, made: Made) -> None:
    chosen = YEAR._replace(perimeter=Perimeter(("hate",), "FR"))
    with court_store.read() as tables:
        hate = make(tables, "", chosen, None)
        figures = Figures(read_history(tables), year_of(2026, "Europe/Paris"))
    offences = rows_of(hate, "3.1-offences")
    assert [row["offence"] for row in offences] == ["hate", "all"]
    assert int(offences[0]["reports"]) == figures.notices(("hate",)).received
    assert "gap_perimeter" in {row["gap"] for row in rows_of(hate, "coverage")}


@pytest.mark.parametrize("perimeter", [Perimeter(("no such",), ""), Perimeter((), "DE")])
def test_a_perimeter_that_cannot_be_told_is_refused(
    court_store: SqliteStore, perimeter: Perimeter
) -> None:
    with court_store.read() as tables, pytest.raises(InputError):
        make(tables, "", YEAR._replace(perimeter=perimeter), None)


def test_few_people_are_merged_and_cannot_be_reckoned_back(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    store = SqliteStore.open(tmp_path_factory.mktemp("few") / "rempart.db")
    day = date(2026, 1, 1)
    with store.begin() as tables:
        for number in range(12):
            one = Moderator(
                "FR" if number < 10 else "BE",
                {"fr": Cefr.C2, "el": Cefr.B1} if number == 3 else {"fr": Cefr.C2},
                external=number == 11,
                full_time=100 if number != 11 else 30,
                nationality="FR" if number < 8 else ("GR" if number == 8 else None),
            )
            declare(tables, one, f"moderator-{number}", day, None, "admin", 1)
    with store.read() as tables:
        made = make(tables, "", YEAR, None)
    words = b"\n".join(
        data for name, data in made.files.items() if name.startswith(("2.", "coverage"))
    ).decode()
    nationalities = {r["nationality"]: int(r["people"]) for r in rows_of(made, "2.3-nationalities")}
    assert all(count >= 5 for count in nationalities.values())
    assert sum(nationalities.values()) == 12
    assert "GR" not in words
    assert "\nel," not in words
    assert "BE" not in words
    assert {row["external"] for row in rows_of(made, "2.1-people")} == {"merged"}
    assert "30" not in {row["full_time_external"] for row in rows_of(made, "2.1-people")}


def test_both_languages_have_the_same_words() -> None:
    en, fr = texts("en"), texts("fr")
    assert set(en) == set(fr)
    for key, text in en.items():
        assert sorted(_places(text)) == sorted(_places(fr[key])), key


def test_every_table_and_column_has_words(made: Made) -> None:
    for table in made.dossier.tables:
        assert f"table_{table.key.replace('.', '_')}" in texts("fr")
        assert all(f"column_{name}" in texts("fr") for name in table.head), table.key
    assert all(gap.key in texts("fr") for gap in made.dossier.gaps)


def test_a_later_day_than_the_first(court_store: SqliteStore) -> None:
    with court_store.read() as tables, pytest.raises(InputError):
        make(tables, "", Wanted(date(2026, 2, 1), date(2026, 1, 1), "en"), None)


def _places(text: str) -> list[str]:
    return [part.partition("}")[0] for part in text.split("{")[1:]]


def test_detectors_in_service_are_those_of_the_period_with_their_pauses(made: Made) -> None:
    read = made.dossier.read
    [known, *_] = read.terms
    day, begin, end = 86_400_000, read.period.begin_ms, read.period.end_ms
    old = Tool("text", "1")
    new = Tool("text", "2")
    terms = [
        Published(known.row._replace(from_ms=at), structs.replace(known.terms, tools=(tool,)))
        for at, tool in (
            (begin - 9 * day, Tool("text", "0")),
            (begin - 5 * day, old),
            (begin + day, new),
            (begin + 2 * day, old),
            (end + day, Tool("text", "3")),
        )
    ]
    [table] = [one for one in head_1(read._replace(terms=terms)) if one.key == "1.3-in-service"]
    assert [(row[1], row[2], row[3]) for row in table.rows] == [
        ("1", at(begin - 5 * day), at(begin + day)),
        ("1", at(begin + 2 * day), at(end + day)),
        ("2", at(begin + day), at(begin + 2 * day)),
    ]
