"""Sealing many made-up entries: the same bytes as `cases.entries.entry`, without its checks.

What is made up here has ASCII keys, no floats and no half surrogates, so that a fast encoder writes
the canonical form; a test compares the two. All of it is about nobody: no key is kept for anyone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from rempart.log.commit import SealedEntry, base64url, leaf_of, new_salts
from rempart.log.subjects import NOBODY

_encode = msgspec.json.Encoder(order="sorted").encode


def quick(name: str, value: Mapping[str, Any], salt: bytes | None = None) -> SealedEntry:
    """One entry; keys without a value are left out."""
    said = {"v": 1, **{key: part for key, part in value.items() if part is not None}}
    salt = new_salts(1) if salt is None else salt
    body = b'["%b","%b",%b]' % (base64url(salt), name.encode(), _encode(said))
    return SealedEntry(leaf_of((body,)), (body,), (NOBODY,))
