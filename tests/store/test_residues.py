"""The search for residues finds a word in every form in which it may have been written."""

from __future__ import annotations

import zlib
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path

import apsw
import pytest

from rempart.store.residues import residues

WORD = "Trifouillette"


@pytest.mark.parametrize(
    "hidden",
    [
        WORD.encode(),
        f"\\u00e9 {WORD}".encode(),
        WORD.encode("utf-16-le"),
        WORD.encode("utf-16-be"),
        WORD.encode().hex().encode(),
        b64encode(b"x" + WORD.encode() + b"yy"),
        b64encode(b"xx" + WORD.encode() + b"y"),
        urlsafe_b64encode(b"\xff\xfe\xfd" + WORD.encode()),
    ],
)
def test_a_word_is_found_in_any_file(tmp_path: Path, hidden: bytes) -> None:
    (tmp_path / "some.wal").write_bytes(b"\0" * 100 + hidden + b"\0" * 9)
    assert residues(tmp_path, [WORD])
    assert residues(tmp_path, ["Somethingelse"]) == []


def test_a_word_is_found_in_a_packed_cell(tmp_path: Path) -> None:
    db = apsw.Connection(str(tmp_path / "a.db"))
    db.execute("CREATE TABLE state (blob BLOB)")
    db.execute("INSERT INTO state VALUES (?)", (zlib.compress(f"he said {WORD}!".encode() * 9),))
    db.close()
    assert residues(tmp_path, [WORD])
