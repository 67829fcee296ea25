"""Statements of reasons and strikes in SQLite; see `store.interface.statements`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import apsw
import msgspec

from rempart.model import LADDER, Exemption, ExemptionReason, Statement
from rempart.model.moments import at_time, ms_of
from rempart.store.interface.statements import (
    ExemptionRow,
    StatementRow,
    StatementTables,
    StrikeRow,
    Unstated,
)
from rempart.store.sqlite.counted import ADD_WORDS, CODE, key_of, words_of
from rempart.store.sqlite.restated import first, stood

_STATEMENT = msgspec.json.Decoder(Statement)
_RESTRICTING = ", ".join(f"'{rung.kind}'" for rung in LADDER.values() if rung.form)
"""Kinds of measures with a legal form: names of an enumeration, safe in SQL."""
_STRIKES = (
    "SELECT id, platform, account, case_id, decision, harm, at_ms, expires_ms, overturned_by,"
    " overturned_ms FROM strike "
)


class SqliteStatementTables(StatementTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def next_number(self) -> int:
        found: int = self._db.execute("SELECT coalesce(max(number), 0) + 1 FROM statement").get
        return found

    def add(self, rows: Sequence[StatementRow]) -> None:
        words = [words_of(told) for told, _ in rows]
        self._db.executemany(ADD_WORDS, [(each,) for each in dict.fromkeys(words)])
        self._db.executemany(
            f"INSERT OR IGNORE INTO statement VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {CODE})",
            [
                (
                    told.number,
                    told.id,
                    told.measure,
                    told.decision,
                    told.case,
                    told.platform,
                    told.channel,
                    told.account,
                    ms_of(told.made_at),
                    seq,
                    msgspec.json.encode(told),
                    key_of(told),
                    each,
                )
                for (told, seq), each in zip(rows, words, strict=True)
            ],
        )

    def by_number(self, number: int) -> StatementRow | None:
        return self._one("WHERE number = ?", number)

    def get(self, id: str) -> StatementRow | None:
        return self._one("WHERE id = ?", id)

    def of_measures(self, measures: Sequence[str]) -> list[StatementRow]:
        if not measures:
            return []
        return self._rows(
            "WHERE measure IN carray(?) ORDER BY number", (apsw.carray(tuple(measures)),)
        )

    def of_decision(self, decision: str, limit: int) -> tuple[list[StatementRow], int]:
        rows = self._rows("WHERE decision = ? ORDER BY number LIMIT ?", (decision, limit))
        total: int = self._db.execute(
            "SELECT count(*) FROM statement WHERE decision = ?", (decision,)
        ).get
        return rows, total

    def page(
        self, *, before: int | None = None, since_ms: int = 0, limit: int = 100
    ) -> list[StatementRow]:
        return self._rows(
            "WHERE number < ? AND made_ms >= ? ORDER BY number DESC LIMIT ?",
            (before if before is not None else 2**62, since_ms, limit),
        )

    def drawable(self, as_of: int, since_ms: int, until_ms: int) -> Iterator[tuple[int, str]]:
        return self._db.execute(
            f"SELECT {first('statement.seq')}, id FROM statement"
            f" WHERE decision IS NULL AND {stood('seq')}"
            " AND made_ms >= :since AND made_ms < :until ORDER BY 1, number",
            {"as_of": as_of, "since": since_ms, "until": until_ms},
        )

    def after(self, number: int, limit: int) -> list[StatementRow]:
        return self._rows("WHERE number > ? ORDER BY number LIMIT ?", (number, limit))

    def exempt(self, rows: Sequence[ExemptionRow]) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO statement_exemption VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    exemption.measure,
                    exemption.reason.value,
                    ms_of(exemption.at),
                    exemption.words,
                    exemption.by,
                    seq,
                )
                for exemption, seq in rows
            ],
        )

    def exemptions(self, measures: Sequence[str]) -> dict[str, ExemptionRow]:
        if not measures:
            return {}
        rows = self._db.execute(
            "SELECT measure, reason, at_ms, words, by_whom, seq FROM statement_exemption"
            " WHERE measure IN carray(?)",
            (apsw.carray(tuple(measures)),),
        )
        return {
            measure: ExemptionRow(
                Exemption(
                    measure,
                    ExemptionReason(reason),
                    at_time(at_ms),
                    words,
                    by,
                ),
                seq,
            )
            for measure, reason, at_ms, words, by, seq in rows
        }

    def exempted(self) -> int:
        found: int = self._db.execute("SELECT count(*) FROM statement_exemption").get
        return found

    def restrictions(self) -> int:
        found: int = self._db.execute(
            f"SELECT count(*) FROM measure WHERE kind IN ({_RESTRICTING})"
        ).get
        return found

    def unstated(self, limit: int) -> list[Unstated]:
        rows = self._db.execute(
            f"SELECT id FROM measure AS m WHERE kind IN ({_RESTRICTING})"
            " AND NOT EXISTS (SELECT 1 FROM statement WHERE measure = m.id)"
            " AND NOT EXISTS (SELECT 1 FROM statement_exemption WHERE measure = m.id)"
            " ORDER BY seq LIMIT ?",
            (limit,),
        )
        return [Unstated(measure) for (measure,) in rows]

    def add_strikes(self, rows: Sequence[StrikeRow]) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO strike VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows
        )

    def strikes(self, platform: str, account: str) -> list[StrikeRow]:
        rows = self._db.execute(
            _STRIKES + "WHERE platform = ? AND account = ? ORDER BY at_ms, id", (platform, account)
        )
        return [StrikeRow(*row) for row in rows]

    def overturn_strikes(self, decision: str, by: str, at_ms: int) -> list[StrikeRow]:
        rows = self._db.execute(
            "UPDATE strike SET overturned_by = ?, overturned_ms = ? WHERE decision = ?"
            " AND overturned_by IS NULL RETURNING id, platform, account, case_id, decision, harm,"
            " at_ms, expires_ms, overturned_by, overturned_ms",
            (by, at_ms, decision),
        )
        return [StrikeRow(*row) for row in rows]

    def _one(self, where: str, value: object) -> StatementRow | None:
        found = self._rows(where, (value,))
        return found[0] if found else None

    def _rows(self, where: str, values: tuple[Any, ...]) -> list[StatementRow]:
        rows = self._db.execute(f"SELECT record, seq FROM statement {where}", values)
        return [StatementRow(_STATEMENT.decode(record), seq) for record, seq in rows]
