"""The compiled path of the log's hashing says what Python says, and is never needed."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@COMPILED
def test_a_kernel_that_hashes_otherwise_is_left_out() -> None:
    class Wrong(kernel.Kernel):
        def leaf_hashes(self, leaves):  # type: ignore[no-untyped-def]
            return [sha256(b"\x01" + leaf).digest() for leaf in leaves]

    library = ctypes.CDLL(str(kernel.BUILT))
    lent = kernel.lent_by_hashlib()
    assert kernel.trusted(kernel.Kernel(library, lent))
    assert not kernel.trusted(Wrong(library, lent))


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
