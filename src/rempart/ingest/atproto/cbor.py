"""DAG-CBOR as the AT Protocol uses it, read so strictly that one value has one form only.

Rules kept here (https://ipld.io/specs/codecs/dag-cbor/spec/, https://atproto.com/specs/data-model):

1. Shortest integers and lengths; definite lengths; keys of maps are strings, each once, in order of
   length and then of bytes; the one tag is 42, a CID; no floats, no undefined, nothing left over.
2. So whatever was read is written again as the very same bytes, and a hash is of one value.
3. Nested at most `DEEPEST`; lengths are compared with what is there before anything is taken.
"""

from __future__ import annotations

from base64 import b32decode, b32encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Final, NoReturn, TypeAlias

import msgspec

from rempart.errors import VerificationError

DEEPEST: Final = 32
DAG_CBOR: Final = 0x71
RAW: Final = 0x55
_CID_BYTES: Final = 36
_SHA_256: Final = b"\x12\x20"
_LINK_TAG: Final = 42
_WIDTHS: Final = {24: 1, 25: 2, 26: 4, 27: 8}
_SIMPLE: Final = {20: False, 21: True, 22: None}


class Cid(msgspec.Struct, frozen=True):
    """A content identifier of version 1 with SHA-256, as its 36 bytes."""

    raw: bytes

    @classmethod
    def of(cls, content: bytes) -> Cid:
        """That of a block in DAG-CBOR."""
        return cls(bytes((1, DAG_CBOR)) + _SHA_256 + sha256(content).digest())

    @classmethod
    def read(cls, raw: bytes) -> Cid:
        """VerificationError for any other kind of CID."""
        known = raw[:2] in (bytes((1, DAG_CBOR)), bytes((1, RAW)))
        if len(raw) != _CID_BYTES or not known or raw[2:4] != _SHA_256:
            raise VerificationError("a link that is no CID of version 1 with SHA-256")
        return cls(raw)

    @classmethod
    def parse(cls, text: str) -> Cid:
        """From base32, as it is written."""
        try:
            raw = b32decode(text[1:].upper() + "=" * (-(len(text) - 1) % 8))
        except ValueError:
            raw = b""
        if text[:1] != "b" or str(found := cls.read(raw)) != text:
            raise VerificationError("not a CID as it is written")
        return found

    @property
    def is_block(self) -> bool:
        """Of DAG-CBOR, as every block of a repository is; a picture's is not."""
        return self.raw[1] == DAG_CBOR

    def __str__(self) -> str:
        return "b" + base32(self.raw)


_Plain = None | bool | int | str | bytes | Cid
Value: TypeAlias = "_Plain | list[Value] | dict[str, Value]"
"""What DAG-CBOR can say here."""


def base32(data: bytes) -> str:
    """RFC 4648, lower case, without padding."""
    return b32encode(data).decode().rstrip("=").lower()


def decode(data: bytes) -> Value:
    """The value; VerificationError with the place of what is not in the one form."""
    reader = _Reader(data)
    value = reader.value(DEEPEST)
    if reader.at != len(data):
        reader.refuse("something follows the value")
    return value


def decode_map(data: bytes) -> dict[str, Value]:
    """The same of what has to be a map."""
    value = decode(data)
    if not isinstance(value, dict):
        raise VerificationError("not a map")
    return value


def encode(value: Value, depth: int = DEEPEST) -> bytes:
    """The one form of a value; VerificationError for half a surrogate pair, too large a number, or
    what is nested deeper. Of maps from JSON too: their keys are put in order."""
    if depth == 0:
        raise VerificationError(f"nested deeper than {DEEPEST}")
    match value:
        case None | bool():
            whole = {None: b"\xf6", False: b"\xf4", True: b"\xf5"}[value]
        case int():
            whole = _head(0, value) if value >= 0 else _head(1, -1 - value)
        case str():
            text = _utf8(value)
            whole = _head(3, len(text)) + text
        case bytes():
            whole = _head(2, len(value)) + value
        case Cid():
            whole = b"\xd8\x2a" + _head(2, _CID_BYTES + 1) + b"\x00" + value.raw
        case list():
            whole = _head(4, len(value)) + b"".join(encode(part, depth - 1) for part in value)
        case dict():
            whole = _encode_map(value, depth - 1)
    return whole


def _encode_map(value: Mapping[str, Value], depth: int) -> bytes:
    keys = sorted(((_utf8(key), part) for key, part in value.items()), key=_order)
    return _head(5, len(keys)) + b"".join(
        _head(3, len(key)) + key + encode(part, depth) for key, part in keys
    )


def _order(item: tuple[bytes, Value]) -> tuple[int, bytes]:
    return len(item[0]), item[0]


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise VerificationError("half a surrogate pair") from None


def _head(major: int, number: int) -> bytes:
    first = major << 5
    if number < 24:
        return bytes((first | number,))
    for code, width in _WIDTHS.items():
        if number < 1 << 8 * width:
            return bytes((first | code,)) + number.to_bytes(width, "big")
    raise VerificationError("a number of more than 64 bits")


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def refuse(self, why: str) -> NoReturn:
        raise VerificationError(f"not DAG-CBOR: {why}", where=f"byte {self.at}")

    def value(self, depth: int) -> Value:
        if depth == 0:
            self.refuse(f"nested deeper than {DEEPEST}")
        first = self.take(1)[0]
        major, low = first >> 5, first & 31
        if major == 7:
            if low not in _SIMPLE:
                self.refuse("a float, or an unknown simple value")
            return _SIMPLE[low]
        number = self.number(low)
        found: Value
        match major:
            case 0:
                found = number
            case 1:
                found = -1 - number
            case 2:
                found = self.take(number)
            case 3:
                found = self.text(number)
            case 4:
                # Each takes a byte at least: a length that cannot be is refused at once.
                self.check(number)
                found = [self.value(depth - 1) for _ in range(number)]
            case 5:
                found = self.map(number, depth)
            case _:
                found = self.link(number)
        return found

    def number(self, low: int) -> int:
        if low < 24:
            return low
        width = _WIDTHS.get(low)
        if width is None:
            self.refuse("an indefinite length")
        number = int.from_bytes(self.take(width), "big")
        if number < (24 if width == 1 else 1 << 4 * width):
            self.refuse("a number that is not in its shortest form")
        return number

    def map(self, number: int, depth: int) -> dict[str, Value]:
        self.check(number)
        found: dict[str, Value] = {}
        before: tuple[int, bytes] | None = None
        for _ in range(number):
            first = self.take(1)[0]
            if first >> 5 != 3:
                self.refuse("a key that is no string")
            length = self.number(first & 31)
            start = self.at
            key = self.text(length)
            place = length, self.data[start : self.at]
            if before is not None and place <= before:
                self.refuse("keys that are not in order, or one twice")
            before = place
            found[key] = self.value(depth - 1)
        return found

    def link(self, tag: int) -> Cid:
        if tag != _LINK_TAG:
            self.refuse("an unknown tag")
        if self.take(2) != bytes((2 << 5 | 24, _CID_BYTES + 1)) or self.take(1) != b"\x00":
            self.refuse("a link that is none")
        return Cid.read(self.take(_CID_BYTES))

    def text(self, length: int) -> str:
        try:
            return self.take(length).decode()
        except UnicodeDecodeError:
            self.refuse("a string that is no UTF-8")

    def check(self, number: int) -> None:
        if number > len(self.data) - self.at:
            self.refuse("longer than what is there")

    def take(self, number: int) -> bytes:
        self.check(number)
        self.at += number
        return self.data[self.at - number : self.at]
