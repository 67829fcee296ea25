"""Salted commitments: what the tree commits to, and the bodies that open it.

Rules kept here, for every entry of the log, for ever:

1. A *leaf* holds digests only: canonical JSON `{"_sd":[…sorted],"_sd_alg":"sha-256","v":1}`. No
   text, id or time can be had or guessed from it, because each digest is salted.
2. A *disclosure* is RFC 9901's: base64url (no padding) of the JSON bytes `[salt, name, value]`,
   the salt 16 random bytes in base64url; its digest is SHA-256 over the base64url form. Rows keep
   the JSON bytes (the *body*). Deleting a body erases what it said; the leaf stays, unopenable.
3. A raw message is embedded **verbatim**, as the bytes that arrived, and so is its outcome. Nothing
   is decoded and encoded again on the way into evidence.
4. Every other value is canonical JSON (RFC 8785 on the subset allowed here): ASCII keys, sorted; no
   spaces; strings without lone surrogates; integers within ±(2^53 - 1); **no floats**. Scores are
   written as decimal strings ("0.97"): `to_value` does that for the nouns of the model.
"""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from binascii import b2a_base64
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple, NoReturn

import msgspec

from rempart.errors import LogError, VerificationError
from rempart.log.compiled import FEW, KERNEL
from rempart.log.kernel import Frame
from rempart.log.subjects import NOBODY, RECORDS, TRAFFIC

SALT_BYTES = 16
VERSION = 1
MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32
LEAF_HEAD = b'{"_sd":["'
LEAF_TAIL = b'"],"_sd_alg":"sha-256","v":1}'
LONE_LEAF = Frame.of(LEAF_HEAD, LEAF_TAIL)
"""What stands around the only digest of a leaf."""
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class SealedEntry(NamedTuple):
    """One entry ready to be appended: `leaf` is what the tree commits to (salted commitments
    only), `bodies` the disclosures (salt and plaintext, as JSON bytes) that open it.

    `subjects`: whom each body is about (empty: all about nobody); `bucket`: what they expire with.
    Both choose the keys that the bodies are kept under (see `log.subjects`), never the leaf."""

    leaf: bytes
    bodies: tuple[bytes, ...]
    subjects: tuple[str, ...] = ()
    bucket: str = RECORDS


class Disclosed(NamedTuple):
    """One opened disclosure of an entry."""

    name: str
    value: Any


class MessageBody(NamedTuple):
    """A raw message entry, opened: `item` and `outcome` are bytes as they were committed."""

    at: str
    source: dict[str, Any]
    item: bytes
    outcome: bytes | None


def base64url(data: bytes) -> bytes:
    """RFC 4648 §5 without padding, as RFC 9901 wants it."""
    return b2a_base64(data, newline=False).translate(_URL_SAFE).rstrip(b"=")


def unbase64url(text: str | bytes) -> bytes:
    """The inverse of `base64url`; refuses anything that it would not have written."""
    data = text.encode("ascii", "replace") if isinstance(text, str) else text
    try:
        decoded = urlsafe_b64decode(data + b"=" * (-len(data) % 4))
    except (Base64Error, ValueError):
        decoded = b""
    if base64url(decoded) != data:
        raise VerificationError("not base64url without padding", where=repr(data[:40]))
    return decoded


def new_salts(count: int) -> bytes:
    """Salts for `count` disclosures, concatenated: 16 bytes of the system's randomness each."""
    return os.urandom(SALT_BYTES * count)


def digest(body: bytes) -> bytes:
    """RFC 9901 §4.2.3: base64url of SHA-256 over the base64url-encoded disclosure."""
    return base64url(sha256(base64url(body)).digest())


def message_prefix(at: str, source: Mapping[str, Any]) -> bytes:
    """What stands before the raw bytes in a message's value: one per batch, not per message.

    `at`: when it was received (RFC 3339); `source`: who delivered it, how far that is proven.
    """
    head = json.dumps(at, ensure_ascii=False).encode()
    return b'{"v":1,"at":%b,"source":%b,"item":' % (head, canonical(source))


