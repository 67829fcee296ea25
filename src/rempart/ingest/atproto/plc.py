"""The signed history of a `did:plc`: which key speaks for an account, without trusting who says so.

A DID of this kind is the hash of its first operation, and every operation is signed by a key that
the one before it names. So the directory that keeps the history cannot invent a key for a DID; it
can only leave the newest operations out. https://web.plc.directory/spec/v0.1/did-plc

Rules kept here:

1. Every operation is hashed and its signature checked, also those that were nullified.
2. An operation replaces later ones only by a rotation key that stands before the one that signed
   the first of them, within 72 hours of it; and exactly those are marked nullified.
3. A tombstone ends a DID: no key speaks for it.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple

from rempart.errors import VerificationError
from rempart.ingest.atproto.cbor import Cid, Value, base32, encode
from rempart.ingest.atproto.documents import read_json
from rempart.ingest.atproto.keys import SIGNATURE_BYTES, read_key

MOST_OPERATIONS: Final = 1_000
RECOVERY: Final = timedelta(hours=72)
_ENTRY: Final = {"did", "operation", "cid", "nullified", "createdAt"}
_DID_CHARS: Final = 24


class PlcState(NamedTuple):
    """What the newest operation says. `key`: a `did:key`, or None; `pds`: its address, or None;
    `names`: its `at://` names; `head`: CID of that operation, `at` when the directory says it
    took it (that time alone is not signed)."""

    key: str | None
    pds: str | None
    names: tuple[str, ...]
    head: str
    at: str
    operations: int


class _Operation(NamedTuple):
    cid: str
    at: datetime
    told: str
    nullified: bool
    body: Mapping[str, Value]
    signer: int
    rotation: tuple[str, ...]


def state_of(did: str, audit: bytes) -> PlcState:
    """What the history of this DID comes to; VerificationError with the operation that is wrong."""
    entries = read_json(audit)
    if not isinstance(entries, list) or not 0 < len(entries) <= MOST_OPERATIONS:
        raise VerificationError(f"a history has 1 to {MOST_OPERATIONS} operations", where=did)
    known: dict[str, _Operation] = {}
    standing: list[_Operation] = []
    for number, entry in enumerate(entries):
        try:
            operation = _operation(did, entry, known)
            standing = _added(standing, operation)
        except VerificationError as error:
            raise VerificationError(error.what, where=f"operation {number} of {did}") from error
        known[operation.cid] = operation
    stands = {operation.cid for operation in standing}
    if any(operation.nullified == (cid in stands) for cid, operation in known.items()):
        raise VerificationError("other operations are marked nullified than were", where=did)
    return _state(standing[-1], len(entries))


def _operation(did: str, entry: Value, known: Mapping[str, _Operation]) -> _Operation:
    if not isinstance(entry, dict) or set(entry) != _ENTRY or entry["did"] != did:
        raise VerificationError("not an operation of this DID")
    body, cid, told = entry["operation"], entry["cid"], entry["createdAt"]
    nullified = entry["nullified"]
    if not isinstance(body, dict) or not isinstance(nullified, bool):
        raise VerificationError("not an operation of this DID")
    whole = encode(body)
    if str(Cid.of(whole)) != cid or cid in known:
        raise VerificationError("an operation is not what its CID says, or stands there twice")
    previous = body.get("prev")
    if previous is None:
        if known or did != "did:plc:" + base32(sha256(whole).digest())[:_DID_CHARS]:
            raise VerificationError("the DID is not the hash of its first operation")
        keys = _rotation(body)
    else:
        parent = known.get(previous) if isinstance(previous, str) else None
        if parent is None:
            raise VerificationError("an operation that follows none of this DID")
        keys = parent.rotation
    unsigned = encode({name: part for name, part in body.items() if name != "sig"})
    signature = _signature(body.get("sig"))
    signer = next(
        (place for place, key in enumerate(keys) if read_key(key).signed(unsigned, signature)), None
    )
    if signer is None:
        raise VerificationError("signed by none of the keys that may")
    at, text = _time(told)
    return _Operation(cid, at, text, nullified, body, signer, _rotation(body))


def _added(standing: list[_Operation], new: _Operation) -> list[_Operation]:
    """The operations that stand once this one is there."""
    if not standing:
        return [new]
    if new.at < standing[-1].at:
        raise VerificationError("older than the operation before it")
    place = next((n for n, one in enumerate(standing) if one.cid == new.body["prev"]), None)
    if place is None:
        raise VerificationError("it follows an operation that was nullified")
    for undone in standing[place + 1 : place + 2]:
        if new.signer >= undone.signer or new.at - undone.at > RECOVERY:
            raise VerificationError("it may not nullify what stands there")
    return [*standing[: place + 1], new]


def _rotation(body: Mapping[str, Value]) -> tuple[str, ...]:
    """The keys that may sign what follows, the strongest first; none after a tombstone."""
    kind = body.get("type")
    if kind == "plc_tombstone":
        return ()
    told: Value
    if kind == "create":
        told = [body.get("recoveryKey"), body.get("signingKey")]
    else:
        told = body.get("rotationKeys") if kind == "plc_operation" else None
    if not isinstance(told, list):
        raise VerificationError("an unknown kind of operation")
    keys = tuple(key for key in told if isinstance(key, str))
    if len(keys) != len(told) or len(keys) > 10:
        raise VerificationError("rotation keys that are none")
    return keys


def _state(last: _Operation, operations: int) -> PlcState:
    body = last.body
    key: Value
    pds: Value
    match body.get("type"):
        case "plc_tombstone":
            raise VerificationError("this account was ended: no key speaks for it")
        case "create":
            handle = body.get("handle")
            names: Value = [f"at://{handle}"] if isinstance(handle, str) else []
            key, pds = body.get("signingKey"), body.get("service")
        case _:
            names = body.get("alsoKnownAs")
            key = _within(body.get("verificationMethods"), "atproto")
            pds = _within(_within(body.get("services"), "atproto_pds"), "endpoint")
    named = names if isinstance(names, list) else []
    return PlcState(
        key if isinstance(key, str) else None,
        pds if isinstance(pds, str) else None,
        tuple(name for name in named if isinstance(name, str)),
        last.cid,
        last.told,
        operations,
    )


def _within(value: Value, name: str) -> Value:
    return value.get(name) if isinstance(value, dict) else None


def _signature(told: Value) -> bytes:
    try:
        text = told if isinstance(told, str) else ""
        data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        data = b""
    if len(data) != SIGNATURE_BYTES or urlsafe_b64encode(data).decode().rstrip("=") != text:
        raise VerificationError("not a signature in its one form")
    return data


def _time(told: Value) -> tuple[datetime, str]:
    try:
        at = datetime.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise VerificationError("an operation without a time")
    return at, str(told)
