"""Suspended processing of notices in SQLite; see `store.interface.misuse`."""

from __future__ import annotations

import apsw
import msgspec

from rempart.errors import ConflictError
from rempart.store.interface.deadlines import PastReport
from rempart.store.interface.misuse import (
    AppealWarning,
    MisuseTables,
    SuspensionRow,
    WaitingAppeal,
    WaitingNotice,
    WarningRow,
)
from rempart.store.sqlite.reports import pack

_ROWS = (
    "SELECT id, reporter, what, from_ms, until_ms, warned_ms, reason, decided_by, seq, ended_ms"
    " FROM misuse_suspension "
)
_WAITING = (
    "SELECT w.id, w.suspension, w.reporter, w.category, w.language, w.digest, w.content,"
    " w.contact, w.received_ms, w.seq, w.via FROM waiting_notice w "
)
_APPEALS = (
    "SELECT w.id, w.suspension, w.source, w.of_case, w.decision, w.report_id, w.statement,"
    " w.received_ms, w.seq FROM waiting_appeal w "
)
_ENDED = "(s.until_ms <= ? OR s.ended_ms IS NOT NULL)"
_TEXTS = msgspec.json.Decoder(dict[str, str])


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

    def warned(self, row: WarningRow) -> None:
        self._db.execute("INSERT INTO misuse_warning VALUES (?, ?, ?)", row)

    def warnings(self) -> list[WarningRow]:
        query = "SELECT what, at_ms, seq FROM misuse_warning ORDER BY at_ms, seq"
        return [WarningRow(*row) for row in self._db.execute(query)]

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
            f" WHERE {_ENDED}"
            " ORDER BY w.received_ms, w.seq LIMIT ?"
        )
        return [WaitingNotice(*row) for row in self._db.execute(query, (at_ms, limit))]

    def drop_waiting(self, id: str) -> None:
        self._db.execute("DELETE FROM waiting_notice WHERE id = ?", (id,))

    # -- appeals ---------------------------------------------------------------------------------

    def source_of_look(self, look: str) -> bytes | None:
        found: bytes | None = self._db.execute(
            "SELECT source FROM second_look WHERE id = ?", (look,)
        ).get
        return found

    def past_appeals(self, source: bytes, since_ms: int) -> list[PastReport]:
        rows = self._db.execute(
            "SELECT l.received_ms, coalesce(d.harm, ''),"
            " CASE WHEN l.state = 'open' THEN NULL ELSE l.unfounded END"
            " FROM second_look l LEFT JOIN decision d ON d.id = l.decision"
            " WHERE l.source = ? AND l.received_ms >= ? ORDER BY l.received_ms, l.seq LIMIT 5000",
            (source, since_ms),
        )
        return [PastReport(at, what, None if bad is None else bool(bad)) for at, what, bad in rows]

    def appeals_wrong_often(self, least: int, limit: int) -> list[bytes]:
        query = (
            "SELECT source, sum(unfounded) AS wrong FROM second_look WHERE source IS NOT NULL"
            " GROUP BY source HAVING wrong >= ?1 OR source IN (SELECT source FROM appeal_source)"
            " ORDER BY wrong DESC, source LIMIT ?2"
        )
        return [source for source, _ in self._db.execute(query, (least, limit))]

    def last_look(self, source: bytes) -> str | None:
        query = "SELECT id FROM second_look WHERE source = ? ORDER BY received_ms DESC, id LIMIT 1"
        found: str | None = self._db.execute(query, (source,)).get
        return found

    def appeal_warning(self, source: bytes) -> AppealWarning | None:
        query = "SELECT warned_ms, text FROM appeal_source WHERE source = ?"
        row = self._db.execute(query, (source,)).fetchone()
        return AppealWarning(row[0], _TEXTS.decode(row[1])) if row else None

    def note_appeal_warning(self, source: bytes, warning: AppealWarning) -> None:
        self._db.execute(
            "INSERT INTO appeal_source VALUES (?1, ?2, ?3)"
            " ON CONFLICT (source) DO UPDATE SET warned_ms = ?2, text = ?3",
            (source, warning.warned_ms, pack(warning.text)),
        )

    def wait_appeal(self, row: WaitingAppeal) -> None:
        try:
            self._db.execute("INSERT INTO waiting_appeal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        except apsw.ConstraintError as error:
            raise ConflictError("this appeal waits already") from error

    def waiting_appeals(self, source: bytes) -> int:
        query = "SELECT count(*) FROM waiting_appeal WHERE source = ?"
        return int(self._db.execute(query, (source,)).get)

    def waiting_appeal_of(
        self, *, report: str | None = None, statement: str | None = None
    ) -> WaitingAppeal | None:
        query = (
            _APPEALS
            + "WHERE w.report_id = ?1 OR w.statement = ?2 ORDER BY w.received_ms DESC LIMIT 1"
        )
        row = self._db.execute(query, (report, statement)).fetchone()
        return WaitingAppeal(*row) if row else None

    def appeals_waited_out(self, at_ms: int, limit: int) -> list[WaitingAppeal]:
        query = (
            _APPEALS + f"JOIN misuse_suspension s ON s.id = w.suspension WHERE {_ENDED}"
            " ORDER BY w.received_ms, w.seq LIMIT ?"
        )
        return [WaitingAppeal(*row) for row in self._db.execute(query, (at_ms, limit))]

    def drop_waiting_appeal(self, id: str) -> None:
        self._db.execute("DELETE FROM waiting_appeal WHERE id = ?", (id,))