def seal_messages(
    prefix: bytes,
    raws: Sequence[bytes],
    outcomes: Sequence[bytes | None],
    salts: bytes,
    subjects: Sequence[str] | None = None,
) -> list[SealedEntry]:
    """Seals a batch of raw messages, one disclosure `message` each.

    `prefix` comes from `message_prefix`; `raws` are the items' JSON bytes exactly as received;
    `outcomes` JSON bytes, None for a plain allow without signals; `salts` from `new_salts`;
    `subjects` their authors (see `log.subjects`), None: about nobody.
    """
    count = len(raws)
    if subjects is None:
        subjects = (NOBODY,) * count
    if len(outcomes) != count or len(subjects) != count or len(salts) != SALT_BYTES * count:
        raise LogError(f"{count} messages need as many outcomes, subjects and salts")
    middle = b'","message",' + prefix
    bodies = [
        b'["' + salt + middle + raw + b"}]"
        if outcome is None
        else b'["' + salt + middle + raw + b',"outcome":' + outcome + b"}]"
        for salt, raw, outcome in zip(_told(salts), raws, outcomes, strict=True)
    ]
    return [
        SealedEntry(leaf, (body,), (subject,), TRAFFIC)
        for leaf, body, subject in zip(lone_leaves(bodies), bodies, subjects, strict=True)
    ]


def _told(salts: bytes) -> list[bytes]:
    """Each salt in base64url, 22 characters. All are encoded at once, each filled up with two
    bytes, so that it ends with a character of its own."""
    count = len(salts) // SALT_BYTES
    filled = bytearray((SALT_BYTES + 2) * count)
    for at in range(SALT_BYTES):
        filled[at :: SALT_BYTES + 2] = salts[at::SALT_BYTES]
    told = b2a_base64(filled, newline=False).translate(_URL_SAFE)
    return [told[at : at + 22] for at in range(0, 24 * count, 24)]


def seal(
    name: str,
    value: Mapping[str, Any],
    *more: tuple[str, Mapping[str, Any]],
    salts: bytes | None = None,
    subject: str = NOBODY,
    bucket: str = RECORDS,
) -> SealedEntry:
    """Seals any other entry: `name` is its type; `more` are disclosures that can be opened or
    erased apart from it, such as the `contact` of a report. Each value says `"v": 1`. `subject`:
    whom all of it is about; `bucket`: what it expires with (see `log.subjects`)."""
    parts = [(name, value), *more]
    if len({part for part, _ in parts}) != len(parts):
        raise LogError("two disclosures of one entry carry the same name", where=name)
    salts = new_salts(len(parts)) if salts is None else salts
    if len(salts) != SALT_BYTES * len(parts):
        raise LogError(f"{len(parts)} disclosures need as many salts", where=name)
    bodies = tuple(
        _body(salts[SALT_BYTES * i : SALT_BYTES * (i + 1)], part, content)
        for i, (part, content) in enumerate(parts)
    )
    return SealedEntry(leaf_of(bodies), bodies, (subject,) * len(bodies), bucket)


def lone_leaves(bodies: Sequence[bytes]) -> list[bytes]:
    """`leaf_of` each body alone: leaves of entries of one disclosure."""
    if KERNEL is not None and len(bodies) >= FEW:
        return KERNEL.leaves(LONE_LEAF, bodies)
    return [LEAF_HEAD + digest(body) + LEAF_TAIL for body in bodies]


def leaf_of(bodies: Sequence[bytes]) -> bytes:
    """The canonical leaf over these disclosures."""
    return LEAF_HEAD + b'","'.join(sorted(map(digest, bodies))) + LEAF_TAIL


def open_leaf(leaf: bytes, bodies: Sequence[bytes]) -> list[Disclosed]:
    """What an entry says, after checking that the leaf commits to each body.

    Fewer bodies than digests is no error (some are withheld or erased). Raises VerificationError
    for a leaf that isn't canonical, a body it doesn't commit to, or one given twice.
    """
    digests = leaf_digests(leaf)
    opened: list[Disclosed] = []
    for body in bodies:
        own = digest(body).decode()
        if own not in digests:
            raise VerificationError("a body does not belong to its leaf", where=own)
        opened.append(_open_body(body))
    if len({part.name for part in opened}) != len(opened):
        raise VerificationError("a body is given twice, or two carry the same name")
    return opened


def leaf_digests(leaf: bytes) -> list[str]:
    """The digests of a leaf; refuses every other form than the one canonical."""
    if not (leaf.startswith(LEAF_HEAD) and leaf.endswith(LEAF_TAIL)):
        raise VerificationError("not a leaf of this log", where=repr(leaf[:60]))
    digests = leaf[len(LEAF_HEAD) : -len(LEAF_TAIL)].decode("ascii", "replace").split('","')
    if digests != sorted(set(digests)) or any(len(unbase64url(d)) != 32 for d in digests):
        raise VerificationError("digests of a leaf must be sorted, unique SHA-256")
    return digests


