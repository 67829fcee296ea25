"""One commitment per field, and a tree of commitments over the words of a text.

Rules kept here:

1. Every salt of one record follows from its secret seed: `HMAC-SHA256(seed, path)`, 16 bytes. The
   seed is itself a disclosure of the record, never given away in an edition that hides anything.
2. A text is cut into words, each with the white space before it: joined again they are the text,
   byte for byte. Each word is an RFC 9901 array disclosure, base64url of the JSON `[salt, word]`.
3. The words are the leaves of an RFC 9162 tree in their order. Who is shown some of the words and
   the leaf hashes of the others comes to the same root, or a word was changed, moved or dropped.
   How many words there are is told; how long a hidden one is, is not.
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import b64encode
from hashlib import sha256
from typing import Final

from rempart.log.commit import SALT_BYTES, base64url
from rempart.log.merkle import tree_hash

SEED_BYTES: Final = 32
_WORD = re.compile(r"\s*\S+|\s+")
_quoted = json.JSONEncoder(ensure_ascii=False).encode


def salt_of(seed: bytes, path: str) -> bytes:
    """The salt of one field (`field/text`) or word (`word/3`)."""
    return hmac.digest(seed, path.encode(), "sha256")[:SALT_BYTES]


def salts_of(seed: bytes, names: list[str]) -> bytes:
    """The salts of these fields, concatenated."""
    return b"".join(salt_of(seed, f"field/{name}") for name in names)


def words_of(text: str) -> list[str]:
    """The words with the white space before them; joined they are the text again."""
    return _WORD.findall(text)


def word_disclosures(seed: bytes, words: list[str]) -> list[bytes]:
    """The disclosure of each word, base64url as it is hashed."""
    return [
        base64url(
            b'["%b",%b]' % (base64url(salt_of(seed, f"word/{place}")), _quoted(word).encode())
        )
        for place, word in enumerate(words)
    ]


def word_hash(disclosure: bytes) -> bytes:
    """The leaf of a word in its tree."""
    return sha256(b"\x00" + disclosure).digest()


def words_root(disclosures: list[bytes]) -> str:
    """The root over all words, in base64."""
    return b64encode(tree_hash([word_hash(one) for one in disclosures])).decode()


def shown_words(disclosures: list[bytes], hidden: frozenset[int]) -> list[str | dict[str, str]]:
    """The words of a record as an edition gives them: a disclosure, or the hash of a hidden one."""
    return [
        {"hash": b64encode(word_hash(one)).decode()} if place in hidden else one.decode()
        for place, one in enumerate(disclosures)
    ]
