"""Channels and their minutes in SQLite: a part of the stream tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import apsw

from rempart.store.interface.stream import ChannelRow, MinuteRow
from rempart.store.sqlite.kept import SqliteKeptTables
from rempart.store.sqlite.raids import names_json


class SqliteChannelTables(SqliteKeptTables):
    def __init__(self, connection: apsw.Connection) -> None:
        super().__init__(connection)
        self._channels: dict[tuple[str, str], int] = {}

    def add_minutes(self, rows: Iterable[MinuteRow]) -> None:
        self._db.executemany(
            "INSERT INTO minute VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " messages = messages + excluded.messages, held = held + excluded.held,"
            " flagged = flagged + excluded.flagged, raid = raid + excluded.raid,"
            " authors = authors + excluded.authors",
            [
                (
                    row.minute_ms,
                    self._channel((row.platform, row.channel), row.minute_ms),
                    row.messages,
                    row.held,
                    row.flagged,
                    row.raid,
                    row.authors,
                )
                for row in rows
            ],
        )

    def minutes(
        self,
        from_ms: int,
        until_ms: int,
        *,
        platform: str | None = None,
        channel: str | None = None,
        within: Sequence[str] | None = None,
    ) -> list[MinuteRow]:
        rows = self._db.execute(
            "SELECT minute_ms, sum(n.messages), sum(n.held), sum(n.flagged), sum(n.raid),"
            " sum(n.authors) FROM minute AS n JOIN channel AS c ON c.id = n.channel_id"
            " WHERE minute_ms >= ?1 AND minute_ms < ?2 AND (?3 IS NULL OR c.platform = ?3)"
            " AND (?4 IS NULL OR c.name = ?4)"
            " AND (?5 IS NULL OR c.name IN (SELECT value FROM json_each(?5)))"
            " GROUP BY minute_ms ORDER BY minute_ms",
            (from_ms, until_ms, platform, channel, names_json(within)),
        )
        return [MinuteRow(platform or "", channel or "", *row) for row in rows]

    def channels(self) -> list[ChannelRow]:
        rows = self._db.execute(
            "SELECT platform, name, messages, held, flagged, first_ms, last_ms FROM channel"
            " ORDER BY last_ms DESC, platform, name"
        )
        return [ChannelRow(*row) for row in rows]

    def platforms(self) -> list[str]:
        found: list[str] = []
        rows = self._db.execute("SELECT min(platform) FROM channel").fetchall()
        while rows[0][0] is not None:
            found.append(str(rows[0][0]))
            rows = self._db.execute(
                "SELECT min(platform) FROM channel WHERE platform > ?", found[-1:]
            ).fetchall()
        return found

    def _channel(self, place: tuple[str, str], at_ms: int) -> int:
        number = self._channels.get(place)
        if number is None:
            number = self._channel_id(*place)
            if number is None:
                number = self._db.execute(
                    "INSERT INTO channel (platform, name, first_ms, last_ms) VALUES (?, ?, ?, ?)"
                    " RETURNING id",
                    (*place, at_ms, at_ms),
                ).get
            self._channels[place] = number
        return number

    def _channel_id(self, platform: str, channel: str) -> int | None:
        found: int | None = self._db.execute(
            "SELECT id FROM channel WHERE platform = ? AND name = ?", (platform, channel)
        ).get
        return found
