"""That nothing was removed between the first record and the last: `gaps.json`.

The claim is about positions. `parts` cut the whole log, from index 0 to the size of the checkpoint,
into runs of records (whose leaves are in records.jsonl) and runs of other entries, given as the
hashes of the fewest whole subtrees that cover them. Whoever puts the parts side by side gets the
root of the signed checkpoint, or something was removed, added or moved. So every index of the
window is a record shown here or an entry hidden under a hash, and their numbers are exact. What it
cannot say is whether a hidden entry should have been shown.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from typing import Any, NamedTuple

from rempart.disclose.dossier.records import runs
from rempart.log.merkle import SubtreeHash, covering_subtrees


class Window(NamedTuple):
    """`hidden`: entries between first and last that are not of the case."""

    first: int
    last: int
    hidden: int
    parts: list[dict[str, Any]]


def window_of(indexes: Sequence[int], size: int, mth: SubtreeHash) -> Window:
    """The parts around and between these indexes (at least one) in a log of `size` entries."""
    parts: list[dict[str, Any]] = []
    at = 0
    for start, end in runs(indexes):
        _hide(parts, at, start, mth)
        parts.append({"from": start, "to": end})
        at = end
    _hide(parts, at, size, mth)
    first, last = min(indexes), max(indexes)
    return Window(first, last, last - first + 1 - len(set(indexes)), parts)


def _hide(parts: list[dict[str, Any]], start: int, end: int, mth: SubtreeHash) -> None:
    if start < end:
        hashes = [b64encode(mth(*part)).decode() for part in covering_subtrees(start, end)]
        parts.append({"from": start, "to": end, "hashes": hashes})


def gaps_json(window: Window, size: int, records: int) -> bytes:
    """The file: one part per line, so that a person can follow it."""
    head = {
        "v": 1,
        "size": size,
        "first": window.first,
        "last": window.last,
        "records": records,
        "hidden": window.hidden,
    }
    lines = ",\n".join(json.dumps(part, separators=(",", ":")) for part in window.parts)
    return f'{json.dumps(head)[:-1]}, "parts": [\n{lines}\n]}}\n'.encode()
