"""Marks of what stands in `settings.toml`: the same as long as a setting is, telling nothing of it.

A mark is keyed with the log's secret key, so that a short secret among the settings cannot be tried
out by whoever reads the store. Named are the section and what stands in it, not what lies deeper.
"""

from __future__ import annotations

import json
from hashlib import sha256
from hmac import digest
from pathlib import Path

from rempart.engine.settings import read_document
from rempart.errors import InputError
from rempart.log.note import Signer


def marks_of(folder: Path, signer: Signer) -> dict[str, str] | None:
    """By `section.name`; None when the settings came from no file, or it cannot be read now."""
    if folder == Path():
        return None
    try:
        document = read_document(folder)
    except InputError:
        return None
    key = sha256(b"settings\n" + signer.skey.encode()).digest()
    found: dict[str, str] = {}
    for section, inner in document.items():
        parts = inner if isinstance(inner, dict) and inner else {"": inner}
        for name, value in parts.items():
            content = json.dumps([section, name, value], sort_keys=True, default=str)
            mark = digest(key, content.encode(), "sha256").hex()[:32]
            found[f"{section}.{name}" if name else section] = mark
    return found
