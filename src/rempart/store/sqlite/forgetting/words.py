"""Words, pictures and states: whatever else says who it was, in any table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import msgspec

from rempart.store.interface.erasure import Scrub, ScrubBytes
from rempart.store.sqlite.forgetting.opened import SqliteOpened, as_json

_NEVER: Final = frozenset(
    {"entry", "body", "body_plain", "tile", "checkpoint", "state", "snapshot", "message", "event",
     "erasure_entry", "version", "fact", "role", "person",
     "yearly_report", "yearly_withdrawal", "cosignature", "timestamp_token", "witnessed", "subject",
     "restated", "statement_words", "taken_away"}
)  # fmt: skip
"""What is reached elsewhere, holds no text of people, or is the community's own configuration."""
MOST_NEEDLES: Final = 32
"""For more, each cell is looked through once; SQLite takes no condition of a thousand parts."""
_ONLY: Final = {"feed_statement": "state NOT IN ('sent', 'sending')"}
"""What was sent stays as it was sent: a gate before it kept names out of it."""
_PROSE: Final = frozenset(
    {"text", "words", "reason", "why", "note", "detail", "source", "reference", "lift_reason",
     "found_why", "ended_why"}
)  # fmt: skip
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


class SqliteForgettingWords(SqliteOpened):
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
                        (as_json(cases),),
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
                (as_json(cases),),
            )
        )
        for name, told in rows:
            blob = told.encode() if isinstance(told, str) else told
            fresh: Any = json(blob)
            if fresh != blob:
                fresh = fresh.decode() if isinstance(told, str) else fresh
                self._db.execute(
                    f"UPDATE {table} SET {column} = ?2 WHERE {key} = ?3 AND ({where})",
                    (as_json(cases), fresh, name),
                )
                counts[table] = counts.get(table, 0) + 1

    def drop_aliases(self, cases: Sequence[str]) -> None:
        self._db.execute(
            "DELETE FROM case_alias WHERE case_id IN (SELECT value FROM json_each(?))",
            (as_json(cases),),
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
