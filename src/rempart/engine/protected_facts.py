"""Keys and sealing of protected facts, invitations, and the table that is in force.

Rules kept here:

1. The text of a fact is turned into keyed hashes at once and kept nowhere. The hashes, the kind and
   the nickname are sealed (AES-256-GCM) under a key of the fact's own, a file of mode 0600 in
   `<data>/keys/facts`; the database has the sealed bytes only. Without that folder neither the
   database nor a copy of it can be used to test guesses.
2. Removing a fact removes its row and then its key: what copies and backups still hold can no more
   be opened. Keys without a row are swept at the start; a row without its key is told as lost.
3. An invitation is signed and names its target; it is good once, and for a day. Whoever can read
   the folder of keys, or is an administrator, can make one; the log says that it was used and by
   whom it was made.
4. The log is told that facts changed, of which kind and how many there are, never whose or what.
"""

from __future__ import annotations

import hmac
import logging
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from contextlib import suppress
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rempart.cases.entries import at_time, entry, rfc3339
from rempart.detect.facts.finder import FactFinder
from rempart.detect.facts.forms import (
    FactKind,
    FactRefusedError,
    Refusal,
    check_nickname,
    forms_of,
)
from rempart.detect.facts.table import Entry, Fact, FactTable, make_entries
from rempart.detect.text.fold import fold
from rempart.errors import StoreError
from rempart.log.keys import KEYS_FOLDER
from rempart.model import Account, Message
from rempart.store.interface import Tables
from rempart.store.interface.facts import FactRow

_LOG = logging.getLogger(__name__)
MOST_FACTS: Final = 30
INVITATION_MS: Final = 24 * 3_600_000
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_SITE: Final = "site.key"


class _Sealed(msgspec.Struct, array_like=True):
    kind: FactKind
    nickname: str
    everyone: bool
    entries: tuple[Entry, ...]


class FactView(NamedTuple):
    """What the target is shown. `lost`: its key is gone, it protects no more."""

    id: str
    kind: FactKind | None
    nickname: str
    everyone: bool
    added_ms: int
    lost: bool


class Invitation(NamedTuple):
    target: str
    by: str
    expires_ms: int
    digest: bytes


