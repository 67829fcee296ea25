"""The file with the one-time login and the first ingest token, as long as nobody has signed in.

`<data>/first-login.txt`, mode 0600, created by `serve`. The login is good for one use within thirty
minutes; a restart before anyone has chosen a password writes a new one. The token stays valid.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from rempart.engine.embedded import EmbeddedEngine
from rempart.model.moments import at_time
from rempart.store.interface import Tables
from rempart.store.interface.access import TokenRow
from rempart.web.auth.gate import now_ms
from rempart.web.auth.secret import digest_of, new_id, new_secret, new_token

FILE_NAME = "first-login.txt"
LIFETIME_MS = 30 * 60 * 1000
_TOKEN_LINE = "ingest-token: "  # noqa: S105


class FirstLogin(NamedTuple):
    path: Path
    one_time: str
    token: str


def write_first_login(engine: EmbeddedEngine, data: Path, address: str) -> FirstLogin | None:
    """None when a person exists already: nothing is written, nothing is created."""
    path = data / FILE_NAME
    old_token = _token_in(path)
    now, one_time, token = now_ms(), new_secret(), new_token()

    def prepare(tables: Tables) -> str | None:
        if tables.access.people():
            return None
        tables.access.put_one_time(digest_of(one_time), now + LIFETIME_MS)
        known = tables.access.token(digest_of(old_token)) if old_token else None
        if old_token and known is not None and known.revoked_ms is None:
            return old_token
        tables.access.put_token(
            TokenRow(
                new_id("t"),
                digest_of(token),
                "first ingest token",
                ("ingest",),
                None,
                now,
                "serve",
                None,
            )
        )
        return token

    valid = engine.write(prepare).result()
    if valid is None:
        return None
    until = at_time(now + LIFETIME_MS)
    text = (
        f"address: {address}/login\n"
        f"one-time-login: {one_time}\n"
        f"valid-until: {until.isoformat(timespec='seconds')}\n"
        f"{_TOKEN_LINE}{valid}\n"
    )
    _write_private(path, text)
    return FirstLogin(path, one_time, valid)


def _write_private(path: Path, text: str) -> None:
    """Never readable by others, not even for a moment: made new under its mode, then moved."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)


def _token_in(path: Path) -> str | None:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return next(
        (line.removeprefix(_TOKEN_LINE) for line in lines if line.startswith(_TOKEN_LINE)), None
    )
