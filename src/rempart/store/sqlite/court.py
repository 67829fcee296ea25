"""Readings of the court dossier in SQLite; see `store.interface.court`."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from types import MappingProxyType
from typing import Final

import apsw
import numpy as np

from rempart.store.interface.court import (
    AlarmRow,
    ChangeRow,
    ClockRow,
    CourtTables,
    FailureRow,
    QueueRow,
)
from rempart.store.interface.history import Numbers
from rempart.store.interface.versions import VersionKind, VersionMove, VersionState
from rempart.store.sqlite.restated import first, stood

QUERIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "unanswered": f"SELECT {first('r.seq')} FROM report r WHERE {stood('r.seq')}"
        f" AND NOT EXISTS (SELECT 1 FROM answer a WHERE a.report_id = r.id AND {stood('a.seq')})"
        " AND NOT EXISTS (SELECT 1 FROM report_withdrawn w WHERE w.report_id = r.id"
        f" AND {stood('w.seq')}) ORDER BY 1",
        "clocks": "SELECT kind, clock, count(*), sum(coalesce(stopped_ms > due_ms, 0)),"
        " sum(due_ms < :until AND stopped_ms IS NULL) FROM (SELECT d.kind,"
        " coalesce(w.clock, d.clock) AS clock, coalesce(w.start_ms, d.start_ms) AS start_ms,"
        " coalesce(w.due_ms, d.due_ms) AS due_ms,"
        " CASE WHEN w.kind IS NULL THEN d.stopped_ms ELSE w.stopped_ms END AS stopped_ms"
        " FROM deadline d LEFT JOIN deadline_was w ON w.case_id = d.case_id AND w.kind = d.kind"
        " AND w.until_seq = (SELECT min(until_seq) FROM deadline_was WHERE case_id = d.case_id"
        " AND kind = d.kind AND until_seq >= :as_of)"
        " WHERE d.since_seq < :as_of) WHERE start_ms >= :from AND start_ms < :until"
        " GROUP BY kind, clock ORDER BY kind, clock",
        "failures": "SELECT at_ms, connector, operation FROM delivery_given_up"
        " WHERE since_seq < :as_of AND at_ms >= :from AND at_ms < :until ORDER BY at_ms, id",
        "alarms": f"SELECT {first('access_entry.seq')}, at_ms, what FROM access_entry"
        f" WHERE kind = 'alarm' AND {stood('seq')} AND at_ms >= :from AND at_ms < :until"
        " ORDER BY 1",
        "queues": "SELECT id, at_ms, by, seq, picture FROM queue WHERE seq < :as_of ORDER BY seq",
        "versions": "SELECT kind, id, parent, author, reason, at_ms,"
        f" {first('version.seq')} FROM version WHERE {stood('seq')} ORDER BY 7, kind, id",
        "moves": f"SELECT kind, id, state, by, reason, at_ms,"
        f" {first('version_move.seq')} FROM version_move"
        f" WHERE {stood('seq')} ORDER BY kind, id, number",
    }
)


class SqliteCourtTables(CourtTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def queries(self) -> Mapping[str, str]:
        return QUERIES

    def unanswered(self, as_of: int) -> Numbers:
        rows = self._db.execute(QUERIES["unanswered"], {"as_of": as_of})
        return np.fromiter((row[0] for row in rows), np.int64)

    def clocks(self, as_of: int, from_ms: int, until_ms: int) -> list[ClockRow]:
        known = {"as_of": as_of, "from": from_ms, "until": until_ms}
        return [ClockRow(*row) for row in self._db.execute(QUERIES["clocks"], known)]

    def failures(self, as_of: int, from_ms: int, until_ms: int) -> list[FailureRow]:
        known = {"as_of": as_of, "from": from_ms, "until": until_ms}
        return [FailureRow(*row) for row in self._db.execute(QUERIES["failures"], known)]

    def alarms(self, as_of: int, from_ms: int, until_ms: int) -> list[AlarmRow]:
        known = {"as_of": as_of, "from": from_ms, "until": until_ms}
        return [AlarmRow(*row) for row in self._db.execute(QUERIES["alarms"], known)]

    def queues(self, as_of: int) -> list[QueueRow]:
        return [QueueRow(*row) for row in self._db.execute(QUERIES["queues"], {"as_of": as_of})]

    def changes(self, as_of: int) -> list[ChangeRow]:
        known = {"as_of": as_of}
        moves = {
            key: tuple(VersionMove(VersionState(row[2]), *row[3:]) for row in rows)
            for key, rows in groupby(
                self._db.execute(QUERIES["moves"], known), lambda row: (row[0], row[1])
            )
        }
        found: list[ChangeRow] = []
        for kind, id, parent, author, reason, at_ms, seq in self._db.execute(
            QUERIES["versions"], known
        ):
            own = moves.get((kind, id), ())
            found.append(ChangeRow(VersionKind(kind), id, parent, author, reason, at_ms, seq, own))
        return found
