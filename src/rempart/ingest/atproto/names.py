"""Names of the AT Protocol: handles, DIDs, and where a record stands.

A record is named by `at://AUTHORITY/COLLECTION/RKEY` or by the link of an app that shows it,
`https://APP/profile/AUTHORITY/post/RKEY`; the authority is a handle (a domain) or a DID. Read by
https://atproto.com/specs/at-uri-scheme, /specs/handle, /specs/did, /specs/record-key.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from rempart.errors import InputError

SCHEME: Final = "at://"
POST: Final = "app.bsky.feed.post"
_PLC: Final = re.compile(r"did:plc:[a-z2-7]{24}")
_WEB: Final = re.compile(r"did:web:([a-z0-9.-]{1,253})(?:%3A([0-9]{1,5}))?")
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HANDLE: Final = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")
_NSID: Final = re.compile(
    r"[a-zA-Z](?:[a-zA-Z0-9-]{0,62}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,62}[a-zA-Z0-9])?)+"
    r"\.[a-zA-Z][a-zA-Z0-9]{0,62}"
)
_RKEY: Final = re.compile(r"[A-Za-z0-9._:~-]{1,512}")
_NO_HANDLE: Final = ("alt", "arpa", "internal", "invalid", "local", "localhost", "onion")
_ANY_DID: Final = re.compile(r"did:(?:plc:[a-z2-7]{24}|web:[a-z0-9.%-]{1,253})")


class RecordName(NamedTuple):
    """`authority`: a handle in lower case, or a DID."""

    authority: str
    collection: str
    rkey: str

    @property
    def key(self) -> str:
        """Where it stands in the tree of its repository."""
        return f"{self.collection}/{self.rkey}"

    @property
    def uri(self) -> str:
        return f"{SCHEME}{self.authority}/{self.key}"


def record_named(link: str, apps: tuple[str, ...]) -> RecordName | None:
    """What record a link names; None for a link that is no app's. InputError for an `at://` address
    that cannot be one. `apps`: hosts whose links name records."""
    if link.startswith(SCHEME):
        parts = link.removeprefix(SCHEME).split("/")
        found = _record(*parts) if len(parts) == 3 else None
        if found is None:
            raise InputError(
                "not the address of a record",
                where=link[:100],
                next_step="write it whole, as in at://did:plc:…/app.bsky.feed.post/…",
            )
        return found
    try:
        place = urlsplit(link)
        host = place.hostname
    except ValueError:
        return None
    if place.scheme not in ("https", "http") or place.netloc not in apps or host is None:
        return None
    parts = place.path.rstrip("/").split("/")
    if len(parts) != 5 or (parts[1], parts[3]) != ("profile", "post"):
        return None
    return _record(unquote(parts[2]), POST, unquote(parts[4]))


def is_did(text: str) -> bool:
    """Of a method that the AT Protocol knows: `did:plc` and `did:web`."""
    return _PLC.fullmatch(text) is not None or web_host(text) is not None


def is_plc(did: str) -> bool:
    return _PLC.fullmatch(did) is not None


def web_host(did: str) -> str | None:
    """Host, with a port only for this machine, of a `did:web`; None for another DID."""
    found = _WEB.fullmatch(did)
    if found is None:
        return None
    host, port = found[1], found[2]
    if port is not None:
        return f"{host}:{port}" if host == "localhost" else None
    return host if _HANDLE.fullmatch(host) else None


def is_handle(text: str) -> bool:
    """A domain that may be a handle."""
    plain = len(text) <= 253 and _HANDLE.fullmatch(text) is not None
    return plain and text.rpartition(".")[2] not in _NO_HANDLE


def dids_in(text: str) -> set[str]:
    """Accounts that a text names by their DID."""
    return set(_ANY_DID.findall(text))


def _record(authority: str, collection: str, rkey: str) -> RecordName | None:
    authority = authority if authority.startswith("did:") else authority.lower()
    if not is_did(authority) and not is_handle(authority):
        return None
    if _NSID.fullmatch(collection) is None or len(collection) > 317:
        return None
    if _RKEY.fullmatch(rkey) is None or rkey in (".", ".."):
        return None
    return RecordName(authority, collection, rkey)
