"""The compiled path of the log's hashing says what Python says, and is never needed."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Sequence
from hashlib import blake2b, sha256

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from tests.log import trees

from rempart.errors import LogError
from rempart.log import commit, compiled, kernel, merkle, tiles
from rempart.log.master_key import MasterKey

COMPILED = pytest.mark.skipif(compiled.KERNEL is None, reason="the kernel is not built here")
BODIES = st.lists(
    st.one_of(
        st.binary(max_size=200),
        st.integers(3_060, 6_160).map(lambda length: b"\xff" * length),
    ),
    max_size=12,
)


@COMPILED
@given(BODIES)
def test_leaves_and_their_hashes_are_those_of_python(bodies: list[bytes]) -> None:
    assert compiled.KERNEL is not None
    leaves = [commit.leaf_of([body]) for body in bodies]
    assert compiled.KERNEL.leaves(commit.LONE_LEAF, bodies) == leaves
    assert compiled.KERNEL.leaf_hashes(bodies) == b"".join(map(trees.leaf_hash, bodies))


@given(BODIES)
def test_a_batch_says_what_each_alone_says(bodies: list[bytes]) -> None:
    assert commit.lone_leaves(bodies) == [commit.leaf_of([body]) for body in bodies]
    assert merkle.leaf_hashes(bodies) == [trees.leaf_hash(body) for body in bodies]


@COMPILED
@pytest.mark.parametrize("count", [0, 1, 3])
def test_roots_of_full_tiles(count: int) -> None:
    assert compiled.KERNEL is not None
    hashes = [sha256(b"%d" % number).digest() for number in range(tiles.WIDTH * count)]
    roots = [
        merkle.tree_hash(hashes[at : at + tiles.WIDTH]) for at in range(0, len(hashes), tiles.WIDTH)
    ]
    assert compiled.KERNEL.tile_roots(b"".join(hashes)) == b"".join(roots)


def sealed(key: bytes, place: int, body: bytes) -> bytes:
    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, body, place.to_bytes(8, "big"))


def with_one_wrong(boxes: list[bytes], data: st.DataObject) -> tuple[int, list[bytes]]:
    """Any byte of one of them changed, or it is cut there, or longer by one: which, and all."""
    wrong = data.draw(st.integers(0, len(boxes) - 1))
    byte = data.draw(st.integers(0, len(boxes[wrong]) - 1))
    box = bytearray(boxes[wrong])
    box[byte] ^= data.draw(st.integers(1, 255))
    torn = data.draw(st.sampled_from([bytes(box), bytes(box[:byte]), boxes[wrong] + b"\0"]))
    return wrong, [*boxes[:wrong], torn, *boxes[wrong + 1 :]]


@COMPILED
@given(BODIES, st.integers(1, 3), st.data())
def test_leaves_of_sealed_bodies_are_those_of_what_they_say(
    bodies: list[bytes], run: int, data: st.DataObject
) -> None:
    """`run`: so many bodies of one key follow each other. One of them changed does not open, and
    says nothing of those beside it."""
    assert compiled.KERNEL is not None
    keys = [bytes([number // run % 3]) * 32 for number in range(len(bodies))]
    places = [2**40 + 16 * number for number in range(len(bodies))]
    boxes = [
        sealed(key, place, body) for key, place, body in zip(keys, places, bodies, strict=True)
    ]
    leaves = commit.lone_leaves(bodies)
    opened = compiled.KERNEL.sealed_leaves(commit.LONE_LEAF, boxes, keys, places)
    assert opened == (leaves, b"\1" * len(boxes))
    if not boxes:
        return
    wrong, boxes = with_one_wrong(boxes, data)
    found, good = compiled.KERNEL.sealed_leaves(commit.LONE_LEAF, boxes, keys, places)
    assert [place for place, fine in enumerate(good) if not fine] == [wrong]
    assert [one for at, one in enumerate(found) if at != wrong] == [
        one for at, one in enumerate(leaves) if at != wrong
    ]


@COMPILED
@given(BODIES, st.integers(1, 3))
def test_what_it_seals_is_what_python_seals(bodies: list[bytes], run: int) -> None:
    assert compiled.KERNEL is not None
    count = len(bodies)
    keys = [bytes([number // run % 3]) * 32 for number in range(count)]
    nonces = os.urandom(12 * count)
    places = [2**50 + number for number in range(count)]
    assert compiled.KERNEL.sealed(bodies, keys, nonces, places) == [
        nonce + AESGCM(key).encrypt(nonce, body, place.to_bytes(8, "big"))
        for nonce, key, body, place in zip(
            [nonces[at : at + 12] for at in range(0, 12 * count, 12)],
            keys,
            bodies,
            places,
            strict=True,
        )
    ]


@COMPILED
@given(st.lists(st.tuples(st.integers(0, 2**62), st.binary(min_size=32, max_size=32))), st.data())
def test_keys_are_unwrapped_as_python_does(
    keys: list[tuple[int, bytes]], data: st.DataObject
) -> None:
    assert compiled.KERNEL is not None
    secret, prefix = os.urandom(32), os.urandom(16) + b" subject "
    master = MasterKey(secret)
    numbers = [number for number, _ in keys]
    whole = [key for _, key in keys]
    wrapped = [
        master.wrap(key, prefix + b"%d" % number)
        for key, number in zip(whole, numbers, strict=True)
    ]
    nonces = b"".join([one[:12] for one in wrapped])
    again = compiled.KERNEL.wrapped(secret, prefix, numbers, b"".join(whole), nonces)
    assert again == wrapped
    assert compiled.KERNEL.unwrapped(secret, prefix, numbers, wrapped) == whole
    assert not any(compiled.KERNEL.unwrapped(os.urandom(32), prefix, numbers, wrapped))
    if not keys:
        return
    wrong, wrapped = with_one_wrong(wrapped, data)
    left = [b"" if at == wrong else key for at, key in enumerate(whole)]
    assert compiled.KERNEL.unwrapped(secret, prefix, numbers, wrapped) == left
    assert master.unwrap_all(prefix, numbers, wrapped) == left
    person, bucket = b"rempart body 1", os.urandom(32)
    sealing = [
        key and blake2b(bucket, key=key, digest_size=32, person=person).digest() for key in left
    ]
    assert compiled.KERNEL.derived(secret, prefix, numbers, wrapped, person, bucket) == sealing
    assert master.body_keys(prefix, numbers, wrapped, bucket) == sealing
    moved = [(number + 1) % 2**62 for number in numbers]
    assert not any(compiled.KERNEL.unwrapped(secret, prefix, moved, wrapped))


@COMPILED
@given(st.lists(st.binary(min_size=32, max_size=32)), st.binary(max_size=300))
def test_keyed_hashes_are_those_of_python(keys: list[bytes], message: bytes) -> None:
    assert compiled.KERNEL is not None
    for person in (b"", b"rempart body 1", b"sixteen bytes..."):
        assert compiled.KERNEL.keyed(person, keys, message) == [
            blake2b(message, key=key, digest_size=32, person=person).digest() for key in keys
        ]


KEY = bytes(32)


@COMPILED
@pytest.mark.parametrize(
    ("keys", "places"),
    [([bytes(31)], [0]), ([], [0]), ([KEY], []), ([KEY, KEY], [0]), ([KEY], [2**63])],
)
def test_what_does_not_belong_together_never_reaches_it(
    keys: list[bytes], places: list[int]
) -> None:
    kernel = compiled.KERNEL
    assert kernel is not None
    with pytest.raises(LogError):
        kernel.sealed_leaves(commit.LONE_LEAF, [bytes(40)], keys, places)
    with pytest.raises(LogError):
        kernel.sealed([b"body"], keys, bytes(12), places)
    with pytest.raises(LogError):
        kernel.sealed([b"body"], [KEY], bytes(11), [0])
    with pytest.raises(LogError):
        kernel.unwrapped(bytes(31), b"key ", [0], [bytes(60)])
    with pytest.raises(LogError):
        kernel.unwrapped(KEY, b"key ", [0, 1], [bytes(60)])
    with pytest.raises(LogError, match="no AES-256-GCM"):
        kernel.unwrapped(KEY, bytes(65), [0], [bytes(60)])
    for numbers, wrapping, nonces in (
        ([0], bytes(31), bytes(12)),
        ([0], KEY, bytes(11)),
        ([0, 1], KEY, bytes(12)),
        ([-1], KEY, bytes(12)),
    ):
        with pytest.raises(LogError):
            kernel.wrapped(KEY, b"key ", numbers, wrapping, nonces)
    with pytest.raises(LogError):
        kernel.keyed(b"person", [bytes(31)], b"")
    with pytest.raises(LogError, match="no BLAKE2b"):
        kernel.keyed(bytes(17), [KEY], b"")


@COMPILED
def test_a_kernel_that_says_otherwise_is_left_out() -> None:
    class Wrong(kernel.Kernel):
        def leaf_hashes(self, leaves: Sequence[bytes]) -> bytes:
            return b"".join([sha256(b"\x01" + leaf).digest() for leaf in leaves])

    class Credulous(kernel.Kernel):
        def sealed_leaves(
            self,
            frame: kernel.Frame,
            sealed: Sequence[bytes],
            keys: Sequence[bytes],
            places: Sequence[int],
        ) -> tuple[list[bytes], bytes]:
            leaves, _ = super().sealed_leaves(frame, sealed, keys, places)
            return leaves, b"\1" * len(leaves)

    class Repeating(kernel.Kernel):
        def sealed(
            self,
            bodies: Sequence[bytes],
            keys: Sequence[bytes],
            nonces: bytes,
            places: Sequence[int],
        ) -> list[bytes]:
            return super().sealed(bodies, keys, nonces[:12] * len(bodies), places)

    class Placeless(kernel.Kernel):
        def unwrapped(
            self, master: bytes, prefix: bytes, numbers: Sequence[int], wrapped: Sequence[bytes]
        ) -> list[bytes]:
            return super().unwrapped(master, prefix, [0] * len(numbers), wrapped)

    class Impersonal(kernel.Kernel):
        def keyed(self, person: bytes, keys: Sequence[bytes], message: bytes) -> list[bytes]:
            return super().keyed(b"", keys, message)

    class Careless(kernel.Kernel):
        def wrapped(
            self, master: bytes, prefix: bytes, numbers: Sequence[int], keys: bytes, nonces: bytes
        ) -> list[bytes]:
            return super().wrapped(master, prefix, numbers, keys, bytes(len(nonces)))

    library = ctypes.CDLL(str(compiled.BUILT))
    lent = compiled.lent_by_hashlib()
    assert compiled.trusted(kernel.Kernel(library, lent))
    for other in (Wrong, Credulous, Repeating, Careless, Placeless, Impersonal):
        assert not compiled.trusted(other(library, lent)), other.__name__


def test_without_it_everything_is_the_same() -> None:
    """In a process of its own, as the choice is made once."""
    program = (
        "from rempart.log import commit, compiled, merkle, tiles\n"
        "bodies = [b'x' * n for n in range(600)]\n"
        "leaves = commit.lone_leaves(bodies)\n"
        "edge, changed = tiles.extend(tiles.EMPTY_EDGE, merkle.joined_leaf_hashes(leaves))\n"
        "print(compiled.KERNEL is None, tiles.root(edge).hex(), len(changed))\n"
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
