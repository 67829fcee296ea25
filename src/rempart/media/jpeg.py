"""JPEG: its segments looked at, and copied without those that give something away.

Rules of this module:

1. The coded picture is copied byte by byte: the pixels cannot change. What is copied is named in a
   list; everything else goes, also what stands between and behind.
2. Kept: tables, frames, scans, the Adobe colour transform, the colour profile (see `icc`), density;
   the orientation as an EXIF block with this one entry.
3. Gone with the rest: previews, gain maps and second pictures (MPF), video of motion photos.

Sources: ITU-T T.81 annex B, JFIF 1.02, CIPA DC-007 (MPF), Adobe TN 5116.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from rempart.media import icc
from rempart.media.blocks import Blocks
from rempart.media.exif import orientation_block
from rempart.media.finding import Finding, Format, Kind, Look, MediaError
from rempart.media.texts import read_photoshop

SIGNATURE: Final = b"\xff\xd8\xff"
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_KEPT: Final = _FRAMES | {0xC4, 0xCC, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF}
_COMMENT: Final = 0xFE
_SCAN, _TRAILER = 0x100, 0x101
_NEXT: Final = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_EXIF: Final = b"Exif\0"
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_MORE_XMP: Final = b"http://ns.adobe.com/xmp/extension/\0"
_ICC: Final = b"ICC_PROFILE\0"
_MOST_SEGMENTS: Final = 20_000
_ICC_PART: Final = 65_519


class _Part(NamedTuple):
    """`marker`: that of the segment, or `_SCAN` (coded data) or `_TRAILER`; `body` without marker
    and length."""

    marker: int
    body: bytes


def look(data: bytes) -> Look:
    """What is in a JPEG besides the picture."""
    width = height = 0
    blocks = Blocks()
    findings = blocks.findings
    profile: list[bytes] = []
    more_xmp = bytearray()
    ended = False
    for marker, body in _parts(data):
        if marker in _FRAMES and len(body) >= 5:
            height, width = struct.unpack_from(">HH", body, 1)
        elif marker == _EOI:
            ended = True
        elif marker == _TRAILER:
            findings.append(_behind(body))
        elif marker == 0xE1 and body.startswith(_EXIF):
            blocks.exif(body)
        elif marker == 0xE1 and body.startswith(_XMP):
            blocks.xmp(body[len(_XMP) :])
        elif marker == 0xE1 and body.startswith(_MORE_XMP):
            more_xmp += body[len(_MORE_XMP) + 40 :]
        elif marker == 0xE2 and body.startswith(_ICC):
            profile.append(body)
        elif marker != 0xED or blocks.may_read("IPTC"):
            findings += _of_segment(marker, body)
    if more_xmp:
        blocks.xmp(bytes(more_xmp))
    if profile:
        findings += icc.read_profile(_joined(profile))
    return Look(
        Format.JPEG,
        width,
        height,
        len(data),
        blocks.orientation,
        tuple(findings),
        blocks.place,
        not ended,
    )


def clean(data: bytes, orientation: int) -> bytes:
    """The same picture without the rest."""
    parts = list(_parts(data))
    profile = icc.cleaned(_joined([body for marker, body in parts if _is_profile(marker, body)]))
    out = [b"\xff\xd8"]
    jfif = next((b for m, b in parts if m == 0xE0 and b.startswith(b"JFIF\0")), b"")
    if len(jfif) >= 12:
        out.append(_segment(0xE0, jfif[:12] + b"\0\0"))
    if orientation != 1:
        out.append(_segment(0xE1, b"Exif\0\0" + orientation_block(orientation)))
    out += _split(profile) if profile else []
    for marker, body in parts:
        if marker == _SCAN:
            out.append(body)
        elif marker in _KEPT or marker == _SOS:
            out.append(_segment(marker, body))
        elif marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12:
            out.append(_segment(0xEE, body[:12]))
        elif marker == _EOI:
            break
    out.append(b"\xff\xd9")
    return b"".join(out)


def _parts(data: bytes) -> Iterator[_Part]:
    """The parts in order. MediaError when what is needed to show the picture cannot be read."""
    at, frames, scans = 2, 0, 0
    for _ in range(_MOST_SEGMENTS):
        # Bytes between segments belong to nobody: decoders skip them, so do we.
        at = data.find(b"\xff", at)
        while 0 <= at < len(data) and data[at : at + 1] == b"\xff":
            at += 1
        if not 0 < at < len(data):
            break
        marker = data[at]
        at += 1
        if marker == _EOI:
            yield _Part(_EOI, b"")
            if at < len(data):
                yield _Part(_TRAILER, data[at:])
            return
        if marker in (0, 1) or 0xD0 <= marker <= _SOI:
            continue
        size = int.from_bytes(data[at : at + 2], "big")
        if size < 2 or at + size > len(data):
            break
        if marker not in _KEPT and marker not in (_SOS, _COMMENT) and not 0xE0 <= marker <= 0xEF:
            raise MediaError(f"this JPEG has a part that nobody knows (0x{marker:02x})")
        frames += marker in _FRAMES
        yield _Part(marker, data[at + 2 : at + size])
        at += size
        if marker == _SOS:
            scans += 1
            following = _NEXT.search(data, at)
            end = following.start() if following else len(data)
            yield _Part(_SCAN, data[at:end])
            at = end
    else:
        raise MediaError("this JPEG has too many parts")
    if not frames or not scans:
        raise MediaError(
            "this JPEG has no picture that can be read", next_step="choose another file"
        )


def _of_segment(marker: int, body: bytes) -> Iterator[Finding]:
    if marker == 0xE0 and body.startswith(b"JFIF\0"):
        if len(body) > 14:
            yield Finding(Kind.PREVIEW, "JFIF")
    elif marker == 0xE0 and body.startswith(b"JFXX\0"):
        yield Finding(Kind.PREVIEW, "JFXX")
    elif marker == 0xE2 and body.startswith(b"MPF\0"):
        yield Finding(Kind.PREVIEW, "MPF")
    elif marker == 0xEB and b"jumb" in body[:64]:
        yield Finding(Kind.PROVENANCE, "C2PA")
    elif marker == 0xED:
        yield from read_photoshop(body)
    elif marker == _COMMENT:
        text = body.rstrip(b"\0").decode("utf-8", "replace")
        yield Finding(Kind.TEXT, "comment", text[:200])
    elif marker == 0xEE and body.startswith(b"Adobe"):
        if len(body) > 12:
            yield Finding(Kind.UNKNOWN, "APP14")
    elif 0xE0 <= marker <= 0xEF:
        yield Finding(Kind.UNKNOWN, f"APP{marker - 0xE0}")


def _behind(body: bytes) -> Finding:
    """What follows the end of the picture."""
    if b"ftyp" in body[:64] or b"MotionPhoto_Data" in body or b"ftypmp4" in body:
        return Finding(Kind.MOTION, "trailer", f"{len(body)} B")
    if body.lstrip(b"\0").startswith(b"\xff\xd8"):
        return Finding(Kind.PREVIEW, "trailer", f"{len(body)} B")
    return Finding(Kind.TRAILING, "trailer", f"{len(body)} B")


def _is_profile(marker: int, body: bytes) -> bool:
    return marker == 0xE2 and body.startswith(_ICC)


def _joined(parts: list[bytes]) -> bytes:
    """A profile from its numbered parts."""
    ordered = sorted((part for part in parts if len(part) >= 14), key=lambda part: part[12])
    return b"".join(part[14:] for part in ordered)


def _split(profile: bytes) -> list[bytes]:
    pieces = [profile[at : at + _ICC_PART] for at in range(0, len(profile), _ICC_PART)]
    if len(pieces) > 255:
        return []
    return [
        _segment(0xE2, _ICC + bytes((number, len(pieces))) + piece)
        for number, piece in enumerate(pieces, 1)
    ]


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body
