"""What goes to the Transparency Database, in SQLite; see `store.interface.feed`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import apsw

from rempart.model import Statement, message_key
from rempart.store.interface.feed import Database, FeedRow, FeedState, FeedTables

_COLUMNS = (
    "puid, measure, channel, platform, state, payload, faults, texts, due_ms, attempts, receipt,"
    " sent_ms, later, released_by"
)

_NO_ROW = (
    "NOT EXISTS (SELECT 1 FROM feed_statement WHERE database = ?1 AND measure = s.measure)"
    " AND NOT EXISTS (SELECT 1 FROM statement_exemption WHERE measure = s.measure)"
)


_NAMES: Final = (
    "SELECT DISTINCT author_name FROM (SELECT m.author_name FROM channel c"
    " JOIN message m INDEXED BY message_flagged_author ON m.channel_id = c.id"
    " WHERE c.platform = ? AND c.name = ? AND m.author = ? AND (m.verdict > 0 OR m.abuse >= 500)"
    " ORDER BY m.seq DESC LIMIT 20)"
)


class SqliteFeedTables(FeedTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def read_until(self, database: Database) -> int:
        found: int | None = self._db.execute(
            "SELECT number FROM feed_read WHERE database = ?", (database.value,)
        ).get
        return found or 0

    def put(self, database: Database, rows: Sequence[FeedRow], read_until: int | None) -> None:
        self._db.executemany(
            f"INSERT INTO feed_statement (database, {_COLUMNS})"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (database, puid) DO UPDATE SET state = excluded.state,"
            " payload = excluded.payload, faults = excluded.faults, texts = excluded.texts,"
            " due_ms = excluded.due_ms, attempts = excluded.attempts,"
            " receipt = excluded.receipt, sent_ms = excluded.sent_ms, later = excluded.later,"
            " released_by = excluded.released_by",
            [(database.value, *_bound(row)) for row in rows],
        )
        if read_until is not None:
            self._db.execute(
                "INSERT INTO feed_read VALUES (?, ?)"
                " ON CONFLICT (database) DO UPDATE SET number = excluded.number",
                (database.value, read_until),
            )

    def get(self, database: Database, puid: str) -> FeedRow | None:
        found = self._rows("database = ? AND puid = ?", (database.value, puid))
        return found[0] if found else None

    def of_measures(self, database: Database, measures: Sequence[str]) -> dict[str, FeedRow]:
        if not measures:
            return {}
        rows = self._rows(
            "database = ? AND measure IN carray(?)",
            (database.value, apsw.carray(tuple(measures))),
        )
        return {row.measure: row for row in rows}

    def due(self, database: Database, state: FeedState, now_ms: int, limit: int) -> list[FeedRow]:
        return self._rows(
            "database = ? AND state = ? AND due_ms <= ? ORDER BY due_ms, rowid LIMIT ?",
            (database.value, state.value, now_ms, limit),
        )

    def page(self, database: Database, states: Sequence[FeedState], limit: int) -> list[FeedRow]:
        return self._rows(
            "database = ? AND state IN carray(?) ORDER BY rowid DESC LIMIT ?",
            (database.value, apsw.carray(tuple(state.value for state in states)), limit),
        )

    def counts(self, database: Database) -> dict[FeedState, int]:
        rows = self._db.execute(
            "SELECT state, count(*) FROM feed_statement WHERE database = ? GROUP BY state",
            (database.value,),
        )
        return {FeedState(state): count for state, count in rows}

    def unread(self, database: Database) -> int:
        found: int = self._db.execute(
            f"SELECT count(DISTINCT measure) FROM statement AS s WHERE {_NO_ROW}",
            (database.value,),
        ).get
        return found

    def lost(self, database: Database, limit: int) -> list[str]:
        rows = self._db.execute(
            f"SELECT DISTINCT measure FROM statement AS s WHERE {_NO_ROW} AND number <="
            " coalesce((SELECT number FROM feed_read WHERE database = ?1), 0) LIMIT ?2",
            (database.value, limit),
        )
        return [measure for (measure,) in rows]

    def names(self, told: Sequence[Statement]) -> list[tuple[str, ...]]:
        keys = [
            None if one.message is None else message_key(one.platform, one.message) for one in told
        ]
        hit = self._hit([key for key in keys if key is not None])
        places = [(one.platform, one.channel, one.account) for one in told]
        called = {place: self._called(place) for place in set(places)}
        return [
            tuple(sorted(called[place] | hit.get(key or b"", set())))
            for place, key in zip(places, keys, strict=True)
        ]

    def _called(self, account: tuple[str, str, str]) -> set[str]:
        return {name for (name,) in self._db.execute(_NAMES, account) if name}

    def _hit(self, keys: Sequence[bytes]) -> dict[bytes, set[str]]:
        """By message: how its author was called, and whom it hit."""
        if not keys:
            return {}
        rows = self._db.execute(
            "SELECT key, author_name, target, others FROM message WHERE key IN carray(?)",
            (apsw.carray(tuple(keys)),),
        )
        return {
            key: {name for name in (author, target, *json.loads(others or "[]")) if name}
            for key, author, target, others in rows
        }

    def _rows(self, where: str, values: tuple[Any, ...]) -> list[FeedRow]:
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM feed_statement WHERE {where}", values)
        return [_row(row) for row in rows]


def _row(row: tuple[Any, ...]) -> FeedRow:
    puid, measure, channel, platform, state, payload, faults, texts, *rest = row
    due_ms, attempts, receipt, sent_ms, later, released_by = rest
    return FeedRow(
        puid,
        measure,
        channel,
        platform,
        FeedState(state),
        payload,
        faults.encode(),
        texts.encode(),
        due_ms,
        attempts,
        receipt.encode() if receipt is not None else None,
        sent_ms,
        later,
        released_by,
    )


def _bound(row: FeedRow) -> tuple[Any, ...]:
    receipt = row.receipt.decode() if row.receipt is not None else None
    return (
        *row[:4],
        row.state.value,
        row.payload,
        row.faults.decode(),
        row.texts.decode(),
        row.due_ms,
        row.attempts,
        receipt,
        *row[11:],
    )
