"""The compiled path of the log's hashing says what Python says, and is never needed."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Sequence
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import LogError
from rempart.log import commit, kernel, merkle, tiles

COMPILED = pytest.mark.skipif(kernel.KERNEL is None, reason="the kernel is not built here")
BODIES = st.lists(
    st.one_of(
        st.binary(max_size=200),
        st.integers(3_060, 6_160).map(lambda length: b"\xff" * length),
    ),
    max_size=12,
)


@COMPILED
@given(BODIES)
def test_digests_and_leaf_hashes_are_those_of_python(bodies: list[bytes]) -> None:
    assert kernel.KERNEL is not None
    assert kernel.KERNEL.digests(bodies) == [commit.digest(body) for body in bodies]
    assert kernel.KERNEL.leaf_hashes(bodies) == [merkle.leaf_hash(body) for body in bodies]


@given(BODIES)
def test_a_batch_says_what_each_alone_says(bodies: list[bytes]) -> None:
    assert commit.lone_leaves(bodies) == [commit.leaf_of([body]) for body in bodies]
    assert merkle.leaf_hashes(bodies) == [merkle.leaf_hash(body) for body in bodies]


@COMPILED
@pytest.mark.parametrize("count", [0, 1, 3])
def test_roots_of_full_tiles(count: int) -> None:
    assert kernel.KERNEL is not None
    hashes = [sha256(b"%d" % number).digest() for number in range(tiles.WIDTH * count)]
    roots = [
        merkle.tree_hash(hashes[at : at + tiles.WIDTH]) for at in range(0, len(hashes), tiles.WIDTH)
    ]
    assert kernel.KERNEL.tile_roots(b"".join(hashes)) == b"".join(roots)


def sealed(key: bytes, place: int, body: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, body, place.to_bytes(8, "big"))


@COMPILED
@given(BODIES, st.data())
def test_digests_of_sealed_bodies_are_those_of_what_they_say(
    bodies: list[bytes], data: st.DataObject
) -> None:
    """Any byte of one of them changed, cut off or added, and that one does not open."""
    assert kernel.KERNEL is not None
    keys = [bytes([number]) * 32 for number in range(3)]
    which = [number % 3 for number in range(len(bodies))]
    places = [2**40 + 16 * number for number in range(len(bodies))]
    boxes = [
        sealed(keys[key], place, body)
        for key, place, body in zip(which, places, bodies, strict=True)
    ]
    digests = [commit.digest(body) for body in bodies]
    assert kernel.KERNEL.sealed_digests(boxes, keys, which, places) == (digests, b"\1" * len(boxes))
    if not boxes:
        return
    wrong = data.draw(st.integers(0, len(boxes) - 1))
    byte = data.draw(st.integers(0, len(boxes[wrong]) - 1))
    box = bytearray(boxes[wrong])
    box[byte] ^= data.draw(st.integers(1, 255))
    boxes[wrong] = data.draw(st.sampled_from([bytes(box), bytes(box[:byte]), bytes(box) + b"\0"]))
    found, good = kernel.KERNEL.sealed_digests(boxes, keys, which, places)
    assert [place for place, fine in enumerate(good) if not fine] == [wrong]
    assert [one for at, one in enumerate(found) if at != wrong] == [
        one for at, one in enumerate(digests) if at != wrong
    ]


@COMPILED
@pytest.mark.parametrize(
    ("keys", "which", "places"),
    [([bytes(31)], [0], [0]), ([bytes(32)], [1], [0]), ([bytes(32)], [-1], [0]), ([], [], [])],
)
def test_nothing_is_opened_with_a_key_that_is_none(
    keys: list[bytes], which: list[int], places: list[int]
) -> None:
    assert kernel.KERNEL is not None
    with pytest.raises(LogError):
        kernel.KERNEL.sealed_digests([bytes(40)], keys, which, places)


@COMPILED
def test_a_kernel_that_says_otherwise_is_left_out() -> None:
    class Wrong(kernel.Kernel):
        def leaf_hashes(self, leaves: Sequence[bytes]) -> list[bytes]:
            return [sha256(b"\x01" + leaf).digest() for leaf in leaves]

    class Credulous(kernel.Kernel):
        def sealed_digests(
            self,
            sealed: Sequence[bytes],
            keys: Sequence[bytes],
            which: Sequence[int],
            places: Sequence[int],
        ) -> tuple[list[bytes], bytes]:
            digests, _ = super().sealed_digests(sealed, keys, which, places)
            return digests, b"\1" * len(digests)

    library = ctypes.CDLL(str(kernel.BUILT))
    lent = kernel.lent_by_hashlib()
    assert kernel.trusted(kernel.Kernel(library, lent))
    assert not kernel.trusted(Wrong(library, lent))
    assert not kernel.trusted(Credulous(library, lent))


def test_without_it_everything_is_the_same() -> None:
    """In a process of its own, as the choice is made once."""
    program = (
        "from rempart.log import commit, kernel, merkle, tiles\n"
        "bodies = [b'x' * n for n in range(600)]\n"
        "leaves = commit.lone_leaves(bodies)\n"
        "edge, changed = tiles.extend(tiles.EMPTY_EDGE, merkle.leaf_hashes(leaves))\n"
        "print(kernel.KERNEL is None, tiles.root(edge).hex(), len(changed))\n"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "REMPART_NO_KERNEL": without},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for without in ("1", "")
    ]
    assert told[0][0] == "True"
    assert told[0][1:] == told[1][1:]
