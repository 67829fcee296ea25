"""`rempart erase`: it shows and searches, and never erases."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from rempart.cases.erasure.requests import ask, confirm
from rempart.cli import main
from rempart.store.sqlite.store import SqliteStore

AT = 1_770_000_000_000


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, list(words))
    return result.exit_code, result.output


def test_requests_are_listed_with_what_they_wait_for(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path / "rempart.db")
    with store.begin() as tables:
        row = ask(tables, "account", "twitch/u7", "objection", "he wrote to us", "m-1", AT)
    data = ("--data", str(tmp_path))
    assert f"{row.id}  account twitch/u7  asked" in run("erase", "list", *data)[1]
    with store.begin() as tables:
        confirm(tables, row.id, "m-2", AT)
    assert "carried out on 2026-02-" in run("erase", "list", *data)[1]
    (told,) = json.loads(run("erase", "list", "--json", *data)[1])["requests"]
    assert (told["state"], told["asked_by"], told["confirmed_by"]) == ("waiting", "m-1", "m-2")
    store.close()


def test_nothing_asked_and_no_store_are_said(tmp_path: Path) -> None:
    code, said = run("erase", "list", "--data", str(tmp_path))
    assert code != 0 and "no store" in said
    SqliteStore.open(tmp_path / "rempart.db").close()
    assert "no request and no hold" in run("erase", "list", "--data", str(tmp_path))[1]


def test_windows_are_told_with_their_bounds_and_source(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[retention]\nmessages = 9\n")
    code, said = run("erase", "windows", "--json", "--data", str(tmp_path))
    found = {one["key"]: one for one in json.loads(said)["windows"]}
    assert code == 0 and found["messages"]["days"] == 9
    assert all(one["least"] <= one["days"] <= one["most"] and one["source"]
               for one in found.values())  # fmt: skip
    assert "messages" in run("erase", "windows", "--data", str(tmp_path))[1]


def test_a_word_is_found_in_any_byte_and_a_short_one_refused(tmp_path: Path) -> None:
    (tmp_path / "somewhere.bin").write_bytes(b"\0\1" + "xylobarque".encode("utf-16-le"))
    code, said = run("erase", "search", "xylobarque", "--data", str(tmp_path))
    assert code == 1 and "somewhere.bin" in said
    assert run("erase", "search", "trifouillette", "--data", str(tmp_path))[0] == 0
    code, said = run("erase", "search", "xyz", "--data", str(tmp_path))
    assert code != 0 and "found everywhere" in said
