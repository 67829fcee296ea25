"""The compiled path of the log's hashing, when it is there: `kernel.c` called through ctypes.

Rules of this module:

1. The compiled path gives the very same bytes as Python; without it everything works as well. At
   the start it is asked for hashes that hashlib has made, and left out if one is another.
2. SHA-256 is that of the library behind `hashlib`. A Python that has none of its own to lend (built
   without it, or into itself) goes without this path.
3. `REMPART_NO_KERNEL=1` at the start leaves it out. A library that cannot be loaded is left out.
"""

from __future__ import annotations

import ctypes
import os
from array import array
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

HASH_BYTES: Final = 32
DIGEST_CHARACTERS: Final = 43
TILE_BYTES: Final = 256 * HASH_BYTES
FEW: Final = 4
"""For fewer, handing over costs as much as it saves."""
_BORROWED: Final = ("SHA256_Init", "SHA256_Update", "SHA256_Final")


class _Sha256(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_void_p) for name in _BORROWED)


class Kernel:
    """The compiled path over one implementation of SHA-256."""

    def __init__(self, library: ctypes.CDLL, lent: ctypes.CDLL) -> None:
        """AttributeError: one of the two lacks a function."""
        found = [ctypes.cast(getattr(lent, name), ctypes.c_void_p) for name in _BORROWED]
        self._lent = lent
        self._kept = _Sha256(*found)
        self._sha = ctypes.addressof(self._kept)
        pointer, number = ctypes.c_void_p, ctypes.c_int64
        self._digests = library.rempart_digests
        self._leaf_hashes = library.rempart_leaf_hashes
        self._tile_roots = library.rempart_tile_roots
        for function in (self._digests, self._leaf_hashes):
            function.restype = None
            function.argtypes = [pointer, ctypes.c_char_p, pointer, number, pointer]
        self._tile_roots.restype = None
        self._tile_roots.argtypes = [pointer, ctypes.c_char_p, number, pointer]

    def digests(self, bodies: Sequence[bytes]) -> list[bytes]:
        """`commit.digest` of each."""
        count = len(bodies)
        lengths = array("q", map(len, bodies))
        out = ctypes.create_string_buffer(DIGEST_CHARACTERS * count + 1)
        self._digests(self._sha, b"".join(bodies), lengths.buffer_info()[0], count, out)
        raw = out.raw
        return [
            raw[at : at + DIGEST_CHARACTERS]
            for at in range(0, DIGEST_CHARACTERS * count, DIGEST_CHARACTERS)
        ]

    def leaf_hashes(self, leaves: Sequence[bytes]) -> list[bytes]:
        """`merkle.leaf_hash` of each."""
        count = len(leaves)
        lengths = array("q", map(len, leaves))
        out = ctypes.create_string_buffer(HASH_BYTES * count + 1)
        self._leaf_hashes(self._sha, b"".join(leaves), lengths.buffer_info()[0], count, out)
        raw = out.raw
        return [raw[at : at + HASH_BYTES] for at in range(0, HASH_BYTES * count, HASH_BYTES)]

    def tile_roots(self, tiles: bytes) -> bytes:
        """The root of each full tile of these concatenated ones; concatenated too."""
        count = len(tiles) // TILE_BYTES
        out = ctypes.create_string_buffer(HASH_BYTES * count + 1)
        self._tile_roots(self._sha, tiles, count, out)
        return out.raw[:-1]


BUILT: Final = Path(__file__).with_name("_kernel.so")


def lent_by_hashlib() -> ctypes.CDLL:
    """The library that `hashlib` is made of; ImportError or OSError where it is none of its own."""
    import _hashlib

    return ctypes.CDLL(_hashlib.__file__)


def _load() -> Kernel | None:
    if os.environ.get("REMPART_NO_KERNEL") == "1" or not BUILT.exists():
        return None
    try:
        kernel = Kernel(ctypes.CDLL(str(BUILT)), lent_by_hashlib())
    except (ImportError, OSError, AttributeError):
        return None
    return kernel if trusted(kernel) else None


def trusted(kernel: Kernel) -> bool:
    """Whether it says what Python says, over lengths around every block."""
    texts = [bytes(range(length)) for length in range(256)]
    hashes = [sha256(b"\x00" + text).digest() for text in texts]
    encoded = [urlsafe_b64encode(text).rstrip(b"=") for text in texts]
    digests = [urlsafe_b64encode(sha256(text).digest())[:DIGEST_CHARACTERS] for text in encoded]
    level = hashes
    while len(level) > 1:
        level = [sha256(b"\x01" + a + b).digest() for a, b in zip(*[iter(level)] * 2, strict=True)]
    return (
        kernel.leaf_hashes(texts) == hashes
        and kernel.digests(texts) == digests
        and kernel.tile_roots(b"".join(hashes)) == level[0]
    )


KERNEL: Final = _load()
