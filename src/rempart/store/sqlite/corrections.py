"""What is corrected later, in SQLite: members of raids by people, outcomes by opinions.

A member that counts to another part takes its messages and measures along in these tables; the log
keeps what was said of them when they came.
"""

from __future__ import annotations

from collections.abc import Iterable

import apsw

from rempart.model import Raid, Verdict
from rempart.store.interface.raids import RaidCorrection
from rempart.store.interface.stream import FLAGGED
from rempart.store.sqlite.measures import SqliteMeasureTables


class SqliteCorrectionTables(SqliteMeasureTables):
    def rejudge(self, seq: int, verdict: str, abuse: int, outcome: bytes) -> None:
        was = self._db.execute(
            f"SELECT channel_id, verdict > 0, verdict > 0 OR abuse >= {FLAGGED}"
            " FROM message WHERE seq = ?",
            (seq,),
        ).fetchall()
        rank = Verdict(verdict).rank
        self._db.execute(
            "UPDATE message SET verdict = ?, abuse = ?, outcome = ? WHERE seq = ?",
            (rank, abuse, outcome, seq),
        )
        for channel, held, flagged in was:
            now = (rank > 0, rank > 0 or abuse >= FLAGGED)
            self._db.execute(
                "UPDATE channel SET held = held + ? - ?, flagged = flagged + ? - ? WHERE id = ?",
                (now[0], held, now[1], flagged, channel),
            )

    def teach(self, raid: Raid) -> None:
        self.taught.append(raid)

    def correct_raid(
        self, raid: str, accounts: Iterable[str], part: str | None, *, seq: int, at_ms: int
    ) -> None:
        names = tuple(dict.fromkeys(accounts))
        if not names:
            return
        if part == raid:
            self._db.execute(
                "DELETE FROM raid_correction WHERE raid = ? AND account IN carray(?)",
                (raid, apsw.carray(names)),
            )
        else:
            self._db.executemany(
                "INSERT OR REPLACE INTO raid_correction VALUES (?, ?, ?, ?, ?)",
                [(raid, account, part, at_ms, seq) for account in names],
            )
            if part is not None:
                self._move(raid, names, part)
        self.corrected.extend(RaidCorrection(raid, account, part) for account in names)

    def _move(self, raid: str, accounts: tuple[str, ...], part: str) -> None:
        for table, column in (("message", "author"), ("measure", "account")):
            self._db.execute(
                f"UPDATE {table} SET raid = ? WHERE raid = ? AND {column} IN carray(?)",
                (part, raid, apsw.carray(accounts)),
            )

    def corrections(self, raid: str | None = None) -> list[RaidCorrection]:
        rows = self._db.execute(
            "SELECT raid, account, part FROM raid_correction WHERE ?1 IS NULL OR raid = ?1"
            " ORDER BY seq, raid, account",
            (raid,),
        )
        return [RaidCorrection(*row) for row in rows]
