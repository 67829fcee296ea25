"""The reach of an erasure into all tables, in SQLite.

Rules kept here:

1. Where an account is named, its pseudonym stands afterwards: counts and cases stay what they were,
   and nothing leads back. Its name and what it wrote are gone.
2. Every statement here may be repeated: after a crash the erasure begins again and ends the same.
3. A row in `erasing` opens what is otherwise append-only, inside this transaction alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import apsw
import msgspec

from rempart.store.interface.erasure import ErasureTables, Scrub, ScrubBytes, ScrubId

_OF_PLATFORM: Final = "(SELECT id FROM channel WHERE platform = ?)"
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
)
"""Columns that say which entry of the log tells something."""
_NEVER: Final = frozenset(
    {"entry", "body", "body_plain", "tile", "checkpoint", "state", "snapshot", "message", "event",
     "erasure", "erasure_entry", "hold", "version", "fact", "role", "person",
     "yearly_report", "yearly_withdrawal", "cosignature", "timestamp_token", "witnessed", "subject",
     "restated", "taken_away"}
)  # fmt: skip
"""What is reached elsewhere, holds no text of people, or is the community's own configuration."""
MOST_NEEDLES: Final = 32
"""For more, each cell is looked through once; SQLite takes no condition of a thousand parts."""
_ONLY: Final = {"feed_statement": "state NOT IN ('sent', 'sending')"}
"""What was sent stays as it was sent: a gate before it kept names out of it."""
_PROSE: Final = frozenset({"text", "words", "reason", "why", "note", "detail"})
_LISTS: Final = (
    ("raid_entry", "raid"),
    ("campaign_entry", "campaign"),
    ("case_entry", "case_id"),
)
_TEXTS: Final = (
    ("decision", "id", "reason", "case_id IN ({})"),
    ("second_look", "id", "reason", "of_case IN ({0}) OR case_id IN ({0})"),
)
_JSONS: Final = (
    ("answer", "rowid", "text", "report_id IN (SELECT id FROM report WHERE case_id IN ({}))"),
    ("second_look", "id", "answer", "of_case IN ({0}) OR case_id IN ({0})"),
    ("proposal", "id", "request", "case_id IN ({})"),
    ("statement", "number", "record", "case_id IN ({})"),
    ("case_told", "at_ms", "text", "case_id IN ({})"),
    ("cases", "id", "why", "id IN ({})"),
)


