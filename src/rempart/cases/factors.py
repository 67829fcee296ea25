"""Second factors: a code from an app (RFC 6238), a passkey (WebAuthn), recovery codes.

Rules kept here:

1. The app's secret is stored encrypted, under a key beside the store; recovery codes as SHA-256
   (they carry 80 bits); of a passkey the public key alone.
2. A code counts once: the step it belongs to must be later than the last one taken. A clock may be
   one step (30 s) off in either direction.
3. A passkey whose counter did not grow is a copy: it is refused, and that is an entry of the log.
4. Where a role demands a second factor, the last one is not removed.
"""

from __future__ import annotations

import base64
import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from rempart.cases.people import needs_second_factor, note_person, person_of
from rempart.cases.reports.keys import NONCE_BYTES, read_key
from rempart.errors import AccessError, ConflictError, NotFoundError, StoreError
from rempart.store.interface import Tables
from rempart.store.interface.factors import PasskeyRow, TotpRow

STEP_SECONDS = 30
DIGITS = 6
SKEW = (0, -1, 1)
SECRET_BYTES = 20
RECOVERY_CODES = 10
MOST_PASSKEYS = 20
MAX_NAME = 60


class FactorKeys:
    """Seals the apps' secrets. `<data>/keys/factors.key`, 32 random bytes, mode 0600."""

    def __init__(self, key: bytes) -> None:
        self._box = AESGCM(key)

    @classmethod
    def load(cls, folder: Path, *, has_secrets: bool = False) -> FactorKeys:
        """StoreError when the key is lost and secrets depend on it."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / "factors.key"
        if has_secrets and not path.exists():
            raise StoreError(
                "this key is lost, and second factors depend on it",
                where=str(path),
                next_step="restore it from a backup",
            )
        return cls(read_key(path))

    def seal(self, person: str, secret: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._box.encrypt(nonce, secret, person.encode())

    def open(self, person: str, sealed: bytes) -> bytes:
        try:
            return self._box.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], person.encode())
        except InvalidTag as error:
            raise StoreError("this secret was not sealed with this key", where=person) from error


def new_totp_secret() -> bytes:
    return os.urandom(SECRET_BYTES)


def secret_text(secret: bytes) -> str:
    """As it is typed into an app: groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def totp_address(secret: bytes, name: str, issuer: str) -> str:
    """What the QR code says."""
    label = f"{quote(issuer, safe='')}:{quote(name, safe='')}"
    text = base64.b32encode(secret).decode()
    return (
        f"otpauth://totp/{label}?secret={text}&issuer={quote(issuer, safe='')}"
        f"&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}"
    )


def code_at(secret: bytes, step: int) -> str:
    """The code of one step (RFC 6238 §4.2), the step being the time in seconds over 30."""
    made = TOTP(secret, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303 - what apps speak
    return made.generate(step * STEP_SECONDS).decode()


def step_of(secret: bytes, code: str, at_ms: int) -> int | None:
    """The step a code belongs to; None when it is wrong or too far off."""
    code = "".join(code.split())
    now = at_ms // 1000 // STEP_SECONDS
    found = None
    for skew in SKEW:
        right = hmac.compare_digest(code_at(secret, now + skew).encode(), code.encode())
        if right and found is None:
            found = now + skew
    return found


def set_totp(
    tables: Tables, keys: FactorKeys, person: str, secret: bytes, code: str, at_ms: int
) -> None:
    """An app is taken into use by its first code, which is thereby used up."""
    step = step_of(secret, code, at_ms)
    if step is None:
        raise AccessError("this code is not right", where="code")
    tables.factors.put_totp(TotpRow(person, keys.seal(person, secret), step, at_ms))
    note_person(tables, person, "app set up", person, at_ms)


def check_totp(tables: Tables, keys: FactorKeys, person: str, code: str, at_ms: int) -> bool:
    """Whether the code is right and was not used before; it is used up by this."""
    row = tables.factors.totp(person)
    if row is None:
        return False
    step = step_of(keys.open(person, row.sealed), code, at_ms)
    return step is not None and tables.factors.take_step(person, step)


def new_recovery_codes() -> list[str]:
    return [_grouped(secrets.token_bytes(10)) for _ in range(RECOVERY_CODES)]


def set_recovery(tables: Tables, person: str, codes: list[str], at_ms: int) -> None:
    tables.factors.put_recovery(person, [_recovery_digest(code) for code in codes])
    note_person(tables, person, "recovery codes made", person, at_ms, count=len(codes))


def check_recovery(tables: Tables, person: str, code: str, at_ms: int) -> bool:
    """Whether the code is one of hers; it is used up by this, and the log says so."""
    if not tables.factors.use_recovery(person, _recovery_digest(code)):
        return False
    left = tables.factors.recovery_left(person)
    note_person(tables, person, "recovery code used", person, at_ms, left=left)
    return True


def add_passkey(tables: Tables, row: PasskeyRow) -> None:
    if len(tables.factors.passkeys(row.person)) >= MOST_PASSKEYS:
        raise ConflictError("no more passkeys", next_step="remove one first")
    tables.factors.put_passkey(row)
    note_person(tables, row.person, "passkey added", row.person, row.created_ms)


def use_passkey(tables: Tables, id: bytes, uses: int, at_ms: int) -> bool:
    """False when the counter did not grow: somebody has a copy of it."""
    row = tables.factors.passkey(id)
    if row is None:
        return False
    if (uses or row.uses) and uses <= row.uses:
        note_person(tables, row.person, "passkey refused", row.person, at_ms, reason="counter")
        return False
    tables.factors.use_passkey(id, uses, at_ms)
    return True


def remove_factor(tables: Tables, person: str, passkey: bytes | None, at_ms: int) -> None:
    """A passkey, or the app when `passkey` is None."""
    removed = (
        tables.factors.remove_totp(person)
        if passkey is None
        else tables.factors.remove_passkey(person, passkey)
    )
    if not removed:
        raise NotFoundError("there is no such second factor of yours")
    if not tables.factors.has(person):
        if needs_second_factor(tables, person_of(tables, person)):
            raise ConflictError(
                "your role demands a second factor", next_step="add another one first"
            )
        tables.factors.put_recovery(person, [])
    what = "app removed" if passkey is None else "passkey removed"
    note_person(tables, person, what, person, at_ms)


def _grouped(data: bytes) -> str:
    text = base64.b32encode(data).decode().lower()
    return "-".join(text[place : place + 4] for place in range(0, len(text), 4))


def _recovery_digest(code: str) -> bytes:
    plain = "".join(character for character in code.lower() if character.isalnum())
    return sha256(b"rempart recovery\x00" + plain.encode()).digest()
