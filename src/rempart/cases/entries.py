"""Writing entries about cases: sealed, appended, and kept with the case for its dossier.

Everything that happens in this room goes through `record`, inside the caller's transaction, so that
a decision, its answers and their entries are there together or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rempart.log.commit import SealedEntry, seal, strict_json
from rempart.log.subjects import NOBODY, RECORDS
from rempart.model.moments import at_time, rfc3339
from rempart.store.interface import Tables

__all__ = ["at_time", "clean", "disclosed", "disclosed_in", "entry", "record", "rfc3339"]


def clean(text: str) -> str:
    """Half a surrogate pair has no bytes: it becomes U+FFFD, as in messages."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def entry(
    name: str,
    value: Mapping[str, Any],
    *more: tuple[str, Mapping[str, Any]],
    subject: str = NOBODY,
    bucket: str = RECORDS,
) -> SealedEntry:
    """One sealed entry; `"v": 1` is added, keys without a value are left out. `subject`: whom it is
    about; `bucket`: what it expires with (see `log.subjects`)."""
    parts = ((part, _value(content)) for part, content in more)
    return seal(name, _value(value), *parts, subject=subject, bucket=bucket)


def record(tables: Tables, entries: Sequence[tuple[str | None, SealedEntry]]) -> int:
    """Appends the entries in order, each kept with its case; returns the sequence of the first."""
    first = tables.log.append([sealed for _, sealed in entries])
    tables.cases.add_entries(
        [(case, first + place) for place, (case, _) in enumerate(entries) if case is not None]
    )
    return first


def disclosed(tables: Tables, seq: int, name: str) -> dict[str, Any]:
    """What an entry says under this name; empty when it was erased, or says no such thing."""
    return disclosed_in(tables.log.bodies(seq), name)


def disclosed_in(bodies: Sequence[bytes], name: str) -> dict[str, Any]:
    """The same of bodies that were read already."""
    for body in bodies:
        _, found, value = strict_json(body)
        if found == name:
            return dict(value)
    return {}


def _value(value: Mapping[str, Any]) -> dict[str, Any]:
    return {"v": 1, **{key: _clean(part) for key, part in value.items() if part is not None}}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else clean(value)
    if isinstance(value, Mapping):
        return {key: _clean(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(part) for part in value]
    return value
