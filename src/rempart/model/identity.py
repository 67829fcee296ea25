"""Ids that are the same wherever and however often the same thing is computed.

A raid or a measure found by a replay, by a scan with eight processes or by the service carries the
same id, because the id is a hash of what identifies the thing and of nothing else.
"""

from __future__ import annotations

from base64 import b32encode
from hashlib import blake2b

ID_BYTES = 10


def stable_id(prefix: str, *parts: str) -> str:
    """`prefix-` and 16 lower-case base-32 letters of BLAKE2b over the length-prefixed parts."""
    digest = blake2b(digest_size=ID_BYTES, person=b"rempart id")
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(4, "big"))
        digest.update(data)
    return f"{prefix}-{b32encode(digest.digest()).decode().lower()}"


_MESSAGE = blake2b(digest_size=16, person=b"rempart message")
"""Copied for each message, which costs less than to begin anew."""


def message_key(platform: str, id: str) -> bytes:
    """16 bytes that name a message across platforms: ids of two platforms may collide."""
    name = platform.encode("utf-8", "surrogatepass")
    digest = _MESSAGE.copy()
    digest.update(len(name).to_bytes(4, "big") + name + id.encode("utf-8", "surrogatepass"))
    return digest.digest()
