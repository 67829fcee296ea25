"""What is counted of statements stands beside their records, those of an earlier version too."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

import apsw
import msgspec
import pytest

from rempart.errors import StoreError
from rempart.model import (
    AutomatedDecision,
    Ground,
    MeasureKind,
    ScopeKind,
    Statement,
    StatementSource,
    message_key,
)
from rempart.store.interface.statements import StatementRow
from rempart.store.sqlite import counted as filling
from rempart.store.sqlite.counted import Counted, key_of, known_words
from rempart.store.sqlite.migrate import migrations
from rempart.store.sqlite.store import SqliteStore

AT = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
ROWS = 17


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "rempart.db"


def statement(number: int) -> Statement:
    """Every third is about no message, every fifth was taken by a person."""
    return Statement(
        number=number,
        id=f"s-{number}",
        measure=f"m-{number}",
        platform="twitch",
        channel="lea",
        account=f"u{number}",
        kind=MeasureKind.HOLD if number % 3 else MeasureKind.MUTE,
        scope=ScopeKind.MESSAGE if number % 3 else ScopeKind.ACCOUNT,
        harm="insult",
        ground=Ground.TERMS,
        reference={"en": "terms"},
        explanation={"en": "an insult"},
        source=StatementSource.OWN_INITIATIVE,
        automated_detection=bool(number % 5),
        automated_decision=AutomatedDecision.FULLY if number % 5 else AutomatedDecision.NOT,
        made_at=AT,
        from_at=AT,
        rule="hold-abuse" if number % 5 else None,
        message=f"message-{number}" if number % 3 else None,
    )


def earlier_store(path: Path, *, damaged: int | None = None) -> None:
    """As the version before wrote it."""
    path.parent.mkdir(parents=True)
    db = apsw.Connection(str(path))
    db.pragma("journal_mode", "wal")
    found = migrations()
    version = next(number for number, name, _ in found if "statement_counted" in name) - 1
    for _, _, sql in found[:version]:
        db.execute(sql)
    db.pragma("user_version", version)
    for number in range(1, ROWS + 1):
        told = statement(number)
        record = b"{}" if number == damaged else msgspec.json.encode(told)
        db.execute(
            "INSERT INTO statement VALUES (?, ?, ?, NULL, NULL, 'twitch', 'lea', ?, 1, 0, ?)",
            (number, told.id, told.measure, told.account, record),
        )
    db.close()


def counted(path: Path) -> dict[int, tuple[bytes | None, Counted | None]]:
    db = apsw.Connection(str(path))
    words = known_words(db)
    found = {
        number: (key, None if code is None else words[code])
        for number, key, code in db.execute("SELECT number, key, words FROM statement")
    }
    db.close()
    return found


def test_statements_of_an_earlier_version_are_counted_like_new_ones(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "PORTION", 5)
    monkeypatch.setattr(filling, "TOLD_EVERY", 2)
    earlier_store(path)
    SqliteStore.open(path).close()
    new = SqliteStore.open(path.parent.parent / "new" / "rempart.db")
    with new.begin() as tables:
        tables.statements.add([StatementRow(statement(n), 0) for n in range(1, ROWS + 1)])
    new.close()
    found = counted(path)
    assert found == counted(new.path)
    assert found[1] == (
        message_key("twitch", "message-1"),
        Counted(
            "hold",
            "message",
            "insult",
            "terms",
            "own_initiative",
            "hold-abuse",
            "fully",
            True,
            False,
        ),
    )
    key, words = found[15]
    assert key is None
    assert words is not None and (words.kind, words.rule, words.automated_decision) == (
        "mute",
        "",
        "not",
    )


def test_after_a_crash_the_rest_is_counted_at_the_next_start(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier_store(path)
    monkeypatch.setattr(filling, "PORTION", 5)

    def killed(told: Statement) -> bytes | None:
        if told.number == 13:
            raise KeyboardInterrupt
        return key_of(told)

    monkeypatch.setattr(filling, "key_of", killed)
    with pytest.raises(KeyboardInterrupt):
        SqliteStore.open(path)
    assert [words for _, words in counted(path).values()].count(None) == ROWS - 10
    monkeypatch.setattr(filling, "key_of", key_of)
    SqliteStore.open(path).close()
    assert None not in [words for _, words in counted(path).values()]


def test_a_damaged_record_stops_no_start_and_is_not_left_out_of_the_figures(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    earlier_store(path, damaged=7)
    with caplog.at_level(logging.ERROR):
        store = SqliteStore.open(path)
    assert "statement 7 cannot be counted" in caplog.text
    assert [number for number, (_, words) in counted(path).items() if words is None] == [7]
    with store.begin() as tables:
        tables.connection.execute(
            "INSERT INTO measure (id, seq, platform, channel, kind, from_ms, state, picture)"
            " SELECT measure, 0, platform, channel, 'hold', 0, 'expired', x'' FROM statement"
        )
    with pytest.raises(StoreError, match="not counted yet") as refused, store.read() as tables:
        tables.history.read(1)
    assert refused.value.where == "statement 7"
    store.close()


def test_what_is_counted_is_never_changed(path: Path) -> None:
    store = SqliteStore.open(path)
    with store.begin() as tables:
        tables.statements.add([StatementRow(statement(1), 0)])
    for change in ("words = NULL", "key = x'00'", "words = words + 1"):
        with pytest.raises(StoreError, match="never changed"), store.begin() as tables:
            tables.connection.execute("INSERT INTO erasing VALUES (1)")
            tables.connection.execute(f"UPDATE statement SET {change}")
    store.close()
