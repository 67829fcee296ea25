"""Raids and their entries in SQLite: a part of the stream tables (see `store.interface.stream`)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rempart.model import Raid
from rempart.model.moments import ms_of
from rempart.store.interface.raids import RaidRow
from rempart.store.sqlite.corrections import SqliteCorrectionTables


class SqliteRaidTables(SqliteCorrectionTables):
    def put_raid(self, raid: Raid, seq: int | None, at_ms: int) -> None:
        self._db.execute(
            "INSERT INTO raid VALUES (?,?,?,?,?,?,?,?,?,?,?,?,NULL,?,?) ON CONFLICT (id) DO UPDATE"
            " SET stage = excluded.stage, kind = excluded.kind, begin_ms = excluded.begin_ms,"
            " end_ms = excluded.end_ms, until_ms = excluded.until_ms,"
            " confidence = excluded.confidence, messages = excluded.messages,"
            " updated_ms = excluded.updated_ms, seq = max(seq, excluded.seq),"
            " picture = excluded.picture",
            (
                raid.id,
                raid.platform,
                raid.channel,
                raid.target,
                raid.stage.value,
                raid.kind.value,
                ms_of(raid.begin),
                ms_of(raid.end),
                None if raid.until is None else ms_of(raid.until),
                round(raid.confidence * 1000),
                raid.messages,
                at_ms,
                -1 if seq is None else seq,
                msgspec.json.encode(raid),
            ),
        )
        if seq is not None:
            self._db.execute("INSERT OR IGNORE INTO raid_entry VALUES (?, ?)", (raid.id, seq))

    def raid(self, id: str) -> RaidRow | None:
        found = self._raids("WHERE id = ?", (id,))
        return found[0] if found else None

    def raids(
        self,
        *,
        platform: str | None = None,
        channel: str | None = None,
        since_ms: int | None = None,
        within: Sequence[str] | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[RaidRow]:
        return self._raids(
            "WHERE (?1 IS NULL OR platform = ?1) AND (?2 IS NULL OR channel = ?2)"
            " AND (?3 IS NULL OR end_ms >= ?3)"
            " AND (?4 IS NULL OR channel IN (SELECT value FROM json_each(?4)))"
            " ORDER BY begin_ms DESC, id LIMIT ?5 OFFSET ?6",
            (platform, channel, since_ms, names_json(within), limit, offset),
        )

    def _raids(self, condition: str, bindings: tuple[object, ...]) -> list[RaidRow]:
        rows = self._db.execute(
            f"SELECT picture, seq, updated_ms, lifted_ms FROM raid {condition}", bindings
        )
        return [
            RaidRow(msgspec.json.decode(picture, type=Raid), seq, updated, lifted)
            for picture, seq, updated, lifted in rows
        ]

    def raid_entries(self, raid: str) -> list[int]:
        rows = self._db.execute("SELECT seq FROM raid_entry WHERE raid = ? ORDER BY seq", (raid,))
        return [seq for (seq,) in rows]

    def lift_raid(self, id: str, at_ms: int) -> None:
        self._db.execute("UPDATE raid SET lifted_ms = ? WHERE id = ?", (at_ms, id))
        self.lifted.append(id)

    def lifted_raids(self) -> list[str]:
        return [id for (id,) in self._db.execute("SELECT id FROM raid WHERE lifted_ms NOT NULL")]


def names_json(names: Sequence[str] | None) -> str | None:
    return None if names is None else msgspec.json.encode(list(names)).decode()
