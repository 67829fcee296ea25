"""Second looks, proposals, notes and golden items in SQLite; see `store.interface.looks`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import apsw
import msgspec

from rempart.errors import ConflictError
from rempart.model import Appellant, LookState, SecondLook
from rempart.model.moments import at_time, ms_of
from rempart.store.interface.looks import (
    GoldenRow,
    GoldenScore,
    LookTables,
    NoteRow,
    ProposalRow,
)
from rempart.store.sqlite.reports import pack

_LOOKS = (
    "SELECT id, case_id, of_case, appellant, received_ms, due_ms, state, decision, report_id,"
    " statement, decided_by, decided_ms, reason, answer, unfounded FROM second_look "
)
_PROPOSALS = (
    "SELECT id, case_id, what, request, proposed_by, proposed_ms, seq, state, closed_by, closed_ms"
    " FROM proposal "
)
_GOLDEN = "SELECT id, harm, outcome, added_by, added_ms, retired_ms, seq FROM golden_item "
_TEXTS = msgspec.json.Decoder(dict[str, str])


class SqliteLookTables(LookTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    # -- appeals and second looks ----------------------------------------------------------------

    def insert(self, look: SecondLook, seq: int, source: bytes | None = None) -> None:
        try:
            self._db.execute(
                "INSERT INTO second_look (id, case_id, of_case, decision, appellant, report_id,"
                " statement, received_ms, due_ms, seq, source)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    look.id,
                    look.case,
                    look.of,
                    look.decision,
                    look.appellant.value,
                    look.report,
                    look.statement,
                    ms_of(look.received_at),
                    ms_of(look.due_at),
                    seq,
                    source,
                ),
            )
        except apsw.ConstraintError as error:
            raise ConflictError("a second look at this was asked for already") from error

    def get(self, look: str) -> SecondLook | None:
        return self._one("WHERE id = ?", look)

    def of_own_case(self, case: str) -> SecondLook | None:
        return self._one("WHERE case_id = ?", case)

    def of_case(self, case: str) -> list[SecondLook]:
        return self._looks("WHERE of_case = ? ORDER BY received_ms, id", (case,))

    def of_report(self, report: str) -> list[SecondLook]:
        return self._looks("WHERE report_id = ? ORDER BY received_ms, id", (report,))

    def of_statement(self, statement: str) -> SecondLook | None:
        return self._one("WHERE statement = ?", statement)

    def page(self, state: LookState | None, limit: int, offset: int = 0) -> list[SecondLook]:
        return self._looks(
            "WHERE ?1 IS NULL OR state = ?1 ORDER BY due_ms, id LIMIT ?2 OFFSET ?3",
            (None if state is None else state.value, limit, offset),
        )

    def close(self, look: SecondLook, seq: int) -> None:
        assert look.decided_at is not None, "a second look that is closed says when"
        try:
            self._db.execute(
                "UPDATE second_look SET state = ?, decided_by = ?, decided_ms = ?, reason = ?,"
                " answer = ?, unfounded = ?, closed_seq = ? WHERE id = ?",
                (
                    look.state.value,
                    look.decided_by,
                    ms_of(look.decided_at),
                    look.reason,
                    pack(look.answer),
                    look.unfounded,
                    seq,
                    look.id,
                ),
            )
        except apsw.ConstraintError as error:
            raise ConflictError(str(error).partition(": ")[2] or str(error)) from error
        self._db.execute(
            "UPDATE cases SET state = 'decided', updated_ms = max(updated_ms, ?)"
            " WHERE id = ? AND state = 'open'",
            (ms_of(look.decided_at), look.case),
        )

    # -- four eyes -------------------------------------------------------------------------------

    def propose(self, row: ProposalRow) -> None:
        self._db.execute("INSERT INTO proposal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def proposal(self, id: str) -> ProposalRow | None:
        rows: list[Any] = self._db.execute(_PROPOSALS + "WHERE id = ?", (id,)).fetchall()
        return ProposalRow(*rows[0]) if rows else None

    def proposals(self, case: str, *, waiting: bool = False) -> list[ProposalRow]:
        rows = self._db.execute(
            _PROPOSALS + "WHERE case_id = ?1 AND (NOT ?2 OR state = 'open')"
            " ORDER BY proposed_ms, id",
            (case, waiting),
        )
        return [ProposalRow(*row) for row in rows]

    def waiting(self, most: int) -> list[ProposalRow]:
        rows = self._db.execute(
            _PROPOSALS + "WHERE state = 'open' ORDER BY proposed_ms, id LIMIT ?", (most,)
        )
        return [ProposalRow(*row) for row in rows]

    def close_proposal(self, id: str, state: str, by: str, at_ms: int) -> None:
        try:
            self._db.execute(
                "UPDATE proposal SET state = ?, closed_by = ?, closed_ms = ?"
                " WHERE id = ? AND state = 'open'",
                (state, by, at_ms, id),
            )
        except apsw.ConstraintError as error:
            raise ConflictError(
                "who proposed this cannot be the second pair of eyes", where=id
            ) from error
        if self._db.changes() != 1:
            raise ConflictError("this was answered already", where=id)

    # -- notes and golden items ------------------------------------------------------------------

    def add_note(self, row: NoteRow) -> None:
        self._db.execute("INSERT INTO case_note VALUES (?, ?, ?, ?, ?, ?)", row)

    def notes(self, case: str) -> list[NoteRow]:
        rows = self._db.execute(
            "SELECT id, case_id, author, seen_by, at_ms, seq FROM case_note WHERE case_id IN"
            " (SELECT ?1 UNION ALL SELECT id FROM cases WHERE merged_into = ?1) ORDER BY at_ms, id",
            (case,),
        )
        return [NoteRow(*row) for row in rows]

    def add_golden(self, row: GoldenRow) -> None:
        self._db.execute("INSERT INTO golden_item VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def golden(self, id: str) -> GoldenRow | None:
        rows: list[Any] = self._db.execute(_GOLDEN + "WHERE id = ?", (id,)).fetchall()
        return GoldenRow(*rows[0]) if rows else None

    def unmet_golden(self, person: str) -> list[GoldenRow]:
        rows = self._db.execute(
            _GOLDEN + "WHERE retired_ms IS NULL AND added_by <> ?1 AND NOT EXISTS (SELECT 1"
            " FROM golden_answer WHERE item = golden_item.id AND person = ?1)"
            " ORDER BY added_ms, id",
            (person,),
        )
        return [GoldenRow(*row) for row in rows]

    def answer_golden(
        self, item: str, person: str, outcome: str, *, correct: bool, at_ms: int, seq: int
    ) -> None:
        try:
            self._db.execute(
                "INSERT INTO golden_answer VALUES (?, ?, ?, ?, ?, ?)",
                (item, person, outcome, int(correct), at_ms, seq),
            )
        except apsw.ConstraintError as error:
            raise ConflictError("you have answered this already", where=item) from error

    def golden_scores(self) -> list[GoldenScore]:
        rows = self._db.execute(
            "SELECT person, count(*), sum(correct) FROM golden_answer GROUP BY person"
        )
        return [GoldenScore(*row) for row in rows]

    def golden_outcomes(self, person: str) -> Sequence[tuple[str, bool]]:
        rows = self._db.execute(
            "SELECT item, correct FROM golden_answer WHERE person = ? ORDER BY at_ms, item",
            (person,),
        )
        return [(item, bool(correct)) for item, correct in rows]

    # -- inside ----------------------------------------------------------------------------------

    def _one(self, where: str, value: str) -> SecondLook | None:
        found = self._looks(where, (value,))
        return found[0] if found else None

    def _looks(self, where: str, values: tuple[Any, ...]) -> list[SecondLook]:
        return [_look(row) for row in self._db.execute(_LOOKS + where, values)]


def _look(row: tuple[Any, ...]) -> SecondLook:
    return SecondLook(
        id=row[0],
        case=row[1],
        of=row[2],
        appellant=Appellant(row[3]),
        received_at=at_time(row[4]),
        due_at=at_time(row[5]),
        state=LookState(row[6]),
        decision=row[7],
        report=row[8],
        statement=row[9],
        decided_by=row[10],
        decided_at=None if row[11] is None else at_time(row[11]),
        reason=row[12],
        answer={} if row[13] is None else _TEXTS.decode(row[13]),
        unfounded=bool(row[14]),
    )
