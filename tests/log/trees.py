"""The side of the tree that the product leaves to others: a tree kept as a list, and whoever checks
a proof of inclusion. Written from RFC 9162, and so what the log's proofs are held against."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from rempart.errors import VerificationError
from rempart.log.merkle import HASH_BYTES, SubtreeHash, node_hash, tree_hash


def leaf_hash(leaf: bytes) -> bytes:
    """§2.1.1: MTH({d0}) = SHA-256(0x00 || d0)."""
    return sha256(b"\x00" + leaf).digest()


def subtrees_of(hashes: Sequence[bytes]) -> SubtreeHash:
    """`mth` over a list of leaf hashes in memory."""
    return lambda start, end: tree_hash(hashes[start:end])


def root_from_inclusion_proof(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """§2.1.3.2 steps 1 to 4: the root that this leaf hash and path lead to."""
    if any(len(one) != HASH_BYTES for one in (leaf, *proof)):
        raise VerificationError("a hash is not of 32 bytes")
    if not 0 <= index < size:
        raise VerificationError(f"entry {index} is not in a tree of {size}")
    fn, sn = index, size - 1
    r = leaf
    for p in proof:
        if sn == 0:
            raise VerificationError("the inclusion proof is too long")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise VerificationError("the inclusion proof is too short")
    return r


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """§2.1.3.2: raises unless the tree of `size` with this `root` has `leaf` at `index`."""
    if root_from_inclusion_proof(leaf, index, size, proof) != root:
        raise VerificationError(f"entry {index} is not in the tree with this root")
