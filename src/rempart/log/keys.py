"""The log's own key: made once, kept in `<data>/keys/log.key`, readable by its owner only.

Whoever has this key can sign a history of their own. The public half (`vkey`) is to be published
where a stranger finds it without asking this machine: the community's site, a witness, a lawyer.

With `witness.key`, beside it, checkpoints of other communities are cosigned.
"""

from __future__ import annotations

import os
import stat
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rempart.errors import InputError
from rempart.log.note import COSIGNER, PublicKey, Signer, is_key_name

KEYS_FOLDER = "keys"
KEY_FILE = "log.key"
PUBLIC_FILE = "log.vkey"
WITNESS_FILE = "witness.key"
WITNESS_PUBLIC_FILE = "witness.vkey"
DEFAULT_ORIGIN = "rempart.local/"


def load_signer(data: Path, origin: str | None = None, *, has_entries: bool = False) -> Signer:
    """The signer of the log in this data folder, made on first use.

    `origin` names a new log, best as `your.domain/log` (C2SP wants a URL without scheme); without
    it the name is drawn from the key. The name of a log never changes.

    `has_entries`: there is a log already. Its lost key is never replaced by a new one, which would
    speak for another log: InputError.
    """
    path = data / KEYS_FOLDER / KEY_FILE
    if not path.exists():
        if has_entries or path.with_name(PUBLIC_FILE).exists():
            raise InputError(
                "the key of this log is gone, and a new one would be another log",
                where=str(path),
                next_step="put the folder keys/ back from its backup, or start a new data folder",
            )
        _create(path, _new_signer(origin), PUBLIC_FILE)
    signer = read_signer(data)
    if origin is not None and origin != signer.name:
        raise InputError(
            f"this log is named {signer.name}, not {origin}",
            where=str(path),
            next_step="a log keeps its name; remove the setting, or start a new data folder",
        )
    return signer


def read_signer(data: Path) -> Signer:
    """The signer of an existing log; InputError when there is none or others can read its key."""
    return _read(data / KEYS_FOLDER / KEY_FILE)


def _read(path: Path) -> Signer:
    try:
        mode = path.stat().st_mode
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise InputError(
            "there is no key of a log here",
            where=str(path),
            next_step="name the folder of the service with --data; a lost key is in your backup",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"no readable log key: {error}", where=str(path)) from error
    if stat.S_IMODE(mode) & 0o077:
        raise InputError(
            "others can read the key of the log", where=str(path), next_step=f"chmod 600 {path}"
        )
    return Signer.parse(text)


def load_witness(data: Path, log: str) -> Signer:
    """The key that cosigns checkpoints of others, made on first use; named after our `log`."""
    path = data / KEYS_FOLDER / WITNESS_FILE
    if not path.exists():
        fresh = Signer(f"{log}/witness", Ed25519PrivateKey.generate(), COSIGNER)
        _create(path, fresh, WITNESS_PUBLIC_FILE)
    return _read(path)


def read_witness(data: Path) -> PublicKey:
    """The public key with which we cosign; InputError when no service has run here yet."""
    path = data / KEYS_FOLDER / WITNESS_PUBLIC_FILE
    if not path.exists():
        raise InputError(
            "there is no key of a witness here yet",
            where=str(path),
            next_step="rempart serve makes it at its next start",
        )
    return PublicKey.parse(path.read_text("utf-8"), COSIGNER)


def read_public(data: Path) -> PublicKey:
    """The public key of the log in this data folder."""
    path = data / KEYS_FOLDER / PUBLIC_FILE
    if path.exists():
        return PublicKey.parse(path.read_text("utf-8"))
    return read_signer(data).public


def _new_signer(origin: str | None) -> Signer:
    private = Ed25519PrivateKey.generate()
    if origin is None:
        public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        origin = DEFAULT_ORIGIN + sha256(public).hexdigest()[:16]
    if not is_key_name(origin):
        raise InputError(
            "the name of a log has no space, no + and no control characters", where=repr(origin)
        )
    return Signer(origin, private)


def _create(path: Path, signer: Signer, public: str) -> None:
    """Both files durably; never over an existing key, whoever was first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    try:
        write_new(path, signer.skey + "\n", 0o600)
    except FileExistsError:
        return
    write_new(path.with_name(public), signer.public.vkey + "\n", 0o644)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """What was made in this folder is there after a power cut too."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_new(path: Path, text: str, mode: int) -> None:
    """A file that was not there, durably; FileExistsError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
