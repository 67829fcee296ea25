"""A dossier before it is packed: what it is about, whose copy it is, its files, what they say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from rempart.disclose.dossier.items import Item
from rempart.disclose.dossier.presets import Preset
from rempart.disclose.dossier.redaction import Redacted
from rempart.log.note import Signer


class Subject(NamedTuple):
    """What a dossier is about. `made_for`: to whom it was given, on every copy; empty when that is
    whoever exports."""

    id: str
    kind: str
    platform: str
    channel: str
    target: str
    opened_at: datetime
    made_for: str = ""


class Copy(NamedTuple):
    """Whose copy this is: in the manifest, and on each page of a document. `capacity`: of what the
    recipient asks (`cases.evidence.exports`); `mandate`: how it was proven; `approved_by`: the
    second person who agreed, empty if nobody did; `until`: to be fetched until then (RFC 3339)."""

    number: str = ""
    recipient: str = ""
    capacity: str = ""
    mandate: str = ""
    approved_by: str = ""
    until: str = ""


NOBODY = Copy()


class Contents(NamedTuple):
    """A dossier before it is packed: its files by name, checked, and what they say. `about` is what
    the manifest says of the whole; `signer`: the log's, who signs the document too."""

    files: dict[str, bytes]
    items: tuple[Item, ...]
    about: Mapping[str, Any]
    preset: Preset
    signer: Signer
    redacted: Redacted
