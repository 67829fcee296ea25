"""Tables of cases in SQLite; see `store.interface.cases` for what they promise.

Lists of ids go to SQLite as one JSON parameter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import apsw
import msgspec

from rempart.errors import ConflictError
from rempart.model import Case, CaseKind, CaseState
from rempart.model.moments import at_time, ms_of
from rempart.store.interface.cases import (
    URGENT,
    CaseChange,
    CaseCounts,
    CasePage,
    CaseQuery,
    LooseCase,
    NewCase,
    rank_of,
)
from rempart.store.sqlite.case_contents import SqliteCaseContents
from rempart.store.sqlite.reports import pack

_CASES = (
    "SELECT c.id, c.kind, c.subject, c.platform, c.channel, c.target, c.state, c.opened_ms,"
    " c.updated_ms, c.priority, c.why, c.raid, c.merged_into, c.messages, c.reports FROM cases c "
)
_LISTED = "IN (SELECT value FROM json_each(?))"
_WHY = msgspec.json.Decoder(dict[str, str])


class SqliteCaseTables(SqliteCaseContents):
    # -- reading cases ---------------------------------------------------------------------------

    def page(self, query: CaseQuery) -> CasePage:
        where, values = _conditions(query)
        rows = self._db.execute(
            _CASES
            + where
            + "ORDER BY c.class, c.turn_ms, c.weight DESC, c.opened_ms, c.id LIMIT ? OFFSET ?",
            (*values, query.limit, query.offset),
        )
        count = "SELECT count(*) FROM cases c "
        return CasePage([_case(row) for row in rows], self.number(count + where, values))

    def counts(self, channels: Sequence[str] | None = None) -> CaseCounts:
        where, values = _conditions(CaseQuery(channels=None if channels is None else (*channels,)))
        counted = (
            "SELECT c.state, c.kind, count(*), sum(c.reports), sum(c.priority >= ?),"
            " min(c.opened_ms) FROM cases c INDEXED BY cases_counts "
        )
        rows = list(
            self._db.execute(counted + where + "GROUP BY c.state, c.kind", (URGENT, *values))
        )
        still_open = [row for row in rows if row[0] == CaseState.OPEN.value]
        waiting = "SELECT min(c.reported_ms) FROM cases c "
        return CaseCounts(
            open=sum(row[2] for row in still_open),
            open_raids=sum(row[2] for row in still_open if row[1] == CaseKind.RAID.value),
            open_messages=sum(row[2] for row in still_open if row[1] == CaseKind.MESSAGE.value),
            urgent=sum(row[4] for row in still_open),
            decided=sum(row[2] for row in rows if row[0] == CaseState.DECIDED.value),
            merged=sum(row[2] for row in rows if row[0] == CaseState.MERGED.value),
            reports=sum(row[3] for row in rows),
            unanswered=sum(row[3] for row in still_open),
            oldest_open_ms=min((row[5] for row in still_open), default=None),
            oldest_unanswered_ms=self.value(
                waiting + where + "AND c.state = 'open' AND c.reports > 0", values
            ),
        )

    def get(self, case: str) -> Case | None:
        row = self.row(_CASES + "WHERE c.id = ?", case)
        return _case(row) if row else None

    def find(self, prefix: str, limit: int = 3) -> list[str]:
        full = prefix if prefix.startswith("c-") else f"c-{prefix}"
        rows = self._db.execute(
            "SELECT id FROM cases WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
            (full, full + "\U0010ffff", limit),
        )
        return [row[0] for row in rows]

    def latest(self) -> Case | None:
        row = self.row(_CASES + "WHERE c.state <> 'merged' ORDER BY c.rowid DESC LIMIT 1")
        return _case(row) if row else None

    def last_of(self, things: Sequence[bytes]) -> dict[bytes, tuple[Case, int]]:
        if not things:
            return {}
        pairs: dict[bytes, tuple[str, int]] = {}
        for thing, case, ordinal, _ in self._db.execute(
            "SELECT o.thing, c.id, o.ordinal, c.state = 'open' AS is_open FROM cases o"
            " JOIN cases c ON c.id = coalesce(o.merged_into, o.id)"
            " WHERE o.thing IN (SELECT unhex(value) FROM json_each(?1))"
            " UNION ALL SELECT a.thing, c.id, 0, c.state = 'open' FROM case_alias a"
            " JOIN cases o ON o.id = a.case_id JOIN cases c ON c.id = coalesce(o.merged_into, o.id)"
            " WHERE a.thing IN (SELECT unhex(value) FROM json_each(?1)) ORDER BY is_open, 3",
            (pack([thing.hex() for thing in things]),),
        ):
            pairs[thing] = (case, ordinal)
        cases = self._by_id([case for case, _ in pairs.values()])
        return {thing: (cases[case], ordinal) for thing, (case, ordinal) in pairs.items()}

    def last_of_raids(self, raids: Sequence[str]) -> dict[str, Case]:
        if not raids:
            return {}
        pairs = dict(
            self._db.execute(
                "SELECT o.raid, coalesce(o.merged_into, o.id) FROM cases o"
                " WHERE o.kind = 'raid' AND o.raid " + _LISTED + " ORDER BY o.ordinal",
                (pack(raids),),
            )
        )
        cases = self._by_id(list(pairs.values()))
        return {raid: cases[case] for raid, case in pairs.items()}

    def last_of_messages(self, sequences: Sequence[int]) -> dict[int, Case]:
        if not sequences:
            return {}
        pairs: dict[int, str] = {}
        for seq, case, _, _ in self._db.execute(
            "SELECT m.seq, c.id, c.state = 'open' AS is_open, c.opened_ms FROM message m"
            " JOIN cases o ON o.raid = m.raid AND o.kind = 'raid'"
            " JOIN cases c ON c.id = coalesce(o.merged_into, o.id)"
            " WHERE m.seq IN (SELECT value FROM json_each(?1))"
            " UNION ALL SELECT m.seq, c.id, c.state = 'open', c.opened_ms FROM case_message m"
            " JOIN cases o ON o.id = m.case_id JOIN cases c ON c.id = coalesce(o.merged_into, o.id)"
            " WHERE m.seq IN (SELECT value FROM json_each(?1)) ORDER BY is_open, 4",
            (pack(sequences),),
        ):
            pairs[seq] = case
        cases = self._by_id(list(pairs.values()))
        return {seq: cases[case] for seq, case in pairs.items()}

    def all_of_messages(self, sequences: Sequence[int]) -> dict[str, list[int]]:
        found: dict[str, set[int]] = {}
        for seq, case, merged_into in self._db.execute(
            "SELECT m.seq, c.id, c.merged_into FROM message m"
            " JOIN cases c ON c.raid = m.raid AND c.kind = 'raid'"
            " WHERE m.seq IN (SELECT value FROM json_each(?1))"
            " UNION ALL SELECT m.seq, c.id, c.merged_into FROM case_message m"
            " JOIN cases c ON c.id = m.case_id"
            " WHERE m.seq IN (SELECT value FROM json_each(?1))",
            (pack(sequences),),
        ):
            found.setdefault(case, set()).add(seq)
            if merged_into is not None:
                found.setdefault(merged_into, set()).add(seq)
        return {case: sorted(of_case) for case, of_case in found.items()}

    def of_harm(self, cases: Sequence[str], harm: str) -> set[str]:
        rows = self._db.execute(
            "SELECT j.value FROM json_each(?1) j"
            " WHERE EXISTS (SELECT 1 FROM report r WHERE r.category = ?2 AND r.case_id IN"
            " (SELECT j.value UNION ALL SELECT id FROM cases WHERE merged_into = j.value))"
            " OR EXISTS (SELECT 1 FROM decision d WHERE d.case_id = j.value AND d.harm = ?2)"
            " OR ?2 = 'child_safety' AND EXISTS (SELECT 1 FROM child_named n WHERE n.case_id IN"
            " (SELECT j.value UNION ALL SELECT id FROM cases WHERE merged_into = j.value))",
            (pack(cases), harm),
        )
        return {case for (case,) in rows}

    def loose(self, platform: str, channel: str, from_ms: int, raid: str) -> list[LooseCase]:
        rows = self._db.execute(
            "SELECT id, author, at_ms, raid FROM cases WHERE state = 'open' AND kind = 'message'"
            " AND author IS NOT NULL AND platform = ?1 AND channel = ?2 AND at_ms >= ?3"
            " UNION SELECT id, author, at_ms, raid FROM cases WHERE raid = ?4 AND state = 'open'"
            " AND kind = 'message' AND author IS NOT NULL",
            (platform, channel, from_ms, raid),
        )
        return [LooseCase(*row) for row in rows]

    # -- writing cases ---------------------------------------------------------------------------

    def insert(self, cases: Sequence[NewCase]) -> None:
        try:
            self._db.executemany(
                "INSERT INTO cases (id, thing, ordinal, kind, subject, platform, channel, target,"
                " state, priority, why, raid, author, at_ms, messages, opened_ms, updated_ms, harm,"
                " graver_ms, turn_ms, class, since_seq)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                " log_size_before())",
                [
                    (
                        case.id,
                        new.thing,
                        new.ordinal,
                        case.kind.value,
                        case.subject,
                        case.platform,
                        case.channel,
                        case.target,
                        case.priority,
                        pack(case.why),
                        case.raid,
                        new.author,
                        new.at_ms,
                        case.messages,
                        ms_of(case.opened_at),
                        ms_of(case.updated_at),
                        new.harm,
                        ms_of(case.opened_at),
                        ms_of(case.opened_at),
                        rank_of(case.priority),
                    )
                    for new in cases
                    for case in (new.case,)
                ],
            )
        except apsw.ConstraintError as error:
            raise ConflictError("this thing already has an open case") from error

    def change(self, changes: Sequence[CaseChange]) -> None:
        self._db.executemany(
            "UPDATE cases SET priority = max(priority, ?1), messages = max(messages, ?2),"
            " why = coalesce(?3, why), updated_ms = max(updated_ms, ?4),"
            " graver_ms = CASE WHEN ?1 > priority THEN ?4 ELSE graver_ms END,"
            " harm = CASE WHEN ?1 > priority AND ?6 <> '' THEN ?6 ELSE harm END,"
            " class = min(class, ?7) WHERE id = ?5",
            [
                (
                    c.priority,
                    c.messages,
                    pack(c.why) if c.why else None,
                    c.at_ms,
                    c.id,
                    c.harm,
                    rank_of(c.priority) if c.harm else 2,
                )
                for c in changes
            ],
        )

    def merge(self, cases: Sequence[str], into: str, at_ms: int) -> None:
        listed = pack([case for case in cases if case != into])
        reports, first = next(
            self._db.execute(
                "SELECT coalesce(sum(reports), 0), min(reported_ms) FROM cases"
                " WHERE state = 'open' AND id IN (SELECT value FROM json_each(?))",
                (listed,),
            )
        )
        self._db.execute(
            "UPDATE cases SET merged_into = ? WHERE merged_into IN (SELECT id FROM cases"
            " WHERE state = 'open' AND id IN (SELECT value FROM json_each(?)))",
            (into, listed),
        )
        self._db.execute(
            "UPDATE cases SET state = 'merged', merged_into = ?, reports = 0, updated_ms = ?"
            " WHERE state = 'open' AND id IN (SELECT value FROM json_each(?))",
            (into, at_ms, listed),
        )
        self._db.execute(
            "UPDATE cases SET reports = reports + ?1, updated_ms = max(updated_ms, ?2),"
            " reported_ms = coalesce(min(reported_ms, ?3), reported_ms, ?3) WHERE id = ?4",
            (reports, at_ms, first, into),
        )

    # -- inside ----------------------------------------------------------------------------------

    def _by_id(self, cases: Sequence[str]) -> dict[str, Case]:
        if not cases:
            return {}
        rows = self._db.execute(_CASES + "WHERE c.id " + _LISTED, (pack(cases),))
        return {case.id: case for case in map(_case, rows)}


def _conditions(query: CaseQuery) -> tuple[str, tuple[Any, ...]]:
    parts = ["WHERE 1 "]
    values: list[Any] = []
    if query.state is not None:
        parts.append("AND c.state = ? ")
        values.append(query.state.value)
    if query.kind is not None:
        parts.append("AND c.kind = ? ")
        values.append(query.kind.value)
    if query.target is not None:
        parts.append("AND c.target = ? ")
        values.append(query.target)
    if query.channels is not None:
        parts.append("AND c.channel " + _LISTED + " ")
        values.append(pack(query.channels))
    for column, names in (("IN", query.harms), ("NOT IN", query.without or None)):
        if names is not None:
            parts.append(f"AND c.harm {column} (SELECT value FROM json_each(?)) ")
            values.append(pack(names))
    if query.languages:
        parts.append(
            "AND EXISTS (SELECT 1 FROM report r WHERE r.case_id = c.id AND r.language "
            + _LISTED
            + ") "
        )
        values.append(pack(query.languages))
    if query.kept_from is not None:
        parts.append(
            "AND NOT EXISTS (SELECT 1 FROM case_apart a WHERE a.case_id = c.id AND a.person = ?"
            " AND a.why IN ('recused', 'conflict')) "
        )
        values.append(query.kept_from)
    return "".join(parts), tuple(values)


def _case(row: tuple[Any, ...]) -> Case:
    return Case(
        id=row[0],
        kind=CaseKind(row[1]),
        subject=row[2],
        platform=row[3],
        channel=row[4],
        target=row[5],
        state=CaseState(row[6]),
        opened_at=at_time(row[7]),
        updated_at=at_time(row[8]),
        priority=row[9],
        why=_WHY.decode(row[10]),
        raid=row[11],
        merged_into=row[12],
        messages=row[13],
        reports=row[14],
    )
