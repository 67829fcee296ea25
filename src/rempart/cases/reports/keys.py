"""Keys of the reports: one for the hashes of receipts, one that seals contacts.

Two files of 32 random bytes in `<data>/keys` (folder 0700, files 0600). Rules:

1. A receipt is stored as HMAC-SHA-256 under `receipt.key` only. Whoever copies the database alone
   can neither open a status page nor test guesses.
2. A contact is stored as AES-256-GCM ciphertext under `contact.key`, bound to its report.
3. Names for reporters and digests of what they said are keyed as well: a database alone does not
   tell that two reports come from the same person it already knows.
"""

from __future__ import annotations

import hmac
import os
from hashlib import sha256
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rempart.errors import StoreError
from rempart.model import ReportContact

KEY_BYTES = 32
NONCE_BYTES = 12


class ReportKeys:
    """Holds both keys in memory; printing it shows neither."""

    def __init__(self, receipt_key: bytes, contact_key: bytes) -> None:
        for key in (receipt_key, contact_key):
            if len(key) != KEY_BYTES:
                raise StoreError(f"a key has {KEY_BYTES} bytes", where="keys")
        self._receipt = receipt_key
        self._contact = AESGCM(contact_key)

    @classmethod
    def load(cls, folder: Path, *, has_reports: bool = False) -> ReportKeys:
        """Reads the keys of a data folder's `keys`; makes them on first use.

        `has_reports`: reports were taken with these keys. A lost one is then named and never
        replaced: every receipt given out would answer "no such report" (StoreError).
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        paths = folder / "receipt.key", folder / "contact.key"
        for path in paths:
            if has_reports and not path.exists():
                raise StoreError(
                    "this key is lost, and reports depend on it",
                    where=str(path),
                    next_step="restore it from a backup",
                )
        return cls(*(read_key(path) for path in paths))

    def receipt_digest(self, entropy: bytes) -> bytes:
        return self._hash(b"receipt", entropy)

    def reporter_name(self, reporter: str) -> bytes:
        return self._hash(b"reporter", reporter.encode("utf-8", "surrogatepass"))[:16]

    def statement_mac(self, number: int) -> bytes:
        return self._hash(b"statement", number.to_bytes(8, "big"))[:16]

    def puid(self, measure: str) -> str:
        """Under which the Commission's database knows a restriction, for ever: the same after a
        backup was put back, and nothing in it leads back to anybody."""
        return self._hash(b"puid", measure.encode()).hex()[:40]

    def content_digest(self, content: bytes) -> bytes:
        return self._hash(b"content", content)[:16]

    def seal_contact(self, report: str, contact: ReportContact) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        plain = msgspec.json.encode(contact)
        return nonce + self._contact.encrypt(nonce, plain, report.encode())

    def open_contact(self, report: str, sealed: bytes) -> ReportContact:
        """For the act of unsealing only, which is an entry of the log of its own."""
        try:
            plain = self._contact.decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], report.encode()
            )
        except InvalidTag as error:
            raise StoreError("this contact was not sealed with this key", where=report) from error
        return msgspec.json.decode(plain, type=ReportContact)

    def _hash(self, purpose: bytes, data: bytes) -> bytes:
        return hmac.digest(self._receipt, purpose + b"\0" + data, sha256)


def read_key(path: Path) -> bytes:
    """The key in a file of its own; made on first use."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = path.read_bytes()
        if len(key) != KEY_BYTES:
            raise StoreError(
                f"the key has {len(key)} bytes instead of {KEY_BYTES}",
                where=str(path),
                next_step="restore it from a backup: receipts given out depend on it",
            ) from None
        return key
    key = os.urandom(KEY_BYTES)
    with os.fdopen(handle, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key
