"""`kernel.c` called through ctypes: what the log does by the batch, the very same bytes as Python.

`compiled` says whether it is used. Sizes are checked here, as C trusts them: a key has 32 bytes,
and there are as many keys, places and lengths as texts. What Python hands over lives until the
call returns; nothing is kept on the other side.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from rempart.errors import LogError

HASH_BYTES: Final = 32
DIGEST_CHARACTERS: Final = 43
TILE_BYTES: Final = 256 * HASH_BYTES
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
SEALING_BYTES: Final = NONCE_BYTES + 16
"""So much longer is what is sealed: nonce and tag."""
_HASHING: Final = ("SHA256_Init", "SHA256_Update", "SHA256_Final")
_SEALING: Final = (
    "EVP_CIPHER_CTX_new",
    "EVP_CIPHER_CTX_free",
    "EVP_aes_256_gcm",
    "EVP_CipherInit_ex",
    "EVP_CipherUpdate",
    "EVP_CIPHER_CTX_ctrl",
    "EVP_CipherFinal_ex",
)
_KEYED: Final = (
    "EVP_MAC_fetch",
    "EVP_MAC_free",
    "EVP_MAC_CTX_new",
    "EVP_MAC_CTX_free",
    "EVP_MAC_CTX_set_params",
    "EVP_MAC_init",
    "EVP_MAC_update",
    "EVP_MAC_final",
)


class Frame(ctypes.Structure):
    """What stands in a leaf before and after the digest of its only body."""

    _fields_ = (
        ("head", ctypes.c_char_p),
        ("head_length", ctypes.c_int64),
        ("tail", ctypes.c_char_p),
        ("tail_length", ctypes.c_int64),
    )

    @classmethod
    def of(cls, head: bytes, tail: bytes) -> Frame:
        return cls(head, len(head), tail, len(tail))

    @property
    def leaf_bytes(self) -> int:
        return int(self.head_length + DIGEST_CHARACTERS + self.tail_length)


class Kernel:
    """The compiled path over one library of SHA-256, AES-256-GCM and BLAKE2b."""

    def __init__(self, library: ctypes.CDLL, lent: ctypes.CDLL) -> None:
        """AttributeError: one of the two lacks a function."""
        pointer, number, text = ctypes.c_void_p, ctypes.c_int64, ctypes.c_char_p
        frame = ctypes.POINTER(Frame)
        self._lent = lent
        self._kept = [
            (pointer * len(names))(*[ctypes.cast(getattr(lent, name), pointer) for name in names])
            for names in (_HASHING, _SEALING, _KEYED)
        ]
        self._sha, self._aead, self._mac = map(ctypes.addressof, self._kept)
        self._leaves = library.rempart_leaves
        self._leaves.argtypes = [pointer, frame, text, pointer, number, pointer]
        self._leaf_hashes = library.rempart_leaf_hashes
        self._leaf_hashes.argtypes = [pointer, text, pointer, number, pointer]
        self._tile_roots = library.rempart_tile_roots
        self._tile_roots.argtypes = [pointer, text, number, pointer]
        for function in (self._leaves, self._leaf_hashes, self._tile_roots):
            function.restype = None
        self._sealed_leaves = library.rempart_sealed_leaves
        self._sealed_leaves.argtypes = [
            *(pointer, pointer, frame, text, pointer, text, pointer, number),
            *(pointer, number, pointer, pointer),
        ]
        self._sealed = library.rempart_seal
        self._sealed.argtypes = [*(pointer, text, pointer, text, text, pointer, number, pointer)]
        self._unwrap = library.rempart_unwrap
        self._unwrap.argtypes = [
            *(pointer, text, text, number, pointer, text, number, pointer, pointer)
        ]
        self._wrap = library.rempart_wrap
        self._wrap.argtypes = [*(pointer, text, text, number, pointer, text, text, number, pointer)]
        self._keyed = library.rempart_keyed
        self._keyed.argtypes = [pointer, text, number, text, number, text, number, pointer]

    # -- hashing -----------------------------------------------------------------------------

    def leaves(self, frame: Frame, bodies: Sequence[bytes]) -> list[bytes]:
        """`commit.leaf_of` each alone."""
        count = len(bodies)
        out = ctypes.create_string_buffer(frame.leaf_bytes * count + 1)
        lengths = _numbers(list(map(len, bodies)))
        self._leaves(self._sha, frame, b"".join(bodies), lengths, count, out)
        return _cut(out.raw, frame.leaf_bytes)

    def leaf_hashes(self, leaves: Sequence[bytes]) -> bytes:
        """The leaf hash of each (`merkle.leaf_hashes`), concatenated."""
        count = len(leaves)
        out = ctypes.create_string_buffer(HASH_BYTES * count + 1)
        self._leaf_hashes(self._sha, b"".join(leaves), _numbers(list(map(len, leaves))), count, out)
        return out.raw[:-1]

    def tile_roots(self, tiles: bytes) -> bytes:
        """The root of each full tile of these concatenated ones; concatenated too."""
        count = len(tiles) // TILE_BYTES
        out = ctypes.create_string_buffer(HASH_BYTES * count + 1)
        self._tile_roots(self._sha, tiles, count, out)
        return out.raw[:-1]

    # -- bodies ------------------------------------------------------------------------------

    def sealed_leaves(
        self,
        frame: Frame,
        sealed: Sequence[bytes],
        keys: Sequence[bytes],
        places: Sequence[int],
    ) -> tuple[list[bytes], bytes]:
        """The leaf that each sealed body (nonce, ciphertext, tag) alone gives, opened with its key
        at its place; and a byte for each: 0 when it does not open, and its leaf says nothing.
        LogError: the library cannot."""
        count = len(sealed)
        joined = b"".join(keys)
        if not (count == len(keys) == len(places) and len(joined) == KEY_BYTES * count):
            raise LogError("bodies are opened with keys of 32 bytes, each at its place")
        lengths = list(map(len, sealed))
        room = max(lengths, default=0) + 1
        good = ctypes.create_string_buffer(count + 1)
        out = ctypes.create_string_buffer(frame.leaf_bytes * count + 1)
        if not self._sealed_leaves(
            self._aead,
            self._sha,
            frame,
            b"".join(sealed),
            _numbers(lengths),
            joined,
            _numbers(places),
            count,
            ctypes.create_string_buffer(room),
            room,
            good,
            out,
        ):
            raise _cannot("AES-256-GCM")
        return _cut(out.raw, frame.leaf_bytes), good.raw[:count]

    def sealed(
        self,
        bodies: Sequence[bytes],
        keys: Sequence[bytes],
        nonces: bytes,
        places: Sequence[int],
    ) -> list[bytes]:
        """Each body sealed (nonce, ciphertext, tag) with its key and nonce at its place: the
        reverse. LogError: the library cannot, or a body is too long."""
        count = len(bodies)
        joined = b"".join(keys)
        if not (
            count == len(keys) == len(places)
            and len(joined) == KEY_BYTES * count
            and len(nonces) == NONCE_BYTES * count
        ):
            raise LogError("bodies are sealed with keys of 32 bytes and nonces of 12, at a place")
        lengths = list(map(len, bodies))
        out = ctypes.create_string_buffer(sum(lengths) + SEALING_BYTES * count + 1)
        if not self._sealed(
            self._aead,
            b"".join(bodies),
            _numbers(lengths),
            joined,
            nonces,
            _numbers(places),
            count,
            out,
        ):
            raise _cannot("AES-256-GCM")
        data, ends = out.raw, accumulate(length + SEALING_BYTES for length in lengths)
        return [
            data[end - length - SEALING_BYTES : end]
            for length, end in zip(lengths, ends, strict=True)
        ]

    # -- keys --------------------------------------------------------------------------------

    def wrapped(
        self, master: bytes, prefix: bytes, numbers: Sequence[int], keys: bytes, nonces: bytes
    ) -> list[bytes]:
        """Keys (concatenated) wrapped under `master` with these nonces, at the place `prefix` and
        their number. LogError: the library cannot, or a number is negative."""
        count = len(numbers)
        if not (
            len(master) == KEY_BYTES
            and len(keys) == KEY_BYTES * count
            and len(nonces) == NONCE_BYTES * count
        ):
            raise LogError("keys and the one they are wrapped under have 32 bytes, nonces 12")
        width = SEALING_BYTES + KEY_BYTES
        out = ctypes.create_string_buffer(width * count + 1)
        if not self._wrap(
            self._aead,
            master,
            prefix,
            len(prefix),
            _numbers(numbers),
            keys,
            nonces,
            count,
            out,
        ):
            raise _cannot("AES-256-GCM")
        return _cut(out.raw, width)

    def unwrapped(
        self, master: bytes, prefix: bytes, numbers: Sequence[int], wrapped: Sequence[bytes]
    ) -> list[bytes]:
        """Keys wrapped under `master` at the place `prefix` and their number; empty: it does not
        open. LogError: the library cannot."""
        return _keys(*self._opened(master, prefix, numbers, wrapped))

    def keyed(self, person: bytes, keys: Sequence[bytes], message: bytes) -> list[bytes]:
        """BLAKE2b of 32 bytes of this message with each key. LogError: the library cannot."""
        joined = b"".join(keys)
        if len(joined) != KEY_BYTES * len(keys):
            raise LogError("a message is hashed with keys of 32 bytes")
        return _cut(self._hashed(person, joined, message), KEY_BYTES)

    def derived(
        self,
        master: bytes,
        prefix: bytes,
        numbers: Sequence[int],
        wrapped: Sequence[bytes],
        person: bytes,
        message: bytes,
    ) -> list[bytes]:
        """`keyed` with each key that `unwrapped` gives; the keys themselves become no objects."""
        keys, good = self._opened(master, prefix, numbers, wrapped)
        return _keys(self._hashed(person, keys[:-1], message), good)

    def _opened(
        self, master: bytes, prefix: bytes, numbers: Sequence[int], wrapped: Sequence[bytes]
    ) -> tuple[bytes, bytes]:
        """Keys one after the other, and a last zero; a byte for each: 0 if it does not open."""
        count = len(wrapped)
        whole = SEALING_BYTES + KEY_BYTES
        if len(master) != KEY_BYTES or count != len(numbers):
            raise LogError("keys are unwrapped with a key of 32 bytes, each at its number")
        joined = b"".join(wrapped)
        if not {whole}.issuperset(map(len, wrapped)):  # zeros do not open either
            joined = b"".join([one if len(one) == whole else bytes(whole) for one in wrapped])
        good = ctypes.create_string_buffer(count + 1)
        out = ctypes.create_string_buffer(KEY_BYTES * count + 1)
        if not self._unwrap(
            self._aead,
            master,
            prefix,
            len(prefix),
            _numbers(numbers),
            joined,
            count,
            good,
            out,
        ):
            raise _cannot("AES-256-GCM")
        return out.raw, good.raw[:count]

    def _hashed(self, person: bytes, keys: bytes, message: bytes) -> bytes:
        """BLAKE2b with each of these keys, one after the other and a last zero."""
        count = len(keys) // KEY_BYTES
        out = ctypes.create_string_buffer(KEY_BYTES * count + 1)
        if not self._keyed(self._mac, person, len(person), keys, count, message, len(message), out):
            raise _cannot("BLAKE2b with a key")
        return out.raw


def _keys(joined: bytes, good: bytes) -> list[bytes]:
    """What stands there one after the other; empty where it is not good."""
    keys = _cut(joined, KEY_BYTES)
    if 0 in good:
        return [key if fine else b"" for key, fine in zip(keys, good, strict=True)]
    return keys


def _numbers(numbers: Sequence[int]) -> bytes:
    """As C reads them: eight bytes each. LogError: one has no room in them."""
    try:
        return array("q", numbers).tobytes()
    except OverflowError as error:
        raise LogError(f"a number of more than 63 bits: {error}") from error


def _cut(data: bytes, width: int) -> list[bytes]:
    """Without the last byte, which is the zero of a C string."""
    return [data[at : at + width] for at in range(0, len(data) - 1, width)]


def _cannot(what: str) -> LogError:
    return LogError(f"the library behind hashlib has no {what}")
