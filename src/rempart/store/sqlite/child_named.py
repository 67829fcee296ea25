"""Messages that reports of child safety name, in SQLite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import apsw

from rempart.store.interface.child_named import ChildNamedTables, ChildNaming
from rempart.store.sqlite.reports import pack

_UNJUDGED = (
    " JOIN report r ON r.id = n.report_id AND r.flagger IS NULL"
    " JOIN cases o ON o.id = n.case_id JOIN cases c ON c.id = coalesce(o.merged_into, o.id)"
    " AND c.state = 'open' "
)


class SqliteChildNamedTables(ChildNamedTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def add(self, namings: Sequence[ChildNaming]) -> None:
        self._db.executemany("INSERT OR IGNORE INTO child_named VALUES (?, ?, ?, ?)", namings)

    def of_messages(self, sequences: Sequence[int]) -> Mapping[str, set[int]]:
        found: dict[str, set[int]] = {}
        if not sequences:
            return found
        for seq, case, merged_into in self._db.execute(
            "SELECT n.seq, c.id, c.merged_into FROM json_each(?1) k"
            " CROSS JOIN child_named n ON n.seq = k.value JOIN cases c ON c.id = n.case_id"
            " UNION ALL SELECT m.seq, c.id, c.merged_into FROM json_each(?1) k"
            " CROSS JOIN message m ON m.seq = k.value"
            " CROSS JOIN child_named n ON n.message = m.id JOIN cases c ON c.id = n.case_id",
            (pack(sequences),),
        ):
            for id in (case, merged_into):
                if id is not None:
                    found.setdefault(id, set()).add(seq)
        return found

    def of_case(self, case: str) -> list[ChildNaming]:
        rows = self._db.execute(
            "SELECT n.case_id, n.report_id, n.seq, n.message FROM child_named n WHERE n.case_id IN"
            " (SELECT ?1 UNION ALL SELECT id FROM cases WHERE merged_into = ?1)",
            (case,),
        )
        return [ChildNaming(*row) for row in rows]

    def unjudged(self, platform: str, channel: str) -> int:
        return self._number(
            "SELECT count(DISTINCT n.seq) FROM child_named n" + _UNJUDGED + "JOIN message m"
            " ON m.seq = n.seq JOIN channel h ON h.id = m.channel_id"
            " WHERE h.platform = ? AND h.name = ?",
            (platform, channel),
        )

    def unjudged_unknown(self) -> int:
        return self._number(
            "SELECT count(DISTINCT n.message) FROM child_named n" + _UNJUDGED
            + "WHERE n.message IS NOT NULL",
            (),
        )  # fmt: skip

    def of_source(self, reporter: bytes, since_ms: int) -> int:
        return self._number(
            "SELECT count(*) FROM report r JOIN child_named n ON n.report_id = r.id"
            " WHERE r.reporter = ? AND r.category = 'child_safety' AND r.received_ms > ?",
            (reporter, since_ms),
        )

    def _number(self, query: str, values: tuple[str | bytes | int, ...]) -> int:
        return int(next(iter(self._db.execute(query, values)))[0])
