"""Reports, decisions and answers in SQLite: the part of the case tables that happens once.

What may be there only once is a constraint of the schema; here a broken constraint becomes the
`ConflictError` that says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import apsw
import msgspec

from rempart.errors import ConflictError
from rempart.model import Again, Decision, DecisionOutcome, Ground
from rempart.model.moments import at_time, ms_of
from rempart.store.interface.cases import (
    Answer,
    CaseTables,
    FiledReport,
    NewReport,
    PlacedDecision,
    ReportRow,
    SourceRecord,
)
from rempart.store.sqlite.restated import first, stood

_REPORTS = (
    "SELECT r.id, r.case_id, r.category, r.language, r.received_ms, r.seq, r.repeats,"
    " (SELECT count(*) FROM receipt WHERE report_id = r.id),"
    " EXISTS (SELECT 1 FROM report_contact WHERE report_id = r.id),"
    " coalesce((SELECT min(at_ms) FROM answer WHERE report_id = r.id), w.at_ms), r.reporter,"
    " r.flagger, r.minor, r.wish, w.at_ms IS NOT NULL"
    " FROM report r LEFT JOIN report_withdrawn w ON w.report_id = r.id "
)
_ANSWERS = (
    "SELECT a.report_id, a.decision_id, a.text, a.at_ms, a.seq FROM answer a"
    " JOIN report r ON r.id = a.report_id "
)
_DECISIONS = (
    "SELECT id, case_id, outcome, ground, reason, decided_by, decided_ms, measures, undone, taken,"
    " harm, provision, replaces, because, confirmed_by FROM decision "
)
_OF_FAMILY = "r.case_id IN (SELECT ?1 UNION ALL SELECT id FROM cases WHERE merged_into = ?1)"
_TEXTS = msgspec.json.Decoder(dict[str, str])
_TIMES = msgspec.json.Decoder(list[tuple[str, int]])
_IDS = msgspec.json.Decoder(tuple[str, ...])


class SqliteReportTables(CaseTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def row(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        return next(iter(self._db.execute(query, values)), None)

    def value(self, query: str, values: tuple[Any, ...]) -> Any:
        row = self.row(query, *values)
        return row[0] if row else None

    def number(self, query: str, values: tuple[Any, ...]) -> int:
        return int(self.value(query, values) or 0)

    # -- reports ---------------------------------------------------------------------------------

    def has_reports(self) -> bool:
        return self.number("SELECT EXISTS (SELECT 1 FROM report)", ()) == 1

    def insert_report(self, report: NewReport) -> None:
        try:
            self._db.execute(
                "INSERT INTO report (id, case_id, thing, category, language, reporter, content,"
                " repeats, received_ms, seq, flagger, minor, wish, items, via)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    report.id,
                    report.case,
                    report.thing,
                    report.category,
                    report.language,
                    report.reporter,
                    report.content,
                    report.repeats,
                    report.received_ms,
                    report.seq,
                    report.flagger,
                    int(report.minor),
                    report.wish,
                    report.items,
                    report.via,
                ),
            )
        except apsw.ConstraintError as error:
            raise ConflictError("this report is already there", where=report.id) from error
        self._db.execute(
            "UPDATE cases SET reports = reports + 1, updated_ms = max(updated_ms, ?2),"
            " reported_ms = coalesce(min(reported_ms, ?2), ?2) WHERE id = ?1",
            (report.case, report.received_ms),
        )

    def same_report(self, reporter: bytes, thing: bytes, category: str) -> list[tuple[str, bytes]]:
        rows = self._db.execute(
            "WITH first AS (SELECT id FROM report WHERE reporter = ? AND thing = ?"
            " AND category = ? AND repeats IS NULL)"
            " SELECT id, content FROM report WHERE id IN first"
            " UNION ALL SELECT id, content FROM report WHERE repeats IN first",
            (reporter, thing, category),
        )
        return [(row[0], row[1]) for row in rows]

    def source(self, reporter: bytes, categories: Sequence[str], since_ms: int) -> SourceRecord:
        marks = ", ".join("?" * len(categories))
        of_them = f"r.reporter = ? AND r.category IN ({marks})"
        known = (reporter, *categories)
        return SourceRecord(
            self.number(
                f"SELECT count(*) FROM report r WHERE {of_them} AND r.received_ms > ?",
                (*known, since_ms),
            ),
            self.number(
                "SELECT count(*) FROM report r JOIN cases c ON c.id = r.case_id"
                " JOIN decision d ON d.case_id = coalesce(c.merged_into, c.id)"
                f" WHERE {of_them} AND d.ground = 'none'",
                known,
            ),
        )

    def insert_receipt(self, digest: bytes, report: str, at_ms: int) -> None:
        self._db.execute(
            "INSERT INTO receipt (digest, report_id, at_ms) VALUES (?, ?, ?)",
            (digest, report, at_ms),
        )

    def report_of_receipt(self, digest: bytes) -> str | None:
        value = self.value("SELECT report_id FROM receipt WHERE digest = ?", (digest,))
        return str(value) if value is not None else None

    def put_contact(self, report: str, sealed: bytes) -> None:
        self._db.execute("INSERT INTO report_contact VALUES (?, ?)", (report, sealed))

    def sealed_contact(self, report: str) -> bytes | None:
        value = self.value("SELECT sealed FROM report_contact WHERE report_id = ?", (report,))
        return bytes(value) if value is not None else None

    def report(self, report: str) -> ReportRow | None:
        row = self.row(_REPORTS + "WHERE r.id = ?", report)
        return _report(row) if row else None

    def reports(self, case: str, limit: int = 200, offset: int = 0) -> list[ReportRow]:
        rows = self._db.execute(
            _REPORTS + "WHERE " + _OF_FAMILY + " ORDER BY r.received_ms, r.seq LIMIT ?2 OFFSET ?3",
            (case, limit, offset),
        )
        return [_report(row) for row in rows]

    def report_times(self, case: str, limit: int) -> list[tuple[str, int]]:
        return times(
            self._db,
            "SELECT r.id, r.received_ms FROM report r WHERE "
            + _OF_FAMILY
            + " ORDER BY r.received_ms, r.seq LIMIT ?2",
            (case, limit),
        )

    def reports_on(
        self, platform: str, channel: str, author: str, since_ms: int, limit: int
    ) -> list[tuple[str, int]]:
        return times(
            self._db,
            "SELECT r.id, r.received_ms FROM report r WHERE r.received_ms >= ?4 AND r.case_id IN"
            " (SELECT id FROM cases WHERE state = 'open' AND kind = 'message' AND author = ?3"
            " AND author IS NOT NULL AND platform = ?1 AND channel = ?2)"
            " ORDER BY r.received_ms DESC, r.seq DESC LIMIT ?5",
            (platform, channel, author, since_ms, limit),
        )[::-1]

    def filed(self, reports: Sequence[str]) -> list[FiledReport]:
        rows = self._db.execute(
            "SELECT r.id, r.case_id, r.received_ms, r.seq, r.reporter FROM json_each(?) j"
            " CROSS JOIN report r WHERE r.id = j.value ORDER BY j.key",
            (pack(reports),),
        )
        return [FiledReport(*row) for row in rows]

    def having_messages(self, cases: Sequence[str]) -> set[str]:
        rows = self._db.execute(
            "SELECT j.value FROM json_each(?) j"
            " WHERE EXISTS (SELECT 1 FROM case_message WHERE case_id = j.value)"
            " OR EXISTS (SELECT 1 FROM cases c WHERE c.id = j.value AND c.kind = 'raid')"
            " OR EXISTS (SELECT 1 FROM cases c WHERE c.merged_into = j.value)",
            (pack(cases),),
        )
        return {case for (case,) in rows}

    def author(self, case: str) -> str | None:
        value = self.value("SELECT author FROM cases WHERE id = ?", (case,))
        return None if value is None else str(value)

    def unanswered(self, case: str) -> list[ReportRow]:
        rows = self._db.execute(
            _REPORTS + "WHERE NOT EXISTS (SELECT 1 FROM answer WHERE report_id = r.id)"
            " AND w.report_id IS NULL AND " + _OF_FAMILY + " ORDER BY r.received_ms, r.seq",
            (case,),
        )
        return [_report(row) for row in rows]

    # -- decisions and answers -------------------------------------------------------------------

    def insert_decision(self, decision: Decision, seq: int) -> None:
        at_ms = ms_of(decision.decided_at)
        try:
            self._db.execute(
                "INSERT INTO decision VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    decision.id,
                    decision.case,
                    decision.outcome.value,
                    decision.ground.value,
                    decision.reason,
                    decision.decided_by,
                    at_ms,
                    pack(decision.measures),
                    pack(decision.undone),
                    seq,
                    pack(decision.taken),
                    decision.harm,
                    decision.provision,
                    decision.replaces,
                    None if decision.because is None else decision.because.value,
                    decision.confirmed_by,
                ),
            )
        except apsw.ConstraintError as error:
            if decision.replaces is not None:
                raise ConflictError(
                    "who decides again must be somebody else, and once", where=decision.case
                ) from error
            raise ConflictError("this case is already decided", where=decision.case) from error
        if decision.replaces is not None:
            return
        self._db.execute(
            "UPDATE cases SET state = 'decided', updated_ms = max(updated_ms, ?)"
            " WHERE id = ? AND state = 'open'",
            (at_ms, decision.case),
        )
        if self._db.changes() != 1:
            raise ConflictError("this case is not open", where=decision.case)

    def decision(self, case: str) -> Decision | None:
        found = self.decisions(case)
        return found[-1] if found else None

    def decisions(self, case: str) -> list[Decision]:
        return [
            _decision(row)
            for row in self._db.execute(_DECISIONS + "WHERE case_id = ? ORDER BY seq", (case,))
        ]

    def decision_by_id(self, decision: str) -> Decision | None:
        row = self.row(_DECISIONS + "WHERE id = ?", decision)
        return None if row is None else _decision(row)

    def decision_page(
        self, channels: Sequence[str] | None, limit: int, offset: int, *, kept_from: str
    ) -> list[PlacedDecision]:
        rows = self._db.execute(
            "SELECT d.id, d.case_id, d.outcome, d.ground, d.reason, d.decided_by, d.decided_ms,"
            " d.measures, d.undone, d.taken, d.harm, d.provision, d.replaces, d.because,"
            " d.confirmed_by, c.platform, c.channel"
            " FROM decision d JOIN cases c ON c.id = d.case_id"
            " WHERE (?1 OR c.channel IN carray(?2) OR c.platform || '/' || c.channel IN carray(?2))"
            " AND NOT EXISTS (SELECT 1 FROM case_apart a WHERE a.case_id = c.id AND a.person = ?3"
            " AND a.why IN ('recused', 'conflict'))"
            " ORDER BY d.decided_ms DESC, d.seq DESC LIMIT ?4 OFFSET ?5",
            (channels is None, apsw.carray(tuple(channels or ("",))), kept_from, limit, offset),
        )
        return [PlacedDecision(_decision(row[:15]), row[15], row[16]) for row in rows]

    def drawable(
        self, as_of: int, since_ms: int, until_ms: int, *, harm: str | None, outcome: str | None
    ) -> Iterator[tuple[int, str]]:
        return self._db.execute(
            f"SELECT {first('decision.seq')}, id FROM decision WHERE {stood('seq')}"
            " AND decided_ms >= :since AND decided_ms < :until AND (:harm IS NULL OR harm = :harm)"
            " AND (:outcome IS NULL OR outcome = :outcome) ORDER BY 1",
            {
                "as_of": as_of,
                "since": since_ms,
                "until": until_ms,
                "harm": harm,
                "outcome": outcome,
            },
        )

    def insert_answers(self, answers: Sequence[Answer]) -> None:
        try:
            self._db.executemany(
                "INSERT INTO answer VALUES (?, ?, ?, ?, ?)",
                [(a.report, a.decision, pack(a.text), a.at_ms, a.seq) for a in answers],
            )
        except apsw.ConstraintError as error:
            raise ConflictError("a report already has its answer to this decision") from error

    def answer(self, report: str) -> Answer | None:
        found = self.answers_of(report)
        return found[-1] if found else None

    def answers_of(self, report: str) -> list[Answer]:
        rows = self._db.execute(_ANSWERS + "WHERE a.report_id = ? ORDER BY a.seq", (report,))
        return [_answer(row) for row in rows]

    def answers(self, case: str) -> list[Answer]:
        rows = self._db.execute(_ANSWERS + "WHERE " + _OF_FAMILY + " ORDER BY a.seq", (case,))
        return [_answer(row) for row in rows]


def _report(row: tuple[Any, ...]) -> ReportRow:
    return ReportRow(
        id=row[0],
        case=row[1],
        category=row[2],
        language=row[3],
        received_ms=row[4],
        seq=row[5],
        repeats=row[6],
        receipts=row[7],
        has_contact=bool(row[8]),
        answered_ms=row[9],
        reporter=None if row[10] is None else bytes(row[10]),
        flagger=row[11],
        minor=bool(row[12]),
        wish=row[13],
        withdrawn=bool(row[14]),
    )


def _decision(row: tuple[Any, ...]) -> Decision:
    return Decision(
        id=row[0],
        case=row[1],
        outcome=DecisionOutcome(row[2]),
        ground=Ground(row[3]),
        reason=row[4],
        decided_by=row[5],
        decided_at=at_time(row[6]),
        measures=_IDS.decode(row[7]),
        undone=_IDS.decode(row[8]),
        taken=_IDS.decode(row[9]),
        harm=row[10],
        provision=row[11],
        replaces=row[12],
        because=None if row[13] is None else Again(row[13]),
        confirmed_by=row[14],
    )


def _answer(row: tuple[Any, ...]) -> Answer:
    return Answer(row[0], row[1], _TEXTS.decode(row[2]), row[3], row[4])


def times(db: apsw.Connection, query: str, values: tuple[Any, ...]) -> list[tuple[str, int]]:
    """Ids and times of many rows, in the order of the query. In one answer of SQLite: each row on
    its own would give way to another thread."""
    row = db.execute(f"SELECT json_group_array(json_array(id, received_ms)) FROM ({query})", values)
    return _TIMES.decode(row.get)


def pack(value: Any) -> str:
    return msgspec.json.encode(value).decode()
