"""`rempart evaluate`: the figures of a labelled file; a bad line is refused alone."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from rempart.cli import main

ROWS = (
    {"text": "you are a pathetic idiot", "label": 1, "lang": "en", "group": "insult"},
    {"text": "what a lovely evening", "label": 0, "lang": "en", "group": "plain"},
    {"text": "espèce d'idiot", "label": 1, "lang": "fr", "group": "insult"},
    {"text": "à demain pour le match", "label": 0, "lang": "fr", "group": "plain"},
)


def write(path: Path, *lines: object) -> str:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + "\n", "utf-8")
    return str(path)


def test_figures_per_language_and_group(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.ndjson", *ROWS)
    result = CliRunner().invoke(main, ["evaluate", file, "--label", "abuse", "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert (report["label"], report["rows"], report["refused"]) == ("abuse", 4, [])
    parts = {(part["kind"], part["name"]): part["figures"] for part in report["parts"]}
    assert set(parts) == {
        ("all", ""),
        ("lang", "en"),
        ("lang", "fr"),
        ("group", "insult"),
        ("group", "plain"),
    }
    whole = parts["all", ""]
    assert (whole["positives"], whole["flagged"]) == (2, 2)
    assert whole["precision"] == whole["recall"] == whole["macro_f1"] == whole["auc"] == 1.0
    assert whole["recall_interval"][0] < 0.5
    assert parts["group", "plain"]["flag_rate"] == 0.0
    assert parts["group", "plain"]["recall"] is None


def test_people_get_a_table(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.ndjson", *ROWS)
    result = CliRunner().invoke(main, ["evaluate", file])
    assert result.exit_code == 0, result.output
    assert "macro-F1" in result.stdout
    assert "group insult" in result.stdout


def test_bad_lines_are_refused_alone_with_line_and_reason(tmp_path: Path) -> None:
    long = {"text": "a" * 70_000, "label": 0}
    file = write(tmp_path / "rows.ndjson", ROWS[0], "{", {"text": "x", "label": "yes"}, long, "[]")
    result = CliRunner().invoke(main, ["evaluate", file, "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["rows"] == 1
    assert [one["line"] for one in report["refused"]] == [2, 3, 4, 5]
    assert "rows.ndjson:3: refused: 'label' must be 0 or 1, here 'yes'" in result.stderr
    assert "longer than 64 KiB" in result.stderr


def test_a_file_without_a_row_is_an_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["evaluate", write(tmp_path / "empty.ndjson", "")])
    assert result.exit_code == 2
    assert "no labelled row" in result.stderr
    assert result.stderr.count("\n") == 1


def test_an_unknown_label_names_those_there_are(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.ndjson", *ROWS)
    result = CliRunner().invoke(main, ["evaluate", file, "--label", "rude"])
    assert result.exit_code == 2
    assert "there is no label 'rude'" in result.stderr
    assert "hate" in result.stderr


def test_another_label_is_judged_by_its_own_detector(tmp_path: Path) -> None:
    rows = (
        {"text": "call me on +33 6 12 34 56 78 tonight", "label": 1},
        {"text": "call me tonight", "label": 0},
    )
    file = write(tmp_path / "rows.ndjson", *rows)
    result = CliRunner().invoke(main, ["evaluate", file, "--label", "personal_data", "--json"])
    assert result.exit_code == 0, result.output
    whole = json.loads(result.stdout)["parts"][0]["figures"]
    assert whole["recall"] == whole["precision"] == 1.0
    assert whole["ece"] is None


def test_weights_that_were_cut_are_refused(tmp_path: Path) -> None:
    weights = tmp_path / "weights.bin"
    weights.write_bytes(b"rempart-words-1\n" + bytes(100))
    file = write(tmp_path / "rows.ndjson", *ROWS)
    result = CliRunner().invoke(main, ["evaluate", file, "--weights", str(weights)])
    assert result.exit_code == 2
    assert "weights" in result.stderr


def test_a_file_and_the_suite_exclude_each_other(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.ndjson", *ROWS)
    assert CliRunner().invoke(main, ["evaluate", file, "--suite"]).exit_code == 2
