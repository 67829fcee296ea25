"""An account's messages are forgotten: their rows say whose they were no more, nor their ids."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rempart.store.interface.erasure import ScrubBytes, ScrubId
from rempart.store.sqlite.forgetting.opened import SqliteOpened, as_json


class SqliteForgettingMessages(SqliteOpened):
    def forget_messages(
        self, pseudonym: str, seqs: Sequence[int], bare: ScrubBytes
    ) -> tuple[dict[str, int], list[tuple[int, str]]]:
        counts: dict[str, int] = {}
        own = as_json(seqs)
        rows: list[Any] = self._db.execute(
            "SELECT seq, id, outcome FROM message WHERE seq IN (SELECT value FROM json_each(?))",
            (own,),
        ).fetchall()
        # What detectors had said before stays as bare as the rest: old cuts count it. The update of
        # the author empties the table of what was said before.
        earlier = [
            (seq, until, None if outcome is None else bare(outcome))
            for seq, until, _, outcome in self._earlier(seqs)
        ]
        with self._erasing():
            self._db.executemany(
                "UPDATE message SET author = ?, author_name = NULL, outcome = ? WHERE seq = ?",
                [
                    (pseudonym, None if outcome is None else bare(outcome), seq)
                    for seq, _, outcome in rows
                ],
            )
            self._db.executemany("INSERT OR REPLACE INTO message_was VALUES (?, ?, ?)", earlier)
            counts["messages"] = len(rows)
            self._run(
                counts,
                "replies",
                "UPDATE reply SET sender = ?, sid = 'erased-' || id, text = '', out_sid = '',"
                " detail = '' WHERE seq IN (SELECT value FROM json_each(?))",
                (pseudonym, own),
            )
            for name, sql in (
                ("folders", "DELETE FROM locked_out WHERE seq IN (SELECT value FROM json_each(?))"),
                ("facts", "DELETE FROM fact_match WHERE seq IN (SELECT value FROM json_each(?))"),
                (
                    "incident files",
                    "DELETE FROM incident_item WHERE kind = 'message'"
                    " AND seq IN (SELECT value FROM json_each(?))",
                ),
            ):
                self._run(counts, name, sql, (own,))
        return counts, [(seq, id) for seq, id, _ in rows]

    def rename_messages(
        self, seqs: Sequence[int], renamed: Callable[[str], str], outcome: ScrubId
    ) -> None:
        changed: list[tuple[str, bytes | None, int]] = []
        ids: dict[str, str] = {}
        for seq, id, told in self._db.execute(
            "SELECT seq, id, outcome FROM message WHERE seq IN (SELECT value FROM json_each(?))",
            (as_json(seqs),),
        ):
            fresh = ids[id] = renamed(id)
            changed.append((fresh, None if told is None else outcome(told, fresh), seq))
        earlier = [
            (seq, until, None if told is None else outcome(told, ids[id]))
            for seq, until, id, told in self._earlier(seqs)
        ]
        with self._erasing():
            self._db.executemany("UPDATE message SET id = ?, outcome = ? WHERE seq = ?", changed)
            self._rename_messages(ids)
            self._db.execute(
                "DELETE FROM message_was WHERE seq IN (SELECT value FROM json_each(?))",
                (as_json(seqs),),
            )
            self._db.executemany("INSERT INTO message_was VALUES (?, ?, ?)", earlier)

    def _earlier(self, seqs: Sequence[int]) -> list[Any]:
        """What detectors had said of these before: entry, size of the log, id, outcome."""
        return self._db.execute(
            "SELECT w.seq, w.until_seq, m.id, w.outcome FROM message_was w JOIN message m"
            " ON m.seq = w.seq WHERE w.seq IN (SELECT value FROM json_each(?))",
            (as_json(seqs),),
        ).fetchall()

    def _rename_messages(self, renamed: Mapping[str, str]) -> None:
        """Where one of these ids stands, the other one does. Each table is read once: there may be
        a hundred thousand ids."""
        if not renamed:
            return
        old = as_json(list(renamed))
        for table, key, column, where in (
            ("measure", "id", "message", "message IS NOT NULL"),
            ("cases", "id", "subject", "kind = 'message'"),
        ):
            found: list[Any] = self._db.execute(
                f"SELECT {key}, {column} FROM {table} WHERE {where}"
                f" AND {column} IN (SELECT value FROM json_each(?))",
                (old,),
            ).fetchall()
            self._db.executemany(
                f"UPDATE {table} SET {column} = ?2 WHERE {key} = ?1",
                [(row, renamed[id]) for row, id in found],
            )

    def conflicts_of(self, seqs: Sequence[int]) -> list[int]:
        found = self._db.execute(
            "SELECT seq FROM conflict WHERE key IN (SELECT key FROM message WHERE seq IN"
            " (SELECT value FROM json_each(?)))",
            (as_json(seqs),),
        )
        return [seq for (seq,) in found]
