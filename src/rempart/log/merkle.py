"""The Merkle tree of RFC 6962 and RFC 9162, as functions of hashes.

Names follow RFC 9162 §2.1: `MTH` is the Merkle Tree Hash, `PATH` an inclusion proof, `PROOF` and
`SUBPROOF` a consistency proof. What makes a proof asks for subtree hashes through `mth(start, end)`
and so works on a list in memory as well as on tiles (see `tiles`). What checks a proof raises
`VerificationError` and says why; a proof with a hash too many or too few never passes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

from rempart.errors import LogError, VerificationError
from rempart.log.compiled import FEW, KERNEL

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

SubtreeHash = Callable[[int, int], bytes]
"""`mth(start, end)`: MTH(D[start:end]) for a range that the tree's own splits produce."""


def leaf_hashes(leaves: Sequence[bytes]) -> list[bytes]:
    """§2.1.1: MTH({d0}) = SHA-256(0x00 || d0), of each."""
    joined = joined_leaf_hashes(leaves)
    return [joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES)]


def joined_leaf_hashes(leaves: Sequence[bytes]) -> bytes:
    """The same, concatenated."""
    if KERNEL is not None and len(leaves) >= FEW:
        return KERNEL.leaf_hashes(leaves)
    return b"".join([sha256(b"\x00" + leaf).digest() for leaf in leaves])


def node_hash(left: bytes, right: bytes) -> bytes:
    """§2.1.1: SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def split_point(size: int) -> int:
    """§2.1.1: k, the largest power of two smaller than `size` (size > 1)."""
    return 1 << (size - 1).bit_length() - 1


def tree_hash(hashes: Sequence[bytes]) -> bytes:
    """§2.1.1: MTH(D_n) over leaf hashes; of nothing it is SHA-256 of the empty string."""
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    while len(level) > 1:
        paired = [
            sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)
        ]
        if len(level) % 2:
            paired.append(level[-1])
        level = paired
    return level[0]


def covering_subtrees(start: int, end: int) -> list[tuple[int, int]]:
    """The fewest whole subtrees that cover `[start, end)`, as ranges from left to right."""
    ranges: list[tuple[int, int]] = []
    while start < end:
        size = 1 << (end - start).bit_length() - 1
        if start:
            size = min(size, start & -start)
        ranges.append((start, start + size))
        start += size
    return ranges


def inclusion_proof(index: int, size: int, mth: SubtreeHash) -> list[bytes]:
    """§2.1.3.1: PATH(m, D_n), from the leaf upwards."""
    if not 0 <= index < size:
        raise LogError(f"entry {index} is not in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split_point(end - start)
        if index < middle:
            path.append(mth(middle, end))
            end = middle
        else:
            path.append(mth(start, middle))
            start = middle
    path.reverse()
    return path


def consistency_proof(old: int, new: int, mth: SubtreeHash) -> list[bytes]:
    """§2.1.4.1: PROOF(m, D_n) = SUBPROOF(m, D_n, true)."""
    if not 0 < old <= new:
        raise LogError(f"a tree of {new} has no consistency proof from {old}")
    proof: list[bytes] = []
    start, end = 0, new
    known = True
    while end != old:
        middle = start + split_point(end - start)
        if old <= middle:
            proof.append(mth(middle, end))
            end = middle
        else:
            proof.append(mth(start, middle))
            start, known = middle, False
    if not known:
        proof.append(mth(start, end))
    proof.reverse()
    return proof


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """§2.1.4.2: raises unless the tree of `new` entries begins with the tree of `old` entries.

    A proof from the empty tree would say nothing, so there is none (§2.1.4.1 wants 0 < m).
    """
    if not 0 < old <= new:
        raise VerificationError(f"a tree of {new} does not grow from one of {old}")
    if old == new:
        if proof or old_root != new_root:
            raise VerificationError(f"two roots, or a proof too many, for one tree of {new}")
        return
    _check_hashes([old_root, new_root, *proof])
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise VerificationError("the consistency proof is too short")
    if _roots_from_consistency_proof(old, new, path) != (old_root, new_root):
        raise VerificationError(f"the tree of {new} does not begin with the tree of {old}")


def _roots_from_consistency_proof(old: int, new: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """§2.1.4.2 steps 3 to 6: the two roots that this path leads to."""
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            raise VerificationError("the consistency proof is too long")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise VerificationError("the consistency proof is too short")
    return fr, sr


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(value) != HASH_BYTES for value in hashes):
        raise VerificationError("hashes have 32 bytes")
