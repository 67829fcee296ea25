"""Signatures of webhooks, in and out, as Standard Webhooks has them.

`webhook-signature: v1,<base64 of HMAC-SHA-256(secret, id + "." + timestamp + "." + body)>` over the
raw bytes. A secret may be written `whsec_<base64>`; anything else is taken as its UTF-8 bytes. An
empty or short secret signs and accepts nothing.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import b64decode, b64encode

from rempart.errors import InputError

MIN_SECRET_BYTES = 16
WINDOW_SECONDS = 300
MAX_ID = 256
_PREFIX = "whsec_"


def secret_bytes(secret: str) -> bytes:
    """InputError when it is empty, too short or not base 64 after its prefix."""
    if secret.startswith(_PREFIX):
        try:
            key = b64decode(secret.removeprefix(_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            raise InputError("the webhook secret is not base 64 after whsec_") from None
    else:
        key = secret.encode()
    if len(key) < MIN_SECRET_BYTES:
        raise InputError(
            f"the webhook secret has less than {MIN_SECRET_BYTES} bytes",
            next_step="generate one with `openssl rand -base64 32`",
        )
    return key


def signature(key: bytes, id: str, timestamp: int, body: bytes) -> str:
    content = f"{id}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.digest(key, content, hashlib.sha256)).decode()


def is_signed(
    key: bytes, id: str, timestamp: str, signatures: str, body: bytes, now: float
) -> bool:
    """Whether one of the signatures (separated by spaces) is right and the time within the window.

    The signature is computed and compared in constant time whatever the time says.
    """
    in_time = (
        timestamp.isascii()
        and timestamp.isdigit()
        and len(timestamp) <= 12
        and abs(now - int(timestamp)) <= WINDOW_SECONDS
    )
    wanted = signature(key, id, int(timestamp) if in_time else 0, body).encode()
    right = False
    for given in signatures.split(" ")[:8]:
        right |= hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted)
    return right and in_time and 0 < len(id) <= MAX_ID
