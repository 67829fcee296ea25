"""What a command gives out of the log leaves an entry there, beside a running service too."""

from __future__ import annotations

import json
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rempart.cases.entries import disclosed
from rempart.cases.reports.keys import ReportKeys
from rempart.cli import main
from rempart.disclose.given_out import (
    CASE,
    COURT,
    FOLDER,
    LONGEST,
    STATEMENTS,
    YEARLY,
    Given,
    leave,
    take_up,
    waiting,
)
from rempart.disclose.history.cut import Moment, size_of
from rempart.disclose.rehearsal import Plan, rehearse
from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.start import Lock
from rempart.errors import InputError
from rempart.store.sqlite.store import SqliteStore
from rempart.web.given_desk import GivenDesk

YEAR = ("--from", "2026-01-01", "--until", "2026-12-31", "--no-pdf", "--lang", "en")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    store = SqliteStore.open(tmp_path / "data" / "rempart.db")
    rehearse(store, Plan(decisions=40, seed=3))
    store.close()
    ReportKeys.load(tmp_path / "data" / "keys")
    return tmp_path / "data"


@contextmanager
def service(data: Path) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine.open(data)
    engine.start()
    try:
        yield engine
    finally:
        engine.stop()


def run(*arguments: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["disclose", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result


def rows(data: Path, what: str) -> list[tuple[str, int, dict[str, str]]]:
    """By, as of, files: of each output that the log tells of, from its row; the entry agrees."""
    store = SqliteStore.open_for_reading(data / "rempart.db")
    with store.read() as tables:
        found = []
        for row in tables.given_out.newest(what, 100):
            name = "court-dossier" if what == COURT else "given-out"
            entry = disclosed(tables, row.seq, name)
            files = json.loads(row.told)["files"]
            assert (entry["by"], entry["as_of"], entry["files"]) == (row.by, row.as_of, files)
            found.append((row.by, row.as_of, files))
    store.close()
    return found


def main_verifies(data: Path) -> bool:
    """The entry that the command wrote is signed: the log is whole."""
    return CliRunner().invoke(main, ["log", "scrub", "--data", str(data)]).exit_code == 0


def hashed(folder: Path) -> dict[str, str]:
    return {one.name: sha256(one.read_bytes()).hexdigest() for one in folder.iterdir()}


def test_each_output_is_an_entry_with_who_as_of_when_and_its_hash(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "ana")
    monkeypatch.setenv("USER", "ana")
    me = f"os:{pwd.getpwuid(os.getuid()).pw_name}"
    assert me != "os:ana", "what anybody can write into the environment is believed of nobody"
    run("yearly", "--data", data, "--year", "2026", "-o", tmp_path / "report")
    run("court", "--data", data, *YEAR, "-o", tmp_path / "dossier")
    run("statements", "--data", data, "-o", tmp_path / "all.json")
    ((by, as_of, files),) = rows(data, YEARLY)
    assert (by, files) == (me, hashed(tmp_path / "report"))
    assert rows(data, COURT) == [(me, as_of, hashed(tmp_path / "dossier"))]
    ((by, _, files),) = rows(data, STATEMENTS)
    assert files == {"all.json": sha256((tmp_path / "all.json").read_bytes()).hexdigest()}


def test_the_entry_of_an_output_does_not_change_the_next_one(data: Path, tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        run("court", "--data", data, *YEAR, "-o", tmp_path / name)
        run("yearly", "--data", data, "--year", "2026", "-o", tmp_path / f"y-{name}")
    assert hashed(tmp_path / "one") == hashed(tmp_path / "two") == hashed(tmp_path / "three")
    assert hashed(tmp_path / "y-one") == hashed(tmp_path / "y-three")
    assert len(rows(data, COURT)) == len(rows(data, YEARLY)) == 3


def test_beside_a_service_a_note_waits_and_becomes_an_entry_once(tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "dossier"
    with service(data) as engine:
        told = run("court", "--data", data, *YEAR, "-o", out, "--json")
        assert json.loads(told.stdout)["recorded"] == {"how": "note", "entry": None}
        assert rows(data, COURT) == []
        (path,) = waiting(data)
        assert path.stat().st_mode & 0o777 == 0o600
        assert (data / FOLDER).stat().st_mode & 0o777 == 0o700
        again = path.read_bytes()
        desk = GivenDesk(engine, data)
        assert desk.take_up() == 1
        path.write_bytes(again)
        assert desk.take_up() == 1
    assert [files for _, _, files in rows(data, COURT)] == [hashed(out)]
    assert waiting(data) == []
    told = run("court", "--data", data, *YEAR, "-o", tmp_path / "again", "--json")
    assert json.loads(told.stdout)["recorded"]["how"] == "entry"
    assert main_verifies(data)


def test_the_next_command_takes_up_what_no_service_did(data: Path, tmp_path: Path) -> None:
    lock = Lock(data)
    run("yearly", "--data", data, "--year", "2026", "-o", tmp_path / "a")
    lock.release()
    run("yearly", "--data", data, "--year", "2026", "-o", tmp_path / "b")
    assert len(rows(data, YEARLY)) == 2
    assert waiting(data) == []


def test_what_is_no_note_stops_no_command(data: Path, tmp_path: Path) -> None:
    (data / FOLDER).mkdir()
    (data / FOLDER / "1-a.json").write_text("{}")
    run("yearly", "--data", data, "--year", "2026", "-o", tmp_path / "report")
    assert len(rows(data, YEARLY)) == 1
    assert [one.name for one in (data / FOLDER).iterdir()] == ["1-a.json.refused"]


def test_a_note_that_no_service_would_take_up_is_not_left(tmp_path: Path) -> None:
    """Else the output leaves, and stands nowhere."""
    asked: dict[str, str | int | bool | list[str]] = {"reason": "x" * LONGEST}
    with pytest.raises(InputError, match="more than a note"):
        leave(tmp_path, Given(CASE, "os:ana", 1, 1, asked, {}))
    assert waiting(tmp_path) == []


def test_what_is_no_note_is_put_aside(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / FOLDER).mkdir(parents=True)
    for number, text in enumerate(("", "{}", "[" * 10_000, '{"what": "anything"}')):
        (data / FOLDER / f"{number}.json").write_text(text)
    with service(data) as engine:
        assert GivenDesk(engine, data).take_up() == 0
    assert waiting(data) == []
    assert len(list((data / FOLDER).glob("*.refused"))) == 4


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_refused(data: Path, tmp_path: Path) -> None:
    data.chmod(0o500)
    try:
        told = run("yearly", "--data", data, "--year", "2026", "-o", tmp_path / "r", code=2)
        assert "--unrecorded" in told.output
        assert not (tmp_path / "r").exists()
    finally:
        data.chmod(0o700)


def test_where_nothing_can_be_recorded_it_is_said(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same for root, who may write everywhere but where there is no folder to write into."""
    lock = Lock(data)
    (data / FOLDER).write_text("a file stands where the folder of notes should be")
    refused = run("yearly", "--data", data, "--year", "2026", "-o", tmp_path / "r", code=2)
    assert "--unrecorded" in refused.output
    assert not (tmp_path / "r").exists()
    told = run("yearly", "--data", data, "--year", "2026", "-o", tmp_path / "r", "--unrecorded")
    assert "not recorded" in told.output
    assert (tmp_path / "r").exists()
    lock.release()
    assert rows(data, YEARLY) == []


def test_now_is_the_log_without_the_notes_at_its_end(data: Path, tmp_path: Path) -> None:
    store = SqliteStore.open(data / "rempart.db")
    with store.read() as tables:
        size = tables.log.size()
    store.close()
    run("yearly", "--data", data, "--year", "2026", "-o", tmp_path / "r")
    store = SqliteStore.open(data / "rempart.db")
    with store.read() as tables:
        assert tables.log.size() == size + 1
        assert size_of(tables, Moment.NOW, date(2026, 12, 31)) == size
        assert size_of(tables, size + 1, date(2026, 12, 31)) == size + 1
    with store.begin() as tables, pytest.raises(InputError):
        take_up(tables, Path(__file__))
    store.close()
