"""`rempart train`: same data and seed, same file; the file is weights that judge."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from rempart.cli import main
from rempart.detect.text.model import load


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in the shape of the real one, of a few dozen rows."""
    folder = tmp_path_factory.mktemp("data")
    train = [
        {"text": f"{who} {word} {n}", "lang": "en", "set": "small", "hate": 0, "abusive": rude}
        for n, who in enumerate(("you are", "he was", "the guest is", "she looks", "they were"))
        for word, rude in (("a stupid idiot", 1), ("very kind", 0), ("late again", 0))
    ]
    train += [
        {
            "text": f"la phrase numéro {n} est calme",
            "lang": "fr",
            "set": "commonvoice_fr",
            "abusive": 0,
        }
        for n in range(20)
    ]
    test = [{"text": "he was very kind 9", "lang": "en", "set": "small", "abusive": 0}]
    chat = [{"text": f"did you try to restart it {n} times"} for n in range(30)]
    for name, rows in (("train", train), ("test", test), ("ubuntu_irc", chat)):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.ndjson.gz").write_bytes(gzip.compress(text.encode()))
    return folder


def run(data: Path, out: Path, *options: str) -> bytes:
    command = ["train", "--data", str(data), "-o", str(out), "--sample", "6", "--passes", "2"]
    result = CliRunner().invoke(main, [*command, *options])
    assert result.exit_code == 0, result.output
    return out.read_bytes()


def test_the_same_data_and_seed_give_the_same_file(data: Path, tmp_path: Path) -> None:
    first = run(data, tmp_path / "a.bin")
    assert run(data, tmp_path / "b.bin") == first
    assert run(data, tmp_path / "c.bin", "--seed", "1") != first
    assert len(first) <= 5_000_000
    assert set(load(first).calibration) == {"en", "fr", "de", "other"}


def test_a_family_left_out_makes_other_weights(data: Path, tmp_path: Path) -> None:
    whole = run(data, tmp_path / "a.bin")
    assert run(data, tmp_path / "b.bin", "--leave-out", "gaming") != whole


def test_a_family_that_there_is_not_is_an_error(data: Path, tmp_path: Path) -> None:
    command = [
        "train",
        "--data",
        str(data),
        "-o",
        str(tmp_path / "a.bin"),
        "--leave-out",
        "gamming",
    ]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 2
    assert "no family 'gamming'" in result.stderr
    assert not (tmp_path / "a.bin").exists()


def test_a_folder_without_the_data_is_an_error(tmp_path: Path) -> None:
    command = ["train", "--data", str(tmp_path), "-o", str(tmp_path / "a.bin")]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 2
    assert "train.ndjson.gz" in result.stderr


def test_a_bad_row_stops_the_run_with_its_line(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    for file in data.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    lines = gzip.decompress((data / "train.ndjson.gz").read_bytes()) + b'{"text": 7}\n'
    (folder / "train.ndjson.gz").write_bytes(gzip.compress(lines))
    command = ["train", "--data", str(folder), "-o", str(tmp_path / "a.bin"), "--sample", "2"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 2
    assert "train.ndjson.gz:36" in result.stderr
