"""The tree kept as tiles of height 8 (C2SP tlog-tiles).

Tile `index` of `level` L holds up to 256 hashes of the tree's level 8·L. Only full tiles of one
level have a hash in the level above, so a tile grows by appending and never changes what it holds.
`Edge` is all that appending needs to remember: the unfinished tile of each level.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from rempart.errors import LogError
from rempart.log.compiled import KERNEL
from rempart.log.merkle import (
    EMPTY_ROOT,
    HASH_BYTES,
    SubtreeHash,
    consistency_proof,
    inclusion_proof,
    node_hash,
    split_point,
    tree_hash,
)

HEIGHT = 8
WIDTH = 1 << HEIGHT
TILE_BYTES = WIDTH * HASH_BYTES

ReadTile = Callable[[int, int], bytes | None]
"""`read_tile(level, index)`: concatenated hashes, at least as many as the tree asked about has."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile to write: 1 to 256 hashes, concatenated; replaces a shorter one of the same place."""

    level: int
    index: int
    hashes: bytes


class Edge(NamedTuple):
    """The right edge of a tree of `size` entries: `partial[L]` are the concatenated hashes of the
    unfinished tile of level L, empty when the last one is full."""

    size: int
    partial: tuple[bytes, ...]


EMPTY_EDGE = Edge(0, ())


def extend(edge: Edge, leaf_hashes: bytes) -> tuple[Edge, list[Tile]]:
    """Appends leaf hashes, given concatenated; returns the new edge and every tile that changed,
    lowest level first."""
    tiles: list[Tile] = []
    partial: list[bytes] = []
    count, over = divmod(len(leaf_hashes), HASH_BYTES)
    if over:
        raise LogError("leaf hashes have 32 bytes")
    new = leaf_hashes
    level = 0
    while new or level < len(edge.partial):
        before = edge.partial[level] if level < len(edge.partial) else b""
        rest, new = _extend_level(edge.size, level, before, new, tiles)
        partial.append(rest)
        level += 1
    return Edge(edge.size + count, tuple(partial)), tiles


def _extend_level(
    size: int, level: int, before: bytes, new: bytes, tiles: list[Tile]
) -> tuple[bytes, bytes]:
    """The unfinished rest of this level, and the hashes that go to the level above."""
    if not new:
        return before, b""
    hashes = before + new
    index = size >> HEIGHT * (level + 1)
    full = len(hashes) - len(hashes) % TILE_BYTES
    for at in range(0, full, TILE_BYTES):
        tiles.append(Tile(level, index, hashes[at : at + TILE_BYTES]))
        index += 1
    rest = hashes[full:]
    if rest:
        tiles.append(Tile(level, index, rest))
    return rest, _tile_roots(hashes[:full])


def _tile_roots(tiles: bytes) -> bytes:
    """The root of each of these full tiles, concatenated like them."""
    if KERNEL is not None:
        return KERNEL.tile_roots(tiles)
    return b"".join(
        [_perfect_root(tiles[at : at + TILE_BYTES]) for at in range(0, len(tiles), TILE_BYTES)]
    )


def _perfect_root(hashes: bytes) -> bytes:
    """Root of 2^n concatenated hashes: pairs are neighbours already, so slices of 64 bytes do."""
    while len(hashes) > HASH_BYTES:
        hashes = b"".join(
            [sha256(b"\x01" + hashes[i : i + 64]).digest() for i in range(0, len(hashes), 64)]
        )
    return hashes


def root(edge: Edge) -> bytes:
    """Root hash of the whole tree, from its edge alone."""
    right: bytes | None = None
    for hashes in edge.partial:
        if not hashes:
            continue
        part = tree_hash(_split(hashes)) if right is None else _root_with_right(hashes, right)
        right = part
    return EMPTY_ROOT if right is None else right


