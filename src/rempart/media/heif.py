"""HEIC and AVIF: their boxes looked at. They are not cleaned in place but made anew (see `anew`).

Read with bounds: at most 2,000 items and 64 MB of boxes, each box inside its parent. Sources: ISO
14496-12 (boxes), ISO 23008-12 (HEIF: `iinf`, `iloc`, `ispe`), C2PA 2.1 (the `uuid` box).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from rempart.media import icc
from rempart.media.blocks import Blocks
from rempart.media.finding import Finding, Format, Kind, Look, MediaError

_HEIC: Final = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))
_AVIF: Final = frozenset((b"avif", b"avis"))
_C2PA: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_MOST: Final = 2_000
MAX_BLOCK: Final = 8 << 20
_USUAL: Final = frozenset((b"ftyp", b"meta", b"mdat", b"free", b"skip", b"uuid", b"mpvd", b"moov"))


class _Box(NamedTuple):
    kind: bytes
    start: int
    end: int


def format_of(data: bytes) -> Format | None:
    if data[4:8] != b"ftyp":
        return None
    size = int.from_bytes(data[:4], "big")
    brands = {data[8:12]} | {data[at : at + 4] for at in range(16, min(size, 256), 4)}
    if data[8:12] in _AVIF or (brands & _AVIF and not brands & (_HEIC - {b"mif1", b"msf1"})):
        return Format.AVIF
    return Format.HEIC if brands & _HEIC else None


def look(data: bytes, format: Format) -> Look:
    """What is in a HEIC or AVIF file besides the picture."""
    meta, end, findings = _outer(data)
    blocks = Blocks()
    for kind, where in _items(data, meta):
        if kind == b"Exif":
            block = _joined(data, where)
            blocks.exif(block[4 + min(int.from_bytes(block[:4], "big"), len(block)) :])
        else:
            blocks.xmp(_joined(data, where))
        if blocks.full:
            break
    findings += blocks.findings
    width, height = _sides(data, meta)
    profiles = [
        box
        for box in _inside(data, meta, (b"iprp", b"ipco"))
        if box.kind == b"colr" and data[box.start : box.start + 4] in (b"prof", b"rICC")
    ]
    for box in profiles[:4]:
        findings += icc.read_profile(data[box.start + 4 : box.end])
    if _has_previews(data, meta):
        findings.append(Finding(Kind.PREVIEW, "thmb"))
    if end < len(data):
        findings.append(Finding(Kind.TRAILING, "trailer", f"{len(data) - end} B"))
    return Look(format, width, height, len(data), 1, tuple(findings), blocks.place)


def _joined(data: bytes, where: list[tuple[int, int]]) -> bytes:
    """The parts of an item, no more than a block may have however often they overlap."""
    out = bytearray()
    for start, stop in where:
        out += data[start : min(stop, start + MAX_BLOCK - len(out))]
    return bytes(out)


def _outer(data: bytes) -> tuple[_Box, int, list[Finding]]:
    """The box with the picture's description, where the boxes end, and what stands beside it."""
    findings: list[Finding] = []
    meta: _Box | None = None
    end = 0
    for box in _boxes(data, 0, len(data)):
        end = box.end
        if box.kind == b"meta" and meta is None:
            meta = box
        elif box.kind == b"uuid" and data[box.start : box.start + 16] == _C2PA:
            findings.append(Finding(Kind.PROVENANCE, "C2PA"))
        elif box.kind in (b"mpvd", b"moov"):
            findings.append(Finding(Kind.MOTION, box.kind.decode()))
        elif box.kind not in _USUAL:
            findings.append(Finding(Kind.UNKNOWN, box.kind.decode("latin-1")))
    if meta is None:
        raise MediaError("this file has no picture that can be read")
    return meta, end, findings


def _sides(data: bytes, meta: _Box) -> tuple[int, int]:
    """Of the largest picture in it."""
    found = [
        struct.unpack_from(">II", data, box.start + 4)
        for box in _inside(data, meta, (b"iprp", b"ipco"))
        if box.kind == b"ispe" and box.end - box.start >= 12
    ]
    width, height = max(found, key=lambda sides: sides[0] * sides[1], default=(0, 0))
    return width, height


