"""The tree of a repository (MST, https://atproto.com/specs/repository): is this record in it?

Only the way down to one key is walked, and each node on it is checked as if the whole tree were:
keys in order and within what the nodes above leave, each at the depth that its hash says, prefixes
as short as they must be, no level skipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Final, NamedTuple, NoReturn

from rempart.errors import VerificationError
from rempart.ingest.atproto.cbor import Cid, Value, decode_map

LONGEST_KEY: Final = 1024
_NODE: Final = {"e", "l"}
_ENTRY: Final = {"k", "p", "t", "v"}


class NotInTreeError(VerificationError):
    """The tree holds no such record: proven, as the whole way down is there."""


class _Entry(NamedTuple):
    key: bytes
    value: Cid
    right: Cid | None


def depth_of(key: bytes) -> int:
    """At which level of the tree a key stands: the zero bits its SHA-256 begins with, in pairs."""
    digest = int.from_bytes(sha256(key).digest(), "big")
    return (256 - digest.bit_length()) // 2


def find(blocks: Mapping[Cid, bytes], root: Cid, key: bytes) -> Cid:
    """The CID of the record under this key. NotInTreeError when it is proven that there is none;
    VerificationError when a node is missing or is not as it must be."""
    at, level, wanted = root, None, depth_of(key)
    low, high = b"", None
    while True:
        left, entries = _node(blocks, at)
        level = _level(at, left, entries, level, is_root=at == root)
        _check_range(at, entries, low, high)
        down = left
        for entry in entries:
            if entry.key > key:
                high = entry.key
                break
            if entry.key == key:
                return entry.value
            low, down = entry.key, entry.right
        if level <= wanted or down is None:
            raise NotInTreeError("the repository of this account holds no such record")
        at, level = down, level - 1


def _level(
    at: Cid, left: Cid | None, entries: list[_Entry], expected: int | None, *, is_root: bool
) -> int:
    depths = {depth_of(entry.key) for entry in entries}
    if len(depths) > 1 or (expected is not None and depths - {expected}):
        _refuse("a key stands at another depth than its hash says", at)
    if not entries and (left is None or is_root) and not (is_root and left is None):
        _refuse("an empty node", at)
    found = depths.pop() if depths else (expected or 0)
    if found == 0 and (left is not None or any(entry.right is not None for entry in entries)):
        _refuse("a node below the lowest level", at)
    return found


def _check_range(at: Cid, entries: list[_Entry], low: bytes, high: bytes | None) -> None:
    keys = [entry.key for entry in entries]
    if any(key <= low for key in keys) or (high is not None and any(key >= high for key in keys)):
        _refuse("keys outside what the nodes above leave", at)


def _node(blocks: Mapping[Cid, bytes], cid: Cid) -> tuple[Cid | None, list[_Entry]]:
    content = blocks.get(cid)
    if content is None:
        _refuse("a node of the way down is missing", cid)
    node = decode_map(content)
    told = node.get("e")
    if set(node) != _NODE or not isinstance(told, list):
        _refuse("not a node of a tree", cid)
    entries: list[_Entry] = []
    before = b""
    for one in told:
        entry = _entry(one, before, cid)
        before = entry.key
        entries.append(entry)
    return _link(node["l"], cid), entries


def _entry(told: Value, before: bytes, cid: Cid) -> _Entry:
    if not isinstance(told, dict) or set(told) != _ENTRY:
        _refuse("not an entry of a node", cid)
    prefix, suffix, value = told["p"], told["k"], told["v"]
    if type(prefix) is not int or not isinstance(suffix, bytes) or not isinstance(value, Cid):
        _refuse("not an entry of a node", cid)
    key = before[:prefix] + suffix
    if not 0 <= prefix <= len(before) or not before < key or len(key) > LONGEST_KEY:
        _refuse("keys that are not in order", cid)
    if prefix != _shared(before, key):
        _refuse("a key that is not in its shortest form", cid)
    return _Entry(key, value, _link(told["t"], cid))


def _link(told: Value, cid: Cid) -> Cid | None:
    if told is None or (isinstance(told, Cid) and told.is_block):
        return told
    _refuse("not a link to a node", cid)


def _shared(one: bytes, other: bytes) -> int:
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return place
    return min(len(one), len(other))


def _refuse(why: str, cid: Cid) -> NoReturn:
    raise VerificationError(why, where=f"node {cid}")
