"""Sealing the bodies that earlier versions kept in plain text, at the first start of this one.

A few thousand at a time, each portion one transaction with its keys before it: after a crash it
goes on where it was. Bodies keep the day that they say they were written on, so that retention
counts from there. When all are sealed, the table of plain ones is dropped and the files truncated:
secure deletion has overwritten what was in it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date

import apsw
import msgspec

from rempart.log.subjects import (
    KEPT,
    NOBODY,
    RECORDS,
    TRAFFIC,
    account_subject,
    report_subject,
)
from rempart.store.sqlite.keys import mark_of, put_mark
from rempart.store.sqlite.sealing import Sealer
from rempart.store.sqlite.subject_keys import EPOCH, Mark
from rempart.store.sqlite.vault import PARTS, Vault

_LOG = logging.getLogger(__name__)
PORTION = 5_000
TOLD_EVERY = 20
_AS_THEY_CAME = frozenset({"message", "event", "conflict"})
_OF_THE_SERVICE = frozenset({"key", "config", "detectors", "rules", "version", "policy"})


class _Account(msgspec.Struct):
    id: str = ""


class _Item(msgspec.Struct):
    platform: str = ""
    author: _Account | None = None
    account: _Account | str | None = None


class _Value(msgspec.Struct):
    at: str = ""
    item: _Item | None = None
    id: str = ""


_decode = msgspec.json.Decoder(tuple[str, str, msgspec.Raw]).decode
_decode_value = msgspec.json.Decoder(_Value).decode


def has_plain(connection: apsw.Connection) -> bool:
    query = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'body_plain'"
    return bool(connection.execute(query).get)


def seal_plain(connection: apsw.Connection, vault: Vault, today: int) -> None:
    """Seals what is left of `body_plain` and drops it."""
    left = connection.execute("SELECT count(*) FROM body_plain").get
    if left:
        _LOG.warning("encrypting %d texts of an earlier version; this is done once", left)
    mark = mark_of(connection)
    sealer = Sealer(connection, vault, mark.subjects if mark is not None else 0)
    portions = 0
    while left > 0:
        left -= _seal_portion(connection, vault, sealer, today)
        portions += 1
        if portions % TOLD_EVERY == 0:
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            vault.keys.truncate()
            _LOG.warning("encrypting: %d texts left", left)
    connection.execute("DROP TABLE body_plain")
    connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)


def _seal_portion(connection: apsw.Connection, vault: Vault, sealer: Sealer, today: int) -> int:
    connection.execute("BEGIN IMMEDIATE")
    try:
        rows = list(
            connection.execute(
                "SELECT place, disclosure FROM body_plain ORDER BY place LIMIT ?", (PORTION,)
            )
        )
        groups: dict[tuple[str, int, str], list[tuple[int, bytes]]] = {}
        reports = _reports(rows)
        for place, body in rows:
            subject, kind, day = _belongs(body, today)
            subject = reports.get(place // PARTS, subject)
            groups.setdefault((kind, day, subject), []).append((place, body))
        for (kind, day, subject), bodies in sorted(groups.items()):
            connection.executemany(
                "INSERT INTO body VALUES (?, ?, ?, ?)", sealer.reseal(bodies, subject, kind, day)
            )
        connection.execute("DELETE FROM body_plain WHERE place <= ?", (rows[-1][0],))
        put_mark(connection, Mark(vault.keys.id, sealer.used, vault.keys.mark.buckets))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return len(rows)


def _reports(rows: Iterable[tuple[int, bytes]]) -> dict[int, str]:
    """Entries of reports: all their parts are about the report."""
    found: dict[int, str] = {}
    for place, body in rows:
        try:
            _, name, raw = _decode(body)
            if name == "report":
                found[place // PARTS] = report_subject(_decode_value(raw).id)
        except msgspec.MsgspecError:
            continue
    return found


def _belongs(body: bytes, today: int) -> tuple[str, str, int]:
    """Subject, bucket and day of an old body; what cannot be read is nobody's."""
    try:
        _, name, raw = _decode(body)
        value = _decode_value(raw)
    except msgspec.MsgspecError:
        return NOBODY, RECORDS, today
    kind = TRAFFIC if name in _AS_THEY_CAME else KEPT if name in _OF_THE_SERVICE else RECORDS
    day = today
    if value.at:
        try:
            day = min(today, date.fromisoformat(value.at[:10]).toordinal() - EPOCH)
        except ValueError:
            day = today
    return _subject(value.item), kind, day


def _subject(item: _Item | None) -> str:
    if item is None:
        return NOBODY
    account = item.author or item.account
    id = account.id if isinstance(account, _Account) else account
    return account_subject(item.platform, id) if id else NOBODY
