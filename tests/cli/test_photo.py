"""`rempart photo`: told what a photo gives away, a clean copy, the original untouched."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner
from tests.media import photos

from rempart.cli import main
from rempart.media.look import look_at


def test_a_photo_is_looked_at_and_copied_clean(tmp_path: Path) -> None:
    original, copy = tmp_path / "holiday.jpg", tmp_path / "clean.jpg"
    original.write_bytes(photos.planted_jpeg())
    told = CliRunner().invoke(main, ["photo", str(original)])
    assert told.exit_code == 1
    for part in ("the place: 48.85837, -2.29448", "a serial number (EXIF): PLANTSERIAL"):
        assert part in told.output
    done = CliRunner().invoke(main, ["photo", str(original), "-o", str(copy)])
    assert done.exit_code == 0, done.output
    assert look_at(copy.read_bytes()).findings == ()
    assert original.read_bytes() == photos.planted_jpeg()
    again = CliRunner().invoke(main, ["photo", str(copy), "--json"])
    assert (again.exit_code, json.loads(again.output)["findings"]) == (0, [])


def test_the_original_is_never_written_over(tmp_path: Path) -> None:
    original = tmp_path / "holiday.jpg"
    original.write_bytes(photos.planted_jpeg())
    done = CliRunner().invoke(main, ["photo", str(original), "-o", str(original)])
    assert done.exit_code == 2
    assert "write over the original" in done.stderr
    assert original.read_bytes() == photos.planted_jpeg()


def test_what_is_no_photo_says_so_on_one_line(tmp_path: Path) -> None:
    wrong = tmp_path / "notes.txt"
    wrong.write_text("hello")
    done = CliRunner().invoke(main, ["photo", str(wrong)])
    assert done.exit_code == 2
    assert done.stderr.startswith("rempart: this is no photo")
    gone = CliRunner().invoke(main, ["photo", str(tmp_path / "gone.jpg")])
    assert gone.exit_code == 2
    assert "No such file" in gone.stderr
