"""Measures and their deliveries in SQLite: the part of the stream tables that is about protection.

A measure ends once: what is no longer active is never ended again. Ending one queues the undo for
every connector that was or may have been told of it, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import apsw
import msgspec

from rempart.model import Measure, MeasureKind, MeasureState
from rempart.model.moments import ms_of
from rempart.store.interface.measures import DeliveryRow, MeasureRow
from rempart.store.interface.stream import StreamTables

_MEASURE = "picture, state, raid, seq, case_id, ended_ms, ended_by, ended_seq"
_DELIVERY = "id, measure, connector, operation, state, attempts, next_at_ms, detail, updated_ms"


class SqliteMeasureTables(StreamTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection
        self.undone = []
        self.taken = []
        self.lifted = []
        self.corrected = []
        self.taught = []

    # -- measures ----------------------------------------------------------------------------

    def add_measures(self, measures: Sequence[Measure], seqs: Sequence[int]) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO measure"
            " (id, seq, platform, channel, kind, raid, message, account, from_ms, until_ms, state,"
            " picture, part_of, rule) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            [
                (
                    measure.id,
                    seq,
                    measure.scope.platform,
                    measure.scope.channel,
                    measure.kind.value,
                    measure.raid,
                    measure.message,
                    _account_of(measure),
                    ms_of(measure.from_at),
                    None if measure.until is None else ms_of(measure.until),
                    measure.state.value,
                    msgspec.json.encode(measure),
                    measure.part_of,
                    measure.rule,
                )
                for measure, seq in zip(measures, seqs, strict=True)
            ],
        )
        self.taken.extend(
            measure
            for measure in measures
            if not measure.automated or measure.kind is MeasureKind.LOCK_OUT
        )

    def rule_record(self, rule: str, window_ms: int, after: int) -> tuple[int, int]:
        row = self._db.execute(
            "SELECT count(*), coalesce(sum(state = 'undone'), 0) FROM measure"
            " WHERE rule = ?1 AND kind <> 'alarm' AND part_of IS NULL AND seq > ?3 AND from_ms >"
            " (SELECT max(from_ms) FROM measure WHERE rule = ?1 AND kind <> 'alarm') - ?2",
            (rule, window_ms, after),
        ).fetchone()
        return row or (0, 0)

    def parts_of(self, ids: Sequence[str]) -> list[str]:
        rows = self._db.execute(
            "SELECT id FROM measure WHERE part_of IN carray(?) AND state = 'active'"
            " ORDER BY seq, id",
            (apsw.carray(tuple(ids)),),
        )
        return [str(id) for (id,) in rows] if ids else []

    def measure(self, id: str) -> MeasureRow | None:
        found = self._measures("WHERE id = ?", (id,))
        return found[0] if found else None

    def measures(
        self,
        *,
        ids: Sequence[str] | None = None,
        raid: str | None = None,
        case: str | None = None,
        kinds: Sequence[MeasureKind] | None = None,
        active: bool = False,
        within: Sequence[str] | None = None,
        limit: int = 1_000,
        offset: int = 0,
    ) -> list[MeasureRow]:
        conditions = ["1"]
        bindings: list[object] = []
        for column, value in (("raid", raid), ("case_id", case)):
            if value is not None:
                conditions.append(f"{column} = ?")
                bindings.append(value)
        names = None if kinds is None else [kind.value for kind in kinds]
        for column, values in (("id", ids), ("kind", names), ("channel", within)):
            if values is not None:
                if not values:
                    return []
                conditions.append(f"{column} IN carray(?)")
                bindings.append(apsw.carray(tuple(values)))
        if active:
            conditions.append("state = 'active'")
        return self._measures(
            f"WHERE {' AND '.join(conditions)} ORDER BY seq DESC, id LIMIT ? OFFSET ?",
            (*bindings, limit, offset),
        )

    def measures_on(
        self, platform: str, channel: str, *, message: str | None = None, account: str | None = None
    ) -> list[MeasureRow]:
        found: dict[str, MeasureRow] = {}
        for column, value in (("message", message), ("account", account)):
            if value is not None:
                rows = self._measures(
                    f"WHERE {column} = ? AND platform = ? AND channel = ? ORDER BY seq DESC, id",
                    (value, platform, channel),
                )
                found |= {row.measure.id: row for row in rows}
        return list(found.values())

    def bind_measures(self, ids: Sequence[str], case: str) -> None:
        self._db.executemany(
            "UPDATE measure SET case_id = ? WHERE id = ?", [(case, id) for id in ids]
        )

    def end_measures(
        self, ids: Sequence[str], state: MeasureState, *, seq: int, at_ms: int, by: str
    ) -> list[MeasureRow]:
        if not ids:
            return []
        ended = [
            id
            for (id,) in self._db.execute(
                "UPDATE measure SET state = ?, ended_ms = ?, ended_by = ?, ended_seq = ?"
                " WHERE id IN carray(?) AND state = 'active' RETURNING id",
                (state.value, at_ms, by, seq, apsw.carray(tuple(ids))),
            )
        ]
        self._take_back(ended, at_ms)
        rows = self.measures(ids=ended, limit=len(ended)) if ended else []
        if state is MeasureState.UNDONE:
            self.undone.extend(row.measure for row in rows)
        return rows

    def _take_back(self, measures: Sequence[str], at_ms: int) -> None:
        """Never tried: dropped. Tried, whatever came of it: an undo is queued behind it."""
        for id in measures:
            self._db.execute(
                "DELETE FROM delivery WHERE measure = ? AND operation = 'apply'"
                " AND state = 'pending' AND attempts = 0",
                (id,),
            )
            self._db.execute(
                "UPDATE delivery SET state = 'failed', detail = 'ended before it was applied'"
                " WHERE measure = ? AND operation = 'apply' AND state = 'pending'",
                (id,),
            )
            told = self._db.execute(
                "SELECT connector FROM delivery WHERE measure = ? AND operation = 'apply'", (id,)
            ).fetchall()
            for (connector,) in told:
                self.queue_deliveries([id], str(connector), "undo", at_ms)

    def due_measures(self, now_ms: int, limit: int = 1_000) -> list[MeasureRow]:
        return self._measures(
            "WHERE state = 'active' AND until_ms <= ? ORDER BY until_ms LIMIT ?", (now_ms, limit)
        )

    def _measures(self, condition: str, bindings: tuple[object, ...]) -> list[MeasureRow]:
        rows = self._db.execute(f"SELECT {_MEASURE} FROM measure {condition}", bindings)
        return [_measure(row) for row in rows]

    # -- deliveries --------------------------------------------------------------------------

    def queue_deliveries(
        self, measures: Sequence[str], connector: str, operation: str, at_ms: int
    ) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO delivery"
            " (measure, connector, operation, state, attempts, next_at_ms, detail, updated_ms)"
            " VALUES (?, ?, ?, 'pending', 0, ?, '', ?)",
            [(id, connector, operation, at_ms, at_ms) for id in measures],
        )

    def due_deliveries(
        self,
        now_ms: int,
        limit: int = 100,
        *,
        connector: str | None = None,
        without: Sequence[str] = (),
    ) -> list[DeliveryRow]:
        to = ""
        bindings: list[object] = [now_ms]
        if connector is not None:
            to, bindings = " AND connector = ?", [now_ms, connector]
        elif without:
            to = " AND connector NOT IN carray(?)"
            bindings = [now_ms, apsw.carray(tuple(without))]
        rows = self._db.execute(
            f"SELECT {_DELIVERY} FROM delivery AS d WHERE state = 'pending' AND next_at_ms <= ?"
            " AND NOT (operation = 'undo' AND EXISTS (SELECT 1 FROM delivery AS a WHERE"
            " a.measure = d.measure AND a.connector = d.connector AND a.operation = 'apply'"
            f" AND a.state = 'pending')){to} ORDER BY next_at_ms, id LIMIT ?",
            (*bindings, limit),
        )
        return [DeliveryRow(*row) for row in rows]

    def settle_delivery(
        self, id: int, *, state: str, detail: str, at_ms: int, next_at_ms: int | None = None
    ) -> bool:
        settled = self._db.execute(
            "UPDATE delivery SET state = ?, detail = ?, updated_ms = ?, attempts = attempts + 1,"
            " next_at_ms = coalesce(?, next_at_ms) WHERE id = ? RETURNING id",
            (state, detail, at_ms, next_at_ms, id),
        )
        return bool(settled.fetchall())

    def failed_deliveries(self, since_ms: int, limit: int = 100) -> list[DeliveryRow]:
        rows = self._db.execute(
            f"SELECT {_DELIVERY} FROM delivery WHERE state = 'failed' AND updated_ms >= ?"
            " AND operation IN ('apply', 'undo')"
            " ORDER BY updated_ms DESC, id DESC LIMIT ?",
            (since_ms, limit),
        )
        return [DeliveryRow(*row) for row in rows]

    def not_applied(self) -> dict[str, int]:
        rows = self._db.execute(
            "SELECT d.connector, count(*) FROM delivery AS d JOIN measure AS m ON m.id = d.measure"
            " WHERE d.state = 'failed' AND d.operation = 'apply' AND m.state = 'active'"
            " GROUP BY d.connector"
        )
        return {str(connector): int(str(count)) for connector, count in rows}

    def deliveries(self, measures: Sequence[str]) -> list[DeliveryRow]:
        if not measures:
            return []
        rows = self._db.execute(
            f"SELECT {_DELIVERY} FROM delivery WHERE measure IN carray(?) ORDER BY id",
            (apsw.carray(tuple(measures)),),
        )
        return [DeliveryRow(*row) for row in rows]


def _measure(row: tuple[Any, ...]) -> MeasureRow:
    measure = msgspec.json.decode(row[0], type=Measure)
    if measure.state != row[1] or measure.raid != row[2]:
        measure = msgspec.structs.replace(measure, state=MeasureState(row[1]), raid=row[2])
    return MeasureRow(measure, *row[3:])


def _account_of(measure: Measure) -> str | None:
    """The account it touches: named as its cause, or as its scope."""
    return measure.account or (measure.scope.ref if measure.scope.kind == "account" else None)
