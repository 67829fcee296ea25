"""What a connector must not forget over a restart: a small JSON object in a private file.

Written whole and atomically before the change it describes has an effect elsewhere. What it holds
can be lost without harm to the evidence: it is no entry of the log, only how a platform was before
a measure, and tokens that were renewed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec

from rempart.errors import InputError

FOLDER = "connectors"


class Kept:
    """Values by key. Not for several processes at once: the data folder has one service."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            values = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        except FileNotFoundError:
            values = {}
        except (OSError, msgspec.MsgspecError) as error:
            raise InputError(
                f"what the connector kept cannot be read: {error}",
                where=str(path),
                next_step="restore it, or remove it: tokens are then made anew from the settings",
            ) from error
        self._values = values

    @classmethod
    def of(cls, data: Path, name: str) -> Kept:
        return cls(data / FOLDER / f"{name}.json")

    def get(self, key: str) -> Any:
        return self._values.get(key)

    def put(self, key: str, value: Any) -> None:
        if self._values.get(key) != value:
            self._values[key] = value
            self._write()

    def drop(self, key: str) -> None:
        if self._values.pop(key, None) is not None:
            self._write()

    def _write(self) -> None:
        folder = self._path.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = self._path.with_suffix(".new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(self._values))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
