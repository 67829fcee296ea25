"""Whether the log's compiled path is used: it is found, tried, and left out if anything differs.

1. Without it everything works as well, and the bytes are the same. At the start it is tried on what
   Python and `cryptography` made, some of it changed, moved or cut.
2. SHA-256, AES-256-GCM and BLAKE2b are those of the library behind `hashlib`. A Python that has
   none of its own to lend (built without it, or into itself, or with one before OpenSSL 3) goes
   without this path.
3. `REMPART_NO_KERNEL=1` at the start leaves it out. A library that cannot be loaded is left out.
"""

from __future__ import annotations

import ctypes
import os
from base64 import urlsafe_b64encode
from hashlib import blake2b, sha256
from itertools import product
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rempart.errors import LogError
from rempart.log.kernel import DIGEST_CHARACTERS, KEY_BYTES, Frame, Kernel

FEW: Final = 4
"""For fewer, handing over costs as much as it saves."""
BUILT: Final = Path(__file__).with_name("_kernel.so")
_FRAME: Final = Frame.of(b"<", b"/>")


def lent_by_hashlib() -> ctypes.CDLL:
    """The library that `hashlib` is made of; ImportError or OSError where it is none of its own."""
    import _hashlib

    return ctypes.CDLL(_hashlib.__file__)


def trusted(kernel: Kernel) -> bool:
    """Whether it says what Python says."""
    try:
        return _hashes(kernel) and _opens(kernel) and _seals(kernel) and _has_keys(kernel)
    except LogError:
        return False


def _hashes(kernel: Kernel) -> bool:
    """Over lengths around every block, and one of many."""
    texts = [bytes(range(length)) for length in range(256)]
    hashes = [sha256(b"\x00" + text).digest() for text in texts]
    level, long = hashes, b"".join(hashes)
    while len(level) > 1:
        level = [sha256(b"\x01" + a + b).digest() for a, b in zip(*[iter(level)] * 2, strict=True)]
    return (
        kernel.leaf_hashes(texts) == long
        and kernel.leaves(_FRAME, [*texts, long]) == [*map(_leaf, texts), _leaf(long)]
        and kernel.tile_roots(long) == level[0]
    )


def _leaf(text: bytes) -> bytes:
    encoded = urlsafe_b64encode(text).rstrip(b"=")
    return b"<%b/>" % urlsafe_b64encode(sha256(encoded).digest())[:DIGEST_CHARACTERS]


_KEYS: Final = [bytes([number]) * KEY_BYTES for number in (1, 1, 2)]
_TEXTS: Final = [b"", b"text", bytes(1_000)]


def _opens(kernel: Kernel) -> bool:
    """Whether it opens what it should, and nothing that was changed, moved or cut; a key that
    follows itself is used a second time."""
    keys = [key for key in _KEYS for _ in _TEXTS]
    sealed = _sealed()
    count = len(sealed)
    changed = [one[:-1] + bytes([one[-1] ^ 1]) for one in sealed]
    cut = [sealed[0][:27], *sealed[1:]]
    torn = [sealed[0], changed[1], *sealed[2:]]

    def good(sealed: list[bytes], keys: list[bytes], places: range) -> list[int]:
        return list(kernel.sealed_leaves(_FRAME, sealed, keys, places)[1])

    return (
        kernel.sealed_leaves(_FRAME, sealed, keys, range(count))
        == ([_leaf(text) for _ in _KEYS for text in _TEXTS], b"\1" * count)
        and good(cut, keys, range(count)) == [0, *[1] * (count - 1)]
        and good(torn, keys, range(count)) == [1, 0, *[1] * (count - 2)]
        and not any(good(changed, keys, range(count)))
        and not any(good(sealed, keys, range(1, count + 1)))
        and not any(good(sealed, [bytes(KEY_BYTES)] * count, range(count)))
    )


def _sealed() -> list[bytes]:
    return [
        _nonce(place) + AESGCM(key).encrypt(_nonce(place), text, place.to_bytes(8, "big"))
        for place, (key, text) in enumerate(product(_KEYS, _TEXTS))
    ]


def _nonce(place: int) -> bytes:
    return bytes([place]) * 12


def _seals(kernel: Kernel) -> bool:
    keys = [key for key in _KEYS for _ in _TEXTS]
    count = len(keys)
    nonces = b"".join(map(_nonce, range(count)))
    return kernel.sealed(_TEXTS * len(_KEYS), keys, nonces, range(count)) == _sealed()


def _has_keys(kernel: Kernel) -> bool:
    """Whether it unwraps keys, and derives them."""
    master, places = bytes(range(KEY_BYTES)), [0, 7, 10, 2**40]
    whole = [bytes([at]) * KEY_BYTES for at in range(len(places))]
    wrapped = [
        _nonce(at) + AESGCM(master).encrypt(_nonce(at), key, b"key %d" % number)
        for at, (key, number) in enumerate(zip(whole, places, strict=True))
    ]
    nonces = b"".join(map(_nonce, range(len(places))))
    broken = [wrapped[0], wrapped[1][:-1], wrapped[3], wrapped[3]]
    messages = [b"", bytes(KEY_BYTES), b"a message longer than a block" * 9]
    return (
        kernel.wrapped(master, b"key ", places, b"".join(whole), nonces) == wrapped
        and kernel.unwrapped(master, b"key ", places, wrapped) == whole
        and kernel.unwrapped(master, b"key ", places, broken) == [whole[0], b"", b"", whole[3]]
        and not any(kernel.unwrapped(bytes(KEY_BYTES), b"key ", places, wrapped))
        and kernel.derived(master, b"key ", places, broken, b"person", messages[1])
        == [key and _keyed(messages[1], key) for key in (whole[0], b"", b"", whole[3])]
        and [kernel.keyed(b"person", _KEYS, message) for message in messages]
        == [[_keyed(message, key) for key in _KEYS] for message in messages]
    )


def _keyed(message: bytes, key: bytes) -> bytes:
    return blake2b(message, key=key, digest_size=KEY_BYTES, person=b"person").digest()


def _load() -> Kernel | None:
    if os.environ.get("REMPART_NO_KERNEL") == "1" or not BUILT.exists():
        return None
    try:
        kernel = Kernel(ctypes.CDLL(str(BUILT)), lent_by_hashlib())
    except (ImportError, OSError, AttributeError):
        return None
    return kernel if trusted(kernel) else None


KERNEL: Final = _load()
