"""Who an account is: its DID document, and what vouches for the key in it.

The key of a `did:plc` is vouched for by the signed history of the DID, which anybody can check at
any time; the document has to say the same. That of a `did:web` stands in a document that nothing
but the connection to its domain vouches for: who keeps that document could have written it.
"""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import urlsplit

from rempart.errors import VerificationError
from rempart.ingest.atproto.cbor import Value
from rempart.ingest.atproto.documents import read_json
from rempart.ingest.atproto.keys import DID_KEY, VerifyingKey, read_key
from rempart.ingest.atproto.names import SCHEME, is_did, is_handle, is_plc
from rempart.ingest.atproto.plc import PlcState, state_of

LONGEST_ENDPOINT: Final = 300


class Identity(NamedTuple):
    """`key`: what signs its repository; `pds`: the server that has it; `handle`: the first name in
    its document, empty when there is none; `history`: of a `did:plc`, checked; None for a domain's
    word alone."""

    did: str
    key: VerifyingKey
    pds: str
    handle: str
    history: PlcState | None


def identity_of(did: str, document: bytes, audit: bytes | None) -> Identity:
    """VerificationError when the document is not this account's, or its history says otherwise."""
    if not is_did(did):
        raise VerificationError("not a DID of a known method", where=did[:100])
    told = read_json(document)
    if not isinstance(told, dict) or told.get("id") != did:
        raise VerificationError("the document is not that of this DID", where=did)
    key = read_key(_key(did, told))
    pds = _pds(did, told)
    names = told.get("alsoKnownAs")
    named = (
        tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()
    )
    history = None
    if is_plc(did):
        if audit is None:
            raise VerificationError("the history of this DID is not there", where=did)
        history = state_of(did, audit)
        said = (f"{DID_KEY}{key.text}", pds, named)
        if said != (history.key, _bare(history.pds), history.names):
            raise VerificationError(
                "the document says another key, server or name than its signed history", where=did
            )
    handles = (name.removeprefix(SCHEME) for name in named if name.startswith(SCHEME))
    handle = next(handles, "")
    return Identity(did, key, pds, handle if is_handle(handle) else "", history)


def _key(did: str, told: dict[str, Value]) -> str:
    found = _one(did, told.get("verificationMethod"), "atproto")
    key = found.get("publicKeyMultibase")
    if found.get("type") != "Multikey" or found.get("controller") != did:
        raise VerificationError("its key is not a multikey of its own", where=did)
    if not isinstance(key, str):
        raise VerificationError("there is no key in its document", where=did)
    return key


def _pds(did: str, told: dict[str, Value]) -> str:
    found = _one(did, told.get("service"), "atproto_pds")
    address = found.get("serviceEndpoint")
    if found.get("type") != "AtprotoPersonalDataServer" or not isinstance(address, str):
        raise VerificationError("there is no server in its document", where=did)
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.username is None
        good = good and parts.path in ("", "/") and not parts.query and not parts.fragment
    except ValueError:
        good = False
    if not good or len(address) > LONGEST_ENDPOINT:
        raise VerificationError("its server has no usable address", where=did)
    return _bare(address) or ""


def _bare(address: str | None) -> str | None:
    return None if address is None else address.rstrip("/")


def _one(did: str, told: Value, name: str) -> dict[str, Value]:
    """The one part of the document under this name, whole or relative to the DID."""
    parts = told if isinstance(told, list) else []
    wanted = (f"#{name}", f"{did}#{name}")
    found = [part for part in parts if isinstance(part, dict) and part.get("id") in wanted]
    if len(found) != 1:
        raise VerificationError(f"its document does not have exactly one #{name}", where=did)
    return found[0]
