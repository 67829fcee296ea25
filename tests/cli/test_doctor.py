"""`rempart doctor`: each thing that is broken is found and named, with what to do."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from rempart.cli import main
from rempart.scenario import generate, load
from rempart.store.sqlite.connection import open_writer


def examine(data: Path, *more: str) -> tuple[int, dict[str, dict[str, str]]]:
    result = CliRunner().invoke(main, ["doctor", "--data", str(data), "--json", *more])
    checks = json.loads(result.stdout)["checks"]
    return result.exit_code, {check["check"]: check for check in checks}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with some history."""
    messages = tmp_path / "m.ndjson"
    items = generate("hate-raid", load("hate-raid", 1)).items[:700]
    messages.write_bytes(msgspec.json.Encoder().encode_lines(items))
    folder = tmp_path / "data"
    result = CliRunner().invoke(main, ["scan", str(messages), "--data", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


def test_a_sound_installation(data: Path) -> None:
    code, checks = examine(data)
    assert code == 0, checks
    assert {check["state"] for check in checks.values()} <= {"ok", "mind"}
    assert "entries" in checks["log"]["found"]


def test_before_the_first_start(tmp_path: Path) -> None:
    code, checks = examine(tmp_path / "not" / "yet")
    assert code == 0, checks
    assert not (tmp_path / "not").exists()
    assert checks["folder"]["state"] == "mind"
    assert "--data" in checks["folder"]["mend"]


def test_a_key_that_others_can_read(data: Path) -> None:
    key = data / "keys" / "log.key"
    key.chmod(0o644)
    code, checks = examine(data)
    assert code == 1
    assert checks["keys"]["state"] == "wrong"
    assert checks["keys"]["mend"] == f"chmod 600 {key}"


def test_a_log_that_was_changed(data: Path) -> None:
    store = open_writer(data / "rempart.db")
    last = store.execute("SELECT max(seq) FROM entry").get
    store.execute("UPDATE entry SET leaf = x'7b7d' WHERE seq = ?", (last,))
    store.close()
    code, checks = examine(data)
    assert code == 1
    assert checks["log"]["state"] == "wrong"
    assert checks["log"]["mend"]


def test_settings_with_an_error(data: Path) -> None:
    (data / "settings.toml").write_text("[detection]\ncolour = 1\n")
    code, checks = examine(data)
    assert code == 1
    assert "colour" in checks["settings"]["found"]


def test_a_port_in_use_is_minded_only(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, checks = examine(tmp_path, "--port", str(taken.getsockname()[1]))
    assert code == 0
    assert checks["port"]["state"] == "mind"
    assert "--port" in checks["port"]["mend"]


def test_people_get_a_line_per_check_and_how_to_mend(data: Path) -> None:
    (data / "keys").chmod(0o755)
    result = CliRunner().invoke(main, ["doctor", "--data", str(data)])
    assert result.exit_code == 1
    assert "✓ Python" in result.output
    assert f"    chmod 700 {data / 'keys'}" in result.output


def test_all_keys_that_others_can_use_are_named_at_once(data: Path) -> None:
    (data / "keys").chmod(0o755)
    (data / "keys" / "log.key").chmod(0o640)
    _, checks = examine(data)
    mend = f"chmod 700 {data / 'keys'} && chmod 600 {data / 'keys' / 'log.key'}"
    assert checks["keys"]["mend"] == mend


def test_a_lost_key_is_wrong_while_there_is_a_store(data: Path) -> None:
    shutil.rmtree(data / "keys")
    code, checks = examine(data)
    assert code == 1
    assert checks["keys"]["state"] == "wrong"
    assert "backup" in checks["keys"]["mend"]


def test_the_keys_of_the_texts_are_counted(data: Path) -> None:
    found = examine(data)[1]["texts"]
    assert found["state"] == "ok"
    assert "keys of subjects" in found["found"]


@pytest.mark.parametrize(
    ("harm", "says", "mend"),
    [
        (Path.unlink, "are gone", "backup"),
        (lambda path: path.write_bytes(b"no database" * 500), "cannot be read", "backup"),
        (lambda path: path.chmod(0o644), "others can read", "chmod 600"),
    ],
)
def test_keys_of_the_texts_that_cannot_be_used(
    data: Path, harm: Callable[[Path], object], says: str, mend: str
) -> None:
    for path in (data / "keys").glob("subjects.db-*"):
        path.unlink()
    harm(data / "keys" / "subjects.db")
    code, checks = examine(data)
    assert code == 1
    assert checks["texts"]["state"] == "wrong"
    assert says in checks["texts"]["found"]
    assert mend in checks["texts"]["mend"]


def test_a_lost_store_is_wrong_while_its_signature_is_there(data: Path) -> None:
    for path in data.glob("rempart.db*"):
        path.unlink()
    code, checks = examine(data)
    assert code == 1
    assert checks["log"]["state"] == "wrong"
    assert "backup" in checks["log"]["mend"]


def test_messages_that_others_can_read_are_wrong(data: Path) -> None:
    data.chmod(0o755)
    (data / "rempart.db").chmod(0o644)
    code, checks = examine(data)
    assert code == 1
    assert checks["folder"]["mend"] == f"chmod 700 {data}"
    data.chmod(0o700)
    assert examine(data)[1]["folder"]["state"] == "ok"


def test_a_store_of_an_earlier_version_is_minded_only(data: Path) -> None:
    store = open_writer(data / "rempart.db")
    store.execute("PRAGMA user_version = 1")
    store.close()
    code, checks = examine(data)
    assert code == 0
    assert checks["log"]["state"] == "mind"
    assert "rempart serve" in checks["log"]["mend"]


def test_a_damaged_store_is_to_be_restored(data: Path) -> None:
    """Not the store at all any more: scrubbing could not open it either."""
    for path in data.glob("rempart.db-*"):
        path.unlink()
    (data / "rempart.db").write_bytes(b"these bytes are no database at all" * 200)
    code, checks = examine(data)
    assert code == 1
    assert "restore a backup" in checks["log"]["mend"]
    served = CliRunner().invoke(main, ["serve", "--data", str(data), "--port", "0"])
    assert served.exit_code == 2
    assert "damaged" in served.stderr
    assert "restore a backup" in served.stderr


def test_which_kernels_are_in_force(data: Path) -> None:
    from rempart.detect.text.features import compiled
    from rempart.log.compiled import KERNEL

    _, checks = examine(data)
    for check, kernel in (("classifier kernel", compiled()), ("log kernel", KERNEL)):
        assert (checks[check]["state"] == "ok") is (kernel is not None)


@pytest.mark.parametrize("switch", ["0", "1"])
def test_without_its_kernels_it_says_why_and_what_that_costs(data: Path, switch: str) -> None:
    """Asked of a process of its own: what is in force is settled when it starts."""
    said = subprocess.run(
        [sys.executable, "-m", "rempart.cli", "doctor", "--data", str(data), "--json"],
        env={**os.environ, "REMPART_NO_KERNEL": switch},
        capture_output=True,
        check=False,
    )
    checks = {one["check"]: one for one in json.loads(said.stdout)["checks"]}
    for check, cost in (("classifier kernel", "a sixth"), ("log kernel", "half the speed")):
        found = checks[check]
        if found["state"] == "ok":
            assert switch == "0"
            continue
        assert cost in found["found"]
        assert found["mend"]
        assert ("REMPART_NO_KERNEL" in found["found"]) is (switch == "1")


def test_weights_that_do_not_fit_the_word_lists(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would read other features than they were trained on: every score would be wrong."""
    import numpy as np

    from rempart.detect.text import model, scoring

    heads = len(model.ALL_HEADS)
    table = np.zeros((model.BUCKETS, heads), np.int8)
    row = np.zeros(heads, np.float32)
    other = model.Weights(table, row, row, "of long ago", lists="0123456789abcdef")
    monkeypatch.setattr(scoring, "shipped_weights", lambda: model.load(model.dump(other)))
    code, checks = examine(data)
    assert code == 1
    assert (checks["words"]["state"], "of long ago" in checks["words"]["found"]) == ("wrong", True)


def test_keys_of_protected_facts_that_others_can_read(tmp_path: Path) -> None:
    from rempart.cli.checks import State, check_keys
    from rempart.engine.protected_facts import FactKeeper
    from rempart.log.keys import load_signer

    load_signer(tmp_path)
    FactKeeper(tmp_path).invite("lea", "test", 1)
    assert check_keys(tmp_path).state is State.OK
    (tmp_path / "keys" / "facts" / "site.key").chmod(0o644)
    found = check_keys(tmp_path)
    assert found.state is State.WRONG
    assert "site.key" in found.found
