"""Court bans in SQLite; see `store.interface.bans`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import apsw
import msgspec

from rempart.model.authority import CourtBan
from rempart.store.interface.bans import BanRow, BanTables, Newcomer, SuspicionRow

_BANS = (
    "SELECT id, record, from_ms, until_ms, taken_by, at_ms, seq, looked_seq, confirmed_by,"
    " confirmed_ms, ended_ms, ended_why FROM court_ban "
)


class SqliteBanTables(BanTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def put(self, row: BanRow) -> None:
        self._db.execute(
            "INSERT INTO court_ban VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET record = excluded.record,"
            " looked_seq = excluded.looked_seq, confirmed_by = excluded.confirmed_by,"
            " confirmed_ms = excluded.confirmed_ms, ended_ms = excluded.ended_ms,"
            " ended_why = excluded.ended_why",
            (row.id, msgspec.json.encode(row.ban), *row[2:]),
        )

    def get(self, id: str) -> BanRow | None:
        row = self._db.execute(_BANS + "WHERE id = ?", (id,)).fetchone()
        return _ban(row) if row else None

    def all(self) -> list[BanRow]:
        return [_ban(row) for row in self._db.execute(_BANS + "ORDER BY seq DESC")]

    def in_force(self, at_ms: int) -> list[BanRow]:
        query = _BANS + "WHERE until_ms > ?1 AND from_ms <= ?1 AND ended_ms IS NULL ORDER BY seq"
        return [_ban(row) for row in self._db.execute(query, (at_ms,))]

    def add_measures(self, id: str, measures: Iterable[str]) -> None:
        self._db.executemany(
            "INSERT INTO ban_measure VALUES (?, ?)", ((id, measure) for measure in measures)
        )

    def measures(self, id: str) -> list[str]:
        query = "SELECT measure FROM ban_measure WHERE ban = ? ORDER BY measure"
        return [measure for (measure,) in self._db.execute(query, (id,))]

    def suspect(self, row: SuspicionRow) -> bool:
        self._db.execute(
            "INSERT OR IGNORE INTO ban_suspicion VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row
        )
        return self._db.changes() > 0

    def judge(self, row: SuspicionRow) -> None:
        self._db.execute(
            "UPDATE ban_suspicion SET found = ?, found_by = ?, found_why = ?, found_ms = ?"
            " WHERE ban = ? AND platform = ? AND account = ?",
            (row.found, row.found_by, row.found_why, row.found_ms, *row[:3]),
        )

    def suspicions(self, id: str) -> list[SuspicionRow]:
        query = (
            "SELECT ban, platform, account, name, why, at_ms, seq, found, found_by, found_why,"
            " found_ms FROM ban_suspicion WHERE ban = ? ORDER BY found IS NOT NULL, at_ms DESC,"
            " platform, account"
        )
        return [SuspicionRow(*row) for row in self._db.execute(query, (id,))]

    def writers(self, after_seq: int, limit: int) -> list[Newcomer]:
        query = (
            "SELECT c.platform, m.author, coalesce(m.author_name, ''), m.seq FROM message m"
            " JOIN channel c ON c.id = m.channel_id WHERE m.seq > ? ORDER BY m.seq LIMIT ?"
        )
        return [Newcomer(*row) for row in self._db.execute(query, (after_seq, limit))]


def _ban(row: tuple[Any, ...]) -> BanRow:
    id, record, *rest = row
    return BanRow(id, msgspec.json.decode(record, type=CourtBan), *rest)
