"""What was passed on, in SQLite."""

from __future__ import annotations

from collections.abc import Iterator

import apsw

from rempart.store.interface.referrals import ReferralRow, ReferralTables
from rempart.store.sqlite.restated import first

_FIELDS = ", ".join(ReferralRow._fields).replace("case,", "case_id,")
_STEPS = ("state", "sent_by", "sent_ms", "reference", "acknowledged_ms", "done_seq", "sent_seq")
_AGAIN = ", ".join(f"{name} = excluded.{name}" for name in _STEPS)
_SEQ = first("referral.seq")
_MARKS = ", ".join("?" * len(ReferralRow._fields))


class SqliteReferralTables(ReferralTables):
    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection

    def put(self, row: ReferralRow) -> None:
        self._db.execute(
            f"INSERT INTO referral ({_FIELDS}) VALUES ({_MARKS})"
            f" ON CONFLICT (id) DO UPDATE SET {_AGAIN}",
            row,
        )

    def get(self, id: str) -> ReferralRow | None:
        return next(self._rows("WHERE id = ?", id), None)

    def of_case(self, case: str) -> list[ReferralRow]:
        return list(self._rows(f"WHERE case_id = ? ORDER BY prepared_ms, {_SEQ}", case))

    def stood(self, as_of: int) -> list[ReferralRow]:
        was = {
            row[0]: dict(zip(_STEPS, row[1:-1], strict=True))
            for row in self._db.execute(
                f"SELECT id, {', '.join(_STEPS)}, min(until_seq) FROM referral_was"
                " WHERE until_seq >= ? GROUP BY id",
                (as_of,),
            )
        }
        now = self._rows(f"WHERE {_SEQ} < ? ORDER BY {_SEQ}", as_of)
        return [row._replace(**was.get(row.id, {})) for row in now]

    def _rows(self, which: str, *values: str | int) -> Iterator[ReferralRow]:
        found = self._db.execute(f"SELECT {_FIELDS} FROM referral {which}", values)
        return (ReferralRow(*row) for row in found)
