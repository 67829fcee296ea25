"""Secrets: written into the settings, or (better) alone in a file that only Rempart may read."""

from __future__ import annotations

import stat
from pathlib import Path

from rempart.errors import InputError

MAX_SECRET = 10_000


def read_secret(path: Path, what: str = "the key") -> str:
    """One line of printable ASCII. InputError when the file cannot be read, is empty, or is open to
    others."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_SECRET)
            mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        raise InputError(f"{what} cannot be read: {error.strerror}", where=str(path)) from error
    if mode & 0o077:
        raise InputError(
            f"others on this machine can read {what}",
            where=str(path),
            next_step=f"chmod 600 {path}",
        )
    secret = raw.decode("utf-8", "replace").strip()
    if not secret or not secret.isascii() or not secret.isprintable():
        raise InputError(
            f"{what} is not in it", where=str(path), next_step="one line, nothing else"
        )
    return secret


def secret_of(value: str, file: str, data: Path, what: str) -> str:
    """The secret as written, or from its file (relative to the data folder); empty: none given."""
    return read_secret(data / file, what) if file else value


def check_secret(value: str, file: str, name: str, where: str, *, needed: bool = True) -> None:
    """InputError when both are given, or none although it is needed."""
    if value and file:
        raise InputError(
            f"both {name} and {name}_file are given", where=where, next_step="keep one"
        )
    if needed and not value and not file:
        raise InputError(
            f"{name} is missing",
            where=where,
            next_step=f'write it into a file of its own and name that: {name}_file = "keys/…"',
        )