class FactKeeper:
    """Holds no text; `folder` is `<data>/keys/facts`."""

    def __init__(self, data: Path) -> None:
        self.folder = data / KEYS_FOLDER / "facts"

    # -- in force ----------------------------------------------------------------------------

    def at_start(self, tables: Tables) -> FactTable:
        """The table in force; keys whose facts are gone go too. Lost facts are named in the log of
        the service."""
        rows = tables.facts.facts()
        self._sweep(rows)
        lost = self.lost(rows)
        if lost:
            _LOG.error("%d protected facts have lost their keys and protect no more", lost)
        return self.table(rows)

    def changed(self, tables: Tables) -> FactTable | None:
        """The table after this transaction, when it changes that."""
        return self.table(tables.facts.facts()) if tables.facts.changed else None

    def table(self, rows: Sequence[FactRow]) -> FactTable:
        """The facts that can be opened. StoreError: there are facts, and the site's key is gone."""
        if not rows:
            return FactTable(bytes(_KEY_BYTES))
        facts: list[Fact] = []
        for row in rows:
            opened = self._open(row)
            if opened is not None:
                key, sealed = opened
                facts.append(Fact(row.id, row.target, key, sealed.entries, sealed.everyone))
        return FactTable(self._site_key(has_facts=True), facts, version_of(rows))

    def views(self, rows: Sequence[FactRow]) -> list[FactView]:
        shown: list[FactView] = []
        for row in rows:
            opened = self._open(row)
            if opened is None:
                shown.append(FactView(row.id, None, "", False, row.added_ms, True))
                continue
            _, sealed = opened
            shown.append(
                FactView(row.id, sealed.kind, sealed.nickname, sealed.everyone, row.added_ms, False)
            )
        return shown

    def lost(self, rows: Sequence[FactRow]) -> int:
        return sum(self._open(row) is None for row in rows)

    def _sweep(self, rows: Sequence[FactRow]) -> None:
        """Removes keys whose facts are gone."""
        known = {row.id for row in rows}
        for path in self.folder.glob("f-*.key"):
            if path.stem not in known:
                path.unlink(missing_ok=True)

    # -- adding and removing -----------------------------------------------------------------

    def prepare(
        self,
        target: str,
        kind: FactKind,
        text: str,
        nickname: str,
        *,
        everyone: bool,
        known: Sequence[FactRow],
        at_ms: int,
    ) -> FactRow:
        """The sealed row of a new fact; its key is on the disk when this returns. `known`: the
        target's facts. FactRefusedError: why it cannot be taken."""
        forms = forms_of(kind, text, everyone=everyone)
        name = check_nickname(nickname, text)
        if len(known) >= MOST_FACTS:
            raise FactRefusedError(Refusal.TOO_MANY)
        channel = target.rpartition("/")[2]
        own = fold([channel, text])
        if "".join(filter(str.isalnum, own[0])) == "".join(filter(str.isalnum, own[1])):
            raise FactRefusedError(Refusal.PUBLIC_NAME)
        if known and _is_known(self.table(known), target, text):
            raise FactRefusedError(Refusal.KNOWN)
        site = self._site_key()
        id = f"f-{os.urandom(8).hex()}"
        key = _write_key(self.folder / f"{id}.key")
        entries = make_entries(site, key, forms)
        plain = msgspec.msgpack.encode(_Sealed(kind, name, everyone, entries))
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + AESGCM(key).encrypt(nonce, plain, _bound(id, target))
        return FactRow(id, target, sealed, at_ms)

    def forget(self, ids: Sequence[str]) -> None:
        """After the rows are gone: the keys too."""
        for id in ids:
            (self.folder / f"{id}.key").unlink(missing_ok=True)
        if self.folder.exists():
            _sync(self.folder)

    def _open(self, row: FactRow) -> tuple[bytes, _Sealed] | None:
        path = self.folder / f"{row.id}.key"
        try:
            key = path.read_bytes()
            plain = AESGCM(key).decrypt(
                row.sealed[:_NONCE_BYTES], row.sealed[_NONCE_BYTES:], _bound(row.id, row.target)
            )
            return key, msgspec.msgpack.decode(plain, type=_Sealed)
        except (FileNotFoundError, InvalidTag, ValueError):
            return None

    def _site_key(self, *, has_facts: bool = False) -> bytes:
        """Made when it is first needed; never a second time while there are keys of facts, which
        would protect nothing any more without anybody's seeing it."""
        path = self.folder / _SITE
        try:
            key = path.read_bytes()
        except FileNotFoundError:
            if has_facts or next(self.folder.glob("f-*.key"), None) is not None:
                raise StoreError(
                    "this key is lost, and protected facts depend on it",
                    where=str(path),
                    next_step="restore the folder keys/ from a backup",
                ) from None
            with suppress(FileExistsError):
                return _write_key(path)
            key = path.read_bytes()
        if len(key) != _KEY_BYTES:
            raise StoreError(
                f"the key has {len(key)} bytes instead of {_KEY_BYTES}",
                where=str(path),
                next_step="restore the folder keys/ from a backup",
            )
        return key

    # -- invitations -------------------------------------------------------------------------

    def invite(self, target: str, by: str, now_ms: int) -> str:
        """A code for the target alone, to be told once."""
        body = msgspec.msgpack.encode((target, by, now_ms + INVITATION_MS, os.urandom(12)))
        return urlsafe_b64encode(body + self._sign(body)).rstrip(b"=").decode()

    def read_invitation(self, code: str) -> Invitation | None:
        """None: not made here, or changed on the way. Whether it was used is the store's to say."""
        code = code.strip()
        try:
            data = urlsafe_b64decode(code + "=" * (-len(code) % 4))
        except (Base64Error, ValueError):
            return None
        body, mac = data[:-_KEY_BYTES], data[-_KEY_BYTES:]
        if not body or not hmac.compare_digest(mac, self._sign(body)):
            return None
        target, by, expires_ms, _ = msgspec.msgpack.decode(body, type=tuple[str, str, int, bytes])
        return Invitation(target, by, expires_ms, sha256(body).digest())

    def _sign(self, body: bytes) -> bytes:
        return hmac.digest(self._site_key(), b"rempart invitation\0" + body, sha256)


def version_of(rows: Sequence[FactRow]) -> str:
    """Names the facts in force, and tells nothing of them: a digest of sealed bytes."""
    digest = blake2b(digest_size=8, person=b"rempart facts")
    for row in sorted(rows):
        digest.update(row.id.encode() + sha256(row.sealed).digest())
    return digest.hexdigest() if rows else ""


def register(tables: Tables, row: FactRow, kind: FactKind, at_ms: int) -> None:
    """Inside a transaction of the engine: the row and the entry of the log."""
    if len(tables.facts.facts(row.target)) >= MOST_FACTS:
        raise FactRefusedError(Refusal.TOO_MANY)
    tables.facts.put_fact(row)
    _tell(tables, "added", [kind], at_ms)


def remove(
    tables: Tables, target: str, ids: Sequence[str], kinds: Sequence[FactKind], at_ms: int
) -> list[str]:
    """Those of the target's facts that there were."""
    own = {row.id for row in tables.facts.facts(target)}
    gone = [id for id in ids if id in own]
    if gone:
        tables.facts.drop_facts(gone)
        _tell(tables, "removed", kinds, at_ms)
    return gone


def _tell(tables: Tables, change: str, kinds: Sequence[FactKind], at_ms: int) -> None:
    rows = tables.facts.facts()
    told = {
        "at": rfc3339(at_ms),
        "change": change,
        "kinds": sorted(kind.value for kind in kinds),
        "count": len(rows),
        "version": version_of(rows),
    }
    tables.log.append([entry("protected-facts", told)])


def _is_known(table: FactTable, target: str, text: str) -> bool:
    platform, _, channel = target.rpartition("/")
    probe = Message("probe", platform, channel, at_time(0), Account("probe"), text)
    return bool(FactFinder(table).find([probe], fold([text])))


def _bound(id: str, target: str) -> bytes:
    return f"{id}\0{target}".encode("utf-8", "surrogatepass")


def _write_key(path: Path) -> bytes:
    """A new key, durably; FileExistsError when there is one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = os.urandom(_KEY_BYTES)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    _sync(path.parent)
    return key


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
