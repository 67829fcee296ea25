"""Captured pages of a case as files of its dossier: `web/ID.warc.gz` (the picture is in it) and
`web/ID.json`, the points of the capture.

A page says what others wrote and who they are: only who has to see everything gets it (the presets
`court`, `lawyer`, `police`). A file that is not what the log says it is leaves in no dossier.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Final

from rempart.cases.evidence.captures import captures_of, key_of
from rempart.errors import LogError
from rempart.store.interface import Tables
from rempart.store.interface.captures import TAKEN
from rempart.store.sealed_files import SealedFiles

FOLDER: Final = "captures"
WITH_PAGES: Final = frozenset({"court", "lawyer", "police"})
MOST_BYTES: Final = 60 * 1024 * 1024


def web_files(tables: Tables, case: str, preset: str, files: SealedFiles) -> dict[str, bytes]:
    """Names and contents, for `volumes_of`. LogError when a file was changed. What is more
    than `MOST_BYTES` together stays behind; its points and its hash are there all the same."""
    if preset not in WITH_PAGES:
        return {}
    found: dict[str, bytes] = {}
    left = MOST_BYTES
    for capture in captures_of(tables, case):
        key = key_of(tables, capture.id)
        if capture.state != TAKEN or key is None:
            continue
        told = {
            "id": capture.id,
            "url": capture.url,
            "reason": capture.reason,
            "warc_sha256": capture.sha256,
            "record": capture.record,
        }
        points = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True)
        found[f"web/{capture.id}.json"] = points.encode() + b"\n"
        warc = files.get(capture.id, key)
        if sha256(warc).hexdigest() != capture.sha256:
            raise LogError("a captured page is not what the log says of it", where=capture.id)
        if len(warc) <= left:
            left -= len(warc)
            found[f"web/{capture.id}.warc.gz"] = warc
    return found
