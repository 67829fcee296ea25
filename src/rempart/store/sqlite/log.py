"""Tables of the log in SQLite; see `store.interface.log` for what they promise.

The right edge of the tree is kept in memory by the writer, so that appending reads nothing. It
belongs to a transaction like everything else: `mark` before, `restore` when it failed. The
unfinished tile of level 0 is never stored: it follows from the last leaves, and an entry that is
committed alone costs no rewriting of 8 kB.

Bodies are sealed on the way in and opened on the way out (`vault`); what cannot be opened is left
out: erased when its key was destroyed, damaged when it does not open although it should.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

import apsw
import msgspec

from rempart.errors import LogError
from rempart.log.commit import SealedEntry
from rempart.log.merkle import joined_leaf_hashes
from rempart.log.scrub import Digested, Opened
from rempart.log.subjects import KEPT
from rempart.log.tiles import TILE_BYTES, WIDTH, Edge, edge_of, extend, root
from rempart.store.interface.log import LogTables
from rempart.store.sqlite.sealing import Sealer
from rempart.store.sqlite.vault import PARTS, OpenedRows, SealedBody, Vault

_LOG = logging.getLogger(__name__)
_BODY = "SELECT place, subject, bucket, sealed FROM body "


class SqliteLogTables(LogTables):
    """`day`: of this transaction, since 1970 (UTC)."""

    def __init__(self, connection: apsw.Connection, vault: Vault, sealer: Sealer) -> None:
        self.day = 0
        self._db = connection
        self._vault = vault
        self._sealer = sealer
        self._edge: Edge | None = None

    # -- the edge belongs to the transaction -------------------------------------------------

    def mark(self) -> Edge | None:
        return self._edge

    def restore(self, edge: Edge | None) -> None:
        self._edge = edge

    def _edge_now(self) -> Edge:
        if self._edge is None:
            last = self._db.execute("SELECT max(seq) FROM entry").get
            self._edge = edge_of(0 if last is None else last + 1, self.tile)
        return self._edge

    # -- writing -----------------------------------------------------------------------------

    def append(self, entries: Sequence[SealedEntry]) -> int:
        edge = self._edge_now()
        first = edge.size
        bodies = self._sealer.seal(first, entries, self.day)
        leaves = [entry.leaf for entry in entries]
        edge, tiles = extend(edge, joined_leaf_hashes(leaves))
        self._db.executemany("INSERT INTO entry VALUES (?, ?)", enumerate(leaves, first))
        self._db.executemany("INSERT INTO body VALUES (?, ?, ?, ?)", bodies)
        kept = [
            (tile.level, tile.index, tile.hashes)
            for tile in tiles
            if tile.level or len(tile.hashes) == TILE_BYTES
        ]
        if kept:
            self._db.executemany(
                "INSERT INTO tile VALUES (?, ?, ?)"
                " ON CONFLICT (level, place) DO UPDATE SET hashes = excluded.hashes",
                kept,
            )
        self._edge = edge
        return first

    def erase(self, sequences: Sequence[int]) -> int:
        places = self._db.executemany(
            "DELETE FROM body WHERE place >= ? AND place < ? RETURNING place",
            ((seq * PARTS, (seq + 1) * PARTS) for seq in sequences),
        )
        return len({place // PARTS for (place,) in places})

    def reseal(self, sequences: Sequence[int], subject: str, bucket: str = KEPT) -> int:
        opened = self._open(row for seq in sequences for row in self._rows(seq, seq + 1))
        self._db.executemany(
            "UPDATE body SET subject = ?2, bucket = ?3, sealed = ?4 WHERE place = ?1",
            self._sealer.reseal(
                list(zip(opened.places, opened.bodies, strict=True)), subject, bucket, self.day
            ),
        )
        return len(opened.bodies)

    def put_checkpoint(self, size: int, note: str, at_ms: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO checkpoint VALUES (?, ?, ?)", (size, note, at_ms))

    def size_signed_before(self, at_ms: int) -> int | None:
        query = "SELECT size FROM checkpoint WHERE at_ms < ? ORDER BY size DESC LIMIT 1"
        found: int | None = self._db.execute(query, (at_ms,)).get
        return found

    # -- reading -----------------------------------------------------------------------------

    def foreign_version(self) -> int:
        return int(self._db.pragma("data_version"))

    def size(self) -> int:
        return self._edge_now().size

    def root(self) -> bytes:
        return root(self._edge_now())

    def leaves(self, start: int, end: int) -> list[bytes]:
        found = self._db.execute(
            "SELECT leaf FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq", (start, end)
        )
        # A rotten bit can make it a number, a text or nothing: then it is no leaf, and said so.
        return [leaf if type(leaf) is bytes else b"" for (leaf,) in found]

    def bodies(self, sequence: int) -> tuple[bytes, ...]:
        return tuple(self._open(self._rows(sequence, sequence + 1)).bodies)

    def bodies_of(self, sequences: Sequence[int]) -> dict[int, tuple[bytes, ...]]:
        # Each place by name: SQLite would read a range that depends on a row to the table's end.
        places = [seq * PARTS + part for seq in sequences for part in range(PARTS)]
        rows = self._db.execute(
            "SELECT b.place, b.subject, b.bucket, b.sealed FROM json_each(?) p CROSS JOIN body b"
            " ON b.place = p.value ORDER BY p.key",
            (msgspec.json.encode(places).decode(),),
        )
        return dict(_by_entry(self._open(rows)).bodies)

    def bodies_between(self, start: int, end: int) -> list[tuple[int, tuple[bytes, ...]]]:
        return _by_entry(self._open(self._rows(start, end))).bodies

    def opened(self, start: int, end: int) -> Opened:
        return _by_entry(self._vault.open(self._rows(start, end)))

    def digested(self, start: int, end: int) -> Digested:
        rows = self._vault.leaves(self._rows(start, end))
        return Digested(
            [place // PARTS for place in rows.places],
            rows.leaves,
            [place // PARTS for place in rows.damaged],
        )

    def _rows(self, start: int, end: int) -> Iterable[SealedBody]:
        return self._db.execute(
            _BODY + "WHERE place >= ? AND place < ? ORDER BY place", (start * PARTS, end * PARTS)
        )

    def _open(self, rows: Iterable[SealedBody]) -> OpenedRows:
        opened = self._vault.open(rows)
        for place in opened.damaged:
            _LOG.error("the text of entry %d does not open with its key", place // PARTS)
        return opened

    def tile(self, level: int, index: int) -> bytes | None:
        stored: bytes | None = self._db.execute(
            "SELECT hashes FROM tile WHERE level = ? AND place = ?", (level, index)
        ).get
        if stored is not None or level:
            return stored
        leaves = self.leaves(index * WIDTH, (index + 1) * WIDTH)
        return joined_leaf_hashes(leaves) or None

    def last_checkpoint(self) -> tuple[int, str, int] | None:
        row: tuple[int, str, int] | None = self._db.execute(
            "SELECT size, note, at_ms FROM checkpoint ORDER BY size DESC LIMIT 1"
        ).fetchone()
        return row


def _by_entry(rows: OpenedRows) -> Opened:
    return Opened(
        [place // PARTS for place in rows.places],
        rows.bodies,
        [divmod(place, PARTS) for place in rows.erased],
        [divmod(place, PARTS) for place in rows.damaged],
    )


class LoneLog(SqliteLogTables):
    """The log of a store whose keys are elsewhere: leaves, tiles and checkpoints; bodies stay
    closed."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._db = connection
        self._edge = None

    def opened(self, start: int, end: int) -> Opened:  # noqa: ARG002
        raise LogError("the keys of this log are not here: nothing of its texts can be opened")

    def digested(self, start: int, end: int) -> Digested:  # noqa: ARG002
        raise LogError("the keys of this log are not here: nothing of its texts can be opened")
