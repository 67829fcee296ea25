"""EXIF (TIFF inside): what it gives away, read with bounds.

Rules of this module:

1. Any bytes may come: what cannot be read is left out, nothing raises, nothing loops. At most 32
   directories of 512 entries, each visited once.
2. Values are read, never trusted: a length that points outside the block is no value.

Sources: TIFF 6.0, Exif 3.0 (CIPA DC-008), MPF (CIPA DC-007).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from rempart.media.finding import Finding, Kind, Place, shown

MAX_DIRECTORIES: Final = 32
MAX_ENTRIES: Final = 512
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 129: 1}
_MAX_VALUE: Final = 4096

ORIENTATION: Final = 0x0112
_EXIF, _GPS, _INTEROP = 0x8769, 0x8825, 0xA005
_THUMBNAIL: Final = 0x0201
_MAKER_NOTE: Final = 0x927C
_POINTERS: Final = {_EXIF: "exif", _GPS: "gps", _INTEROP: "interop", 0x014A: "sub"}

_TAGS: Final[dict[int, Kind]] = {
    0x010F: Kind.DEVICE,  # Make
    0x0110: Kind.DEVICE,  # Model
    0xC614: Kind.DEVICE,  # UniqueCameraModel
    0xA433: Kind.DEVICE,  # LensMake
    0xA434: Kind.DEVICE,  # LensModel
    0x013C: Kind.DEVICE,  # HostComputer
    0xA431: Kind.SERIAL,  # BodySerialNumber
    0xA435: Kind.SERIAL,  # LensSerialNumber
    0xC62F: Kind.SERIAL,  # CameraSerialNumber
    0xA420: Kind.SERIAL,  # ImageUniqueID
    0xA430: Kind.PERSON,  # CameraOwnerName
    0x013B: Kind.PERSON,  # Artist
    0x8298: Kind.PERSON,  # Copyright
    0x9C9D: Kind.PERSON,  # XPAuthor
    0xA437: Kind.PERSON,  # Photographer
    0xA438: Kind.PERSON,  # ImageEditor
    0x0132: Kind.TIME,  # DateTime
    0x9003: Kind.TIME,  # DateTimeOriginal
    0x9004: Kind.TIME,  # DateTimeDigitized
    0x010E: Kind.TEXT,  # ImageDescription
    0xA436: Kind.TEXT,  # ImageTitle
    0x9286: Kind.TEXT,  # UserComment
    0x9C9B: Kind.TEXT,  # XPTitle
    0x9C9C: Kind.TEXT,  # XPComment
    0x9C9E: Kind.TEXT,  # XPKeywords
    0x9C9F: Kind.TEXT,  # XPSubject
    0x0131: Kind.SOFTWARE,
    0xA439: Kind.SOFTWARE,  # CameraFirmware
    0xA43A: Kind.SOFTWARE,  # RAWDevelopingSoftware
    0xA43B: Kind.SOFTWARE,  # ImageEditingSoftware
}
_WIDE_TEXT: Final = frozenset({0x9C9B, 0x9C9C, 0x9C9D, 0x9C9E, 0x9C9F})


class Exif(NamedTuple):
    """What an EXIF block says. `orientation` 1–8, 1 when it says none."""

    orientation: int
    findings: tuple[Finding, ...]
    place: Place | None


class _Entry(NamedTuple):
    directory: str
    tag: int
    kind: int
    length: int
    raw: bytes


def orientation_block(orientation: int) -> bytes:
    """A whole EXIF block (TIFF) that says the orientation and nothing else."""
    return b"II*\0\x08\0\0\0" + struct.pack("<HHHIHHI", 1, ORIENTATION, 3, 1, orientation, 0, 0)


def read_exif(block: bytes, where: str = "EXIF") -> Exif:
    """`block`: TIFF, with or without `Exif\\0\\0` before it."""
    if block.startswith(b"Exif\0"):
        block = block[6:]
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None:
        return Exif(1, (Finding(Kind.UNKNOWN, where),) if block.strip(b"\0") else (), None)
    orientation = 1
    findings: list[Finding] = []
    gps: dict[int, _Entry] = {}
    maker = 0
    anything = 0
    for entry in _entries(block, order):
        anything += entry.tag != ORIENTATION
        if entry.directory == "gps":
            gps[entry.tag] = entry
        elif entry.tag == ORIENTATION and entry.directory == "main":
            orientation = _whole(entry, order) or 1
        elif entry.tag == _MAKER_NOTE:
            maker = entry.length
        elif entry.tag == _THUMBNAIL and entry.directory in ("thumbnail", "main"):
            findings.append(Finding(Kind.PREVIEW, where))
        elif (kind := _TAGS.get(entry.tag)) is not None and (text := _text(entry)):
            findings.append(Finding(kind, where, text))
    if maker:
        findings.append(Finding(Kind.MAKER, where, f"{maker} B"))
    place = _place(gps, order)
    findings += _of_gps(gps, place, order, where)
    if not findings and anything:
        findings.append(Finding(Kind.UNKNOWN, where))
    return Exif(orientation if 1 <= orientation <= 8 else 1, tuple(findings), place)


def _entries(block: bytes, order: str) -> Iterator[_Entry]:
    """All entries of all directories, each directory once."""
    waiting = [("main", _long(block, 4, order))]
    seen: set[int] = set()
    while waiting and len(seen) < MAX_DIRECTORIES:
        name, offset = waiting.pop(0)
        if offset is None or offset < 8 or offset in seen or offset + 2 > len(block):
            continue
        seen.add(offset)
        count = struct.unpack_from(order + "H", block, offset)[0]
        for place in range(min(count, MAX_ENTRIES)):
            at = offset + 2 + 12 * place
            if at + 12 > len(block):
                break
            tag, kind, length = struct.unpack_from(order + "HHI", block, at)
            size = _SIZES.get(kind, 0) * length
            start = at + 8 if size <= 4 else _long(block, at + 8, order)
            if not size or start is None or start + size > len(block):
                continue
            raw = block[start : start + min(size, _MAX_VALUE)]
            entry = _Entry(name, tag, kind, length, raw)
            if tag in _POINTERS and kind in (4, 13):
                for step in range(0, min(len(raw), 32), 4):
                    waiting.append((_POINTERS[tag], _long(raw, step, order)))
                continue
            yield entry
        if name == "main":
            waiting.append(("thumbnail", _long(block, offset + 2 + 12 * count, order)))


def _long(block: bytes, at: int, order: str) -> int | None:
    if at + 4 > len(block):
        return None
    value: int = struct.unpack_from(order + "I", block, at)[0]
    return value


def _whole(entry: _Entry, order: str) -> int | None:
    form = {1: "B", 3: "H", 4: "I"}.get(entry.kind)
    if form is None or len(entry.raw) < struct.calcsize(form):
        return None
    value: int = struct.unpack_from(order + form, entry.raw)[0]
    return value


def _text(entry: _Entry) -> str:
    raw = entry.raw
    if entry.tag in _WIDE_TEXT:
        return shown(raw.decode("utf-16-le", "replace").replace("\0", ""))
    if entry.tag == 0x9286:  # UserComment: eight bytes name its character set
        head, raw = raw[:8], raw[8:]
        if head.startswith(b"UNICODE"):
            wide = "utf-16-be" if raw[:1] == b"\0" else "utf-16-le"
            return shown(raw.decode(wide, "replace").replace("\0", ""))
    if entry.kind not in (1, 2, 7, 129):
        return ""
    raw = raw.rstrip(b"\0 ")
    try:
        return shown(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return shown(raw.decode("latin-1"))


def _rationals(entry: _Entry | None, order: str) -> list[tuple[int, int]]:
    if entry is None or entry.kind not in (5, 10):
        return []
    form = order + ("II" if entry.kind == 5 else "ii")
    return [struct.unpack_from(form, entry.raw, at) for at in range(0, len(entry.raw) - 7, 8)]


def _place(gps: dict[int, _Entry], order: str) -> Place | None:
    latitude = _degrees(gps.get(2), gps.get(1), order, b"S")
    longitude = _degrees(gps.get(4), gps.get(3), order, b"W")
    if latitude is None or longitude is None:
        return None
    if not (-90 <= latitude[0] <= 90 and -180 <= longitude[0] <= 180):
        return None
    return Place(round(latitude[0], 6), round(longitude[0], 6), max(latitude[1], longitude[1]))


def _degrees(
    entry: _Entry | None, side: _Entry | None, order: str, negative: bytes
) -> tuple[float, float] | None:
    """Degrees, and the metres that the last written digit stands for."""
    parts = _rationals(entry, order)[:3]
    if not parts or any(below == 0 for _, below in parts):
        return None
    value = 0.0
    metres = 111_000.0
    for (above, below), unit in zip(parts, (1, 60, 3600), strict=False):
        value += above / below / unit
        if above or unit == 1:
            metres = 111_000.0 / unit / max(1, abs(below))
    if side is not None and side.raw[:1].upper() == negative:
        value = -value
    return value, max(metres, 0.01)


def _of_gps(
    gps: dict[int, _Entry], place: Place | None, order: str, where: str
) -> Iterator[Finding]:
    if place is not None:
        yield Finding(Kind.PLACE, where, coordinates(place))
    elif any(tag in gps for tag in (2, 4)):
        yield Finding(Kind.PLACE, where)
    for tag in (0x1C, 0x1B):  # area, method
        if tag in gps and (text := _text(gps[tag])):
            yield Finding(Kind.PLACE, where, text.removeprefix("ASCII").strip())
    day = _text(gps[0x1D]) if 0x1D in gps else ""
    clock = [above // below for above, below in _rationals(gps.get(7), order)[:3] if below]
    if day or clock:
        told = ":".join(f"{part:02d}" for part in clock)
        yield Finding(Kind.TIME, where, f"{day} {told} UTC".strip())


def coordinates(place: Place) -> str:
    """Decimal degrees with as many digits as a metre needs; no map is asked."""
    return f"{place.latitude:.5f}, {place.longitude:.5f}"
