"""Names of things that a case can be about: 16 bytes, the same for everybody who means the thing.

A link is named after what stays the same when people copy it: host in lower case, no fragment, no
trailing slash, no tracking parameters. A pasted text is named after its words, whatever the spacing
and case. Names of different kinds never collide.
"""

from __future__ import annotations

import unicodedata
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode, urlsplit

from rempart.model import message_key

_TRACKING = ("utm_", "fbclid", "gclid", "igshid", "si", "ref_src")
_FOLD_LIMIT = 10_000


def message_thing(platform: str, id: str) -> bytes:
    return message_key(platform, id)


def raid_thing(raid: str) -> bytes:
    return _name(b"raid", raid)


def unknown_message_thing(id: str) -> bytes:
    """A message that a report names and that was never received here."""
    return _name(b"unknown", id)


def link_thing(link: str) -> bytes:
    return _name(b"link", canonical_link(link))


def text_thing(text: str) -> bytes:
    return _name(b"text", " ".join(_plain(text).split()))


def look_thing(look: str) -> bytes:
    """An appeal, or a second look that nobody asked for."""
    return _name(b"look", look)


def canonical_link(link: str) -> str:
    """How two copies of one link are found to be the same; never shown or fetched."""
    try:
        parts = urlsplit(link.strip())
        port = "" if parts.port in {None, 80, 443} else f":{parts.port}"
    except ValueError:
        return link.strip()
    host = (parts.hostname or "").removeprefix("www.")
    query = urlencode(
        sorted(
            (key, value)
            for key, value in parse_qsl(parts.query, keep_blank_values=True)
            if not key.startswith(_TRACKING[0]) and key not in _TRACKING
        )
    )
    return f"{host}{port}{parts.path.rstrip('/')}{'?' if query else ''}{query}"


def channel_places(link: str) -> list[tuple[str, str]]:
    """Platform and channel that a link may lead to, in lower case: each part of the host with the
    first parts of the path (`https://www.twitch.tv/lea/videos`: `twitch`, `lea`)."""
    try:
        parts = urlsplit(link.strip())
    except ValueError:
        return []
    hosts = (parts.hostname or "").casefold().split(".")[:-1]
    path = [part.lstrip("#@") for part in parts.path.casefold().split("/") if part.lstrip("#@")]
    return [(host, name) for host in hosts for name in path[:2]]


def _plain(text: str) -> str:
    """Lower case without format characters; marks are dropped before normal forms would cost."""
    kept = "".join(
        c for c in text[:_FOLD_LIMIT] if unicodedata.category(c) not in {"Cf", "Mn", "Me"}
    )
    return unicodedata.normalize("NFKC", kept).casefold()


def _name(kind: bytes, value: str) -> bytes:
    data = value.encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=16, person=b"case " + kind).digest()
