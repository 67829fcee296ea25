"""WebP: its chunks looked at, and copied without those that give something away.

The picture's chunks are copied byte by byte, frames of an animation chunk by chunk: the pixels
cannot change. What is copied is named in a list. Source: RFC 9649.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from rempart.media import icc
from rempart.media.blocks import Blocks
from rempart.media.exif import orientation_block
from rempart.media.finding import Finding, Format, Kind, Look, MediaError

_PICTURE: Final = frozenset((b"VP8 ", b"VP8L", b"ALPH"))
_KEPT: Final = _PICTURE | {b"VP8X", b"ANIM", b"ANMF"}
_ICC_FLAG, _EXIF_FLAG, _XMP_FLAG = 0x20, 0x08, 0x04
_MOST_CHUNKS: Final = 100_000
_FRAME_HEADER: Final = 16


def is_webp(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def look(data: bytes) -> Look:
    """What is in a WebP besides the picture."""
    size, body, behind, whole = _body(data)
    width = height = 0
    blocks = Blocks()
    findings = blocks.findings
    for name, chunk in _chunks(body):
        if name in (b"VP8X", b"VP8 ", b"VP8L") and not width:
            width, height = _sides(name, chunk)
        if name == b"EXIF":
            blocks.exif(chunk)
        elif name == b"XMP ":
            blocks.xmp(chunk)
        elif name == b"ICCP" and blocks.may_read("ICC"):
            findings += icc.read_profile(chunk)
        elif name == b"C2PA":
            findings.append(Finding(Kind.PROVENANCE, "C2PA"))
        elif name == b"ANMF":
            findings += [
                Finding(Kind.UNKNOWN, inner.decode("latin-1"))
                for inner, _ in _chunks(chunk[_FRAME_HEADER:])
                if inner not in _PICTURE
            ]
        elif name not in _KEPT and name != b"ICCP":
            findings.append(Finding(Kind.UNKNOWN, name.decode("latin-1")))
    if behind:
        findings.append(Finding(Kind.TRAILING, "trailer", f"{behind} B"))
    return Look(
        Format.WEBP,
        width,
        height,
        size,
        blocks.orientation,
        tuple(findings),
        blocks.place,
        not whole,
    )


def clean(data: bytes, orientation: int) -> bytes:
    """The same picture without the rest."""
    _, body, _, _ = _body(data)
    chunks = list(_chunks(body))
    profile = next((icc.cleaned(chunk) for name, chunk in chunks if name == b"ICCP"), None)
    sides = next((_sides(name, chunk) for name, chunk in chunks if name in _PICTURE), (0, 0))
    header = next((chunk for name, chunk in chunks if name == b"VP8X" and len(chunk) >= 10), None)
    out: list[bytes] = []
    if header is None and orientation != 1:
        header = bytes(4) + _three(sides[0] - 1) + _three(sides[1] - 1)
    if header is not None:
        flags = header[0] & ~(_ICC_FLAG | _EXIF_FLAG | _XMP_FLAG)
        flags |= _ICC_FLAG if profile else 0
        flags |= _EXIF_FLAG if orientation != 1 else 0
        out.append(_chunk(b"VP8X", bytes((flags, 0, 0, 0)) + header[4:10]))
        if profile:
            out.append(_chunk(b"ICCP", profile))
    for name, chunk in chunks:
        if name == b"ANMF":
            inner = b"".join(
                _chunk(kind, part)
                for kind, part in _chunks(chunk[_FRAME_HEADER:])
                if kind in _PICTURE
            )
            out.append(_chunk(name, chunk[:_FRAME_HEADER] + inner))
        elif name in _PICTURE or (name == b"ANIM" and len(chunk) == 6):
            out.append(_chunk(name, chunk))
    if orientation != 1:
        out.append(_chunk(b"EXIF", orientation_block(orientation)))
    whole = b"WEBP" + b"".join(out)
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def _body(data: bytes) -> tuple[int, bytes, int, bool]:
    """Size of the file, the chunks, how much stands behind them, and whether all is there."""
    size = struct.unpack_from("<I", data, 4)[0]
    end = 8 + size + (size & 1)
    body = data[12 : min(8 + size, len(data))]
    names = [name for name, _ in _chunks(body)]
    if not any(name in (b"VP8 ", b"VP8L", b"ANMF") for name in names):
        raise MediaError(
            "this WebP has no picture that can be read", next_step="choose another file"
        )
    return len(data), body, max(0, len(data) - end), 8 + size <= len(data)


def _chunks(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    for _ in range(_MOST_CHUNKS):
        if at + 8 > len(body):
            return
        name = body[at : at + 4]
        size = struct.unpack_from("<I", body, at + 4)[0]
        yield name, body[at + 8 : at + 8 + size]
        at += 8 + size + (size & 1)


def _sides(name: bytes, chunk: bytes) -> tuple[int, int]:
    if name == b"VP8X" and len(chunk) >= 10:
        return 1 + int.from_bytes(chunk[4:7], "little"), 1 + int.from_bytes(chunk[7:10], "little")
    if name == b"VP8L" and len(chunk) >= 5:
        bits = int.from_bytes(chunk[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if name == b"VP8 " and len(chunk) >= 10:
        width, height = struct.unpack_from("<HH", chunk, 6)
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0


def _three(value: int) -> bytes:
    return max(0, value).to_bytes(3, "little")


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) & 1)
