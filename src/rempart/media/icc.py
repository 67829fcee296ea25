"""Colour profiles: kept, without what names a screen, a person or a day.

A profile decides how colours are shown, so it stays; but screens write their name and serial number
into it, and tools a date. Only the tags that colours are computed from are copied; texts, dates and
makers are replaced by nothing. Source: ICC.1:2022 (v4) and ICC.1:2001-04 (v2).
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from rempart.media.finding import Finding, Kind, shown

_COLOUR_TAGS: Final = frozenset(
    tag.encode()
    for tag in (
        *(f"{kind}{number}" for kind in ("A2B", "B2A", "D2B", "B2D") for number in range(4)),
        *("rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC", "kTRC"),
        *("wtpt", "bkpt", "chad", "gamt", "cicp"),
    )
)
_TELLING: Final = frozenset((b"mmod", b"dmnd", b"dmdd", b"meta", b"vcgt", b"ndin", b"MS00"))
_EVERYBODYS: Final = (
    *("srgb", "sgry", "display p3", "adobe rgb", "prophoto", "gray", "grey", "dot gain"),
    *("rec", "dci", "generic", "c2", "gimp built-in", "colours"),
)
_MOST_TAGS: Final = 100
_DATE: Final = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)


class _Tag(NamedTuple):
    name: bytes
    start: int
    size: int


def cleaned(profile: bytes) -> bytes | None:
    """The same colours, nothing else; None when it is no profile. Idempotent."""
    tags = _tags(profile)
    if tags is None:
        return None
    header = bytearray(profile[:128])
    header[4:8] = header[40:44] = header[48:52] = header[52:56] = header[80:84] = bytes(4)
    header[24:36] = _DATE
    header[84:128] = bytes(44)
    modern = profile[8] >= 4
    blobs = [(b"desc", _text(modern, description=True)), (b"cprt", _text(modern))]
    blobs += [
        (tag.name, profile[tag.start : tag.start + tag.size])
        for tag in sorted(tags)
        if tag.name in _COLOUR_TAGS
    ]
    table, body = bytearray(), bytearray()
    begin = 128 + 4 + 12 * len(blobs)
    placed: dict[bytes, int] = {}
    for name, blob in blobs:
        if blob not in placed:
            body += bytes(-len(body) % 4)
            placed[blob] = begin + len(body)
            body += blob
        table += name + struct.pack(">II", placed[blob], len(blob))
    body += bytes(-len(body) % 4)
    header[0:4] = struct.pack(">I", begin + len(body))
    return bytes(header) + struct.pack(">I", len(blobs)) + bytes(table) + bytes(body)


def read_profile(profile: bytes) -> list[Finding]:
    """Whether it says more than colours: a screen, its maker or its settings."""
    tags = _tags(profile)
    if tags is None:
        return [Finding(Kind.UNKNOWN, "ICC")]
    name = next((_name(profile, tag) for tag in tags if tag.name == b"desc"), "")
    telling = any(tag.name in _TELLING for tag in tags)
    if telling or (name and not name.lower().startswith(_EVERYBODYS)):
        return [Finding(Kind.PROFILE, "ICC", name)]
    return []


def _tags(profile: bytes) -> list[_Tag] | None:
    if len(profile) < 132 or profile[36:40] != b"acsp":
        return None
    count = struct.unpack_from(">I", profile, 128)[0]
    if count > _MOST_TAGS or 132 + 12 * count > len(profile):
        return None
    tags = [_Tag(*struct.unpack_from(">4sII", profile, 132 + 12 * place)) for place in range(count)]
    if any(tag.start + tag.size > len(profile) for tag in tags):
        return None
    # Tags may share their data, and then wholly; ones that overlap would grow when copied.
    if sum(size for _, size in {(tag.start, tag.size) for tag in tags}) > len(profile):
        return None
    return tags


def _text(modern: bool, *, description: bool = False) -> bytes:
    """A text of the needed form that says `colours`."""
    text = "colours" if description else "none"
    if modern:
        wide = text.encode("utf-16-be")
        return b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(wide), 28) + wide
    plain = text.encode() + b"\0"
    if not description:
        return b"text\0\0\0\0" + plain
    return b"desc\0\0\0\0" + struct.pack(">I", len(plain)) + plain + bytes(4 + 4 + 2 + 1 + 67)


def _name(profile: bytes, tag: _Tag) -> str:
    raw = profile[tag.start : tag.start + min(tag.size, 4096)]
    if raw[:4] == b"mluc" and len(raw) >= 28:
        length, start = struct.unpack_from(">II", raw, 20)
        return shown(raw[start : start + length].decode("utf-16-be", "replace"))
    if raw[:4] == b"desc" and len(raw) >= 12:
        length = struct.unpack_from(">I", raw, 8)[0]
        return shown(raw[12 : 12 + min(length, 500)].decode("latin-1").rstrip("\0"))
    return ""
