"""Tables of lines that answer for money in SQLite; see `store.interface.replies`."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence

import apsw

from rempart.errors import StoreError
from rempart.store.interface.replies import (
    DAY_MS,
    HOUR_MS,
    MINUTE_MS,
    PACE_MS,
    LineRow,
    Pattern,
    ReplyRow,
    ReplyTables,
    Sender,
    Spent,
)

_COLUMNS = ", ".join(ReplyRow._fields)
_PLACES = ", ".join("?" for _ in ReplyRow._fields)
_WHOLE = b'"scope":{"kind":"channel"'
"""In the picture of a measure on a whole channel."""


class SqliteReplyTables(ReplyTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    # -- the line and its money --------------------------------------------------------------

    def line(self, name: str) -> LineRow:
        query = "SELECT line, clock_ms, hour_level, day_level, price FROM reply_line WHERE line = ?"
        for row in self._db.execute(query, (name,)):
            return LineRow(*row)
        return LineRow(name, 0, 0, 0, 0)

    def put_line(self, row: LineRow) -> None:
        self._db.execute("INSERT OR REPLACE INTO reply_line VALUES (?, ?, ?, ?, ?)", row)

    def spent(self, line: str, clock_ms: int) -> Spent:
        begins = [(clock_ms - span) // MINUTE_MS for span in (HOUR_MS, DAY_MS, PACE_MS)]
        query = (
            "SELECT coalesce(sum(cost) FILTER (WHERE minute >= ?), 0), coalesce(sum(cost), 0),"
            " coalesce(sum(cost) FILTER (WHERE minute >= ?), 0)"
            " FROM reply_spent WHERE line = ? AND minute >= ?"
        )
        hour, day, pace = begins
        for row in self._db.execute(query, (hour, pace, line, day)):
            return Spent(*row)
        return Spent()

    def spend(self, line: str, clock_ms: int, cost: int, replies: int) -> None:
        self._db.execute(
            "INSERT INTO reply_spent VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
            " SET cost = cost + excluded.cost, replies = replies + excluded.replies",
            (line, clock_ms // MINUTE_MS, cost, replies),
        )

    # -- senders and text families -----------------------------------------------------------

    def senders(self, line: str, names: Sequence[str]) -> dict[str, Sender]:
        query = (
            "SELECT sender, messages, answered, window_ms, in_window, released, waits"
            " FROM reply_sender WHERE line = ? AND sender IN carray(?)"
        )
        if not names:
            return {}
        rows = self._db.execute(query, (line, apsw.carray(tuple(names))))
        return {
            name: Sender(messages, answered, begun, count, released=bool(back), waits=bool(waits))
            for name, messages, answered, begun, count, back, waits in rows
        }

    def put_senders(self, line: str, senders: Mapping[str, Sender], at_ms: int) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO reply_sender VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    line,
                    name,
                    one.messages,
                    one.answered,
                    one.window_ms,
                    one.in_window,
                    int(one.released),
                    int(one.waits),
                    at_ms,
                )
                for name, one in senders.items()
            ],
        )

    def patterns(self, line: str, keys: Sequence[int]) -> dict[int, Pattern]:
        if not keys:
            return {}
        query = (
            "SELECT pattern, window_ms, senders, answered FROM reply_pattern"
            " WHERE line = ? AND pattern IN carray(?)"
        )
        rows = self._db.execute(query, (line, apsw.carray(array("q", keys))))
        return {key: Pattern(*rest) for key, *rest in rows}

    def put_patterns(self, line: str, patterns: Mapping[int, Pattern], clock_ms: int) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO reply_pattern VALUES (?, ?, ?, ?, ?)",
            [
                (line, key, one.window_ms, one.senders, one.answered)
                for key, one in patterns.items()
            ],
        )
        self._db.execute(
            "DELETE FROM reply_pattern WHERE line = ? AND window_ms <= ?",
            (line, clock_ms - HOUR_MS),
        )

    def stops(self, platform: str, channel: str, accounts: Sequence[str]) -> dict[str, str]:
        if not accounts:
            return {}
        query = (
            "SELECT account, min(state) FROM measure WHERE account IN carray(?)"
            " AND kind = 'reply_stop' AND platform = ? AND channel = ?"
            " AND state IN ('active', 'undone') GROUP BY account"
        )
        rows = self._db.execute(query, (apsw.carray(tuple(accounts)), platform, channel))
        return {account: state for account, state in rows}  # noqa: C416 - typed as any column

    def channel_stopped(self, platform: str, channel: str) -> bool:
        query = (
            "SELECT 1 FROM measure WHERE kind = 'reply_stop' AND state = 'active'"
            " AND platform = ? AND channel = ? AND instr(picture, ?) LIMIT 1"
        )
        return bool(self._db.execute(query, (platform, channel, _WHOLE)).fetchall())

    # -- replies -----------------------------------------------------------------------------

    def add(self, rows: Iterable[ReplyRow]) -> None:
        values = [(None, *row[1:]) for row in rows]
        try:
            self._db.executemany(f"INSERT INTO reply ({_COLUMNS}) VALUES ({_PLACES})", values)
        except apsw.ConstraintError as error:
            raise StoreError(f"this message was decided about already: {error}") from error

    def of_sids(self, line: str, sids: Sequence[str]) -> dict[str, ReplyRow]:
        if not sids:
            return {}
        found = self._rows("line = ? AND sid IN carray(?)", (line, apsw.carray(tuple(sids))))
        return {row.sid: row for row in found}

    def get(self, id: int) -> ReplyRow | None:
        found = self._rows("id = ?", (id,))
        return found[0] if found else None

    def waiting(self, line: str, limit: int) -> list[ReplyRow]:
        where = "line = ? AND state = 'waiting' ORDER BY rank, at_ms, id LIMIT ?"
        return self._rows(where, (line, limit))

    def due(self, line: str, now_ms: int, limit: int) -> list[ReplyRow]:
        where = "line = ? AND state = 'sending' AND next_ms <= ? ORDER BY next_ms, id LIMIT ?"
        return self._rows(where, (line, now_ms, limit))

    def settle(self, row: ReplyRow) -> None:
        self._db.execute(
            "UPDATE reply SET state = ?, reason = ?, rank = ?, cost = ?, clock_ms = ?,"
            " attempts = ?, next_ms = ?, out_sid = ?, detail = ? WHERE id = ?",
            (
                row.state,
                row.reason,
                row.rank,
                row.cost,
                row.clock_ms,
                row.attempts,
                row.next_ms,
                row.out_sid,
                row.detail,
                row.id,
            ),
        )

    def drop_waiting(self, line: str, senders: Sequence[str], reason: str) -> list[ReplyRow]:
        if not senders:
            return []
        where = "line = ? AND sender IN carray(?) AND state = 'waiting'"
        found = self._rows(where, (line, apsw.carray(tuple(senders))))
        for row in found:
            self.settle(row._replace(state="silent", reason=reason))
        return found

    def counts(self, line: str, since_ms: int) -> dict[tuple[str, str], int]:
        query = (
            "SELECT state, reason, count(*) FROM reply WHERE line = ? AND at_ms >= ?"
            " GROUP BY state, reason"
        )
        return {
            (state, reason): count
            for state, reason, count in self._db.execute(query, (line, since_ms))
        }

    def latest(
        self,
        line: str,
        *,
        state: str | None = None,
        sender: str | None = None,
        limit: int = 100,
    ) -> list[ReplyRow]:
        conditions, bindings = ["line = ?"], [line]
        for column, value in (("state", state), ("sender", sender)):
            if value is not None:
                conditions.append(f"{column} = ?")
                bindings.append(value)
        where = f"{' AND '.join(conditions)} ORDER BY at_ms DESC, id DESC LIMIT ?"
        return self._rows(where, (*bindings, limit))

    def missing(self, platform: str, channel: str, line: str, since_ms: int) -> list[int]:
        query = (
            "SELECT m.seq FROM message AS m WHERE m.channel_id ="
            " (SELECT id FROM channel WHERE platform = ? AND name = ?)"
            " AND m.received_at_ms >= ? AND m.seq >"
            "   (SELECT coalesce(max(seq), 0) - 10000 FROM reply WHERE line = ?)"
            " AND NOT EXISTS (SELECT 1 FROM reply AS r WHERE r.seq = m.seq) ORDER BY m.seq"
        )
        return [seq for (seq,) in self._db.execute(query, (platform, channel, since_ms, line))]

    def _rows(self, where: str, bindings: tuple[object, ...]) -> list[ReplyRow]:
        query = f"SELECT {_COLUMNS} FROM reply WHERE {where}"
        return [ReplyRow(*row) for row in self._db.execute(query, bindings)]