def _root_with_right(hashes: bytes, right: bytes) -> bytes:
    """Root over full subtrees `hashes` and, right of them, one unfinished subtree.

    As MTH splits at powers of two, the unfinished one counts as one more hash of this level.
    """
    return tree_hash([*_split(hashes), right])


def _split(hashes: bytes) -> list[bytes]:
    return [hashes[i : i + HASH_BYTES] for i in range(0, len(hashes), HASH_BYTES)]


def edge_of(size: int, read_tile: ReadTile) -> Edge:
    """The edge of a tree of `size` entries, read back from its tiles (also an earlier size)."""
    partial: list[bytes] = []
    count = size
    level = 0
    while count:
        width = count % WIDTH
        partial.append(_tile(read_tile, level, count // WIDTH, width) if width else b"")
        count //= WIDTH
        level += 1
    return Edge(size, tuple(partial))


def subtrees_from(read_tile: ReadTile) -> SubtreeHash:
    """`mth(start, end)` over tiles; give `read_tile` a cache when making many proofs."""

    def mth(start: int, end: int) -> bytes:
        count = end - start
        if count & (count - 1):
            middle = start + split_point(count)
            return node_hash(mth(start, middle), mth(middle, end))
        height = count.bit_length() - 1
        level, above = divmod(height, HEIGHT)
        first = start >> HEIGHT * level
        width = 1 << above
        index, offset = divmod(first, WIDTH)
        hashes = _tile(read_tile, level, index, offset + width)
        return _perfect_root(hashes[HASH_BYTES * offset :])

    return mth


def root_at(size: int, read_tile: ReadTile) -> bytes:
    """Root hash of the tree when it had `size` entries."""
    return root(edge_of(size, read_tile))


def prove_inclusion(index: int, size: int, read_tile: ReadTile) -> list[bytes]:
    """Inclusion proof of entry `index` in the tree when it had `size` entries."""
    return inclusion_proof(index, size, subtrees_from(read_tile))


def prove_consistency(old: int, new: int, read_tile: ReadTile) -> list[bytes]:
    """Proof that the tree of `new` entries begins with the tree of `old` entries."""
    return consistency_proof(old, new, subtrees_from(read_tile))


def _tile(read_tile: ReadTile, level: int, index: int, width: int) -> bytes:
    hashes = read_tile(level, index) or b""
    if len(hashes) < width * HASH_BYTES:
        raise LogError(
            f"tile {tile_path(level, index)} has {len(hashes) // HASH_BYTES} of {width} hashes",
            next_step="rempart log scrub says what else is missing",
        )
    return hashes[: width * HASH_BYTES]


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """C2SP path under the log's prefix: `tile/0/x001/234`, with `.p/17` for a partial tile."""
    return f"tile/{level}/{encode_index(index)}{_partial(width)}"


def _partial(width: int) -> str:
    return "" if width == WIDTH else f".p/{width}"


def encode_index(index: int) -> str:
    """Groups of three digits, all but the last with an `x`: 1234067 is `x001/x234/067`."""
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        groups.append(f"x{index % 1000:03d}")
    return "/".join(reversed(groups))


def decode_index(text: str) -> int:
    """The inverse of `encode_index`; refuses every other spelling."""
    index = 0
    for group in text.split("/"):
        digits = group.removeprefix("x")
        if not (len(digits) == 3 and digits.isascii() and digits.isdigit()) or len(text) > 30:
            raise LogError("not the path of a tile", where=text[:40])
        index = index * 1000 + int(digits)
    if encode_index(index) != text:
        raise LogError("not the path of a tile", where=text[:40])
    return index


def entry_bundle(leaves: Sequence[bytes]) -> bytes:
    """C2SP entry bundle: each leaf with its length before it, in two big-endian bytes."""
    if any(len(leaf) > 0xFFFF for leaf in leaves):
        raise LogError("a leaf of a bundle has at most 65535 bytes")
    return b"".join([len(leaf).to_bytes(2, "big") + leaf for leaf in leaves])
