"""Who let whom in, in SQLite; see `store.interface.sponsors` for what it promises."""

from __future__ import annotations

import apsw

from rempart.store.interface.sponsors import SponsorRow, SponsorTables


class SqliteSponsorTables(SponsorTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def put(self, row: SponsorRow) -> None:
        self._db.execute(
            "INSERT INTO sponsor VALUES (?, ?, ?)"
            " ON CONFLICT (person, by) DO UPDATE SET at_ms = max(at_ms, excluded.at_ms)",
            row,
        )

    def since(self, at_ms: int) -> list[SponsorRow]:
        query = "SELECT person, by, at_ms FROM sponsor WHERE at_ms > ? ORDER BY person, by"
        return [SponsorRow(*row) for row in self._db.execute(query, (at_ms,))]

    def days(self) -> int | None:
        found: int | None = self._db.execute("SELECT days FROM second_person").get
        return found

    def set_days(self, days: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO second_person VALUES (1, ?)", (days,))
