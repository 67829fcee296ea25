"""Figures in SQLite; see `store.interface.figures`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import apsw
import msgspec

from rempart.store.interface.figures import MOST, FigureTables, Judged, Waited

_MINUTES = (
    "CASE WHEN {0} < 3600000 THEN {0} / 60000 WHEN {0} < 172800000 THEN {0} / 900000 * 15"
    " ELSE {0} / 21600000 * 360 END"
)
_IN = " AND c.channel IN (SELECT value FROM json_each(?))"
_UPHELD = "d.outcome IN ('uphold', 'act', 'partial')"
_OVERTURNED = (
    "(EXISTS (SELECT 1 FROM decision n WHERE n.replaces = d.id AND n.outcome <> d.outcome)"
    " OR EXISTS (SELECT 1 FROM measure u WHERE u.case_id = d.case_id AND u.state = 'undone'"
    " AND u.ended_by <> d.id AND u.ended_ms >= d.decided_ms))"
)


class SqliteFigureTables(FigureTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def first_actions(
        self, since_ms: int, now_ms: int, channels: Sequence[str] | None = None
    ) -> list[Waited]:
        within, values = _within(channels)
        acted = "min(coalesce(c.looked_ms, d.decided_ms), coalesce(d.decided_ms, c.looked_ms))"
        waited = f"max(0, coalesce({acted}, ?1) - c.opened_ms)"
        each = self._each("cases", "opened_ms", since_ms)
        rows = self._db.execute(
            f"SELECT c.harm, '', c.channel, {_MINUTES.format(waited)} AS minutes,"
            f" {acted} IS NOT NULL AS done,"
            " c.lapses > 0 OR (c.state = 'open' AND c.due_ms < ?1) AS late, count(*)"
            " FROM cases c LEFT JOIN decision d ON d.case_id = c.id AND d.replaces IS NULL"
            f" WHERE c.opened_ms >= ?2 AND c.rowid % {each} = 0 AND c.state <> 'merged'{within}"
            " GROUP BY c.harm, c.channel, minutes, done, late",
            (now_ms, since_ms, *values),
        )
        return [
            Waited(row[0], row[1], row[2], row[3], bool(row[4]), bool(row[5]), row[6] * each)
            for row in rows
        ]

    def answers(
        self, since_ms: int, now_ms: int, channels: Sequence[str] | None = None
    ) -> list[Waited]:
        within, values = _within(channels)
        answered = (
            "coalesce((SELECT min(at_ms) FROM answer a WHERE a.report_id = r.id),"
            " (SELECT at_ms FROM report_withdrawn w WHERE w.report_id = r.id))"
        )
        each = self._each("report", "received_ms", since_ms)
        rows = self._db.execute(
            "SELECT category, language, channel,"
            f" {_MINUTES.format('max(0, coalesce(answered, ?1) - received_ms)')} AS minutes,"
            " answered IS NOT NULL AS done, late, count(*) FROM ("
            f"SELECT r.category, r.language, c.channel, r.received_ms, {answered} AS answered,"
            " c.lapses > 0 AS late FROM report r JOIN cases c ON c.id = r.case_id"
            f" WHERE r.received_ms >= ?2 AND r.rowid % {each} = 0{within}"
            ") GROUP BY category, language, channel, minutes, done, late",
            (now_ms, since_ms, *values),
        )
        return [
            Waited(row[0], row[1], row[2], row[3], bool(row[4]), bool(row[5]), row[6] * each)
            for row in rows
        ]

    def by_rule(self, since_ms: int, channels: Sequence[str] | None = None) -> list[Judged]:
        within, values = _within(channels)
        each = self._each("decision", "decided_ms", since_ms)
        chosen = f"d.decided_ms >= ?1 AND d.rowid % {each} = 0{within}"
        return self._judged(
            each,
            "SELECT rule, count(*), sum(upheld), sum(upheld AND over) FROM (SELECT DISTINCT"
            " json_extract(CAST(m.picture AS TEXT), '$.rule') AS rule, d.id,"
            f" {_UPHELD} AS upheld, {_OVERTURNED} AS over"
            " FROM decision d JOIN cases c ON c.id = d.case_id"
            " JOIN measure m ON m.case_id = c.id"
            f" WHERE d.replaces IS NULL AND {chosen}"
            " UNION SELECT DISTINCT"
            " json_extract(CAST(m.picture AS TEXT), '$.rule'), d.id,"
            f" {_UPHELD}, {_OVERTURNED}"
            " FROM decision d JOIN cases c ON c.id = d.case_id"
            " JOIN measure m ON m.raid = c.raid AND c.kind = 'raid'"
            f" WHERE d.replaces IS NULL AND {chosen})"
            " GROUP BY rule ORDER BY rule",
            (since_ms, *values, *values),
        )

    def by_reporters(self, since_ms: int, channels: Sequence[str] | None = None) -> list[Judged]:
        within, values = _within(channels)
        each = self._each("decision", "decided_ms", since_ms)
        chosen = f"d.decided_ms >= ?1 AND d.rowid % {each} = 0{within}"
        return self._judged(
            each,
            "SELECT CASE WHEN r.flagger IS NOT NULL THEN 'flagger'"
            " WHEN r.reporter IS NOT NULL THEN 'known' ELSE 'unknown' END AS kind, count(*),"
            f" sum({_UPHELD}), sum({_UPHELD} AND {_OVERTURNED})"
            " FROM decision d JOIN cases c ON c.id = d.case_id OR c.merged_into = d.case_id"
            " JOIN report r ON r.case_id = c.id"
            f" WHERE d.replaces IS NULL AND {chosen}"
            " GROUP BY kind ORDER BY kind",
            (since_ms, *values),
        )

    def by_flagger(self, since_ms: int, channels: Sequence[str] | None = None) -> list[Judged]:
        within, values = _within(channels)
        return self._judged(
            1,
            f"SELECT r.flagger, count(*), sum({_UPHELD}), sum({_UPHELD} AND {_OVERTURNED})"
            " FROM report r JOIN cases c ON c.id = r.case_id"
            " JOIN decision d ON d.case_id = coalesce(c.merged_into, c.id)"
            " WHERE r.flagger IS NOT NULL AND d.replaces IS NULL AND d.decided_ms >= ?1"
            f"{within} GROUP BY r.flagger ORDER BY r.flagger",
            (since_ms, *values),
        )

    def by_reviewer(self, since_ms: int, channels: Sequence[str] | None = None) -> list[Judged]:
        within, values = _within(channels)
        each = self._each("decision", "decided_ms", since_ms)
        chosen = f"d.decided_ms >= ?1 AND d.rowid % {each} = 0{within}"
        return self._judged(
            each,
            f"SELECT d.decided_by, count(*), sum({_UPHELD}),"
            f" sum({_OVERTURNED}) FROM decision d JOIN cases c ON c.id = d.case_id"
            f" WHERE {chosen} GROUP BY d.decided_by ORDER BY 1",
            (since_ms, *values),
        )

    def open_by_rank(self, channels: Sequence[str] | None = None) -> dict[int, int]:
        within, values = _within(channels)
        rows = self._db.execute(
            f"SELECT c.class, count(*) FROM cases c WHERE c.state = 'open'{within}"
            " GROUP BY c.class",
            values,
        )
        return {row[0]: row[1] for row in rows}

    def _each(self, table: str, column: str, since_ms: int) -> int:
        """Which one of so many is counted."""
        query = f"SELECT count(*) FROM {table} WHERE {column} >= ?"
        return 1 + int(self._db.execute(query, (since_ms,)).get or 0) // MOST

    def _judged(self, each: int, query: str, values: tuple[Any, ...]) -> list[Judged]:
        return [
            Judged(row[0] or "", row[1] * each, (row[2] or 0) * each, (row[3] or 0) * each)
            for row in self._db.execute(query, values)
        ]


def _within(channels: Sequence[str] | None) -> tuple[str, tuple[str, ...]]:
    if channels is None:
        return "", ()
    return _IN, (msgspec.json.encode(channels).decode(),)
