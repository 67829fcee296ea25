"""Is this record in the repository that the account's key signed? All of it, from bytes alone.

Rules kept here:

1. What was fetched is kept as it came and judged from those bytes: the same files give the same
   answer on another machine, later, without a network.
2. Nothing is half proven: either all of it holds, or there is an error with its place.
3. What holds says that the key signed, not who held the key, and not when: times in a record and
   in a commit are what the account's side wrote there.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from rempart.errors import VerificationError
from rempart.ingest.atproto.car import Car, read_car
from rempart.ingest.atproto.cbor import Cid, Value, decode_map, encode
from rempart.ingest.atproto.identity import Identity, identity_of
from rempart.ingest.atproto.keys import VerifyingKey
from rempart.ingest.atproto.names import RecordName, is_did
from rempart.ingest.atproto.tree import find

CAR_FILE: Final = "record.car"
DOCUMENT_FILE: Final = "did.json"
AUDIT_FILE: Final = "audit.json"
LONGEST_BESIDE: Final = 50_000
_COMMIT: Final = {"did", "version", "data", "rev", "prev", "sig"}
_REV: Final = re.compile("[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")


class Commit(NamedTuple):
    """The signed state of a repository. `rev`: its number, made from the server's clock."""

    cid: Cid
    rev: str
    data: Cid
    signature: bytes


class Proven(NamedTuple):
    """What holds. `name`: with the DID; `record` as JSON, links and bytes as the data model writes
    them."""

    name: RecordName
    identity: Identity
    commit: Commit
    cid: Cid
    record: dict[str, Any]
    blocks: int


def verify_proof(name: RecordName, files: Mapping[str, bytes]) -> Proven:
    """`name`: with a DID; `files`: `record.car`, `did.json` and, of a `did:plc`, `audit.json`.
    VerificationError with the file and the reason."""
    if not is_did(name.authority):
        raise VerificationError("a record is proven by its DID", where=name.uri)
    file = DOCUMENT_FILE
    try:
        identity = identity_of(name.authority, _there(files, file), files.get(AUDIT_FILE))
        file = CAR_FILE
        car = read_car(_there(files, file))
        commit = _commit(car, name.authority, identity.key)
        cid = find(car.blocks, commit.data, name.key.encode())
        record = _record(car, cid, name.collection)
    except VerificationError as error:
        where = ", ".join(part for part in (file, error.where) if part)
        raise type(error)(error.what, where=where) from error
    return Proven(name, identity, commit, cid, record, len(car.blocks))


def _there(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise VerificationError("this file of the proof is missing")
    return files[name]


def _commit(car: Car, did: str, key: VerifyingKey) -> Commit:
    content = car.blocks.get(car.root)
    if content is None:
        raise VerificationError("the commit is missing")
    told = decode_map(content)
    if set(told) | {"prev"} != _COMMIT or told["version"] != 3 or told["version"] is True:
        raise VerificationError("not a commit of version 3")
    data, rev, signature = told["data"], told["rev"], told["sig"]
    previous = told.get("prev")
    if told["did"] != did:
        raise VerificationError("the commit is another account's")
    if not isinstance(data, Cid) or not isinstance(signature, bytes):
        raise VerificationError("not a commit of version 3")
    if not isinstance(rev, str) or _REV.fullmatch(rev) is None:
        raise VerificationError("a commit without a number")
    if previous is not None and not isinstance(previous, Cid):
        raise VerificationError("not a commit of version 3")
    unsigned = encode({name: part for name, part in told.items() if name != "sig"})
    if not key.signed(unsigned, signature):
        raise VerificationError("the account's key has not signed this commit")
    return Commit(car.root, rev, data, signature)


def _record(car: Car, cid: Cid, collection: str) -> dict[str, Any]:
    content = car.blocks.get(cid)
    if content is None:
        raise VerificationError("the record is missing")
    record = decode_map(content)
    if record.get("$type") != collection:
        raise VerificationError("the record is of another kind than where it stands")
    return {name: _plain(part) for name, part in record.items()}


def _plain(value: Value) -> Any:
    if isinstance(value, Cid):
        return {"$link": str(value)}
    if isinstance(value, bytes):
        return {"$bytes": b64encode(value).decode().rstrip("=")}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    return value


def text_of(record: Mapping[str, Any]) -> str:
    """What a reader is shown of it; empty for a record without words."""
    text = record.get("text")
    return text if isinstance(text, str) else ""


def claimed_time(record: Mapping[str, Any]) -> str:
    """When it says that it was written; the author's side chose it."""
    at = record.get("createdAt")
    return at if isinstance(at, str) else ""


def beside_text(record: Mapping[str, Any]) -> str:
    """Everything else that it says, as JSON: whom it answers, mentions, shows. Or empty. Of what is
    longer than `LONGEST_BESIDE` characters, how long it is: it stands whole in the kept record."""
    apart = {"$type", "text", "createdAt", "langs"}
    rest = {name: part for name, part in record.items() if name not in apart}
    text = json.dumps(rest, ensure_ascii=False, sort_keys=True) if rest else ""
    return text if len(text) <= LONGEST_BESIDE else json.dumps({"$longer": len(text)})
