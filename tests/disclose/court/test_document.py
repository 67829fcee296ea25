"""The signed document of a court dossier, and the key of pseudonyms."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pyrage
import pytest
from tests.disclose.court.conftest import YEAR
from tests.disclose.court.steady import steady

from rempart.cases.queue.policy import clocks
from rempart.disclose.court.charts import chart_of
from rempart.disclose.court.document import signed, unsigned
from rempart.disclose.court.key import KEY_FILE
from rempart.disclose.court.make import Made, make
from rempart.disclose.court.words import Words
from rempart.disclose.dossier.document.make import Setting
from rempart.disclose.dossier.document.seal import SealName, load_seal
from rempart.errors import InputError
from rempart.rules import default_rules
from rempart.store.interface.access import PersonRow
from rempart.store.sqlite.store import SqliteStore

WHOLES = {"people", "french_speaking", "reports"}
SEAL = SealName("Seal of a test", "ab" * 32)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_before_its_seal_the_document_follows_from_the_log_alone(made: Made, language: str) -> None:
    words = Words(language)
    one, two = (unsigned(made.dossier, made.files, words, SEAL, key_sealed=False) for _ in range(2))
    assert one == two
    assert one.startswith(b"%PDF-1.7")


def test_the_seal_covers_the_whole_document(made: Made, tmp_path: Path) -> None:
    from pyhanko.pdf_utils.reader import PdfFileReader

    seal = load_seal(tmp_path, "example.org", datetime.now(UTC))
    setting = Setting("fr", "Europe/Paris", seal)
    document = signed(made.dossier, made.files, setting, key_sealed=False)
    (found,) = PdfFileReader(BytesIO(document)).embedded_signatures
    found.compute_integrity_info()
    assert found.evaluate_signature_coverage().name == "ENTIRE_FILE"


def test_the_key_of_pseudonyms_is_for_the_court_alone(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    store = SqliteStore.open(tmp_path_factory.mktemp("key") / "rempart.db")
    with store.begin() as tables:
        tables.access.put_person(
            PersonRow("moderator-1", "Zoé Secret", "", ("moderator",), None, 0, None)
        )
    court = pyrage.x25519.Identity.generate()
    asked = YEAR._replace(age=(str(court.to_public()),))
    with store.read() as tables:
        made = make(tables, "", asked, None)
        without = make(tables, "", YEAR, None)
    assert KEY_FILE not in without.files
    assert "Zoé Secret" in pyrage.decrypt(made.files[KEY_FILE], [court]).decode()
    for data in made.files.values():
        assert "Zoé Secret".encode() not in data
    assert steady(made.files) == steady(without.files)
    with store.read() as tables, pytest.raises(InputError):
        make(tables, "", YEAR._replace(age=("age1nothing",)), None)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_chart_shows_what_its_table_says_and_says_it_too(made: Made, language: str) -> None:
    words = Words(language)
    for key in ("2.1-people", "2.4-cover", "3.1-months", "3.4-months"):
        one = made.dossier.table(key)
        drawn = chart_of(one, words)
        if drawn is None:
            assert "1-4" in [value for row in one.rows for value in row], key
            continue
        place = next(at for at, name in enumerate(one.head) if name in WHOLES)
        assert (drawn["others"] or drawn["own"]) == [int(str(row[place] or 0)) for row in one.rows]
        assert max(drawn["others"] or drawn["own"]) <= drawn["top"]
        for row in one.rows:
            assert str(row[0]) in drawn["alt"]


def test_a_clerk_reads_words_where_the_tables_have_keys(made: Made) -> None:
    """French, and no key of ours: what a reader of the tables alone would have to look up."""
    words = Words("fr")
    shown = {
        column: {words.cell(column, value) for value in (row[place] for row in one.rows)}
        for one in made.dossier.tables
        if one.key in ("1.1-roles", "1.4-clocks")
        for place, column in enumerate(one.head)
    }
    for column in ("role", "rights", "clock", "law"):
        told = " ".join(shown[column])
        assert told and "_" not in told, column
        assert not re.search(r"\b(read|decide|refer|promptly|timely|days)\b", told), told
    assert {words.cell("clock", one) for one in clocks()} <= shown["clock"]
    for rule in default_rules().rules:
        assert words.cell("rule", rule.name) != rule.name
    assert words.cell("country", "other") == "autres"
    assert words.cell("kept_share", 0.9375) == "93,75\xa0%"
