"""Messages, events, minutes and channels in SQLite (measures, raids, states: see the siblings).

See `store.interface.stream` for what they promise. On the hot path (`add_messages`) one prebuilt
tuple per message goes through one `executemany`; everything else is per batch. Numbers of channels
are remembered by the writer and forgotten with a failed transaction.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from heapq import nlargest
from typing import Any

import apsw
import msgspec

from rempart.errors import StoreError
from rempart.model import Verdict
from rempart.store.interface.stream import (
    FLAGGED,
    EventRow,
    History,
    Known,
    MessageRow,
)
from rempart.store.sqlite.channels import SqliteChannelTables
from rempart.store.sqlite.vault import PARTS, Vault

_MESSAGE = (
    "seq, key, id, platform, channel, target, author, author_name, kind, sent_at_ms,"
    " received_at_ms, verdict, abuse, raid, outcome, others, conflicts"
)
REACH = 20_000
"""How many messages of a channel are walked back to find those of an author."""
LATE_MS = 600_000
"""Messages arrive at most this much out of order when a raid looks for its earlier ones."""
_RANKS: dict[str, int] = {verdict.value: verdict.rank for verdict in Verdict}
_STANDS_OUT = f"(verdict > 0 OR abuse >= {FLAGGED})"


class SqliteStreamTables(SqliteChannelTables):
    def __init__(self, connection: apsw.Connection, vault: Vault) -> None:
        super().__init__(connection)
        self._vault = vault

    def mark(self) -> tuple[int, ...]:
        """How much was made known so far, for `restore`."""
        return tuple(len(known) for known in self._made_known())

    def restore(self, mark: tuple[int, ...] = (0, 0, 0, 0, 0)) -> None:
        """Forgets what a failed transaction, or part of one, made known."""
        self._channels.clear()
        for known, size in zip(self._made_known(), mark, strict=True):
            del known[size:]

    def forget_known(self) -> None:
        """A new transaction: nothing is made known yet."""
        for known in self._made_known():
            known.clear()

    def _made_known(self) -> tuple[list[Any], ...]:
        return self.undone, self.taken, self.lifted, self.corrected, self.taught

    # -- messages and events -----------------------------------------------------------------

    def add_messages(self, rows: Sequence[MessageRow]) -> None:
        tuples: list[tuple[object, ...]] = []
        append = tuples.append
        seen: dict[tuple[str, str], list[int]] = {}
        for row in rows:
            place = (row.platform, row.channel)
            counts = seen.get(place)
            if counts is None:
                channel_id = self._channel(place, row.sent_at_ms)
                counts = seen[place] = [channel_id, 0, 0, 0, row.sent_at_ms]
            rank = _RANKS[row.verdict]
            abuse, sent, target = row.abuse, row.sent_at_ms, row.target
            counts[1] += 1
            if rank:
                counts[2] += 1
            if rank or abuse >= FLAGGED:
                counts[3] += 1
            counts[4] = max(counts[4], sent)
            append(
                (
                    row.seq,
                    row.key,
                    row.id,
                    counts[0],
                    None if target == row.channel else target,
                    msgspec.json.encode(row.others).decode() if row.others else None,
                    row.author,
                    row.author_name,
                    row.kind,
                    sent,
                    row.received_at_ms,
                    rank,
                    abuse,
                    row.raid,
                    row.outcome,
                    row.conflicts,
                )
            )
        try:
            self._db.executemany(
                "INSERT INTO message VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", tuples
            )
        except apsw.ConstraintError as error:
            raise StoreError(f"a message is there already: {error}") from error
        self._db.executemany(
            "UPDATE channel SET messages = messages + ?2, held = held + ?3,"
            " flagged = flagged + ?4, last_ms = max(last_ms, ?5) WHERE id = ?1",
            [tuple(counts) for counts in seen.values()],
        )

    def add_events(self, rows: Sequence[EventRow]) -> None:
        tuples = [
            (
                row.seq,
                row.key,
                self._channel((row.platform, row.channel), row.at_ms),
                row.kind,
                row.at_ms,
                row.account,
            )
            for row in rows
        ]
        try:
            self._db.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)", tuples)
        except apsw.ConstraintError as error:
            raise StoreError(f"an event is there already: {error}") from error

    def known(self, keys: Sequence[bytes]) -> dict[bytes, Known]:
        if not keys:
            return {}
        found = self._db.execute(
            "SELECT m.key, m.seq, m.outcome FROM carray(?) AS k"
            " CROSS JOIN message AS m ON m.key = k.value",
            (apsw.carray(tuple(keys)),),
        )
        return {key: Known(seq, outcome) for key, seq, outcome in found}

    def known_events(self, keys: Sequence[bytes]) -> dict[bytes, Known]:
        if not keys:
            return {}
        found = self._db.execute(
            "SELECT e.key, e.seq FROM carray(?) AS k CROSS JOIN event AS e ON e.key = k.value",
            (apsw.carray(tuple(keys)),),
        )
        return {key: Known(seq, None) for key, seq in found}

    def changes(
        self, platform: str, channel: str, since_ms: int, limit: int = 500
    ) -> list[EventRow]:
        number = self._channel_id(platform, channel)
        if number is None:
            return []
        rows = self._db.execute(
            "SELECT seq, key, kind, at_ms, account FROM event WHERE channel_id = ? AND at_ms >= ?"
            " AND kind IN ('edit', 'delete') ORDER BY at_ms, seq LIMIT ?",
            (number, since_ms, limit),
        )
        return [
            EventRow(seq, key, platform, channel, kind, at_ms, account)
            for seq, key, kind, at_ms, account in rows
        ]

    def message(self, key: bytes) -> MessageRow | None:
        found = self._messages("WHERE key = ?", (key,))
        return found[0] if found else None

    def messages(self, seqs: Sequence[int]) -> list[MessageRow]:
        if not seqs:
            return []
        wanted = apsw.carray(array("q", sorted(set(seqs))))
        return self._messages("WHERE seq IN carray(?) ORDER BY seq", (wanted,))

    def history(self, start: int, end: int) -> History:
        rows = list(
            self._db.execute(
                "SELECT m.seq, m.sent_at_ms, m.verdict > 0, m.outcome, b.place, b.subject,"
                " b.bucket, b.sealed FROM message AS m JOIN body AS b ON b.place = m.seq * ?"
                " WHERE m.seq >= ? AND m.seq < ? ORDER BY m.seq",
                (PARTS, start, end),
            )
        )
        opened = self._vault.open(row[4:] for row in rows)
        bodies = dict(zip(opened.places, opened.bodies, strict=True))
        return History(
            *zip(*((*row[:4], bodies[row[4]]) for row in rows if row[4] in bodies), strict=True)
        )

    def message_seq_back(self, count: int) -> int:
        last = "SELECT seq FROM message ORDER BY seq DESC LIMIT ?"
        return self._db.execute(f"SELECT coalesce(min(seq), 0) FROM ({last})", (count,)).get  # type: ignore[no-any-return]

    def _messages(self, condition: str, bindings: tuple[object, ...]) -> list[MessageRow]:
        rows = self._db.execute(f"SELECT {_MESSAGE} FROM message_view {condition}", bindings)
        return [_message(row) for row in rows]

    def latest(
        self,
        platform: str | None = None,
        channel: str | None = None,
        *,
        before: int | None = None,
        limit: int = 100,
        flagged: bool = False,
        within: Sequence[str] | None = None,
    ) -> list[MessageRow]:
        end = 1 << 62 if before is None else before
        if platform is None and channel is None and within is None and not flagged:
            return self._messages("WHERE seq < ? ORDER BY seq DESC LIMIT ?", (end, limit))
        extra = f" AND {_STANDS_OUT}" if flagged else ""
        found: list[int] = []
        for number in self._channel_ids(platform, channel, within):
            rows = self._db.execute(
                f"SELECT seq FROM message WHERE channel_id = ? AND seq < ?{extra}"
                " ORDER BY seq DESC LIMIT ?",
                (number, end, limit),
            )
            found.extend(seq for (seq,) in rows)
        return self.messages(nlargest(limit, found))[::-1]

    def _channel_ids(
        self, platform: str | None, channel: str | None, within: Sequence[str] | None
    ) -> list[int]:
        rows = self._db.execute(
            "SELECT id, name FROM channel WHERE (?1 IS NULL OR platform = ?1)"
            " AND (?2 IS NULL OR name = ?2)",
            (platform, channel),
        )
        return [number for number, name in rows if within is None or name in within]

    def writers(self, messages: int) -> list[tuple[str, str, str | None]]:
        return list(
            self._db.execute(
                "SELECT DISTINCT c.platform, m.author, m.author_name FROM (SELECT channel_id,"
                " author, author_name FROM message ORDER BY seq DESC LIMIT ?) m"
                " JOIN channel c ON c.id = m.channel_id",
                (messages,),
            )
        )

    def latest_by_author(
        self,
        platform: str,
        channel: str,
        author: str,
        *,
        before: int | None = None,
        limit: int = 100,
    ) -> list[MessageRow]:
        number = self._channel_id(platform, channel)
        end = 1 << 62 if before is None else before
        if number is None:
            return []
        flagged = self._db.execute(
            "SELECT seq FROM message INDEXED BY message_flagged_author"
            f" WHERE channel_id = ? AND author = ? AND seq < ? AND {_STANDS_OUT}"
            " ORDER BY seq DESC LIMIT ?",
            (number, author, end, limit),
        )
        near = self._db.execute(
            "SELECT seq FROM (SELECT seq, author FROM message INDEXED BY message_channel"
            " WHERE channel_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?)"
            " WHERE author = ? ORDER BY seq DESC LIMIT ?",
            (number, end, REACH, author, limit),
        )
        found = {seq for (seq,) in flagged} | {seq for (seq,) in near}
        return self.messages(nlargest(limit, found))[::-1]

    def latest_of_raid(
        self, raid: str, *, before: int | None = None, limit: int = 100
    ) -> list[MessageRow]:
        end = 1 << 62 if before is None else before
        return self._messages(
            "WHERE raid = ? AND seq < ? ORDER BY seq DESC LIMIT ?", (raid, end, limit)
        )

    def raid_sequences(self, raid: str) -> list[int]:
        rows = self._db.execute("SELECT seq FROM message WHERE raid = ? ORDER BY seq", (raid,))
        return [seq for (seq,) in rows]

    def join_raid(
        self,
        raid: str,
        platform: str,
        channel: str,
        authors: Iterable[str],
        *,
        from_ms: int,
        until_ms: int,
    ) -> list[MessageRow]:
        names, number = frozenset(authors), self._channel_id(platform, channel)
        if not names or number is None:
            return []
        joined: list[int] = []
        for seq, author, sent_ms, other in self._db.execute(
            "SELECT seq, author, sent_at_ms, raid FROM message INDEXED BY message_channel"
            " WHERE channel_id = ? ORDER BY seq DESC LIMIT ?",
            (number, REACH),
        ):
            if sent_ms < from_ms - LATE_MS:
                break
            if other is None and author in names and from_ms <= sent_ms <= until_ms:
                joined.append(seq)
        self._db.executemany(
            "UPDATE message SET raid = ? WHERE seq = ?", [(raid, seq) for seq in joined]
        )
        return self.messages(joined)

    def add_conflict(self, key: bytes, seq: int) -> None:
        self._db.execute("INSERT INTO conflict VALUES (?, ?)", (key, seq))
        self._db.execute("UPDATE message SET conflicts = conflicts + 1 WHERE key = ?", (key,))

    def conflicts(self, key: bytes) -> list[int]:
        rows = self._db.execute("SELECT seq FROM conflict WHERE key = ? ORDER BY seq", (key,))
        return [seq for (seq,) in rows]


_strings: Callable[[str], tuple[str, ...]] = msgspec.json.Decoder(tuple[str, ...]).decode


def _message(row: tuple[Any, ...]) -> MessageRow:
    *fields, others, conflicts = row
    return MessageRow._make((*fields, _strings(others) if others else (), conflicts))
