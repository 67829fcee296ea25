"""Suspended processing of notices in SQLite; see `store.interface.misuse`."""

from __future__ import annotations

import apsw

from rempart.store.interface.misuse import MisuseTables, SuspensionRow, WaitingNotice

_ROWS = (
    "SELECT id, reporter, what, from_ms, until_ms, warned_ms, reason, decided_by, seq, ended_ms"
    " FROM misuse_suspension "
)
_WAITING = (
    "SELECT w.id, w.suspension, w.reporter, w.category, w.language, w.digest, w.content,"
    " w.contact, w.received_ms, w.seq, w.via FROM waiting_notice w "
)


class SqliteMisuseTables(MisuseTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def add(self, row: SuspensionRow) -> None:
        self._db.execute("INSERT INTO misuse_suspension VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def get(self, id: str) -> SuspensionRow | None:
        row = self._db.execute(_ROWS + "WHERE id = ?", (id,)).fetchone()
        return SuspensionRow(*row) if row else None

    def end(self, id: str, at_ms: int) -> None:
        self._db.execute(
            "UPDATE misuse_suspension SET ended_ms = ? WHERE id = ? AND ended_ms IS NULL",
            (at_ms, id),
        )

    def standing(self, reporter: bytes, what: str, at_ms: int) -> SuspensionRow | None:
        query = (
            _ROWS + "WHERE reporter = ?1 AND what = ?2 AND from_ms <= ?3 AND until_ms > ?3"
            " AND ended_ms IS NULL ORDER BY until_ms DESC LIMIT 1"
        )
        row = self._db.execute(query, (reporter, what, at_ms)).fetchone()
        return SuspensionRow(*row) if row else None

    def of_source(self, reporter: bytes) -> list[SuspensionRow]:
        rows = self._db.execute(_ROWS + "WHERE reporter = ? ORDER BY from_ms, id", (reporter,))
        return [SuspensionRow(*row) for row in rows]

    def begun(self, from_ms: int, to_ms: int) -> list[SuspensionRow]:
        query = _ROWS + "WHERE from_ms >= ? AND from_ms < ? ORDER BY from_ms, id"
        return [SuspensionRow(*row) for row in self._db.execute(query, (from_ms, to_ms))]

    def warnings(self, from_ms: int, to_ms: int) -> list[tuple[bytes, int]]:
        query = (
            "SELECT reporter, warned_ms FROM report_source WHERE warned_ms >= ? AND warned_ms < ?"
            " ORDER BY warned_ms"
        )
        return list(self._db.execute(query, (from_ms, to_ms)))

    def wrong_often(self, least: int, limit: int) -> list[bytes]:
        query = (
            "SELECT reporter FROM report_source WHERE refuted >= ? OR warned_ms IS NOT NULL"
            " ORDER BY refuted DESC, reporter LIMIT ?"
        )
        return [reporter for (reporter,) in self._db.execute(query, (least, limit))]

    def last_report(self, reporter: bytes) -> str | None:
        query = "SELECT id FROM report WHERE reporter = ? ORDER BY received_ms DESC, id LIMIT 1"
        found: str | None = self._db.execute(query, (reporter,)).get
        return found

    def wait(self, row: WaitingNotice) -> None:
        self._db.execute("INSERT INTO waiting_notice VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def waiting(self, reporter: bytes) -> int:
        return int(
            self._db.execute(
                "SELECT count(*) FROM waiting_notice WHERE suspension IN"
                " (SELECT id FROM misuse_suspension WHERE reporter = ?)",
                (reporter,),
            ).get
        )

    def waiting_of_receipt(self, digest: bytes) -> WaitingNotice | None:
        row = self._db.execute(_WAITING + "WHERE w.digest = ?", (digest,)).fetchone()
        return WaitingNotice(*row) if row else None

    def waited_out(self, at_ms: int, limit: int) -> list[WaitingNotice]:
        query = (
            _WAITING + "JOIN misuse_suspension s ON s.id = w.suspension"
            " WHERE s.until_ms <= ? OR s.ended_ms IS NOT NULL"
            " ORDER BY w.received_ms, w.seq LIMIT ?"
        )
        return [WaitingNotice(*row) for row in self._db.execute(query, (at_ms, limit))]

    def drop_waiting(self, id: str) -> None:
        self._db.execute("DELETE FROM waiting_notice WHERE id = ?", (id,))
