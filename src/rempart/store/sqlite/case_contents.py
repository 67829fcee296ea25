"""What belongs to a case, in SQLite: its family, raids, messages, measures and entries.

Messages and measures are asked of the stream tables over the same connection, so that it is the
same moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import apsw
import msgspec

from rempart.store.interface.cases import DecidedMessage
from rempart.store.interface.measures import MeasureRow
from rempart.store.interface.stream import MessageRow
from rempart.store.sqlite.reports import SqliteReportTables, pack
from rempart.store.sqlite.stream import SqliteStreamTables

_NAMES = msgspec.json.Decoder(list[str])
_MEASURES_OF = (
    "SELECT seq FROM measure WHERE {0} IN (SELECT value FROM json_each(?1))"
    " UNION SELECT ended_seq FROM measure WHERE {0} IN (SELECT value FROM json_each(?1))"
    " AND ended_seq IS NOT NULL"
)
"""Entries of measures: by columns alone, a flood has tens of thousands."""


class SqliteCaseContents(SqliteReportTables):
    def __init__(self, connection: apsw.Connection, stream: SqliteStreamTables) -> None:
        super().__init__(connection)
        self._stream = stream

    def family(self, case: str) -> list[str]:
        rows = self._db.execute(
            "SELECT id FROM cases WHERE merged_into = ? ORDER BY opened_ms, id", (case,)
        )
        return [case, *(row[0] for row in rows)]

    def raids_of(self, case: str) -> list[str]:
        rows = self._db.execute(
            "SELECT raid FROM cases WHERE (id = ?1 OR merged_into = ?1) AND kind = 'raid'"
            " AND raid IS NOT NULL GROUP BY raid ORDER BY min(id <> ?1), min(opened_ms), raid",
            (case,),
        )
        return [raid for (raid,) in rows]

    def sequences(self, case: str) -> list[int]:
        found = set(self.message_sequences(case))
        raids, family = pack(self.raids_of(case)), pack(self.family(case))
        for query, value in (
            (
                "SELECT seq FROM case_entry WHERE case_id"
                " IN (SELECT ?1 UNION ALL SELECT id FROM cases WHERE merged_into = ?1)",
                case,
            ),
            (
                "SELECT e.seq FROM raid_entry e JOIN cases c ON c.raid = e.raid"
                " WHERE (c.id = ?1 OR c.merged_into = ?1) AND c.kind = 'raid'",
                case,
            ),
            (_MEASURES_OF.format("raid"), raids),
            (_MEASURES_OF.format("case_id"), family),
        ):
            found.update(row[0] for row in self._db.execute(query, (value,)))
        return sorted(found)

    def message_sequences(self, case: str) -> list[int]:
        found = {
            row[0]
            for row in self._db.execute(
                "SELECT seq FROM case_message WHERE case_id"
                " IN (SELECT ?1 UNION ALL SELECT id FROM cases WHERE merged_into = ?1)",
                (case,),
            )
        }
        for raid in self.raids_of(case):
            found.update(self._stream.raid_sequences(raid))
        return sorted(found)

    def messages(self, case: str, limit: int = 200, offset: int = 0) -> list[MessageRow]:
        return self._stream.messages(self.message_sequences(case)[offset : offset + limit])

    def measures(self, case: str, *, active: bool = False) -> list[MeasureRow]:
        found: dict[str, MeasureRow] = {}
        for raid in self.raids_of(case):
            for row in self._all_measures(raid=raid, active=active):
                found[row.measure.id] = row
        for member in self.family(case):
            for row in self._all_measures(case=member, active=active):
                found[row.measure.id] = row
        return sorted(found.values(), key=lambda row: row.seq)

    def shields(self, target: str) -> list[MeasureRow]:
        ids = [
            row[0]
            for row in self._db.execute(
                "SELECT id FROM measure WHERE kind = 'shield' AND state = 'active'"
            )
        ]
        rows = self._stream.measures(ids=ids, active=True, limit=max(1, len(ids)))
        return [row for row in rows if row.measure.scope.ref == target]

    def decided_messages(self, limit: int = 5_000) -> list[DecidedMessage]:
        rows = self._db.execute(
            "SELECT m.seq, d.case_id, d.outcome, d.decided_by, d.decided_ms,"
            " NOT EXISTS (SELECT 1 FROM measure WHERE measure.case_id = d.case_id"
            "  AND measure.state = 'undone' AND measure.ended_by <> d.id"
            "  AND measure.ended_ms >= d.decided_ms),"
            " (SELECT json_group_array(DISTINCT category) FROM report"
            "  WHERE report.case_id = d.case_id)"
            " FROM decision AS d JOIN cases AS c ON c.id = d.case_id AND c.kind = 'message'"
            " JOIN case_message AS m ON m.case_id = d.case_id"
            " WHERE NOT EXISTS (SELECT 1 FROM decision AS n WHERE n.replaces = d.id)"
            " ORDER BY d.seq DESC, m.seq DESC LIMIT ?",
            (limit,),
        )
        found = [
            DecidedMessage(
                seq, case, outcome, by, at_ms, bool(stood), tuple(_NAMES.decode(categories))
            )
            for seq, case, outcome, by, at_ms, stood, categories in rows
        ]
        return found[::-1]

    def add_messages(self, pairs: Iterable[tuple[str, int]]) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO case_message (case_id, seq, since_seq)"
            " VALUES (?, ?, log_size_before())",
            pairs,
        )

    def add_aliases(self, case: str, things: Sequence[bytes]) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO case_alias (thing, case_id) VALUES (?, ?)",
            [(thing, case) for thing in things],
        )

    def add_entries(self, pairs: Iterable[tuple[str, int]]) -> None:
        self._db.executemany("INSERT OR IGNORE INTO case_entry (case_id, seq) VALUES (?, ?)", pairs)

    def _all_measures(
        self, *, raid: str | None = None, case: str | None = None, active: bool
    ) -> Iterator[MeasureRow]:
        offset, limit = 0, 1_000
        while True:
            rows = self._stream.measures(
                raid=raid, case=case, active=active, limit=limit, offset=offset
            )
            yield from rows
            if len(rows) < limit:
                return
            offset += limit
