"""Retention in SQLite; see `store.interface.retention` for what it promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import apsw
import msgspec

from rempart.store.interface.retention import OldMessage, RetentionRow, RetentionTables

_AMONG: Final = "(SELECT value FROM json_each(?))"
_STANDS_OUT: Final = "(m.verdict > 0 OR m.abuse >= 500 OR m.raid IS NOT NULL)"
_IN_FILES: Final = "EXISTS (SELECT 1 FROM incident_item i WHERE i.seq = m.seq)"
_HELD: Final = (
    "EXISTS (SELECT 1 FROM temp.standing h WHERE ("
    "(h.covers = 'account' AND h.subject = c.platform || '/' || m.author)"
    " OR (h.covers = 'channel' AND h.subject = c.platform || '/' || c.name)"
    " OR (h.covers = 'target' AND h.subject IN (coalesce(m.target, c.name),"
    " c.platform || '/' || coalesce(m.target, c.name)))))"
)
_LAST: Final = "(SELECT max(d.decided_ms) FROM decision d WHERE d.case_id = k.id)"
_CASE_NEEDS: Final = (
    f"(k.state = 'open' OR {_LAST} >= ?2 OR EXISTS (SELECT 1 FROM second_look l"
    " WHERE l.of_case = k.id AND l.state = 'open')"
    " OR EXISTS (SELECT 1 FROM temp.standing h WHERE h.covers = 'case'"
    " AND h.subject = k.id))"
)
_CASE_HELD: Final = (
    "EXISTS (SELECT 1 FROM temp.standing h WHERE ("
    "(h.covers = 'case' AND h.subject = k.id)"
    " OR (h.covers = 'account' AND h.subject = k.platform || '/' || k.author)"
    " OR (h.covers = 'channel' AND h.subject = k.platform || '/' || k.channel)"
    " OR (h.covers = 'target' AND h.subject IN (k.target, k.platform || '/' || k.target))))"
)
_KEPT_EVENTS: Final = "('ban', 'edit', 'delete')"


class SqliteRetentionTables(RetentionTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def done(self) -> dict[str, RetentionRow]:
        rows = self._db.execute("SELECT key, before_ms, at_ms, place FROM retention_done")
        return {row[0]: RetentionRow(*row) for row in rows if row[0] != "clock"}

    def put_done(self, row: RetentionRow) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO retention_done (key, before_ms, at_ms, place)"
            " VALUES (?, ?, ?, ?)",
            row,
        )

    def skew_ms(self) -> int:
        found: int | None = self._db.execute(
            "SELECT before_ms FROM retention_done WHERE key = 'clock'"
        ).get
        return found or 0

    def begin(self, now_ms: int) -> None:
        self._db.execute("CREATE TEMP TABLE IF NOT EXISTS standing (covers TEXT, subject TEXT)")
        self._db.execute("DELETE FROM temp.standing")
        self._db.execute(
            "INSERT INTO temp.standing SELECT covers, subject FROM hold"
            " WHERE lifted_ms IS NULL AND until_ms > ?",
            (now_ms,),
        )

    # -- messages ----------------------------------------------------------------------------

    def old_messages(self, after: int, before_ms: int, limit: int) -> list[OldMessage]:
        # Read in order and cut at the first that is younger: nothing beyond it is looked at.
        rows = self._db.execute(
            f"SELECT m.seq, c.platform, m.author, {_STANDS_OUT} OR {_IN_FILES} OR {_HELD}"
            " OR EXISTS (SELECT 1 FROM case_message k WHERE k.seq = m.seq)"
            " OR EXISTS (SELECT 1 FROM locked_out o WHERE o.seq = m.seq)"
            " OR EXISTS (SELECT 1 FROM fact_match f WHERE f.seq = m.seq), m.received_at_ms"
            " FROM message m JOIN channel c ON c.id = m.channel_id"
            " WHERE m.seq > ?1 ORDER BY m.seq LIMIT ?2",
            (after, limit),
        )
        found: list[OldMessage] = []
        for seq, platform, author, kept, received_ms in rows:
            if received_ms >= before_ms:
                break
            found.append(OldMessage(seq, platform, author, bool(kept)))
        return found

    def old_flagged(self, before_ms: int, cases_before_ms: int, upto: int, limit: int) -> list[int]:
        rows = self._db.execute(
            "SELECT m.seq FROM message m JOIN channel c ON c.id = m.channel_id"
            f" WHERE m.seq <= ?4 AND m.received_at_ms < ?1 AND NOT {_IN_FILES} AND NOT {_HELD}"
            " AND NOT EXISTS (SELECT 1 FROM case_message t JOIN cases k0 ON k0.id = t.case_id"
            " JOIN cases k ON k.id = coalesce(k0.merged_into, k0.id)"
            f" WHERE t.seq = m.seq AND {_CASE_NEEDS})"
            " AND NOT EXISTS (SELECT 1 FROM cases k WHERE m.raid IS NOT NULL AND k.raid = m.raid"
            f" AND {_CASE_NEEDS}) LIMIT ?3",
            (before_ms, cases_before_ms, limit, upto),
        )
        return [seq for (seq,) in rows]

    def old_events(self, start: int, end: int) -> list[OldMessage]:
        rows = self._db.execute(
            f"SELECT e.seq, c.platform, coalesce(e.account, ''), e.kind IN {_KEPT_EVENTS}"
            " FROM event e JOIN channel c ON c.id = e.channel_id WHERE e.seq >= ? AND e.seq < ?",
            (start, end),
        )
        return [
            OldMessage(seq, platform, author, bool(kept)) for seq, platform, author, kept in rows
        ]

    def drop_messages(self, seqs: Sequence[int]) -> list[int]:
        among = (_json(seqs),)
        entries = list(seqs)
        entries += [
            seq
            for (seq,) in self._db.execute(
                "SELECT seq FROM conflict WHERE key IN"
                f" (SELECT key FROM message WHERE seq IN {_AMONG})",
                among,
            )
        ]
        for sql in (
            f"DELETE FROM conflict WHERE key IN (SELECT key FROM message WHERE seq IN {_AMONG})",
            "DELETE FROM message_views WHERE key IN"
            f" (SELECT key FROM message WHERE seq IN {_AMONG})",
            f"DELETE FROM locked_out WHERE seq IN {_AMONG}",
            f"DELETE FROM fact_match WHERE seq IN {_AMONG}",
            f"DELETE FROM message WHERE seq IN {_AMONG}",
        ):
            self._db.execute(sql, among)
        return entries

    def drop_events(self, seqs: Sequence[int]) -> None:
        self._db.execute(f"DELETE FROM event WHERE seq IN {_AMONG}", (_json(seqs),))

    # -- what people wrote -----------------------------------------------------------------------

    def old_reports(self, before_ms: int, limit: int) -> list[str]:
        rows = self._db.execute(
            "SELECT r.id FROM report r JOIN cases k0 ON k0.id = r.case_id"
            " JOIN cases k ON k.id = coalesce(k0.merged_into, k0.id)"
            f" WHERE k.state = 'decided' AND {_LAST} < ?1 AND NOT {_CASE_HELD}"
            " AND NOT EXISTS (SELECT 1 FROM second_look l WHERE l.of_case = k.id"
            " AND l.state = 'open')"
            " AND NOT EXISTS (SELECT 1 FROM words_gone w WHERE w.id = r.id)"
            " AND NOT EXISTS (SELECT 1 FROM temp.standing h"
            " WHERE h.covers = 'reporter' AND h.subject = r.id) LIMIT ?2",
            (before_ms, limit),
        )
        return [id for (id,) in rows]

    def note_words_gone(self, reports: Sequence[str]) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO words_gone VALUES (?)", [(one,) for one in reports]
        )

    def old_contacts(self, before_ms: int, limit: int) -> list[tuple[str, int]]:
        return list(
            self._db.execute(
                "SELECT r.id, r.seq FROM report_contact t JOIN report r ON r.id = t.report_id"
                " JOIN cases k0 ON k0.id = r.case_id"
                " JOIN cases k ON k.id = coalesce(k0.merged_into, k0.id)"
                " LEFT JOIN report_withdrawn w ON w.report_id = r.id"
                f" WHERE (w.at_ms < ?1 OR (k.state = 'decided' AND {_LAST} < ?1))"
                f" AND NOT {_CASE_HELD} AND NOT EXISTS (SELECT 1 FROM temp.standing h"
                " WHERE h.covers = 'reporter' AND h.subject = r.id)"
                " AND NOT EXISTS (SELECT 1 FROM second_look l WHERE l.of_case = k.id"
                " AND l.state = 'open') LIMIT ?2",
                (before_ms, limit),
            )
        )

    def drop_contacts(self, reports: Sequence[str]) -> None:
        among = (_json(reports),)
        self._db.execute(f"DELETE FROM report_contact WHERE report_id IN {_AMONG}", among)
        self._db.execute(f"DELETE FROM mail WHERE report_id IN {_AMONG}", among)

    def old_cases(self, before_ms: int, limit: int) -> list[str]:
        rows = self._db.execute(
            f"SELECT k.id FROM cases k WHERE k.state = 'decided' AND {_LAST} < ?1"
            f" AND NOT {_CASE_HELD} AND NOT EXISTS (SELECT 1 FROM second_look l"
            " WHERE l.of_case = k.id AND l.state = 'open')"
            " AND NOT EXISTS (SELECT 1 FROM words_gone w WHERE w.id = k.id) LIMIT ?2",
            (before_ms, limit),
        )
        return [id for (id,) in rows]

    def case_words(self, case: str) -> list[int]:
        rows = self._db.execute(
            "SELECT seq FROM case_note WHERE case_id = ?1"
            " UNION SELECT m.seq FROM report_message m JOIN report r ON r.id = m.report_id"
            " WHERE r.case_id = ?1",
            (case,),
        )
        return [seq for (seq,) in rows]

    def close_case(self, case: str) -> None:
        self.note_words_gone([case])
        for sql in (
            "UPDATE cases SET author = NULL WHERE id = ?",
            "UPDATE cases SET author = NULL WHERE merged_into = ?",
            "DELETE FROM case_alias WHERE case_id = ?",
            "UPDATE measure SET account = NULL, picture = CAST(json_remove("
            "CAST(picture AS TEXT), '$.account') AS BLOB) WHERE case_id = ? AND state <> 'active'",
            "UPDATE measure SET picture = CAST(json_set(CAST(picture AS TEXT), '$.scope.ref',"
            " 'expired') AS BLOB) WHERE case_id = ? AND state <> 'active'"
            " AND json_extract(CAST(picture AS TEXT), '$.scope.kind') = 'account'",
            "UPDATE raid SET picture = CAST(json_remove(CAST(picture AS TEXT), '$.members')"
            " AS BLOB) WHERE id = (SELECT raid FROM cases WHERE id = ?)",
        ):
            self._db.execute(sql, (case,))
        self._db.execute("INSERT OR IGNORE INTO erasing VALUES (1)")
        self._db.execute(
            "UPDATE statement SET account = 'expired', record = CAST(json_set("
            "CAST(record AS TEXT), '$.account', 'expired') AS BLOB) WHERE case_id = ?",
            (case,),
        )
        self._db.execute("DELETE FROM erasing")

    def old_access(self, before_ms: int, limit: int) -> list[int]:
        rows = self._db.execute(
            "SELECT seq FROM access_entry WHERE at_ms < ? ORDER BY seq LIMIT ?",
            (before_ms, limit),
        )
        return [seq for (seq,) in rows]

    def drop_access(self, seqs: Sequence[int]) -> None:
        self._db.execute(f"DELETE FROM access_entry WHERE seq IN {_AMONG}", (_json(seqs),))

    def drop_mails(self, before_ms: int, limit: int) -> int:
        self._db.execute(
            "DELETE FROM mail WHERE id IN (SELECT id FROM mail WHERE state <> 'pending'"
            " AND queued_ms < ? LIMIT ?)",
            (before_ms, limit),
        )
        return self._db.changes()


def _json(values: Sequence[Any]) -> str:
    return msgspec.json.encode(list(values)).decode()
