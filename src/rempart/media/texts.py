"""XMP, IPTC and loose texts inside photos: what they give away, by patterns with bounds.

XMP is XML that anybody may have written: it is searched for known names, never parsed, so that no
entity, depth or size of it costs anything. Sources: XMP (ISO 16684-1), IPTC-IIM 4.2, Google motion
photo format 1.0, Photoshop image resources.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Final

from rempart.media.finding import Finding, Kind, Place, shown

MAX_TEXT: Final = 1 << 20
_MOST: Final = 40

_NAMES: Final[dict[str, Kind]] = {
    "GPSLatitude": Kind.PLACE,
    "GPSLongitude": Kind.PLACE,
    "City": Kind.PLACE,
    "State": Kind.PLACE,
    "Country": Kind.PLACE,
    "Location": Kind.PLACE,
    "Sublocation": Kind.PLACE,
    "creator": Kind.PERSON,
    "Author": Kind.PERSON,
    "rights": Kind.PERSON,
    "OwnerName": Kind.PERSON,
    "CameraOwnerName": Kind.PERSON,
    "PersonInImage": Kind.PERSON,
    "CreatorContactInfo": Kind.PERSON,
    "AuthorsPosition": Kind.PERSON,
    "SerialNumber": Kind.SERIAL,
    "BodySerialNumber": Kind.SERIAL,
    "LensSerialNumber": Kind.SERIAL,
    "DocumentID": Kind.SERIAL,
    "InstanceID": Kind.SERIAL,
    "OriginalDocumentID": Kind.SERIAL,
    "Make": Kind.DEVICE,
    "Model": Kind.DEVICE,
    "Lens": Kind.DEVICE,
    "CreateDate": Kind.TIME,
    "ModifyDate": Kind.TIME,
    "MetadataDate": Kind.TIME,
    "DateCreated": Kind.TIME,
    "DateTimeOriginal": Kind.TIME,
    "CreatorTool": Kind.SOFTWARE,
    "description": Kind.TEXT,
    "title": Kind.TEXT,
    "Headline": Kind.TEXT,
    "UserComment": Kind.TEXT,
    "subject": Kind.TEXT,
    "History": Kind.HISTORY,
    "DerivedFrom": Kind.HISTORY,
    "MotionPhoto": Kind.MOTION,
    "MicroVideo": Kind.MOTION,
}
_PROPERTY: Final = re.compile(
    r"[A-Za-z][\w.-]{0,30}:(" + "|".join(_NAMES) + r")"
    r"(?:\s{0,4}=\s{0,4}(?:\"([^\"]{0,500})\"|'([^']{0,500})')|\s{0,4}>([^<]{1,500})"
    r"|[^<>]{0,200}>\s{0,40}<rdf:(?:Alt|Seq|Bag)[^<>]{0,100}>\s{0,40}<rdf:li[^<>]{0,100}>([^<]{0,500}))"
)
_XMP_DEGREES: Final = re.compile(r"(\d{1,3})(?:,(\d{1,2}(?:\.\d+)?))?(?:,(\d{1,2}))?\.?\d*([NSEW])")
_IPTC: Final[dict[int, Kind]] = {
    5: Kind.TEXT,
    25: Kind.TEXT,
    55: Kind.TIME,
    60: Kind.TIME,
    80: Kind.PERSON,
    85: Kind.PERSON,
    90: Kind.PLACE,
    92: Kind.PLACE,
    95: Kind.PLACE,
    101: Kind.PLACE,
    105: Kind.TEXT,
    110: Kind.PERSON,
    116: Kind.PERSON,
    118: Kind.PERSON,
    120: Kind.TEXT,
    122: Kind.PERSON,
}


def read_xmp(raw: bytes, where: str = "XMP") -> tuple[list[Finding], Place | None]:
    """What an XMP packet says; the coordinates when it has them."""
    text = _decoded(raw[:MAX_TEXT])
    findings: list[Finding] = []
    seen: set[tuple[str, str]] = set()
    degrees: dict[str, str] = {}
    for match in _PROPERTY.finditer(text):
        name = match[1]
        value = shown(next((part for part in match.groups()[1:] if part), ""))
        kind = _NAMES[name]
        if (name, value) in seen or (kind is Kind.MOTION and value in ("0", "")):
            continue
        if not value and kind is not Kind.HISTORY:
            continue
        seen.add((name, value))
        if name.startswith("GPS"):
            degrees.setdefault(name, value)
            continue
        findings.append(Finding(kind, where, "" if kind is Kind.HISTORY else value))
        if len(findings) >= _MOST:
            break
    place = _xmp_place(degrees)
    if degrees:
        told = (
            f"{place.latitude:.5f}, {place.longitude:.5f}" if place else " ".join(degrees.values())
        )
        findings.append(Finding(Kind.PLACE, where, told))
    if not findings and text.strip("\0 \n\r\t"):
        findings.append(Finding(Kind.UNKNOWN, where))
    return findings, place


def _decoded(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    return raw.decode("utf-8", "replace")


def _xmp_place(degrees: dict[str, str]) -> Place | None:
    values = []
    for name in ("GPSLatitude", "GPSLongitude"):
        match = _XMP_DEGREES.search(degrees.get(name, ""))
        if match is None:
            return None
        value = int(match[1]) + float(match[2] or 0) / 60 + float(match[3] or 0) / 3600
        values.append(-value if match[4] in "SW" else value)
    latitude, longitude = values
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return Place(round(latitude, 6), round(longitude, 6), 2.0)


def read_photoshop(raw: bytes, where: str = "IPTC") -> Iterator[Finding]:
    """The resources of an APP13 segment: IPTC texts, a preview."""
    at = raw.find(b"8BIM")
    steps = 0
    told = False
    while at >= 0 and at + 12 <= len(raw) and steps < 200:
        steps += 1
        number = int.from_bytes(raw[at + 4 : at + 6], "big")
        name = raw[at + 6]
        start = at + 6 + name + 1 + ((name + 1) & 1)
        size = int.from_bytes(raw[start : start + 4], "big")
        body = raw[start + 4 : start + 4 + size]
        if number == 0x0404:
            for finding in _iptc(body, where):
                told = True
                yield finding
        elif number in (0x0409, 0x040C):
            told = True
            yield Finding(Kind.PREVIEW, "Photoshop")
        at = raw.find(b"8BIM", start + 4 + min(size, len(raw)))
    if not told:
        yield Finding(Kind.HISTORY, "Photoshop")


def _iptc(raw: bytes, where: str) -> Iterator[Finding]:
    at = 0
    for _ in range(500):
        if at + 5 > len(raw) or raw[at] != 0x1C:
            return
        record, dataset = raw[at + 1], raw[at + 2]
        size = int.from_bytes(raw[at + 3 : at + 5], "big")
        if size & 0x8000:
            return
        body = raw[at + 5 : at + 5 + size]
        at += 5 + size
        kind = _IPTC.get(dataset) if record == 2 else None
        if kind is not None and body:
            try:
                text = body.decode("utf-8")
            except UnicodeDecodeError:
                text = body.decode("latin-1")
            yield Finding(kind, where, shown(text))


def inflated(raw: bytes, limit: int = MAX_TEXT) -> bytes:
    """Unpacked up to `limit` bytes, whatever it would become; empty when it is broken."""
    try:
        return zlib.decompressobj().decompress(raw, limit)
    except zlib.error:
        return b""