class SqliteForgetting(ErasureTables):
    _db: apsw.Connection

    @contextmanager
    def _erasing(self) -> Iterator[None]:
        self._db.execute("INSERT OR IGNORE INTO erasing VALUES (1)")
        try:
            yield
        finally:
            if self._db.in_transaction:
                self._db.execute("DELETE FROM erasing")

    def _run(self, counts: dict[str, int], name: str, sql: str, bindings: Any) -> None:
        self._db.execute(sql, bindings)
        if changed := self._db.changes():
            counts[name] = counts.get(name, 0) + changed

    # -- an account --------------------------------------------------------------------------

    def forget_account(self, platform: str, account: str, pseudonym: str) -> dict[str, int]:
        counts: dict[str, int] = {}
        with self._erasing():
            self._forget_appeals(counts, platform, account)
            run = self._run
            run(
                counts,
                "events",
                "UPDATE event SET account = ? WHERE account = ? AND channel_id IN " + _OF_PLATFORM,
                (pseudonym, account, platform),
            )
            for name, sql in (
                ("measures", "UPDATE measure SET account = ? WHERE account = ? AND platform = ?"),
                ("cases", "UPDATE cases SET author = ? WHERE author = ? AND platform = ?"),
                (
                    "cases",
                    "UPDATE cases SET subject = ?, thing = randomblob(16)"
                    " WHERE subject = ? AND platform = ? AND kind = 'account'",
                ),
                (
                    "statements",
                    "UPDATE statement SET account = ? WHERE account = ? AND platform = ?",
                ),
                ("strikes", "UPDATE strike SET account = ? WHERE account = ? AND platform = ?"),
                (
                    "corrections",
                    "UPDATE OR REPLACE raid_correction SET account = ? WHERE account = ?"
                    " AND raid IN (SELECT id FROM raid WHERE platform = ?)",
                ),
            ):
                run(counts, name, sql, (pseudonym, account, platform))
            run(
                counts,
                "suspicions",
                "UPDATE OR REPLACE ban_suspicion SET account = ?1, name = ?1"
                " WHERE account = ?2 AND platform = ?3",
                (pseudonym, account, platform),
            )
            run(
                counts,
                "people's accounts",
                "DELETE FROM person_account WHERE platform = ? AND account = ?",
                (platform, account),
            )
            run(
                counts,
                "access log",
                "UPDATE access_entry SET about = ? WHERE about IN (?, ?)",
                (pseudonym, account, f"{platform}/{account}"),
            )
            if platform in ("sms", "phone"):
                run(counts, "replies", "DELETE FROM reply_sender WHERE sender = ?", (account,))
            run(
                counts,
                "replies",
                "DELETE FROM reply_sender WHERE sender = ? AND line IN"
                " (SELECT line FROM reply WHERE sender = ?)",
                (account, pseudonym),
            )
            run(
                counts,
                "deliveries",
                "UPDATE delivery SET detail = '' WHERE detail <> '' AND measure IN"
                " (SELECT id FROM measure WHERE account = ?)",
                (pseudonym,),
            )
        return counts

    def forget_messages(
        self, pseudonym: str, seqs: Sequence[int], bare: ScrubBytes
    ) -> tuple[dict[str, int], list[tuple[int, str]]]:
        counts: dict[str, int] = {}
        own = _json(seqs)
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
            (_json(seqs),),
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
                (_json(seqs),),
            )
            self._db.executemany("INSERT INTO message_was VALUES (?, ?, ?)", earlier)

    def _earlier(self, seqs: Sequence[int]) -> list[Any]:
        """What detectors had said of these before: entry, size of the log, id, outcome."""
        return self._db.execute(
            "SELECT w.seq, w.until_seq, m.id, w.outcome FROM message_was w JOIN message m"
            " ON m.seq = w.seq WHERE w.seq IN (SELECT value FROM json_each(?))",
            (_json(seqs),),
        ).fetchall()

    def _rename_messages(self, renamed: Mapping[str, str]) -> None:
        """Where one of these ids stands, the other one does. Each table is read once: there may be
        a hundred thousand ids."""
        if not renamed:
            return
        old = _json(list(renamed))
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
            (_json(seqs),),
        )
        return [seq for (seq,) in found]

    # -- pictures, words, states -------------------------------------------------------------

    def scrub_pictures(
        self,
        needles: Sequence[bytes],
        named: Callable[[bytes], bool],
        words: Scrub,
        json: ScrubBytes,
    ) -> dict[str, int]:
        counts: dict[str, int] = {}
        if len(needles) > MOST_NEEDLES:
            self._db.create_scalar_function("named", lambda cell: named(cell or b""), 1)  # type: ignore[misc, arg-type]
            needles = ()
        with self._erasing():
            for table, keys, columns in self._tables():
                for column in columns:
                    self._scrub_column(counts, table, keys, column, needles, words, json)
        return counts

    def _tables(self) -> Iterator[tuple[str, list[str], list[str]]]:
        """Every table that may hold words or pictures: its name, how a row is found again, and its
        columns of text and bytes. A table of tomorrow is among them by itself."""
        for (table,) in list(
            self._db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        ):
            if table in _NEVER or table.startswith("sqlite_"):
                continue
            found = list(
                self._db.execute("SELECT name, type, pk FROM pragma_table_info(?)", (table,))
            )
            keys = [name for name, _, place in sorted(found, key=lambda row: row[2]) if place]
            columns = [
                name for name, kind, place in found if kind in ("TEXT", "BLOB") and not place
            ]
            yield table, keys, columns

    def _scrub_column(
        self,
        counts: dict[str, int],
        table: str,
        keys: list[str],
        column: str,
        needles: Sequence[bytes],
        words: Scrub,
        json: ScrubBytes,
    ) -> None:
        chosen = ", ".join([*keys, column]) if keys else f"rowid, {column}"
        cell = f"CAST({column} AS BLOB)"
        where = " OR ".join([f"instr({cell}, ?)"] * len(needles)) or f"named({cell})"
        if table in _ONLY:
            where = f"({where}) AND {_ONLY[table]}"
        for *key, told in list(
            self._db.execute(f"SELECT {chosen} FROM {table} WHERE {where}", needles)
        ):
            blob = told.encode() if isinstance(told, str) else told
            try:
                fresh: Any = json(blob)
            except msgspec.DecodeError:
                fresh = words(told).encode() if column in _PROSE and isinstance(told, str) else blob
            if fresh == blob:
                continue
            fresh = fresh.decode() if isinstance(told, str) else fresh
            found = " AND ".join(f"{name} = ?" for name in keys) or "rowid = ?"
            self._db.execute(f"UPDATE {table} SET {column} = ? WHERE {found}", (fresh, *key))
            counts[table] = counts.get(table, 0) + 1

    def scrub_words(self, cases: Sequence[str], words: Scrub, json: ScrubBytes) -> dict[str, int]:
        counts: dict[str, int] = {}
        if not cases:
            return counts
        among = "SELECT value FROM json_each(?1)"
        with self._erasing():
            for table, key, column, where in _TEXTS:
                for name, text in list(
                    self._db.execute(
                        f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL"
                        f" AND ({where.format(among)})",
                        (_json(cases),),
                    )
                ):
                    fresh = words(text)
                    if fresh != text:
                        self._db.execute(
                            f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (fresh, name)
                        )
                        counts[table] = counts.get(table, 0) + 1
            for table, key, column, where in _JSONS:
                self._scrub_json(counts, table, key, column, where.format(among), cases, json)
        return counts

    def _scrub_json(
        self,
        counts: dict[str, int],
        table: str,
        key: str,
        column: str,
        where: str,
        cases: Sequence[str],
        json: ScrubBytes,
    ) -> None:
        rows = list(
            self._db.execute(
                f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL AND ({where})",
                (_json(cases),),
            )
        )
        for name, told in rows:
            blob = told.encode() if isinstance(told, str) else told
            fresh: Any = json(blob)
            if fresh != blob:
                fresh = fresh.decode() if isinstance(told, str) else fresh
                self._db.execute(
                    f"UPDATE {table} SET {column} = ?2 WHERE {key} = ?3 AND ({where})",
                    (_json(cases), fresh, name),
                )
                counts[table] = counts.get(table, 0) + 1

    def drop_aliases(self, cases: Sequence[str]) -> None:
        self._db.execute(
            "DELETE FROM case_alias WHERE case_id IN (SELECT value FROM json_each(?))",
            (_json(cases),),
        )

    def scrub_states(self, needle: bytes, scrub: Callable[[str, bytes], bytes]) -> int:
        changed = 0
        for key, blob in list(
            self._db.execute("SELECT key, blob FROM state WHERE instr(blob, ?)", (needle,))
        ):
            fresh = scrub(key, blob)
            if fresh != blob:
                self._db.execute("UPDATE state SET blob = ? WHERE key = ?", (fresh, key))
                changed += 1
        return changed

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

    def looks_at(self, cases: Sequence[str]) -> list[str]:
        found = self._db.execute(
            "SELECT case_id FROM second_look WHERE of_case IN (SELECT value FROM json_each(?))",
            (_json(cases),),
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

    def forget_requests(self, kind: str, subject: str, pseudonym: str) -> None:
        self._db.execute(
            "UPDATE erasure SET subject = ?, reason = '' WHERE kind = ? AND subject = ?"
            " AND state IN ('refused', 'cancelled')",
            (pseudonym, kind, subject),
        )
        self._db.execute(
            "UPDATE hold SET subject = ?, reason = ? WHERE covers = ? AND subject = ?",
            (pseudonym, "[erased]", kind, subject),
        )

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

    def court_ban_until(self, platform: str, account: str) -> int | None:
        found: int | None = self._db.execute(
            "SELECT max(until_ms) FROM court_ban WHERE ended_ms IS NULL AND instr(record, ?)",
            (msgspec.json.encode(f"{platform}/{account}"),),
        ).get
        return found

    # -- a target, a reporter ------------------------------------------------------------------

    def entries_of_target(self, platform: str, name: str) -> list[int]:
        found = self._db.execute(
            "SELECT seq FROM incident_item WHERE kind = 'act' AND target IN (?, ?)",
            _names(platform, name),
        )
        return [seq for (seq,) in found]

    def forget_target(self, platform: str, name: str) -> dict[str, int]:
        counts: dict[str, int] = {}
        for what, table in (
            ("folders", "locked_out"),
            ("helpers", "folder_helper"),
            ("matches", "fact_match"),
            ("incident files", "incident_item"),
            ("incident files", "incident_request"),
            ("sessions", "target_session"),
        ):
            self._run(
                counts, what, f"DELETE FROM {table} WHERE target IN (?, ?)", _names(platform, name)
            )
        return counts

    def entries_of_report(self, report: str) -> list[int]:
        found = self._db.execute(
            "SELECT seq FROM report WHERE id = ?1"
            " UNION SELECT seq FROM report_message WHERE report_id = ?1"
            " UNION SELECT seq FROM report_withdrawn WHERE report_id = ?1"
            " UNION SELECT l.seq FROM second_look l WHERE l.report_id = ?1"
            " UNION SELECT seq FROM waiting_notice WHERE id = ?1"
            " UNION SELECT seq FROM waiting_appeal WHERE report_id = ?1",
            (report,),
        )
        return [seq for (seq,) in found]

    def _forget_appeals(self, counts: dict[str, int], platform: str, account: str) -> None:
        """What tells an account apart as who appeals (before its statements lose its name)."""
        own = "(SELECT id FROM statement WHERE account = ?1 AND platform = ?2)"
        sources = f"(SELECT source FROM second_look WHERE statement IN {own})"
        for name, sql in (
            ("waiting appeals", f"DELETE FROM waiting_appeal WHERE statement IN {own}"),
            ("sources", f"DELETE FROM appeal_source WHERE source IN {sources}"),
            (
                "sources",
                "UPDATE misuse_suspension SET reporter = randomblob(16), reason = '[erased]'"
                f" WHERE reporter IN {sources}",
            ),
            ("appeals", f"UPDATE second_look SET source = NULL WHERE statement IN {own}"),
        ):
            self._run(counts, name, sql, (account, platform))

    def forget_reporter(self, report: str) -> dict[str, int]:
        counts: dict[str, int] = {}
        with self._erasing():
            source = self._db.execute(
                "SELECT reporter FROM report WHERE id = ? AND reporter IS NOT NULL", (report,)
            ).get
            for what, sql in (
                ("contacts", "DELETE FROM report_contact WHERE report_id = ?"),
                ("mails", "DELETE FROM mail WHERE report_id = ?"),
                ("receipts", "DELETE FROM receipt WHERE report_id = ?"),
                ("waiting notices", "DELETE FROM waiting_notice WHERE id = ?"),
                ("waiting appeals", "DELETE FROM waiting_appeal WHERE report_id = ?"),
                ("appeals", "UPDATE second_look SET source = NULL WHERE report_id = ?"),
                (
                    "reports",
                    "UPDATE report SET reporter = NULL, content = randomblob(16), wish = NULL"
                    " WHERE id = ?",
                ),
            ):
                self._run(counts, what, sql, (report,))
            if source is not None:
                self._run(
                    counts,
                    "sources",
                    "DELETE FROM report_source WHERE reporter = ?1"
                    " AND NOT EXISTS (SELECT 1 FROM report WHERE reporter = ?1)",
                    (source,),
                )
                self._run(
                    counts,
                    "sources",
                    "DELETE FROM appeal_source WHERE source = ?1"
                    " AND NOT EXISTS (SELECT 1 FROM report WHERE reporter = ?1)",
                    (source,),
                )
                self._run(
                    counts,
                    "sources",
                    "UPDATE misuse_suspension SET reporter = randomblob(16), reason = '[erased]'"
                    " WHERE reporter = ?1"
                    " AND NOT EXISTS (SELECT 1 FROM report WHERE reporter = ?1)",
                    (source,),
                )
        return counts


def _names(platform: str, name: str) -> tuple[str, str]:
    return (name, f"{platform}/{name}" if platform else name)


def _json(values: Sequence[Any]) -> str:
    return msgspec.json.encode(list(values)).decode()
