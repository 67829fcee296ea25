"""Files that a command writes for one reader: what stands in them is about people (mode 0600)."""

from __future__ import annotations

import os
from pathlib import Path


def write_private(path: Path, data: bytes) -> None:
    """Written whole, for its owner only, also where a file of this name was open to others."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "wb") as out:
        os.fchmod(file, 0o600)
        out.write(data)
