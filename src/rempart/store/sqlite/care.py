"""Reviewers' care in SQLite; see `store.interface.care` for what it promises."""

from __future__ import annotations

import apsw

from rempart.store.interface.care import CareTables, PauseRow


class SqliteCareTables(CareTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def expose(self, person: str, day: str, harm: str, texts: int) -> None:
        self._db.execute(
            "INSERT INTO exposure VALUES (?, ?, ?, ?)"
            " ON CONFLICT (person, day, harm) DO UPDATE SET texts = texts + excluded.texts",
            (person, day, harm, texts),
        )

    def exposed(self, person: str, day: str) -> dict[str, int]:
        query = (
            "SELECT harm, texts FROM exposure WHERE person = ? AND day = ?"
            " ORDER BY texts DESC, harm"
        )
        return dict(self._db.execute(query, (person, day)))

    def by_person(self, day: str) -> dict[str, int]:
        query = "SELECT person, sum(texts) FROM exposure WHERE day = ? GROUP BY person"
        return dict(self._db.execute(query, (day,)))

    def by_day(self, person: str, from_day: str) -> dict[str, int]:
        query = (
            "SELECT day, sum(texts) FROM exposure WHERE person = ? AND day >= ?"
            " GROUP BY day ORDER BY day"
        )
        return dict(self._db.execute(query, (person, from_day)))

    def pause(self, person: str) -> PauseRow:
        query = "SELECT person, since, until_ms, skipped FROM pause WHERE person = ?"
        row = self._db.execute(query, (person,)).fetchone()
        return PauseRow(*row) if row else PauseRow(person)

    def put_pause(self, row: PauseRow) -> None:
        self._db.execute("INSERT OR REPLACE INTO pause VALUES (?, ?, ?, ?)", row)

    def forget(self, before_day: str) -> int:
        self._db.execute("DELETE FROM exposure WHERE day < ?", (before_day,))
        return self._db.changes()
