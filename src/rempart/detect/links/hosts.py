"""Hosts: one spelling for one place, and what of a host somebody can register.

Rules of this module:

1. Nothing is looked up in the network. The Public Suffix List (publicsuffix.org, MPL-2.0) comes
   with the library `publicsuffixlist` as data.
2. A host is written in lower-case ASCII: other alphabets as Punycode (RFC 3492), an IPv4 address
   with four decimal numbers, however it was disguised (WHATWG URL: `2130706433`, `0x7f.1`, `127.1`,
   `0177.0.0.1` are all 127.0.0.1).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final

from publicsuffixlist import PublicSuffixList

MAX_HOST: Final = 253
_OTHER_DOTS: Final = str.maketrans("。．｡․", "....")
_NUMBER: Final = re.compile(r"0x[0-9a-f]*|\d+")


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList(accept_unknown=False)


@cache
def _top_levels() -> frozenset[str]:
    """Every top-level domain the list knows, in Punycode."""
    path = files("publicsuffixlist") / "public_suffix_list.dat"
    with path.open("r", encoding="utf-8") as lines:
        rules = [line.strip().lstrip("*!.") for line in lines if not line.startswith(("//", "\n"))]
    # Not in the DNS, but written: hidden services (RFC 7686), examples and tests (RFC 2606).
    reserved = ("onion", "example", "test", "invalid")
    return frozenset((*(label_to_ascii(rule.rsplit(".", 1)[-1]) for rule in rules), *reserved))


def is_top_level(label: str) -> bool:
    return label in _top_levels()


def registrable(host: str) -> str | None:
    """`a.b.example.co.uk` gives `example.co.uk`; None for a public suffix, an address, a name
    without a known suffix. `host` in ASCII."""
    found: str | None = _suffixes().privatesuffix(host)
    if found is None and is_top_level(host.rpartition(".")[2]) and ipv4(host) is None:
        labels = host.split(".")
        known: str | None = _suffixes().publicsuffix(host)
        return ".".join(labels[-2:]) if known is None and len(labels) > 1 else None
    return found


def parents(host: str) -> Iterator[str]:
    """The host, then the domains above it down to the one that can be registered. A public suffix
    (`github.io`) never stands for the sites under it."""
    yield host
    owned = registrable(host)
    if owned is None:
        return
    while host != owned:
        host = host.partition(".")[2]
        yield host


def label_to_ascii(label: str) -> str:
    """One label as it stands in the DNS; the mapping is NFKC and case folding (near UTS 46)."""
    if label.isascii():
        return label.lower()
    mapped = unicodedata.normalize("NFKC", label[:MAX_HOST]).casefold()
    if mapped.isascii():
        return mapped
    return "xn--" + mapped.encode("punycode", "ignore").decode("ascii")


def host_to_ascii(host: str) -> str:
    """A host as somebody wrote it (any alphabet, hidden characters inside) as the DNS knows it."""
    if not host.isascii():
        host = host.translate(_OTHER_DOTS)
        host = "".join(char for char in host if unicodedata.category(char) != "Cf")
    labels = [label_to_ascii(label) for label in host.strip(".").split(".")]
    plain = ".".join(labels)
    return ipv4(plain) or plain


def ipv4(host: str) -> str | None:
    """The dotted form of anything that a browser takes for an IPv4 address; None for the rest."""
    parts = host.split(".")
    if not 1 <= len(parts) <= 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    if any(len(part) > 16 for part in parts):
        return None
    try:
        numbers = [_number(part) for part in parts]
    except ValueError:
        return None
    *first, last = numbers
    if any(number > 255 for number in first) or last >= 256 ** (5 - len(numbers)):
        return None
    value = last + sum(number << (8 * (3 - place)) for place, number in enumerate(first))
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8) if len(part) > 1 and part.startswith("0") else int(part)


def imitates(written: str, skeleton: str) -> bool:
    """Whether a host was written with letters of another alphabet that the eye reads as Latin ones.

    `written`: the host in the original text; `skeleton`: the same in the fold. Accents alone
    (`café.example`) and names wholly in their own alphabet imitate nothing.
    """
    if written.isascii() or not skeleton.isascii():
        return False
    bare = unicodedata.normalize("NFKD", written).casefold()
    bare = "".join(char for char in bare if unicodedata.category(char) not in ("Mn", "Cf"))
    foreign = [char for char in bare if not char.isascii() and char.isalpha()]
    ending = host_to_ascii(written).rpartition(".")[2]
    return bool(foreign) and is_top_level(ending)
