"""A JSON array, item by item: each with its own bytes, each accepted or refused alone.

Counted before it is taken apart: two bytes are enough for an item that costs a hundred in memory.
"""

from __future__ import annotations

import re
import sys

import msgspec

from rempart.errors import InputError
from rempart.ingest.bounds import TooManyItemsError
from rempart.ingest.decode import parse_one
from rempart.ingest.parsed import Parsed
from rempart.model import ItemRefusal

_split = msgspec.json.Decoder(list[msgspec.Raw]).decode
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)
_SPACE = b" \t\r\n"
_DENSE = 16
"""Bytes per comma; a message has more. What is denser is counted with care before it is split."""


def parse_array(body: bytes, most: int = sys.maxsize) -> list[Parsed | ItemRefusal]:
    """One result per item, in order. Raises `InputError` when the body is no array at all, and
    `TooManyItemsError` when it has more than `most` items."""
    stripped = body.strip(_SPACE)
    if not stripped.startswith(b"["):
        raise InputError("the body is not a JSON array", next_step="send [ … ] or NDJSON")
    if stripped.count(b",") * _DENSE > len(stripped):
        _split_by_commas(stripped, most)
    try:
        split = _split(stripped)
        if len(split) > most:
            raise TooManyItemsError(most)
        parts = [bytes(part) for part in split]
    except (msgspec.MsgspecError, ValueError, RecursionError):
        parts = _split_by_commas(stripped, most)
    return [parse_one(part.strip(_SPACE), index=index) for index, part in enumerate(parts)]


def _split_by_commas(body: bytes, most: int) -> list[bytes]:
    """Cuts at the commas of the outermost array, so that one malformed item costs itself only."""
    parts: list[bytes] = []
    depth = 0
    begin = 1
    for token in _TOKENS.finditer(body):
        mark = body[token.start() : token.start() + 1]
        if mark in (b"[", b"{"):
            depth += 1
        elif mark in (b"]", b"}"):
            depth -= 1
            if depth == 0:
                return _close(body, parts, begin, token.start())
        elif mark == b"," and depth == 1:
            parts.append(body[begin : token.start()])
            if len(parts) >= most:
                raise TooManyItemsError(most)
            begin = token.end()
    raise InputError("the JSON array does not end", next_step="send the whole array")


def _close(body: bytes, parts: list[bytes], begin: int, end: int) -> list[bytes]:
    if body[end + 1 :].strip(_SPACE):
        raise InputError("something follows the JSON array", next_step="send one array")
    last = body[begin:end]
    if parts or last.strip(_SPACE):
        parts.append(last)
    return parts
