"""What the engine keeps for itself in SQLite: states of the pipeline, counters, facts told to the
log; a part of the stream tables (see `store.interface.stream`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rempart.store.sqlite.raids import SqliteRaidTables


class SqliteKeptTables(SqliteRaidTables):
    def put_states(self, states: Iterable[tuple[str, bytes]], seq: int) -> None:
        self._db.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", states)
        self._db.execute("INSERT OR REPLACE INTO snapshot VALUES (1, ?)", (seq,))

    def states(self) -> tuple[int, list[tuple[str, bytes]]]:
        rows = self._db.execute("SELECT key, blob FROM state ORDER BY key")
        return self.snapshot_seq(), [(key, blob) for key, blob in rows]

    def state(self, key: str) -> bytes | None:
        found: bytes | None = self._db.execute("SELECT blob FROM state WHERE key = ?", (key,)).get
        return found

    def snapshot_seq(self) -> int:
        return self._db.execute("SELECT seq FROM snapshot").get or 0

    def drop_states(self, keys: Sequence[str] | None = None) -> None:
        if keys is not None:
            self._db.executemany("DELETE FROM state WHERE key = ?", [(key,) for key in keys])
            return
        self._db.execute("DELETE FROM state")
        self._db.execute("DELETE FROM snapshot")

    def drop_states_under(self, prefix: str) -> None:
        self._db.execute(
            "DELETE FROM state WHERE substr(key, 1, length(?1)) = ?1",
            (prefix,),
        )

    def count(self, deltas: Mapping[str, int]) -> None:
        self._db.executemany(
            "INSERT INTO counter VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
            [(name, delta) for name, delta in deltas.items() if delta],
        )

    def counters(self) -> dict[str, int]:
        return dict(self._db.execute("SELECT name, value FROM counter ORDER BY name"))

    def fact(self, name: str) -> str | None:
        found: str | None = self._db.execute("SELECT value FROM fact WHERE name = ?", (name,)).get
        return found

    def put_fact(self, name: str, value: str, seq: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO fact VALUES (?, ?, ?)", (name, value, seq))
        self._db.execute("INSERT OR IGNORE INTO fact_entry VALUES (?, ?)", (seq, name))
