"""JSON that strangers sent and that is hashed or compared: every key once, no floats."""

from __future__ import annotations

import json
from typing import Final

from rempart.errors import VerificationError
from rempart.ingest.atproto.cbor import Value

MAX_BYTES: Final = 2 * 1024 * 1024


def read_json(data: bytes) -> Value:
    """VerificationError for what is no JSON, or says something twice or with a float."""
    if len(data) > MAX_BYTES:
        raise VerificationError(f"a document has at most {MAX_BYTES >> 20} MB")
    try:
        value: Value = json.loads(
            data.decode(),
            object_pairs_hook=_unique,
            parse_float=_no_float,
            parse_constant=_no_float,
        )
    except (ValueError, RecursionError) as error:
        raise VerificationError(f"not a JSON document: {type(error).__name__}") from error
    return value


def _unique(pairs: list[tuple[str, Value]]) -> Value:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise VerificationError("a JSON document says something twice")
    return found


def _no_float(text: str) -> Value:
    raise VerificationError("a JSON document with a float", where=text[:40])
