"""Deadlines and the order of the queue in SQLite; see `store.interface.deadlines`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import apsw
import msgspec

from rempart.store.interface.deadlines import (
    ClockSeen,
    DeadlineRow,
    DeadlineTables,
    PastReport,
    Place,
    SourceReport,
    Standing,
    Told,
    TouchedCase,
    TriageRow,
    ViewsTold,
)
from rempart.store.sqlite.reports import times

_COLUMNS = (
    "case_id, kind, clock, start_ms, start_seq, span_ms, due_ms, stage, lapses, paused_ms,"
    " shifted_ms, stopped_ms, stop_seq, next_ms"
)
_LISTED = "IN (SELECT value FROM json_each(?))"
_LOOSE = (
    "SELECT r.id, r.received_ms FROM report r INDEXED BY report_received CROSS JOIN cases c"
    " WHERE c.id = r.case_id AND r.received_ms >= ? AND c.author IS NULL"
    " AND c.state = 'open' AND c.kind = 'message' ORDER BY r.received_ms DESC LIMIT ?"
)
_TEXTS = msgspec.json.Decoder(dict[str, str])


class SqliteDeadlineTables(DeadlineTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection
        self._many_loose = 0

    def forget(self) -> None:
        """Another transaction begins: what was counted may be otherwise."""
        self._many_loose = 0

    # -- deadlines -------------------------------------------------------------------------------

    def touched(self, limit: int = 1_000) -> list[TouchedCase]:
        rows = self._db.execute(
            "SELECT c.id, c.state, c.kind, c.harm, c.priority, c.target, c.opened_ms,"
            " coalesce(c.graver_ms, c.opened_ms), c.reports, c.reported_ms, c.messages,"
            " c.looked_ms, c.lapses, c.weight,"
            " coalesce((SELECT max(seq) FROM case_entry e WHERE e.case_id = c.id), 0),"
            " coalesce((SELECT views FROM message_views v WHERE v.key = c.thing), 0),"
            " (SELECT max(at_ms) FROM triage g WHERE g.case_id = c.id)"
            " FROM case_touched t CROSS JOIN cases c WHERE c.id = t.case_id LIMIT ?",
            (limit,),
        )
        return [TouchedCase(*row) for row in rows]

    def touch(self, case: str) -> None:
        self._db.execute("INSERT OR IGNORE INTO case_touched VALUES (?)", (case,))

    def settle(self, cases: Iterable[str]) -> None:
        self._db.executemany(
            "DELETE FROM case_touched WHERE case_id = ?", [(case,) for case in cases]
        )

    def of(self, cases: Sequence[str]) -> dict[str, list[DeadlineRow]]:
        found: dict[str, list[DeadlineRow]] = {}
        for row in self._db.execute(
            f"SELECT {_COLUMNS} FROM deadline WHERE case_id {_LISTED}", (_json(cases),)
        ):
            found.setdefault(row[0], []).append(DeadlineRow(*row))
        return found

    def put(self, rows: Iterable[DeadlineRow]) -> None:
        marks = ", ".join("?" * len(DeadlineRow._fields))
        names = _COLUMNS.split(", ")[2:]
        again = ", ".join(f"{name} = excluded.{name}" for name in names)
        self._db.executemany(
            f"INSERT INTO deadline ({_COLUMNS}, since_seq) VALUES ({marks}, log_size_before())"
            f" ON CONFLICT (case_id, kind) DO UPDATE SET {again}",
            list(rows),
        )

    def due(self, now_ms: int, limit: int = 500) -> list[DeadlineRow]:
        rows = self._db.execute(
            f"SELECT {_COLUMNS} FROM deadline WHERE next_ms IS NOT NULL AND next_ms <= ?"
            " ORDER BY next_ms LIMIT ?",
            (now_ms, limit),
        )
        return sorted((DeadlineRow(*row) for row in rows), key=lambda row: row.start_seq)

    def shift(self, by_ms: int) -> int:
        self._db.execute(
            "UPDATE deadline SET due_ms = due_ms + ?1, next_ms = next_ms + ?1,"
            " paused_ms = paused_ms + ?1, shifted_ms = shifted_ms + ?1 WHERE next_ms IS NOT NULL",
            (by_ms,),
        )
        moved = self._db.changes()
        self._db.execute(
            "UPDATE cases SET due_ms = due_ms + ?1, turn_ms = turn_ms + ?1 WHERE state = 'open'",
            (by_ms,),
        )
        return moved

    def stop_all(self, case: str, at_ms: int, seq: int) -> None:
        self._db.execute(
            "UPDATE deadline SET stopped_ms = ?, stop_seq = ?, next_ms = NULL, paused_ms = NULL"
            " WHERE case_id = ? AND stopped_ms IS NULL",
            (at_ms, seq, case),
        )

    def clock_seen(self) -> ClockSeen | None:
        row = next(iter(self._db.execute("SELECT wall_ms, boot_ms, boot FROM clock_seen")), None)
        return None if row is None else ClockSeen(*row)

    def see_clock(self, seen: ClockSeen) -> None:
        self._db.execute("INSERT OR REPLACE INTO clock_seen VALUES (1, ?, ?, ?)", seen)

    # -- place in the queue ----------------------------------------------------------------------

    def place(self, places: Iterable[Place]) -> None:
        self._db.executemany(
            "UPDATE cases SET class = ?, due_ms = ?, turn_ms = ?, weight = ? WHERE id = ?",
            [(one.rank, one.due_ms, one.turn_ms, one.weight, one.case) for one in places],
        )

    def standing(self, cases: Sequence[str]) -> dict[str, Standing]:
        rows = self._db.execute(
            "SELECT id, class, harm, due_ms, weight, lapses, looked_ms, looked_by, assignee"
            f" FROM cases WHERE id {_LISTED}",
            (_json(cases),),
        )
        return {row[0]: Standing(*row[1:]) for row in rows}

    def lapse(self, case: str) -> None:
        self._db.execute("UPDATE cases SET lapses = lapses + 1 WHERE id = ?", (case,))

    def add_views(self, views: Iterable[ViewsTold]) -> None:
        for key, count, at_ms, seq in views:
            self._db.execute(
                "INSERT OR IGNORE INTO views_told VALUES (?, ?, ?, ?)", (key, seq, at_ms, count)
            )
            self._db.execute(
                "INSERT INTO message_views VALUES (?1, ?2)"
                " ON CONFLICT (key) DO UPDATE SET views = max(views, ?2)",
                (key, count),
            )
            self._db.execute(
                "INSERT OR IGNORE INTO case_touched"
                " SELECT id FROM cases WHERE thing = ? AND state = 'open'",
                (key,),
            )

    # -- what people said ------------------------------------------------------------------------

    def look(self, case: str, by: str, at_ms: int) -> bool:
        self._db.execute(
            "UPDATE cases SET looked_ms = ?, looked_by = ? WHERE id = ? AND looked_ms IS NULL",
            (at_ms, by, case),
        )
        return self._db.changes() == 1

    def rename(self, case: str, harm: str, priority: int, why: dict[str, str]) -> None:
        self._db.execute(
            "UPDATE cases SET harm = ?, priority = ?, why = ? WHERE id = ?",
            (harm, priority, _json(why), case),
        )

    def add_triage(self, case: str, row: TriageRow, seq: int) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO triage VALUES (?, ?, ?, ?, ?, ?)",
            (case, row.at_ms, row.by, row.was, row.harm, seq),
        )

    def triage(self, case: str) -> list[TriageRow]:
        rows = self._db.execute(
            "SELECT at_ms, by, was, harm FROM triage WHERE case_id = ? ORDER BY at_ms", (case,)
        )
        return [TriageRow(*row) for row in rows]

    def assign(self, case: str, person: str | None) -> None:
        self._db.execute("UPDATE cases SET assignee = ? WHERE id = ?", (person, case))

    def load(self) -> dict[str, int]:
        rows = self._db.execute(
            "SELECT assignee, count(*) FROM cases WHERE state = 'open' AND assignee IS NOT NULL"
            " GROUP BY assignee"
        )
        return {row[0]: row[1] for row in rows}

    def set_apart(self, case: str, person: str, why: str, at_ms: int, seq: int) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO case_apart VALUES (?, ?, ?, ?, ?)",
            (case, person, why, at_ms, seq),
        )

    def apart(self, case: str) -> dict[str, str]:
        rows = self._db.execute("SELECT person, why FROM case_apart WHERE case_id = ?", (case,))
        return {row[0]: row[1] for row in rows}

    def people_behind(self, platform: str, account: str) -> list[str]:
        rows = self._db.execute(
            "SELECT person FROM person_account WHERE platform = ? AND account = ?",
            (platform, account),
        )
        return [row[0] for row in rows]

    def accounts(self, person: str) -> list[tuple[str, str]]:
        rows = self._db.execute(
            "SELECT platform, account FROM person_account WHERE person = ? ORDER BY 1, 2",
            (person,),
        )
        return [(row[0], row[1]) for row in rows]

    def put_accounts(self, person: str, accounts: Iterable[tuple[str, str]]) -> None:
        self._db.execute("DELETE FROM person_account WHERE person = ?", (person,))
        self._db.executemany(
            "INSERT OR IGNORE INTO person_account VALUES (?, ?, ?)",
            [(person, platform, account) for platform, account in accounts],
        )

    def put_queue(self, id: str, at_ms: int, by: str, seq: int, picture: str) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO queue VALUES (?, ?, ?, ?, ?)", (id, at_ms, by, seq, picture)
        )

    def queues(self) -> dict[str, str]:
        rows = self._db.execute(
            "SELECT id, picture FROM queue q WHERE at_ms ="
            " (SELECT max(at_ms) FROM queue p WHERE p.id = q.id) ORDER BY id"
        )
        return {row[0]: row[1] for row in rows}

    # -- who reported ----------------------------------------------------------------------------

    def trusted(self, case: str) -> bool:
        found = self._db.execute(
            "SELECT 1 FROM report r WHERE r.case_id = ? AND r.flagger IS NOT NULL AND NOT EXISTS"
            " (SELECT 1 FROM report_withdrawn w WHERE w.report_id = r.id) LIMIT 1",
            (case,),
        )
        return found.fetchone() is not None

    def sources(self, case: str, limit: int = 200) -> list[SourceReport]:
        rows = self._db.execute(
            "SELECT r.received_ms, r.reporter, r.category, coalesce(s.confirmed, 0),"
            " coalesce(s.refuted, 0) FROM report r"
            " LEFT JOIN report_source s ON s.reporter = r.reporter WHERE r.case_id IN"
            " (SELECT ?1 UNION ALL SELECT id FROM cases WHERE merged_into = ?1)"
            " ORDER BY r.received_ms DESC, r.seq DESC LIMIT ?2",
            (case, limit),
        )
        return [SourceReport(*row) for row in rows][::-1]

    def loose_reports(self, since_ms: int, limit: int) -> list[tuple[str, int]]:
        found = times(self._db, _LOOSE, (since_ms, limit))[::-1]
        self._many_loose = limit if len(found) == limit else 0
        return found

    def latest_of_many(self, since_ms: int, limit: int) -> str | None:
        if not self._many_loose >= limit > 0:
            return None
        found = times(self._db, _LOOSE, (since_ms, 1))
        return found[0][0] if found else None

    def count_source(self, reporters: Iterable[bytes], *, confirmed: bool) -> None:
        column = "confirmed" if confirmed else "refuted"
        self._db.executemany(
            f"INSERT INTO report_source (reporter, {column}) VALUES (?, 1)"
            f" ON CONFLICT (reporter) DO UPDATE SET {column} = {column} + 1",
            [(reporter,) for reporter in reporters],
        )

    def source(self, reporter: bytes) -> tuple[int, int]:
        row = next(
            iter(
                self._db.execute(
                    "SELECT confirmed, refuted FROM report_source WHERE reporter = ?", (reporter,)
                )
            ),
            None,
        )
        return (0, 0) if row is None else (int(row[0]), int(row[1]))

    def past_reports(self, reporter: bytes, since_ms: int) -> list[PastReport]:
        rows = self._db.execute(
            "SELECT r.received_ms, r.category, CASE WHEN EXISTS (SELECT 1 FROM triage t"
            " WHERE t.case_id = c.id AND t.was = r.category AND t.harm <> t.was) THEN 1"
            " ELSE (SELECT d.outcome IN ('lift', 'no_violation') FROM decision d"
            "  WHERE d.case_id = coalesce(c.merged_into, c.id) ORDER BY d.seq DESC LIMIT 1) END"
            " FROM report r JOIN cases c ON c.id = r.case_id"
            " WHERE r.reporter = ? AND r.received_ms >= ? ORDER BY r.received_ms, r.seq LIMIT 5000",
            (reporter, since_ms),
        )
        return [PastReport(at, what, None if bad is None else bool(bad)) for at, what, bad in rows]

    def warned_ms(self, reporter: bytes) -> int | None:
        found: int | None = self._db.execute(
            "SELECT warned_ms FROM report_source WHERE reporter = ?", (reporter,)
        ).get
        return found

    def note_warning(self, reporter: bytes, at_ms: int) -> None:
        self._db.execute(
            "INSERT INTO report_source (reporter, warned_ms) VALUES (?1, ?2)"
            " ON CONFLICT (reporter) DO UPDATE SET warned_ms = ?2",
            (reporter, at_ms),
        )

    def tell(self, case: str, at_ms: int, seq: int, text: dict[str, str]) -> None:
        self._db.execute(
            "INSERT OR IGNORE INTO case_told VALUES (?, ?, ?, ?)", (case, at_ms, seq, _json(text))
        )

    def told(self, case: str, since_ms: int) -> list[Told]:
        rows = self._db.execute(
            "SELECT at_ms, text FROM case_told WHERE case_id IN"
            " (SELECT ?1 UNION ALL SELECT merged_into FROM cases"
            "  WHERE id = ?1 AND merged_into IS NOT NULL)"
            " AND at_ms > ?2 ORDER BY at_ms",
            (case, since_ms),
        )
        return [Told(at_ms, _TEXTS.decode(text)) for at_ms, text in rows]


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
