"""Gzip under a limit: a bomb stops at the limit, before memory is spent (FAULTS row 11)."""

from __future__ import annotations

import zlib

from rempart.errors import InputError

GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW = 31


def gunzip(body: bytes, limit: int) -> bytes:
    """The unpacked bytes of one gzip body. Raises `InputError` beyond `limit` or when broken."""
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    try:
        data = unpacker.decompress(body, limit + 1)
    except zlib.error as error:
        raise InputError(f"not valid gzip: {error}") from None
    if len(data) > limit:
        raise InputError(
            f"unpacks to more than {limit} bytes", next_step="send it in smaller parts"
        )
    if not unpacker.eof or unpacker.unused_data:
        raise InputError("the gzip body is cut off or followed by something else")
    return data
