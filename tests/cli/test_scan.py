"""`rempart scan` from the outside: files in, outcomes and summary out."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from rempart.cli import main
from rempart.engine.embedded import EmbeddedEngine
from rempart.log.keys import read_public
from rempart.model import Message
from rempart.scenario import generate, load

_encoder = msgspec.json.Encoder()


def invoke(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["scan", *arguments], input=stdin)


@pytest.fixture(scope="module")
def raid_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scan") / "raid.ndjson"
    path.write_bytes(_encoder.encode_lines(generate("hate-raid", load("hate-raid", 1)).items))
    return path


def test_the_summary_is_that_of_the_contract(raid_file: Path, tmp_path: Path) -> None:
    out, summary = tmp_path / "out.ndjson", tmp_path / "summary.json"
    result = invoke(str(raid_file), "--out", str(out), "--summary", str(summary))
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(summary.read_text())
    outcomes = [json.loads(line) for line in out.read_text().splitlines()]
    assert document["messages"] == len(outcomes)
    assert document["refused"] == 0
    assert document["campaigns"] == []
    for key in ("cpu_seconds", "wall_seconds", "peak_rss_mb"):
        assert document[key] > 0
    attack = next(raid for raid in document["raids"] if raid["stage"] == "attack")
    assert attack["channel"] == attack["target"] == "lea"
    assert attack["members"]
    assert all(isinstance(member, str) for member in attack["members"])
    assert len(attack["reasons"]) >= 3
    assert 0 < attack["confidence"] <= 1
    assert attack["detected_after_messages"] <= 15
    assert attack["begin"] <= attack["detected_at"] <= attack["end"]
    assert attack["begin"].endswith("Z")
    assert {"id", "suspect_at", "kind", "messages"} <= attack.keys()
    held = [outcome for outcome in outcomes if outcome["verdict"] == "hold"]
    assert {outcome.get("raid") for outcome in held} >= {attack["id"]}
    assert "1 attack," in result.stdout


def test_input_from_stdin_gzip_and_several_files(raid_file: Path, tmp_path: Path) -> None:
    packed = tmp_path / "raid.gz"
    packed.write_bytes(gzip.compress(raid_file.read_bytes()))
    plain = json.loads(invoke(str(raid_file), "--json").stdout)
    for arguments, stdin in ((("-",), raid_file.read_bytes()), ((str(packed),), None)):
        document = json.loads(invoke(*arguments, "--json", stdin=stdin).stdout)
        assert document["raids"] == plain["raids"]
    lines = raid_file.read_bytes().splitlines(keepends=True)
    (tmp_path / "1").write_bytes(b"".join(lines[:900]))
    (tmp_path / "2").write_bytes(b"".join(lines[900:]))
    cut = json.loads(invoke(str(tmp_path / "1"), str(tmp_path / "2"), "--json").stdout)
    assert cut["raids"] == plain["raids"]
    assert cut["messages"] == plain["messages"]


def test_outcomes_on_stdout_are_nothing_but_outcomes(raid_file: Path) -> None:
    result = invoke(str(raid_file), "--out", "-")
    ids = [json.loads(line)["id"] for line in result.stdout.splitlines()]
    messages = [
        item.id
        for item in generate("hate-raid", load("hate-raid", 1)).items
        if isinstance(item, Message)
    ]
    assert ids == messages
    assert "messages per CPU-second" in result.stderr


def test_bad_lines_are_refused_alone_and_named(raid_file: Path, tmp_path: Path) -> None:
    lines = raid_file.read_bytes().splitlines()[:40]
    good = sum(b'"sent_at"' in line for line in lines)
    bad = {3: b"{", 7: b"\xff", 11: b'{"id":"x","text":"\x1b[2J"}', 20: b"[" * 100_000, 25: b"7"}
    for at, line in bad.items():
        lines.insert(at - 1, line)
    lines += [b"nope"] * 150
    path = tmp_path / "bad.ndjson"
    path.write_bytes(b"\n".join(lines))
    summary = tmp_path / "summary.json"
    result = invoke(str(path), "--summary", str(summary))
    assert result.exit_code == 0
    document = json.loads(summary.read_text())
    assert document["messages"] == good
    assert document["refused"] == 155
    assert len(document["refusals"]) == 100
    assert [refusal["line"] for refusal in document["refusals"][:5]] == sorted(bad)
    assert document["refusals"][0]["input"] == str(path)
    assert document["refusals"][0]["reason"]
    told = result.stderr.splitlines()
    assert told[0].startswith(f"{path}:3: refused: ")
    assert "more refused lines" in told[-1]
    assert len(told) < 30


@pytest.mark.parametrize("option", ["--out", "--summary"])
def test_an_output_that_cannot_be_written_is_said(
    raid_file: Path, tmp_path: Path, option: str
) -> None:
    result = invoke(str(raid_file), option, str(tmp_path / "no" / "where"))
    assert result.exit_code == 2
    assert "cannot write" in result.stderr
    assert str(tmp_path / "no" / "where") in result.stderr


def test_a_scan_into_a_store_finds_the_same_and_opens_the_cases(
    raid_file: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    outs = [tmp_path / name for name in ("without", "with", "again")]
    without = json.loads(invoke(str(raid_file), "--json", "--out", str(outs[0])).stdout)
    stored = invoke(str(raid_file), "--json", "--out", str(outs[1]), "--data", str(data))
    again = invoke(str(raid_file), "--json", "--out", str(outs[2]), "--data", str(data))
    assert outs[0].read_bytes() == outs[1].read_bytes() == outs[2].read_bytes()
    assert json.loads(stored.stdout)["raids"] == without["raids"]
    second = json.loads(again.stdout)
    assert second["duplicates"] == second["messages"] + second["events"]
    assert second["raids"] == []
    listed = CliRunner().invoke(main, ["case", "list", "--data", str(data), "--json"])
    cases = json.loads(listed.stdout)["cases"]
    assert [case["kind"] for case in cases if case["state"] == "open"].count("raid") == 1
    assert CliRunner().invoke(main, ["verify", str(data)]).exit_code == 0
    alone(data, tmp_path / "copy.db")


def test_a_store_in_use_is_said(raid_file: Path, tmp_path: Path) -> None:
    engine = EmbeddedEngine.open(tmp_path / "data")
    try:
        result = invoke(str(raid_file), "--data", str(tmp_path / "data"))
    finally:
        engine.stop()
    assert result.exit_code == 2
    assert "another process" in result.stderr


def test_memory_is_flat_in_the_length_of_the_input(raid_file: Path, tmp_path: Path) -> None:
    """Four times the input, the same memory: the whole process, measured from outside."""
    rows = [line for line in raid_file.read_bytes().splitlines() if b'"sent_at"' in line]

    def peak(repetitions: int) -> float:
        path = tmp_path / f"{repetitions}.ndjson"
        with path.open("wb") as file:
            for number in range(repetitions):
                day = b"2026-%02d-%02d" % (4 + number // 28, 1 + number % 28)
                for row in rows:
                    changed = row.replace(b"hate-raid-1-", b"%d-" % number)
                    file.write(changed.replace(b'"sent_at":"2026-03-01', b'"sent_at":"' + day))
                    file.write(b"\n")
        summary = tmp_path / "summary.json"
        command = [sys.executable, "-m", "rempart.cli", "scan", str(path)]
        subprocess.run(
            [*command, "--summary", str(summary), "--out", str(tmp_path / "out")],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        document = json.loads(summary.read_text())
        assert document["messages"] == repetitions * len(rows)
        path.unlink()
        return float(document["peak_rss_mb"])

    assert peak(44) < 1.15 * peak(11) + 8


def test_no_output_is_written_over_an_input_or_over_the_other(tmp_path: Path) -> None:
    chat = tmp_path / "chat.ndjson"
    chat.write_bytes(b"{}\n")
    other = tmp_path / "other"
    for arguments, named in (
        (("--out", str(chat)), "--out"),
        (("--summary", str(tmp_path / "." / "chat.ndjson")), "--summary"),
        (("--out", str(other), "--summary", str(other)), "--summary"),
    ):
        result = invoke(str(chat), *arguments)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"rempart: {named}: ")
        assert "written over" in result.stderr
    assert chat.read_bytes() == b"{}\n"
    assert not other.exists()


def test_a_summary_that_cannot_be_written_is_said_before_the_work(tmp_path: Path) -> None:
    """The input is not even there: nothing of it was read."""
    result = invoke(str(tmp_path / "missing"), "--summary", str(tmp_path / "no" / "where"))
    assert result.exit_code == 2
    assert "no such folder" in result.stderr


def test_people_are_told_what_was_held_and_which_ids_came_again(tmp_path: Path) -> None:
    def line(id: str, text: str) -> str:
        return json.dumps(
            {
                "id": id,
                "platform": "irc",
                "channel": "c",
                "sent_at": "2026-03-01T20:14:03Z",
                "author": {"id": "u1"},
                "text": text,
            }
        )

    chat = tmp_path / "chat.ndjson"
    texts = (("1", "hello"), ("2", "you are an idiot and a loser"), ("1", "hello"), ("1", "bye"))
    chat.write_text("\n".join(line(*text) for text in texts), "utf-8")
    told = invoke(str(chat)).stdout
    assert "1 held" in told
    assert "1 came again with a known id" in told
    assert "1 had a known id and another content" in told


def test_an_input_that_is_no_ndjson_at_all_is_told_what_to_bring(tmp_path: Path) -> None:
    junk = tmp_path / "junk"
    junk.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    result = invoke(str(junk))
    assert "docs/messages.md" in result.stderr.splitlines()[-1]
    missing = invoke(str(tmp_path / "missing"))
    assert (missing.exit_code, len(missing.stderr.splitlines())) == (2, 1)
    assert "name a file of messages" in missing.stderr


def alone(data: Path, copy: Path) -> None:
    """The store without its folder keys/ is verified as far as it goes, and says how far."""
    shutil.copy(data / "rempart.db", copy)
    unknown = CliRunner().invoke(main, ["verify", str(copy)])
    assert unknown.exit_code != 0 and "--key" in unknown.output
    key = read_public(data).vkey
    found = CliRunner().invoke(main, ["verify", str(copy), "--key", key])
    assert found.exit_code == 0, found.output
    assert "could not be opened" in found.output
    with sqlite3.connect(copy) as store:
        store.execute("DELETE FROM entry WHERE seq = (SELECT min(seq) + 1 FROM entry)")
    assert CliRunner().invoke(main, ["verify", str(copy), "--key", key]).exit_code == 1