def _boxes(data: bytes, start: int, end: int) -> Iterator[_Box]:
    for _ in range(_MOST):
        if start + 8 > end:
            return
        size = int.from_bytes(data[start : start + 4], "big")
        kind = data[start + 4 : start + 8]
        head = 8
        if size == 1:
            size = int.from_bytes(data[start + 8 : start + 16], "big")
            head = 16
        elif size == 0:
            size = end - start
        if size < head or start + size > end or not kind.isascii():
            return
        yield _Box(kind, start + head, start + size)
        start += size


def _inside(data: bytes, meta: _Box, path: tuple[bytes, ...]) -> Iterator[_Box]:
    """The boxes at a path below `meta` (a full box: four more bytes)."""
    level = list(_boxes(data, meta.start + 4, meta.end))
    for name in path:
        level = [
            inner for box in level if box.kind == name for inner in _boxes(data, box.start, box.end)
        ]
    yield from level


def _has_previews(data: bytes, meta: _Box) -> bool:
    found = [box for box in _boxes(data, meta.start + 4, meta.end) if box.kind == b"iref"]
    return any(
        inner.kind == b"thmb" for box in found for inner in _boxes(data, box.start + 4, box.end)
    )


def _items(data: bytes, meta: _Box) -> Iterator[tuple[bytes, list[tuple[int, int]]]]:
    """Type and place in the file of the items that hold metadata."""
    boxes = {box.kind: box for box in _boxes(data, meta.start + 4, meta.end)}
    if b"iinf" not in boxes or b"iloc" not in boxes:
        return
    kinds = _kinds(data, boxes[b"iinf"])
    inner = boxes.get(b"idat")
    for item, where in _locations(data, boxes[b"iloc"], inner):
        if kinds.get(item) in (b"Exif", b"mime"):
            yield kinds[item], where


def _kinds(data: bytes, iinf: _Box) -> dict[int, bytes]:
    wide = data[iinf.start] >= 1
    kinds: dict[int, bytes] = {}
    for box in _boxes(data, iinf.start + (8 if wide else 6), iinf.end):
        if box.kind != b"infe" or box.end - box.start < 12:
            continue
        version = data[box.start]
        if version == 2:
            item = int.from_bytes(data[box.start + 4 : box.start + 6], "big")
            kinds[item] = data[box.start + 8 : box.start + 12]
        elif version == 3:
            item = int.from_bytes(data[box.start + 4 : box.start + 8], "big")
            kinds[item] = data[box.start + 10 : box.start + 14]
    return kinds


class _Reader:
    """Numbers one after the other, zero beyond the end."""

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self._data, self._at, self._end = data, start, end

    def take(self, size: int) -> int:
        raw = self._data[self._at : min(self._at + size, self._end)]
        self._at += size
        return int.from_bytes(raw, "big")

    @property
    def over(self) -> bool:
        return self._at >= self._end


def _locations(
    data: bytes, iloc: _Box, idat: _Box | None
) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    reader = _Reader(data, iloc.start, iloc.end)
    version = reader.take(1)
    reader.take(3)
    sizes = reader.take(2)
    offset_size, length_size = sizes >> 12, sizes >> 8 & 15
    base_size, index_size = sizes >> 4 & 15, sizes & 15 if version else 0
    count = reader.take(4 if version == 2 else 2)
    for _ in range(min(count, _MOST)):
        if reader.over:
            return
        item = reader.take(4 if version == 2 else 2)
        method = reader.take(2) & 15 if version else 0
        reader.take(2)
        base = reader.take(base_size)
        where: list[tuple[int, int]] = []
        for _ in range(min(reader.take(2), 64)):
            reader.take(index_size)
            start, length = base + reader.take(offset_size), reader.take(length_size)
            if method == 1 and idat is not None:
                where.append((idat.start + start, min(idat.start + start + length, idat.end)))
            elif method == 0:
                where.append((start, min(start + length, len(data))))
        yield item, where
