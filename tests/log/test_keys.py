"""The key of the log is made once, is its owner's alone, and is never replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from rempart.errors import InputError
from rempart.log import keys


def test_the_key_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    signer = keys.load_signer(tmp_path)
    assert keys.load_signer(tmp_path).skey == signer.skey
    assert keys.read_public(tmp_path) == signer.public
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "keys" / "log.key").stat().st_mode & 0o777 == 0o600
    assert signer.name.startswith("rempart.local/")


def test_an_operator_names_the_log_once(tmp_path: Path) -> None:
    assert keys.load_signer(tmp_path, "chat.example.org/log").name == "chat.example.org/log"
    with pytest.raises(InputError, match="keeps its name"):
        keys.load_signer(tmp_path, "other.example.org/log")
    with pytest.raises(InputError):
        keys.load_signer(tmp_path / "new", "with space")


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    keys.load_signer(tmp_path)
    (tmp_path / "keys" / "log.key").chmod(0o640)
    with pytest.raises(InputError, match="chmod 600"):
        keys.load_signer(tmp_path)


def test_a_damaged_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "log.key"
    keys.load_signer(tmp_path)
    path.write_text(path.read_text().replace("rempart.local", "rempart.other"))
    with pytest.raises(InputError, match="damaged"):
        keys.load_signer(tmp_path)


def test_a_lost_key_is_not_replaced_by_that_of_another_log(tmp_path: Path) -> None:
    keys.load_signer(tmp_path)
    (tmp_path / "keys" / "log.key").unlink()
    with pytest.raises(InputError, match="backup") as error:
        keys.load_signer(tmp_path)
    assert len(error.value.diagnostics().splitlines()) == 1
    assert not (tmp_path / "keys" / "log.key").exists()
    with pytest.raises(InputError, match="backup"):
        keys.load_signer(tmp_path / "keys-gone-altogether", has_entries=True)
    assert not (tmp_path / "keys-gone-altogether").exists()
