"""What a stranger has begun, between two requests of one sign-in: kept by her own browser.

Kept here it would have to be bounded, and whoever fills it would keep others from signing in. So
it travels sealed in a cookie, under a key of this process only:

1. It opens for the same purpose and owner only, for five minutes, and not after a restart.
2. It is used once: a seal that was opened is remembered until it is too old. Who fills that memory
   brings back none but what she holds herself.
3. Each thing begun has a cookie of its own: two tabs do not disturb each other.
"""

from __future__ import annotations

import os
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rempart.cases.reports.keys import NONCE_BYTES

LIFETIME = 300
MOST_USED = 100_000
LONGEST = 3_000
_TIME_BYTES = 8


class Begun:
    """Times are seconds of the monotonic clock."""

    def __init__(self) -> None:
        self._box = AESGCM(os.urandom(32))
        self._used: OrderedDict[bytes, int] = OrderedDict()

    def seal(self, purpose: str, owner: str, value: bytes) -> str:
        """What the browser keeps."""
        nonce = os.urandom(NONCE_BYTES)
        until = int(time.monotonic()) + LIFETIME
        told = until.to_bytes(_TIME_BYTES, "big") + value
        sealed = nonce + self._box.encrypt(nonce, told, _name(purpose, owner))
        return urlsafe_b64encode(sealed).decode()

    def take(self, purpose: str, owner: str, kept: str | None) -> bytes | None:
        """None when it is none of ours, too old, another's, or was taken before."""
        if not kept or len(kept) > 2 * LONGEST:
            return None
        try:
            sealed = urlsafe_b64decode(kept.encode())
            nonce = sealed[:NONCE_BYTES]
            told = self._box.decrypt(nonce, sealed[NONCE_BYTES:], _name(purpose, owner))
        except (InvalidTag, ValueError):
            return None
        until = int.from_bytes(told[:_TIME_BYTES], "big")
        if until < time.monotonic() or nonce in self._used:
            return None
        self._used[nonce] = until
        if len(self._used) > MOST_USED:
            self._used.popitem(last=False)
        return told[_TIME_BYTES:]


def cookie_of(purpose: str, owner: str) -> str:
    """The name of the cookie that keeps it."""
    return f"rempart-begun-{sha256(_name(purpose, owner)).hexdigest()[:16]}"


def _name(purpose: str, owner: str) -> bytes:
    return f"{purpose}\n{owner}".encode()
