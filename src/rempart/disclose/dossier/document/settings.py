"""The section `[documents]` of `settings.toml`, and the seal it names.

```toml
[documents]
timezone = "Europe/Paris"          # of the local times beside UTC
pkcs12 = "keys/our-seal.p12"       # the operator's own seal; without it one is made in keys/
passphrase_file = "keys/seal.pass" # of the PKCS#12 file, mode 0600
```
"""

from __future__ import annotations

import stat
from datetime import datetime
from pathlib import Path

import msgspec

from rempart.disclose.dossier.document.seal import Seal, load_seal, own_seal
from rempart.errors import InputError

KEYS_FOLDER = "keys"


class DocumentSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    timezone: str = "Europe/Paris"
    pkcs12: str | None = None
    passphrase_file: str | None = None


def seal_of(data: Path, settings: DocumentSettings, log_name: str, now: datetime) -> Seal:
    """The seal that signs documents of this data folder. Paths are relative to it."""
    return own_seal_of(data, settings) or load_seal(data / KEYS_FOLDER, log_name, now)


def own_seal_of(data: Path, settings: DocumentSettings) -> Seal | None:
    """The operator's own, when the settings name one."""
    if settings.pkcs12 is None:
        return None
    path = data / settings.pkcs12
    passphrase = None
    if settings.passphrase_file is not None:
        passphrase = _passphrase(data / settings.passphrase_file)
    return own_seal(path, passphrase)


def _passphrase(path: Path) -> bytes:
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise InputError(
                "others can read this passphrase", where=str(path), next_step=f"chmod 600 {path}"
            )
        return path.read_bytes().strip()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from error
