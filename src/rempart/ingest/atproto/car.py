"""A CAR file of version 1 (https://ipld.io/specs/transport/car/carv1/): one root, and blocks.

Every block is hashed, whether the proof needs it or not: no byte of the file can be another and the
file still be read. Bounded in size, in number of blocks, and in what one block may have, as the
protocol bounds a record.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from rempart.errors import VerificationError
from rempart.ingest.atproto.cbor import Cid, decode, encode

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_BLOCKS: Final = 512
MAX_BLOCK: Final = 1024 * 1024
_CID_BYTES: Final = 36
_LONGEST_NUMBER: Final = 4


class Car(NamedTuple):
    root: Cid
    blocks: Mapping[Cid, bytes]


def read_car(data: bytes) -> Car:
    """VerificationError for anything but one root and blocks that are what they are called."""
    if len(data) > MAX_BYTES:
        raise VerificationError(f"a proof has at most {MAX_BYTES >> 20} MB")
    head, at = _part(data, 0)
    root = _root(head)
    blocks: dict[Cid, bytes] = {}
    while at < len(data):
        where = f"block {len(blocks)}"
        if len(blocks) == MAX_BLOCKS:
            raise VerificationError(f"a proof has at most {MAX_BLOCKS} blocks")
        part, at = _part(data, at)
        cid, content = Cid.read(part[:_CID_BYTES]), part[_CID_BYTES:]
        if len(content) > MAX_BLOCK:
            raise VerificationError(f"a block has at most {MAX_BLOCK >> 20} MB", where=where)
        if cid != Cid.of(content):
            raise VerificationError("a block is not what its CID says", where=where)
        if cid in blocks:
            raise VerificationError("a block stands there twice", where=where)
        blocks[cid] = content
    return Car(root, blocks)


def _root(head: bytes) -> Cid:
    value = decode(head)
    roots = value.get("roots") if isinstance(value, dict) else None
    if not isinstance(roots, list) or len(roots) != 1 or not isinstance(roots[0], Cid):
        raise VerificationError("a CAR file without exactly one root")
    if head != encode({"roots": [roots[0]], "version": 1}):
        raise VerificationError("not the head of a CAR file of version 1")
    return roots[0]


def _part(data: bytes, at: int) -> tuple[bytes, int]:
    """What follows its own length (an unsigned LEB128 number in its shortest form)."""
    length = 0
    for place in range(_LONGEST_NUMBER):
        if at + place >= len(data):
            break
        byte = data[at + place]
        length |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            start = at + place + 1
            if (byte == 0 and place) or length == 0 or length > len(data) - start:
                break
            return data[start : start + length], start + length
    raise VerificationError("not a CAR file: a length that cannot be", where=f"byte {at}")
