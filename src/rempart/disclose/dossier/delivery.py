"""How a dossier leaves: as zips or as signed documents, one or several volumes, perhaps encrypted.

Rules kept here: a volume of a document holds 2,000 messages, one of a zip 20,000, so that any case
can leave, however large; what is encrypted is encrypted to the recipient's own age key (X25519), or
under a passphrase (scrypt) for who has none: never both, as age wants it. Nothing of it is written
unencrypted beside, the passphrase is written nowhere at all, and the hash that stands in the log is
that of the file as it was handed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final, NamedTuple

from rempart.disclose.dossier.archive import pack
from rempart.disclose.dossier.contents import Contents
from rempart.errors import InputError, MissingExtraError

MOST_RECIPIENTS: Final = 10
SHORTEST_PASSPHRASE: Final = 20
LONGEST_PASSPHRASE: Final = 200
LEAST_DIFFERENT: Final = 8


class Form(StrEnum):
    ZIP = "zip"
    PDF = "pdf"

    @property
    def most_messages(self) -> int:
        """Of one volume."""
        return 2_000 if self is Form.PDF else 20_000


class Delivered(NamedTuple):
    """One file, ready to be handed over. `name`: its ending, `.pdf`, `-2.pdf`, `.zip.age` …"""

    volume: int
    volumes: int
    name: str
    data: bytes
    sha256: str


def deliver(
    volumes: Sequence[Contents],
    form: Form,
    setting: Any = None,
    recipients: Sequence[str] = (),
    passphrase: str = "",
) -> Iterator[Delivered]:
    """The files of these volumes. `setting`: a `document.make.Setting`, for documents;
    `recipients`: age keys, `age1…`. InputError for a key that is none, or a missing extra."""
    keys = age_keys(recipients)
    for number, made in enumerate(_made(volumes, form, setting), 1):
        data = encrypted(made, keys) if keys else made
        if passphrase and not keys:
            data = locked(made, passphrase)
        ending = f"-{number}" if number > 1 else ""
        name = f"{ending}.{form}" + (".age" if keys or passphrase else "")
        yield Delivered(number, len(volumes), name, data, sha256(data).hexdigest())


def _made(volumes: Sequence[Contents], form: Form, setting: Any) -> Iterator[bytes]:
    if form is Form.ZIP:
        for contents in volumes:
            yield pack(contents.files)
        return
    from rempart.disclose.dossier.document.make import make

    for made in make(volumes, setting):
        yield made.document


def age_keys(recipients: Sequence[str]) -> list[Any]:
    """The keys of these recipients, checked."""
    if not recipients:
        return []
    if len(recipients) > MOST_RECIPIENTS:
        raise InputError(f"at most {MOST_RECIPIENTS} keys", where="age")
    pyrage = _library()
    try:
        return [pyrage.x25519.Recipient.from_str(one.strip()) for one in recipients]
    except pyrage.RecipientError as error:
        raise InputError(
            "this is no public key of age",
            where="age",
            next_step="it begins with age1; age-keygen prints it. Never ask for a secret key",
        ) from error


def check_passphrase(passphrase: str) -> None:
    """InputError when somebody who has the file could guess it."""
    different = len(set(passphrase.casefold()))
    if len(passphrase) < SHORTEST_PASSPHRASE or different < LEAST_DIFFERENT:
        raise InputError(
            f"this passphrase can be guessed: it needs {SHORTEST_PASSPHRASE} characters,"
            f" {LEAST_DIFFERENT} of them different",
            where="passphrase",
            next_step="five words drawn by lot; tell it by telephone, never with the file",
        )
    if len(passphrase) > LONGEST_PASSPHRASE or not passphrase.isprintable():
        raise InputError("this cannot be a passphrase", where="passphrase")


def locked(data: bytes, passphrase: str) -> bytes:
    """Encrypted under a passphrase: `age --decrypt` asks for it. InputError: too weak."""
    check_passphrase(passphrase)
    made: bytes = _library().passphrase.encrypt(data, passphrase)
    return made


def encrypted(data: bytes, keys: Sequence[Any]) -> bytes:
    made: bytes = _library().encrypt(data, list(keys))
    return made


def _library() -> Any:
    try:
        import pyrage
    except ImportError as error:
        raise MissingExtraError("encryption", "age") from error
    return pyrage
