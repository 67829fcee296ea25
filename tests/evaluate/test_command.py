"""The command end to end, on a written chat in the place where the real one would be."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from random import Random

import msgspec
import pytest
from tests.evaluate import raids
from tests.evaluate.grammar import Grammar
from tests.evaluate.page import Report
from tests.evaluate.people import crowd, moment
from tests.evaluate.small_world import START
from tests.evaluate.texts_people_seen import CHAT

from rempart.model import Message


@pytest.fixture
def chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two days of small talk by 150 people, as both files."""
    folder = tmp_path / "data" / "chat"
    folder.mkdir(parents=True)
    rng, grammar = Random(8), Grammar(CHAT)
    people = crowd(rng, 150, moment(START), ages=False)
    for name in ("stream_chat", "ubuntu_irc"):
        with gzip.open(folder / f"{name}.ndjson.gz", "wb") as out:
            for number in range(2_400):
                at = moment(START + number * 72)
                text = grammar.say(rng, "chat")
                row = Message(f"{name}-{number}", "test", name, at, rng.choice(people), text)
                out.write(msgspec.json.encode(row) + b"\n")
    monkeypatch.setenv("REMPART_SHARED", str(tmp_path))
    return tmp_path


def test_it_finds_bots_spares_a_vote_and_writes_a_report(
    chat: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = chat / "report.json"
    arguments = ["--runs", "5", "--kinds", "bots-0,vote", "--modes", "ages,no-ages"]
    assert raids.main([*arguments, "--processes", "2", "--silent", "--json", str(where)]) == 0
    printed = capsys.readouterr().out
    assert "== ages: 10 runs" in printed
    assert "== no-ages: 10 runs" in printed
    report = msgspec.json.decode(where.read_bytes(), type=Report)
    assert str(chat) not in report.command
    runs = report.modes["ages"].runs
    assert [run.kind for run in runs] == ["bots-0"] * 5 + ["vote"] * 5
    assert all(run.seconds is not None for run in runs[:5])
    assert not any(run.stage == "attack" for run in runs[5:])
    assert {channel.host for channel in report.modes["ages"].benign} >= {"stream", "irc"}


def test_out_of_time_it_stops_with_as_many_runs_of_each_kind(
    chat: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--runs", "9", "--kinds", "bots-0,vote", "--modes", "ages", "--no-benign"]
    assert raids.main([*arguments, "--processes", "1", "--silent", "--minutes", "0.001"]) == 0
    printed = capsys.readouterr().out
    found = re.search(r"== ages: (\d+) runs", printed)
    assert found is not None
    assert int(found[1]) < 18
    assert int(found[1]) % 2 == 0


def test_an_unknown_kind_is_said_in_one_line(chat: Path) -> None:
    with pytest.raises(SystemExit, match="no such kind: bots-9; there are bots-0"):
        raids.main(["--kinds", "bots-9"])


def test_without_chat_it_says_where_it_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REMPART_SHARED", str(tmp_path))
    with pytest.raises(SystemExit, match="set REMPART_SHARED to the folder"):
        raids.main(["--quick", "--silent"])
