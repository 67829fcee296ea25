"""What `rempart doctor` says of statements of reasons."""

from __future__ import annotations

from pathlib import Path

import apsw

from rempart.cases.measures.by_hand import Wish, take
from rempart.cli.feed_checks import check_statements
from rempart.cli.findings import State
from rempart.model import MeasureKind, Scope, ScopeKind
from rempart.protect import Shields
from rempart.store.sqlite.store import SqliteStore

SANDBOX = '[transparency_database]\nsend = "sandbox"\nurl = "https://sandbox.example"\n'


def restricted(data: Path) -> None:
    store = SqliteStore.open(data / "rempart.db")
    scope = Scope(ScopeKind.ACCOUNT, "twitch", "lea", "u7")
    wish = Wish(MeasureKind.MUTE, scope, 3_600, "Third insult after two warnings.")
    with store.begin() as tables:
        take(tables, [wish], Shields(), "camille", 1_772_400_000_000)
    store.close()


def test_off_is_said(tmp_path: Path) -> None:
    found = check_statements(tmp_path)
    assert found.state is State.OK
    assert "nothing is sent" in found.found


def test_a_token_that_others_can_read_is_wrong_and_not_printed(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(SANDBOX + 'token_file = "token"\n')
    (tmp_path / "token").write_text("17|secret-words")
    (tmp_path / "token").chmod(0o644)
    found = check_statements(tmp_path)
    assert found.state is State.WRONG
    assert "secret-words" not in found.found + found.mend
    (tmp_path / "token").chmod(0o600)
    found = check_statements(tmp_path)
    assert found.state is State.OK
    assert "https://sandbox.example (sandbox)" in found.found


def test_a_restriction_without_its_reasons_is_wrong(tmp_path: Path) -> None:
    restricted(tmp_path)
    assert check_statements(tmp_path).state is State.OK
    db = apsw.Connection(str(tmp_path / "rempart.db"))
    db.execute("DELETE FROM statement")
    db.close()
    found = check_statements(tmp_path)
    assert found.state is State.WRONG
    assert "does not add up" in found.found
