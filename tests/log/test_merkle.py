"""The tree speaks RFC 6962: every public vector, and proofs of trees of every small size."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.log import trees

from rempart.errors import LogError, VerificationError
from rempart.log import merkle

VECTORS = json.loads(
    (Path(__file__).parents[1] / "data" / "log" / "rfc6962_vectors.json").read_text()
)


def proof_of(vector: dict[str, Any]) -> list[bytes]:
    return [b64decode(value) for value in vector["proof"] or ()]


def test_all_vectors_are_there() -> None:
    assert len(VECTORS["inclusion"]) + len(VECTORS["consistency"]) == 196


@pytest.mark.parametrize("vector", VECTORS["inclusion"], ids=lambda v: v["name"])
def test_inclusion_vector(vector: dict[str, Any]) -> None:
    def verify() -> None:
        trees.verify_inclusion(
            b64decode(vector["leafHash"] or ""),
            vector["leafIdx"],
            vector["treeSize"],
            proof_of(vector),
            b64decode(vector["root"] or ""),
        )

    if vector["wantErr"]:
        with pytest.raises(VerificationError):
            verify()
    else:
        verify()


@pytest.mark.parametrize("vector", VECTORS["consistency"], ids=lambda v: v["name"])
def test_consistency_vector(vector: dict[str, Any]) -> None:
    def verify() -> None:
        merkle.verify_consistency(
            vector["size1"],
            vector["size2"],
            b64decode(vector["root1"] or ""),
            b64decode(vector["root2"] or ""),
            proof_of(vector),
        )

    if vector["wantErr"]:
        with pytest.raises(VerificationError):
            verify()
    else:
        verify()


def leaves(count: int) -> list[bytes]:
    return [trees.leaf_hash(b"%d" % i) for i in range(count)]


def test_every_proof_of_every_tree_up_to_33_entries() -> None:
    for size in range(1, 34):
        hashes = leaves(size)
        mth = trees.subtrees_of(hashes)
        root = merkle.tree_hash(hashes)
        for index in range(size):
            path = merkle.inclusion_proof(index, size, mth)
            trees.verify_inclusion(hashes[index], index, size, path, root)
        for old in range(1, size + 1):
            proof = merkle.consistency_proof(old, size, mth)
            merkle.verify_consistency(old, size, merkle.tree_hash(hashes[:old]), root, proof)


@given(
    size=st.integers(1, 70),
    data=st.data(),
)
def test_no_proof_survives_a_change(size: int, data: st.DataObject) -> None:
    hashes = leaves(size)
    mth = trees.subtrees_of(hashes)
    root = merkle.tree_hash(hashes)
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_proof(index, size, mth)
    other = data.draw(st.integers(0, 80).filter(lambda i: i != index))
    with pytest.raises(VerificationError):
        trees.verify_inclusion(hashes[index], other, size, path, root)
    with pytest.raises(VerificationError):
        trees.verify_inclusion(hashes[index], index, size, [*path, root], root)
    for place, value in enumerate(path):
        changed = [*path]
        changed[place] = bytes([value[0] ^ 1]) + value[1:]
        with pytest.raises(VerificationError):
            trees.verify_inclusion(hashes[index], index, size, changed, root)
        with pytest.raises(VerificationError):
            trees.verify_inclusion(
                hashes[index], index, size, path[:place] + path[place + 1 :], root
            )


@given(old=st.integers(1, 60), more=st.integers(0, 60), data=st.data())
def test_rewritten_history_has_no_consistency_proof(
    old: int, more: int, data: st.DataObject
) -> None:
    before = leaves(old)
    after = leaves(old + more)
    after[data.draw(st.integers(0, old - 1))] = trees.leaf_hash(b"rewritten")
    proof = merkle.consistency_proof(old, old + more, trees.subtrees_of(after))
    with pytest.raises(VerificationError):
        merkle.verify_consistency(
            old, old + more, merkle.tree_hash(before), merkle.tree_hash(after), proof
        )


def test_an_entry_outside_the_tree_has_no_proof() -> None:
    with pytest.raises(LogError):
        merkle.inclusion_proof(3, 3, trees.subtrees_of(leaves(3)))
    with pytest.raises(LogError):
        merkle.consistency_proof(4, 3, trees.subtrees_of(leaves(3)))
