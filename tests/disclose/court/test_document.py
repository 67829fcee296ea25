"""The signed document of a court dossier, and the key of pseudonyms."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pyrage
import pytest
from tests.disclose.court.conftest import YEAR

from rempart.disclose.court.document import signed, unsigned
from rempart.disclose.court.key import KEY_FILE
from rempart.disclose.court.make import Made, make, steady
from rempart.disclose.court.words import Words
from rempart.disclose.dossier.document.make import Setting
from rempart.disclose.dossier.document.seal import SealName, load_seal
from rempart.errors import InputError
from rempart.store.interface.access import PersonRow
from rempart.store.sqlite.store import SqliteStore

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
