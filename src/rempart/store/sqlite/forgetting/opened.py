"""What every part of an erasure does with the tables: opening what is append-only, and counting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import apsw
import msgspec

from rempart.store.interface.erasure import ErasureTables


class SqliteOpened(ErasureTables):
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


def as_json(values: Sequence[Any]) -> str:
    return msgspec.json.encode(list(values)).decode()
