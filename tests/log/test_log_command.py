"""`rempart log`: what an operator keeps elsewhere, and what tells them that the log was changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from click.testing import CliRunner, Result
from tests.authority import TestAuthority

from rempart.cli.log import log as log_command
from rempart.engine.start import Lock
from rempart.errors import InputError
from rempart.log import commit
from rempart.log.checkpoint import open_checkpoint
from rempart.log.keys import load_signer, load_witness
from rempart.store.interface.attested import OwedKind, OwedRow
from rempart.store.sqlite.store import SqliteStore


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(log_command, list(map(str, arguments)), standalone_mode=False)


def add(data: Path, count: int) -> None:
    store = SqliteStore.open(data / "rempart.db")
    with store.begin() as tables:
        tables.log.append([commit.seal("case", {"v": 1, "id": f"c-{i}"}) for i in range(count)])
    store.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    load_signer(tmp_path)
    add(tmp_path, 300)
    return tmp_path


@pytest.fixture
def service(data: Path) -> Iterator[Path]:
    """A data folder that a running service holds."""
    run("checkpoint", "--data", data)
    lock = Lock(data)
    yield data
    lock.release()


def test_a_checkpoint_is_signed_when_there_is_something_new(data: Path) -> None:
    key = load_signer(data).public
    first = run("checkpoint", "--data", data).output
    assert open_checkpoint(first, key).size == 300
    assert run("checkpoint", "--data", data).output == first
    add(data, 1)
    assert open_checkpoint(run("checkpoint", "--data", data).output, key).size == 301
    told = json.loads(run("checkpoint", "--data", data, "--json").output)
    assert (told["size"], told["origin"]) == (301, key.name)


def test_beside_a_running_service_nothing_is_signed(service: Path) -> None:
    add(service, 5)
    note = run("checkpoint", "--data", service).output
    assert open_checkpoint(note, load_signer(service).public).size == 300


def test_scrub_says_what_was_changed_and_exits_1(data: Path) -> None:
    run("checkpoint", "--data", data)
    sound = run("scrub", "--data", data)
    assert (sound.exception, sound.return_value) == (None, 0)
    assert "every entry holds" in sound.output
    db = apsw.Connection(str(data / "rempart.db"))
    db.execute("UPDATE body SET sealed = CAST('[]' AS BLOB) WHERE place / 16 = 42")
    db.close()
    found = run("scrub", "--data", data)
    assert found.return_value == 1
    assert "entry 42" in found.output
    told = json.loads(run("scrub", "--data", data, "--json").output)
    assert told["verified"] is False


def test_the_key_to_publish(data: Path) -> None:
    public = load_signer(data).public
    assert run("key", "--data", data).output == f"{public.vkey}\n{public.fingerprint}\n"


def test_what_to_give_to_another_community(data: Path) -> None:
    key = load_witness(data, load_signer(data).name).public
    told = run("witness", "--data", data).output
    assert key.vkey in told
    assert "/api/v1/witness" in told
    assert "nobody witnesses our log yet" in told
    (data / "settings.toml").write_text(
        f'[log]\nwitness_for = ["{load_signer(data).public.vkey}"]\n'
        f'[witnesses.lyon]\nurl = "https://lyon.example/api/v1/witness"\nvkey = "{key.vkey}"\n'
    )
    assert "lyon: never cosigned" in run("witness", "--data", data).output
    found = json.loads(run("witness", "--data", data, "--json").output)
    assert found["witness_key"] == key.vkey
    assert [one["name"] for one in found["witnesses"]] == ["lyon"]
    assert found["witnesses"][0]["size"] is None
    assert [one["log"] for one in found["witnessed"]] == [load_signer(data).name]


def test_what_authorities_have_stamped(data: Path) -> None:
    load_witness(data, load_signer(data).name)
    assert "no time-stamp authority" in run("timestamps", "--data", data).output
    store = SqliteStore.open(data / "rempart.db")
    with store.begin() as tables:
        tables.attested.owe(OwedRow(OwedKind.TOKEN, "dfn", 300, 0, 2, 1, "it was down"))
    store.close()
    certificate = TestAuthority(data / "tsa").root
    (data / "settings.toml").write_text(
        f'[timestamps.dfn]\nurl = "http://tsa.example/"\nca = "{certificate}"\n'
    )
    told = run("timestamps", "--data", data).output
    assert told == "dfn: never stamped; pending since 1970-01-01 00:00:00 UTC (it was down)\n"
    found = json.loads(run("timestamps", "--data", data, "--json").output)
    assert found["authorities"][0]["pending"]["tries"] == 2


def test_a_folder_without_a_store(tmp_path: Path) -> None:
    for name in ("checkpoint", "scrub", "witness", "timestamps"):
        assert isinstance(run(name, "--data", tmp_path).exception, InputError)
