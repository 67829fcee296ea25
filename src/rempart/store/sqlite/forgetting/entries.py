"""Entries of the log that were said anew: what pointed to the old one points to the new one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rempart.store.sqlite.forgetting.opened import SqliteOpened, as_json

_POINTERS: Final = (
    ("raid", "seq"),
    ("campaign", "seq"),
    ("measure", "seq"),
    ("measure", "ended_seq"),
    ("report", "seq"),
    ("report_message", "seq"),
    ("decision", "seq"),
    ("answer", "seq"),
    ("statement", "seq"),
    ("second_look", "seq"),
    ("case_note", "seq"),
    ("golden_item", "seq"),
    ("access_entry", "seq"),
    ("raid_correction", "seq"),
    ("version", "seq"),
    ("version_move", "seq"),
    ("report_withdrawn", "seq"),
    ("triage", "seq"),
    ("incident_item", "seq"),
    ("capture", "seq"),
    ("capture", "done_seq"),
    ("capture", "proof_seq"),
    ("referral", "seq"),
    ("proposal", "seq"),
)
"""Columns that say which entry of the log tells something, where its words are read from it."""
_LISTS: Final = (
    ("raid_entry", "raid"),
    ("campaign_entry", "campaign"),
    ("case_entry", "case_id"),
)


class SqliteForgettingEntries(SqliteOpened):
    def restated(self, pairs: Sequence[tuple[int, int]]) -> None:
        with self._erasing():
            self._db.executemany(
                "INSERT OR REPLACE INTO restated"
                " VALUES (?2, coalesce((SELECT first FROM restated WHERE seq = ?1), ?1))",
                pairs,
            )
            for table, column in _POINTERS:
                self._db.executemany(f"UPDATE {table} SET {column} = ?2 WHERE {column} = ?1", pairs)
            for table, owner in _LISTS:
                self._db.executemany(
                    f"INSERT OR IGNORE INTO {table} ({owner}, seq)"
                    f" SELECT {owner}, ?2 FROM {table} WHERE seq = ?1",
                    pairs,
                )

    def cases_of_entries(self, seqs: Sequence[int]) -> dict[int, str]:
        found = self._db.execute(
            "SELECT seq, min(case_id) FROM case_entry WHERE seq IN"
            " (SELECT value FROM json_each(?)) GROUP BY seq",
            (as_json(seqs),),
        )
        return dict(found)

    def looks_at(self, cases: Sequence[str]) -> list[str]:
        found = self._db.execute(
            "SELECT case_id FROM second_look WHERE of_case IN (SELECT value FROM json_each(?))",
            (as_json(cases),),
        )
        return [case for (case,) in found]

    def entries_of_case(self, case: str) -> list[int]:
        found = self._db.execute(
            "SELECT seq FROM case_entry WHERE case_id = ?1"
            " UNION SELECT seq FROM measure WHERE case_id = ?1"
            " UNION SELECT ended_seq FROM measure WHERE case_id = ?1 AND ended_seq IS NOT NULL"
            " UNION SELECT seq FROM report WHERE case_id = ?1"
            " UNION SELECT m.seq FROM report_message m JOIN report r ON r.id = m.report_id"
            " WHERE r.case_id = ?1"
            " UNION SELECT seq FROM case_note WHERE case_id = ?1"
            " UNION SELECT seq FROM statement WHERE case_id = ?1",
            (case,),
        )
        return [seq for (seq,) in found]
