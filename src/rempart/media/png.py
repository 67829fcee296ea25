"""PNG (and APNG): its chunks looked at, and copied without those that give something away.

The picture's chunks are copied byte by byte, with their checks: the pixels cannot change. What is
copied is named in a list. Source: PNG (Third Edition), W3C 2025; C2PA 2.1 (`caBX`).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from rempart.media import icc
from rempart.media.blocks import Blocks
from rempart.media.exif import orientation_block
from rempart.media.finding import Finding, Format, Kind, Look, MediaError, shown
from rempart.media.texts import inflated, read_photoshop

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_CRITICAL: Final = frozenset((b"IHDR", b"PLTE", b"IDAT", b"IEND"))
_SHOWN: Final = b"tRNS gAMA cHRM sRGB sBIT bKGD pHYs cICP mDCV cLLI acTL fcTL fdAT"
_KEPT: Final = _CRITICAL | frozenset(_SHOWN.split())
_TEXTS: Final = frozenset((b"tEXt", b"zTXt", b"iTXt"))
_SIZES: Final = {
    b"tRNS": 256, b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"sBIT": 4, b"bKGD": 6, b"pHYs": 9,
    b"cICP": 4, b"mDCV": 24, b"cLLI": 8, b"acTL": 8, b"fcTL": 26, b"IHDR": 13, b"PLTE": 768,
    b"IEND": 0,
}  # fmt: skip
_MOST_CHUNKS: Final = 200_000
_PERSONS: Final = frozenset(("author", "copyright", "artist"))
_SOFTWARE: Final = frozenset(("software", "creator tool"))


class _Chunk(NamedTuple):
    """`whole`: with length and check; the chunk `b""` is what stands behind the end."""

    name: bytes
    body: bytes
    whole: bytes


def look(data: bytes) -> Look:
    """What is in a PNG besides the picture."""
    width = height = 0
    blocks = Blocks()
    findings = blocks.findings
    ended = False
    for name, body, whole in _chunks(data):
        if name == b"IHDR" and len(body) >= 8:
            width, height = struct.unpack_from(">II", body)
        elif name == b"IEND":
            ended = True
        elif name == b"eXIf":
            blocks.exif(body)
        elif name in _TEXTS:
            if blocks.may_read("text"):
                _text(name, body, blocks)
        elif name == b"iCCP" and blocks.may_read("ICC"):
            findings += icc.read_profile(_profile(body))
        elif name == b"tIME" and len(body) == 7:
            year, *rest = struct.unpack(">H5B", body)
            month, day, hour, minute, second = rest
            told = f"{year}-{month:02d}-{day:02d} {hour:02d}:{minute:02d}:{second:02d} UTC"
            findings.append(Finding(Kind.TIME, "tIME", told))
        elif name == b"caBX":
            findings.append(Finding(Kind.PROVENANCE, "C2PA"))
        elif name == b"":
            findings.append(Finding(Kind.TRAILING, "trailer", f"{len(whole)} B"))
        elif name not in _KEPT and name != b"iCCP":
            findings.append(Finding(Kind.UNKNOWN, name.decode("latin-1")))
    return Look(
        Format.PNG,
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
    out = [SIGNATURE]
    coloured = False
    for name, body, whole in _chunks(data):
        if name == b"IDAT" and orientation != 1:
            out.append(_chunk(b"eXIf", orientation_block(orientation)))
            orientation = 1
        if name == b"iCCP":
            profile = None if coloured else icc.cleaned(_profile(body))
            coloured = True
            if profile is not None:
                out.append(_chunk(b"iCCP", b"colours\0\0" + zlib.compress(profile, 9)))
        elif name in _KEPT and len(body) <= _SIZES.get(name, len(body)):
            out.append(whole)
        if name == b"IEND":
            break
    if out[-1][4:8] != b"IEND":
        out.append(_chunk(b"IEND", b""))
    return b"".join(out)


def _chunks(data: bytes) -> Iterator[_Chunk]:
    """The chunks in order. MediaError when the picture itself cannot be read."""
    at, pictures = len(SIGNATURE), 0
    for number in range(_MOST_CHUNKS):
        if at + 12 > len(data):
            break
        size = int.from_bytes(data[at : at + 4], "big")
        name = data[at + 4 : at + 8]
        end = at + 12 + size
        if size > 0x7FFFFFFF or end > len(data):
            break
        if (number == 0) != (name == b"IHDR"):
            raise MediaError("this PNG does not begin as a PNG must")
        if not name[0] & 0x20 and name not in _CRITICAL:
            raise MediaError("this PNG has a part that nobody knows")
        pictures += name == b"IDAT"
        yield _Chunk(name, data[at + 8 : at + 8 + size], data[at:end])
        at = end
        if name == b"IEND":
            if at < len(data):
                yield _Chunk(b"", b"", data[at:])
            break
    else:
        raise MediaError("this PNG has too many parts")
    if not pictures:
        raise MediaError(
            "this PNG has no picture that can be read", next_step="choose another file"
        )


def _text(name: bytes, body: bytes, blocks: Blocks) -> None:
    keyword, _, rest = body.partition(b"\0")
    key = keyword.decode("latin-1")[:79]
    if name == b"zTXt":
        value = inflated(rest[1:])
    elif name == b"iTXt":
        packed = rest[:1] == b"\1"
        value = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
        value = inflated(value) if packed else value
    else:
        value = rest
    if key == "XML:com.adobe.xmp":
        blocks.xmp(value)
    elif key.startswith("Raw profile type"):
        _raw_profile(key, value, blocks)
    else:
        charset = "utf-8" if name == b"iTXt" else "latin-1"
        text = shown(value[:4096].decode(charset, "replace"))
        blocks.findings.append(Finding(_kind(key.lower()), shown(key), text))


def _kind(key: str) -> Kind:
    if key in _PERSONS:
        return Kind.PERSON
    if key in _SOFTWARE:
        return Kind.SOFTWARE
    return Kind.TIME if "time" in key or "date" in key else Kind.TEXT


def _raw_profile(key: str, value: bytes, blocks: Blocks) -> None:
    """ImageMagick's way: name, length, then the block in hexadecimal."""
    lines = value.split(b"\n")
    try:
        block = bytes.fromhex(b"".join(lines[3:]).decode("ascii"))
    except (ValueError, UnicodeDecodeError):
        block = b""
    if "xmp" in key or b"http://ns.adobe.com/xap" in block[:40]:
        blocks.xmp(block)
    elif "exif" in key or "APP1" in key:
        blocks.exif(block)
    elif "iptc" in key:
        blocks.findings += read_photoshop(block)
    else:
        blocks.findings.append(Finding(Kind.UNKNOWN, shown(key)))


def _profile(body: bytes) -> bytes:
    return inflated(body.partition(b"\0")[2][1:], 8 << 20)


def _chunk(name: bytes, body: bytes) -> bytes:
    check = zlib.crc32(name + body)
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", check)
