"""Requests for erasure, holds, and what needs the material, in SQLite."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import apsw
import msgspec

from rempart.errors import ConflictError
from rempart.store.interface.erasure import (
    ErasureRow,
    HoldRow,
    NeededCase,
    OwnMessage,
    Reach,
)
from rempart.store.sqlite.forgetting import SqliteForgetting

_FIELDS = ", ".join(ErasureRow._fields)
_MARKS = ", ".join("?" * len(ErasureRow._fields))
_HOLD = ", ".join(HoldRow._fields)
_HOLD_MARKS = ", ".join("?" * len(HoldRow._fields))
_OPEN = "('waiting', 'needed', 'finding', 'erasing')"
_FLAGGED = "(m.verdict > 0 OR m.abuse >= 500)"
_CASE = (
    "SELECT c.id, c.state, c.kind, c.raid, c.opened_ms, c.due_ms,"
    " (SELECT max(decided_ms) FROM decision d WHERE d.case_id = c.id),"
    " (SELECT count(*) FROM second_look l WHERE l.of_case = c.id AND l.state = 'open')"
    " FROM cases c WHERE c.state <> 'merged' AND c.id IN"
    " (SELECT coalesce(k.merged_into, k.id) FROM cases k WHERE k.id IN ({}))"
    " ORDER BY c.opened_ms"
)


class SqliteErasureTables(SqliteForgetting):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    # -- requests ----------------------------------------------------------------------------

    def put(self, row: ErasureRow) -> None:
        try:
            self._db.execute(
                f"INSERT OR FAIL INTO erasure ({_FIELDS}) VALUES ({_MARKS})"
                " ON CONFLICT (id) DO UPDATE SET "
                + ", ".join(f"{name} = excluded.{name}" for name in ErasureRow._fields[1:]),
                row,
            )
        except apsw.ConstraintError as error:
            if "UNIQUE" in str(error):
                raise ConflictError("a request for this subject waits already") from error
            raise ConflictError("two different people are needed", where=row.id) from error

    def get(self, id: str) -> ErasureRow | None:
        row = self._db.execute(f"SELECT {_FIELDS} FROM erasure WHERE id = ?", (id,)).fetchone()
        return None if row is None else ErasureRow(*row)

    def rows(self, *, states: Sequence[str] | None = None, limit: int = 200) -> list[ErasureRow]:
        wanted = None if states is None else msgspec.json.encode(list(states)).decode()
        found = self._db.execute(
            f"SELECT {_FIELDS} FROM erasure WHERE ?1 IS NULL OR state IN"
            " (SELECT value FROM json_each(?1)) ORDER BY asked_ms DESC, id LIMIT ?2",
            (wanted, limit),
        )
        return [ErasureRow(*row) for row in found]

    def waiting_for(self, kind: str, subject: str) -> ErasureRow | None:
        row = self._db.execute(
            f"SELECT {_FIELDS} FROM erasure WHERE kind = ? AND subject = ?"
            f" AND (state = 'asked' OR state IN {_OPEN})",
            (kind, subject),
        ).fetchone()
        return None if row is None else ErasureRow(*row)

    def carried_out_since(self, at_ms: int) -> bool:
        found = self._db.execute(
            "SELECT 1 FROM erasure WHERE state = 'done' AND closed_ms >= ? LIMIT 1", (at_ms,)
        )
        return found.fetchone() is not None

    def due(self, now_ms: int) -> ErasureRow | None:
        row = self._db.execute(
            f"SELECT {_FIELDS} FROM erasure WHERE state IN {_OPEN} AND due_ms <= ?"
            " ORDER BY due_ms, id LIMIT 1",
            (now_ms,),
        ).fetchone()
        return None if row is None else ErasureRow(*row)

    def next_ms(self) -> int | None:
        found: int | None = self._db.execute(
            f"SELECT min(due_ms) FROM erasure WHERE state IN {_OPEN}"
        ).get
        return found

    def note_entries(self, erasure: str, seqs: Iterable[int], reach: Reach) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO erasure_entry VALUES (?, ?, ?)",
            [(erasure, seq, int(reach)) for seq in seqs],
        )

    def move_entries(self, erasure: str, seqs: Iterable[int], reach: Reach) -> None:
        self._db.executemany(
            "UPDATE erasure_entry SET own = ? WHERE erasure = ? AND seq = ?",
            [(int(reach), erasure, seq) for seq in seqs],
        )

    def noted(self, erasure: str, *reaches: Reach, limit: int | None = None) -> list[int]:
        found = self._db.execute(
            "SELECT seq FROM erasure_entry WHERE erasure = ? AND own IN"
            " (SELECT value FROM json_each(?)) ORDER BY seq LIMIT ?",
            (erasure, msgspec.json.encode(reaches).decode(), -1 if limit is None else limit),
        )
        return [seq for (seq,) in found]

    def drop_noted(self, erasure: str) -> None:
        self._db.execute("DELETE FROM erasure_entry WHERE erasure = ?", (erasure,))

    def pseudonym_begun(self, erasure: str) -> str | None:
        found: str | None = self._db.execute(
            "SELECT m.author FROM erasure_entry e JOIN message m ON m.seq = e.seq"
            " WHERE e.erasure = ? AND e.own > ? LIMIT 1",
            (erasure, int(Reach.OWN)),
        ).get
        return found

    def shift(self, by_ms: int) -> int:
        moved = 0
        for sql in (
            "UPDATE erasure SET due_ms = due_ms + ?1, confirmed_ms = confirmed_ms + ?1,"
            " needed_until_ms = needed_until_ms + ?1"
            " WHERE state IN ('waiting', 'needed', 'finding', 'erasing')",
            "UPDATE hold SET until_ms = max(placed_ms + 1, until_ms + ?1) WHERE lifted_ms IS NULL",
        ):
            self._db.execute(sql, (by_ms,))
            moved += self._db.changes()
        self._db.execute(
            "INSERT INTO retention_done (key, before_ms, at_ms) VALUES ('clock', ?1, 0)"
            " ON CONFLICT (key) DO UPDATE SET before_ms = before_ms + ?1",
            (by_ms,),
        )
        return moved

    # -- holds -------------------------------------------------------------------------------

    def put_hold(self, row: HoldRow) -> None:
        try:
            self._db.execute(
                f"INSERT INTO hold ({_HOLD}) VALUES ({_HOLD_MARKS}) ON CONFLICT (id) DO UPDATE SET "
                + ", ".join(f"{name} = excluded.{name}" for name in HoldRow._fields[1:]),
                row,
            )
        except apsw.ConstraintError as error:
            raise ConflictError("two different people lift this hold", where=row.id) from error

    def hold(self, id: str) -> HoldRow | None:
        row = self._db.execute(f"SELECT {_HOLD} FROM hold WHERE id = ?", (id,)).fetchone()
        return None if row is None else HoldRow(*row)

    def holds(self, *, now_ms: int | None = None, limit: int = 200) -> list[HoldRow]:
        found = self._db.execute(
            f"SELECT {_HOLD} FROM hold WHERE ?1 IS NULL OR (lifted_ms IS NULL AND until_ms > ?1)"
            " ORDER BY placed_ms DESC, id LIMIT ?2",
            (now_ms, limit),
        )
        return [HoldRow(*row) for row in found]

    # -- what needs the material ---------------------------------------------------------------

    def cases_of_account(self, platform: str, account: str) -> list[NeededCase]:
        found = self._db.execute(
            "WITH mine AS (SELECT m.seq, m.raid FROM message m WHERE m.channel_id IN"
            " (SELECT id FROM channel WHERE platform = ?1) AND m.author = ?2"
            f" AND {_FLAGGED}), raids AS (SELECT raid FROM mine WHERE raid IS NOT NULL"
            " UNION SELECT id FROM raid WHERE platform = ?1 AND instr(picture, CAST(?3 AS BLOB)))"
            + _CASE.format(
                "SELECT id FROM cases WHERE platform = ?1 AND (author = ?2"
                " OR (kind = 'account' AND subject = ?2))"
                " UNION SELECT id FROM cases WHERE raid IN (SELECT raid FROM raids)"
                " UNION SELECT case_id FROM case_message WHERE seq IN (SELECT seq FROM mine)"
            ),
            (platform, account, quoted(account)),
        )
        return [NeededCase(*row) for row in found]

    def cases_of_target(self, platform: str, name: str) -> list[NeededCase]:
        found = self._db.execute(
            _CASE.format("SELECT id FROM cases WHERE target = ?2 AND (?1 = '' OR platform = ?1)"),
            (platform, name),
        )
        return [NeededCase(*row) for row in found]

    def cases_of_report(self, report: str) -> list[NeededCase]:
        found = self._db.execute(
            _CASE.format("SELECT case_id FROM report WHERE id = ?1"), (report,)
        )
        return [NeededCase(*row) for row in found]

    def measures_on_account(self, platform: str, account: str) -> list[tuple[int, int | None]]:
        return list(
            self._db.execute(
                "SELECT from_ms, until_ms FROM measure WHERE account = ? AND platform = ?"
                " AND state = 'active' AND kind IN ('mute', 'time_out', 'suspend', 'lock_out',"
                " 'hide', 'remove')",
                (account, platform),
            )
        )

    def court_ban_until(self, platform: str, account: str) -> int | None:
        found: int | None = self._db.execute(
            "SELECT max(until_ms) FROM court_ban WHERE ended_ms IS NULL AND instr(record, ?)",
            (msgspec.json.encode(f"{platform}/{account}"),),
        ).get
        return found

    def in_files(self, platform: str, account: str) -> int | None:
        found: int | None = self._db.execute(
            "SELECT max(i.added_ms) FROM incident_item i JOIN message m ON m.seq = i.seq"
            " JOIN channel c ON c.id = m.channel_id WHERE m.author = ? AND c.platform = ?",
            (account, platform),
        ).get
        return found

    def wrote_in(self, platform: str, channel: str, account: str) -> bool:
        found = self._db.execute(
            "SELECT 1 FROM message WHERE author = ? AND channel_id ="
            " (SELECT id FROM channel WHERE platform = ? AND name = ?) LIMIT 1",
            (account, platform, channel),
        ).get
        return found is not None

    # -- finding -----------------------------------------------------------------------------

    def own_messages(self, platform: str, account: str, start: int, end: int) -> list[OwnMessage]:
        found = self._db.execute(
            "SELECT m.seq, m.key, m.author_name FROM message m WHERE m.seq >= ?3 AND m.seq < ?4"
            " AND m.author = ?2 AND m.channel_id IN (SELECT id FROM channel WHERE platform = ?1)",
            (platform, account, start, end),
        )
        return [OwnMessage(*row) for row in found]

    def own_events(self, platform: str, account: str, start: int, end: int) -> list[int]:
        found = self._db.execute(
            "SELECT e.seq FROM event e WHERE e.seq >= ?3 AND e.seq < ?4 AND e.account = ?2"
            " AND e.channel_id IN (SELECT id FROM channel WHERE platform = ?1)",
            (platform, account, start, end),
        )
        return [seq for (seq,) in found]

    def other_entries(self, start: int, end: int) -> list[int]:
        found = self._db.execute(
            "SELECT e.seq FROM entry e WHERE e.seq >= ?1 AND e.seq < ?2"
            " AND NOT EXISTS (SELECT 1 FROM message m WHERE m.seq = e.seq)"
            " AND NOT EXISTS (SELECT 1 FROM event v WHERE v.seq = e.seq)",
            (start, end),
        )
        return [seq for (seq,) in found]


def quoted(text: str) -> bytes:
    """As it stands in JSON, with its quotation marks."""
    return msgspec.json.encode(text.encode("utf-8", "replace").decode())
