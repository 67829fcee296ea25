"""The compiled path of the log's checks, when it is there: `kernel.c` called through ctypes.

Rules of this module:

1. The compiled path gives the very same bytes as Python; without it everything works as well. At
   the start it is asked for hashes that hashlib has made, and about sealed bodies, some of them
   changed; it is left out if it says anything else.
2. SHA-256 and AES-256-GCM are those of the library behind `hashlib`. A Python that has none of its
   own to lend (built without it, or into itself) goes without this path.
3. `REMPART_NO_KERNEL=1` at the start leaves it out. A library that cannot be loaded is left out.
"""

from __future__ import annotations

import ctypes
import os
from array import array
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rempart.errors import LogError

HASH_BYTES: Final = 32
DIGEST_CHARACTERS: Final = 43
TILE_BYTES: Final = 256 * HASH_BYTES
FEW: Final = 4
"""For fewer, handing over costs as much as it saves."""
KEY_BYTES: Final = 32
_HASHING: Final = ("SHA256_Init", "SHA256_Update", "SHA256_Final")
_OPENING: Final = (
    "EVP_CIPHER_CTX_new",
    "EVP_CIPHER_CTX_free",
    "EVP_aes_256_gcm",
    "EVP_DecryptInit_ex",
    "EVP_DecryptUpdate",
    "EVP_CIPHER_CTX_ctrl",
    "EVP_DecryptFinal_ex",
)


class Kernel:
    """The compiled path over one library of SHA-256 and AES-256-GCM."""

    def __init__(self, library: ctypes.CDLL, lent: ctypes.CDLL) -> None:
        """AttributeError: one of the two lacks a function."""
        pointer, number = ctypes.c_void_p, ctypes.c_int64
        self._lent = lent
        self._kept = [
            (pointer * len(names))(*[ctypes.cast(getattr(lent, name), pointer) for name in names])
            for names in (_HASHING, _OPENING)
        ]
        self._sha, self._aead = map(ctypes.addressof, self._kept)
        self._digests = library.rempart_digests
        self._leaf_hashes = library.rempart_leaf_hashes
        self._tile_roots = library.rempart_tile_roots
        for function in (self._digests, self._leaf_hashes):
            function.restype = None
            function.argtypes = [pointer, ctypes.c_char_p, pointer, number, pointer]
        self._sealed_digests = library.rempart_sealed_digests
        self._sealed_digests.restype = ctypes.c_int
        self._sealed_digests.argtypes = [
            *(pointer, pointer, ctypes.c_char_p, pointer, ctypes.c_char_p),
            *(pointer, pointer, number, pointer, pointer, pointer),
        ]
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

    def sealed_digests(
        self,
        sealed: Sequence[bytes],
        keys: Sequence[bytes],
        which: Sequence[int],
        places: Sequence[int],
    ) -> tuple[list[bytes], bytes]:
        """`commit.digest` of what each sealed body says (nonce, ciphertext, tag), opened with the
        key `keys[which]` at its place; and a byte for each: 0 when it does not open, and its digest
        says nothing. LogError: the library cannot."""
        count = len(sealed)
        lengths = array("q", map(len, sealed))
        numbers, at = array("q", which), array("q", places)
        if not (count == len(numbers) == len(at) and all(len(key) == KEY_BYTES for key in keys)):
            raise LogError("bodies are opened with keys of 32 bytes, each at its place")
        if numbers and not 0 <= min(numbers) <= max(numbers) < len(keys):
            raise LogError("a body is to be opened with a key that is not there")
        room = ctypes.create_string_buffer(max(lengths, default=0) + 1)
        good = ctypes.create_string_buffer(count + 1)
        out = ctypes.create_string_buffer(DIGEST_CHARACTERS * count + 1)
        done = self._sealed_digests(
            self._aead,
            self._sha,
            b"".join(sealed),
            lengths.buffer_info()[0],
            b"".join(keys),
            numbers.buffer_info()[0],
            at.buffer_info()[0],
            count,
            room,
            good,
            out,
        )
        if not done:
            raise LogError("the library behind hashlib has no AES-256-GCM")
        raw = out.raw
        digests = [
            raw[at : at + DIGEST_CHARACTERS]
            for at in range(0, DIGEST_CHARACTERS * count, DIGEST_CHARACTERS)
        ]
        return digests, good.raw[:count]

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
        and _opens(kernel)
    )


def _opens(kernel: Kernel) -> bool:
    """Whether it opens what it should, and nothing that was changed, moved or cut."""
    keys = [bytes([number]) * KEY_BYTES for number in (1, 2)]
    texts = [b"", b"text", bytes(1_000)]
    digests = kernel.digests(texts) * 2
    sealed = [
        bytes(12) + AESGCM(key).encrypt(bytes(12), text, place.to_bytes(8, "big"))
        for place, (key, text) in enumerate(product(keys, texts))
    ]
    changed = [one[:-1] + bytes([one[-1] ^ 1]) for one in sealed]
    cut = [sealed[0][:27], *sealed[1:]]
    which, moved = [0, 0, 0, 1, 1, 1], range(1, 7)
    try:
        return (
            kernel.sealed_digests(sealed, keys, which, range(6)) == (digests, b"\1" * 6)
            and kernel.sealed_digests(cut, keys, which, range(6))[1] == b"\0" + b"\1" * 5
            and not any(kernel.sealed_digests(changed, keys, which, range(6))[1])
            and not any(kernel.sealed_digests(sealed, keys, which, moved)[1])
            and not any(kernel.sealed_digests(sealed, keys[::-1], which, range(6))[1])
        )
    except LogError:
        return False


KERNEL: Final = _load()