def message_of(body: bytes) -> MessageBody:
    """The parts of a raw message entry's body; the item comes back byte for byte.

    Scanned by hand along the one form that `seal_messages` writes: a JSON library would either
    refuse lone surrogates, which raw messages may carry, or lose the bytes.
    """
    try:
        return _message_parts(body.decode())
    except (ValueError, IndexError, RecursionError) as error:
        raise VerificationError(f"not a message entry: {error}") from error


def _message_parts(text: str) -> MessageBody:
    at, end = _scan(text, _after(text, _SALT_END, _MESSAGE_HEAD))
    source, end = _scan(text, _after(text, end, ',"source":'))
    begin = _after(text, end, ',"item":')
    _, end = _scan(text, begin)
    item, outcome = text[begin:end].encode(), None
    if text.startswith(',"outcome":', end):
        begin = _after(text, end, ',"outcome":')
        _, end = _scan(text, begin)
        outcome = text[begin:end].encode()
    if text[end:] != "}]":
        raise ValueError("something stands after the value")
    return MessageBody(at, source, item, outcome)


_SALT_END = len('["') + 22
_MESSAGE_HEAD = '","message",{"v":1,"at":'
_scanner = json.JSONDecoder()


def _scan(text: str, begin: int) -> tuple[Any, int]:
    """A JSON value with the white space around it: the value, and where it ends."""
    while text[begin] in " \t\n\r":
        begin += 1
    value, end = _scanner.raw_decode(text, begin)
    while text[end] in " \t\n\r":
        end += 1
    return value, end


def _after(text: str, at: int, expected: str) -> int:
    if not text.startswith(expected, at):
        raise ValueError(f"{expected} expected")
    return at + len(expected)


def to_value(noun: msgspec.Struct, **more: Any) -> dict[str, Any]:
    """A noun of the model as the value of an entry: `"v": 1`, times as RFC 3339, floats as
    decimal strings; `more` adds or replaces keys."""
    value: dict[str, Any] = without_floats(msgspec.to_builtins(noun))
    return {"v": VERSION, **value, **without_floats(more)}


def canonical(value: Any) -> bytes:
    """Canonical JSON bytes; raises LogError for what has no single form (see rule 4 above)."""
    _check(value, "", 0)
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def strict_json(data: bytes | str) -> Any:
    """JSON in which no key appears twice and no number is NaN or infinite."""
    try:
        return json.loads(data, object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError:
        raise VerificationError("JSON nested too deep") from None
    except ValueError as error:
        raise VerificationError(f"not JSON: {error}") from error


def _body(salt: bytes, name: str, value: Mapping[str, Any]) -> bytes:
    if value.get("v") != VERSION:
        raise LogError('the value of an entry must say "v": 1', where=name)
    return b'["%b",%b,%b]' % (base64url(salt), canonical(name), canonical(dict(value)))


def _open_body(body: bytes) -> Disclosed:
    parts = strict_json(body)
    if not (isinstance(parts, list) and len(parts) == 3):
        raise VerificationError("a disclosure is [salt, name, value]")
    salt, name, value = parts
    if not (isinstance(salt, str) and len(unbase64url(salt)) >= SALT_BYTES):
        raise VerificationError("the salt of a disclosure has 16 bytes or more")
    if not (isinstance(name, str) and isinstance(value, dict) and value.get("v") == VERSION):
        raise VerificationError('a disclosure has a name and a value that says "v": 1')
    return Disclosed(name, value)


def _check(value: Any, where: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise LogError("nested too deep for canonical JSON", where=where)
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
            raise LogError("lone surrogates have no canonical form", where=where)
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise LogError("integers beyond 2^53 - 1 have no canonical form", where=where)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if not (isinstance(key, str) and key.isascii()):
                raise LogError("keys of canonical JSON are ASCII strings", where=where)
            _check(inner, f"{where}.{key}" if where else key, depth + 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            _check(inner, where, depth + 1)
    else:
        raise LogError(
            f"{type(value).__name__} has no canonical form",
            where=where,
            next_step="write scores as decimal strings, times as RFC 3339",
        )


def without_floats(value: Any) -> Any:
    """The value with each float as a decimal string, so that it has one canonical form."""
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, msgspec.Struct):
        return without_floats(msgspec.to_builtins(value))
    if isinstance(value, Mapping):
        return {key: without_floats(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [without_floats(inner) for inner in value]
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key appears twice")
    return result


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
