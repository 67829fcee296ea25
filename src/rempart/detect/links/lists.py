"""Lists of bad links: hosts files, plain names, addresses with a path; with source and dates.

Rules of this module:

1. A list with one line that is none of these is refused whole, with its line and the reason: half
   a list would look like a list. Who keeps the running set is `engine.link_lists`.
2. An entry stands for the name and everything under it; a public suffix (`github.io`) only for
   itself; an entry with a path for what begins with that path.
3. Each list knows where it comes from, of which day it is, and when it is no longer good: after
   that (event time) it says nothing.
4. Looking up costs the same in a list of ten and of a million: entries are 64-bit BLAKE2b digests
   in buckets, about 12 bytes each. That a name which is not in a list of a million is taken for one
   that is has a chance of 1 in 10^13.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Final

import numpy as np

from rempart.detect.links.extract import split_link
from rempart.detect.links.hosts import MAX_HOST, host_to_ascii, ipv4, parents
from rempart.errors import InputError

MOST_ENTRIES: Final = 5_000_000
MAX_LINE: Final = 2_048
_DEPTH: Final = 6
_HOST: Final = re.compile(
    r"(?=.{4,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}"
)
_LEADING: Final = re.compile(r"(?:0\.0\.0\.0|127\.0\.0\.1|::1?|fe80::1%\S+|255\.255\.255\.255)\s+")
_LOCAL_NAMES: Final = (
    "localhost localhost.localdomain local broadcasthost ip6-localhost ip6-loopback ip6-localnet"
    " ip6-mcastprefix ip6-allnodes ip6-allrouters ip6-allhosts 0.0.0.0 127.0.0.1"
)
_LOCAL: Final = frozenset(_LOCAL_NAMES.split())


class ListError(InputError):
    """A line that is no entry; `where` is file and line."""


class LinkList:
    """A list in force. `name` is shown in reasons; `entries` counts; `digest` names its content."""

    def __init__(
        self,
        name: str,
        entries: Iterable[str],
        *,
        source: str = "",
        of: str = "",
        expires: datetime | None = None,
    ) -> None:
        self.name = name
        self.source = source
        self.of = of
        self.expires = expires
        found = np.fromiter(map(_digest, entries), dtype=np.uint64)
        found = np.unique(found)
        self.entries = int(found.size)
        # As many buckets as entries, by the upper bits: one or two entries in each.
        bits = max(1, min(24, int(found.size).bit_length()))
        self._shift = 64 - bits
        buckets = (found >> np.uint64(self._shift)).astype(np.int64)
        edges = np.searchsorted(buckets, np.arange((1 << bits) + 1))
        self._edges = edges.astype(np.uint32)
        self._found = found
        self.digest = blake2b(found.tobytes(), digest_size=8).hexdigest()

    @property
    def bytes(self) -> int:
        """What it holds in memory."""
        return int(self._found.nbytes + self._edges.nbytes)

    def match(self, keys: Sequence[str]) -> str | None:
        """The first of these keys (see `keys_of`) that is an entry."""
        found, edges, shift = self._found, self._edges, self._shift
        for key in keys:
            digest = _digest(key)
            bucket = digest >> shift
            first, last = int(edges[bucket]), int(edges[bucket + 1])
            if first < last and digest in found[first:last].tolist():
                return key
        return None

    def is_good(self, at: datetime) -> bool:
        return self.expires is None or at < self.expires


def keys_of(host: str, path: str) -> list[str]:
    """Under which keys a link may stand in a list: the most special first."""
    keys: list[str] = []
    path = path.partition("#")[0].partition("?")[0].strip("/").lower()
    if path:
        parts = path.split("/")[:_DEPTH]
        keys += [f"{host}/{'/'.join(parts[:n])}" for n in range(len(parts), 0, -1)]
    keys += parents(host)
    return keys


def read_list(lines: Iterable[str], where: str) -> Iterator[str]:
    """The entries of a list file. Raises ListError at the first line that is none."""
    count = 0
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip().lower()
        if not text or text.startswith("!"):
            continue
        names = [text] if _HOST.fullmatch(text) else _entries(text, f"{where}:{number}")
        for name in names:
            count += 1
            if count > MOST_ENTRIES:
                raise ListError(
                    f"more than {MOST_ENTRIES} entries",
                    where=f"{where}:{number}",
                    next_step="use a smaller list",
                )
            yield name


def _entries(text: str, where: str) -> list[str]:
    if len(text) > MAX_LINE:
        raise ListError(f"a line of more than {MAX_LINE} characters", where=where)
    hosts_line = _LEADING.match(text)
    if hosts_line is not None:
        names = [name for name in text[hosts_line.end() :].split() if name not in _LOCAL]
        return [_host(name, where) for name in names]
    text = text.removeprefix("||").removesuffix("^").removeprefix("*.")
    if " " in text or "\t" in text:
        raise _no_entry(text, where)
    if "://" in text or "/" in text:
        host, path = split_link(text)
        host = _host(host, where)
        path = path.partition("#")[0].partition("?")[0].strip("/")
        return [f"{host}/{path}" if path else host]
    return [_host(text.removesuffix("."), where)]


def _host(text: str, where: str) -> str:
    host = host_to_ascii(text).removeprefix("www.")
    if len(host) <= MAX_HOST and (_HOST.fullmatch(host) or ipv4(host) is not None):
        return host
    if re.fullmatch(r"\[?[0-9a-f]*(?::[0-9a-f]*){2,7}\]?", text):
        return "[" + text.strip("[]") + "]"
    raise _no_entry(text, where)


def _no_entry(text: str, where: str) -> ListError:
    shown = text if len(text) <= 40 else text[:40] + "…"
    return ListError(
        f"{shown!r} is no host name, no line of a hosts file and no link",
        where=where,
        next_step="correct or remove the line; until then the list as it was last good is in force",
    )


def _digest(key: str) -> int:
    raw = key.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(raw, digest_size=8).digest(), "big")
