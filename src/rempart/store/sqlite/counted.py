"""What is counted of a statement of reasons, beside its record (migration `statement_counted`).

1. It is written with the statement and never changed: an erasure that gives a message another id,
   or empties a record, changes no count.
2. Statements of an earlier version get it at the next start, a few thousand in a transaction; after
   a crash it goes on where it was. A record that cannot be opened stops no start: it is told, and
   nothing is counted before it is mended.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final, NamedTuple

import apsw
import msgspec

from rempart.model import Statement, message_key

_LOG = logging.getLogger(__name__)
PORTION: Final = 5_000
TOLD_EVERY: Final = 20
ADD_WORDS: Final = "INSERT OR IGNORE INTO statement_words (words) VALUES (?)"
CODE: Final = "(SELECT code FROM statement_words WHERE words = ?)"


class Counted(NamedTuple):
    """`rule` is empty where a person took the measure."""

    kind: str
    scope: str
    harm: str
    ground: str
    source: str
    rule: str
    automated_decision: str
    automated_detection: bool
    ends: bool


_statement = msgspec.json.Decoder(Statement).decode
_counted = msgspec.json.Decoder(Counted).decode


def words_of(told: Statement) -> str:
    return msgspec.json.encode(
        Counted(
            told.kind,
            told.scope,
            told.harm,
            told.ground,
            told.source,
            told.rule or "",
            told.automated_decision,
            told.automated_detection,
            told.ends,
        )
    ).decode()


def key_of(told: Statement) -> bytes | None:
    return None if told.message is None else message_key(told.platform, told.message)


def known_words(connection: apsw.Connection) -> dict[int, Counted]:
    """By their code."""
    rows = connection.execute("SELECT code, words FROM statement_words")
    return {code: _counted(words) for code, words in rows}


def count_earlier(connection: apsw.Connection) -> None:
    """Rule 2."""
    last, portions = -1, 0
    while rows := list(
        connection.execute(
            "SELECT number, record FROM statement WHERE words IS NULL AND number > ?"
            " ORDER BY number LIMIT ?",
            (last, PORTION),
        )
    ):
        if not portions:
            _LOG.warning("counting the statements of an earlier version; this is done once")
        with connection:
            _count(connection, rows)
        last = rows[-1][0]
        portions += 1
        if portions % TOLD_EVERY == 0:
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)


def _count(connection: apsw.Connection, rows: Iterable[tuple[int, bytes]]) -> None:
    found: list[tuple[bytes | None, str, int]] = []
    for number, record in rows:
        try:
            told = _statement(record)
        except msgspec.MsgspecError as error:
            _LOG.error("statement %d cannot be counted, its record is damaged: %s", number, error)
            continue
        found.append((key_of(told), words_of(told), number))
    connection.executemany(ADD_WORDS, [(words,) for words in {words for _, words, _ in found}])
    connection.executemany(f"UPDATE statement SET key = ?, words = {CODE} WHERE number = ?", found)
