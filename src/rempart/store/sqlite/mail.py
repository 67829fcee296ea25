"""Mails that wait, and what became of them, in SQLite."""

from __future__ import annotations

import apsw

from rempart.store.interface.mail import MailAbout, MailRow, MailState, MailTables


class SqliteMailTables(MailTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def queue(self, report: str, what: MailAbout, about: int, at_ms: int) -> None:
        self._db.execute(
            "INSERT INTO mail (report_id, what, about, queued_ms, next_at_ms)"
            " SELECT report_id, ?2, ?3, ?4, ?4 FROM report_contact WHERE report_id = ?1"
            " ON CONFLICT (report_id, what, about) DO NOTHING",
            (report, what.value, about, at_ms),
        )

    def due(self, now_ms: int, limit: int) -> list[MailRow]:
        rows = self._db.execute(
            "SELECT id, report_id, what, about, attempts, queued_ms FROM mail"
            " WHERE state = 'pending' AND next_at_ms <= ? ORDER BY next_at_ms LIMIT ?",
            (now_ms, limit),
        )
        return [MailRow(row[0], row[1], MailAbout(row[2]), row[3], row[4], row[5]) for row in rows]

    def settle(
        self, id: int, state: MailState, *, detail: str = "", next_at_ms: int | None = None
    ) -> None:
        self._db.execute(
            "UPDATE mail SET state = ?, detail = ?, attempts = attempts + 1, next_at_ms = ?"
            " WHERE id = ?",
            (state.value, detail[:300], next_at_ms, id),
        )

    def counts(self) -> dict[MailState, int]:
        rows = self._db.execute("SELECT state, count(*) FROM mail GROUP BY state")
        return {MailState(row[0]): row[1] for row in rows}
