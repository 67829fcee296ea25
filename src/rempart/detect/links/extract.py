"""Links of a message: where they stand, also when they were hidden, and as keys.

Rules of this module:

1. A key is `host/path` in lower case, without scheme, `www.`, query, fragment or trailing slash:
   the same place gives the same key, however it was decorated.
2. Both the links a platform names and those written in the folded text count. Hidden ones too:
   `example dot com`, `example point com`, `example[.]com`, `example . com`, `hxxp://…`.
3. A name without scheme, `www.` or path is a link for sure only under a top-level domain that is
   no word of a sentence (`ok.la`, `main.rs`); otherwise it is a link perhaps (`sure` is False), and
   only lists look at it.
4. Nothing is looked up: what stands behind a link is not this module's question. Linear in the
   text: a name begins at the beginning of a word and has at most eight labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple
from urllib.parse import unquote

from rempart.detect.links.hosts import host_to_ascii, is_top_level

MAX_LINKS: Final = 8
MOST_FOUND: Final = 100
_REACH: Final = 4_000
_MAX_KEY: Final = 200
# Top-level domains that are no words and no file names: alone they make a link.
_CLEAR_ENDINGS: Final = (
    "com net org fr tv gg io co uk eu info biz ly xyz ru su cc app dev live site online top club"
    " shop ch nl gl link page moe ws vip onion example"
)
_WORDS_TOO: Final = "de me to be ca us it es st sh zip mov cn in"
_UNSPOKEN: Final = "co live top link page"
_SMALL_WORDS: Final = (
    "the a an this that your my our his her their its of is on in at to and le la les un une des ce"
    " cet cette au aux du de ton mon son notre votre et ou que il elle ne n est pas"
)
_CLEAR: Final = frozenset(_CLEAR_ENDINGS.split())
# Over many authors these make the key of a raid; in one message alone they say too little.
_FREQUENT: Final = _CLEAR | frozenset(_WORDS_TOO.split())
# Said aloud: "dot com", "point fr". Not "de", "me", "be": those are words after "point" and "dot".
_SPOKEN: Final = _CLEAR - frozenset(_UNSPOKEN.split())
_NO_NAMES: Final = frozenset(_SMALL_WORDS.split())
_LABEL: Final = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_PATH: Final = r"(?P<path>[/?#\\][^\s<>\"']*)?"
_SCHEME: Final = r"(?P<scheme>h(?:tt|xx|\*\*|t\*|\*t)ps?|ftps?)\s{0,2}:?\s{0,2}/{2}\s{0,2}"
_USER: Final = r"(?:[^\s/?#\\<>\"'@]{0,200}@)?"
_PORT: Final = r"(?::\d{1,5})?"
_AFTER: Final = rf"\.?{_PORT}(?![\w@]){_PATH}"
# A bare name ends in two letters at least: `3.14`, `e.g.` and `l.i.k.e` are none.
_PLAIN: Final = re.compile(
    rf"(?:{_SCHEME}{_USER}(?P<named>(?:{_LABEL}\.){{0,8}}{_LABEL}|\[[0-9a-f:.]{{2,45}}\])"
    rf"|(?<![\w@./\\:-])(?P<www>www\.)?"
    rf"(?P<bare>(?:{_LABEL}\.){{1,8}}[^\W\d_](?:[\w-]{{0,61}}[^\W_])))"
    rf"{_AFTER}"
)
# A plain dot, a bracketed one, one with spaces on both sides, or the word; an ideographic one.
_DOT: Final = (
    r"(?:\.|。|\s{1,2}\.\s{1,2}|\s?[\[({<]\s?(?:\.|dot|point)\s?[\])}>]\s?"
    r"|\s{1,2}(?:dot|point)\s{1,2}|[*_-](?:dot|point)[*_-])"
)
_HIDDEN: Final = re.compile(
    rf"(?:{_SCHEME}{_USER}|(?<![\w@./\\:-])(?P<www>www(?:{_DOT}|\s))?)"
    rf"(?P<bare>(?:{_LABEL}{_DOT}){{1,5}}[^\W\d_]{{2,18}}){_PORT}(?![\w@-])"
    r"(?:\s?(?P<path>/\s?[^\s<>\"']*))?"
)
_ONE_DOT: Final = re.compile(_DOT)
_ENDING: Final = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?\Z")
# Is there anything worth searching? A dot and two letters behind it, or a sign of hiding.
_WORTH: Final = re.compile(r"\.[^\W\d_]{2}")
_SIGNS: Final = (
    "[.",
    "(.",
    "{.",
    "<.",
    "[ .",
    "( .",
    "。",
    "dot)",
    "dot]",
    "point)",
    "point]",
)
_ENDINGS: Final = "|".join(sorted(_FREQUENT))
_SAID: Final = re.compile(rf"(?:dot|point)[\W_]{{1,3}}(?:{_ENDINGS})\b")
_SPACED: Final = re.compile(rf" \. {{1,2}}(?:{_ENDINGS})\b")
_NESTED: Final = re.compile(r"https?:/{1,2}([^\s<>\"'&]+)", re.I)
_TRAILING: Final = ".,;:!?)]}>…'\"*"


class Found(NamedTuple):
    """One link in a folded text: `folded[start:end]`, `host` as the fold reads it (in ASCII where
    that is possible), `path` from its slash on with query and fragment. `named`: it came with a
    scheme or `www.`; `hidden`: the dots or the scheme were disguised; `sure`: see rule 3."""

    start: int
    end: int
    host: str
    path: str
    host_start: int
    host_end: int
    named: bool
    hidden: bool
    sure: bool

    @property
    def key(self) -> str:
        return _key(self.host, self.path)


def link_key(link: str) -> str:
    """`https://www.Example.org/a/?x=1#y` becomes `example.org/a`."""
    host, path = split_link(link)
    return _key(host, path)


def split_link(link: str) -> tuple[str, str]:
    """Host in ASCII and path of a link that a platform names. What is before an `@` is no host."""
    rest = link.strip().lower().replace("\\", "/")
    _, scheme, after = rest.partition("://")
    rest = after if scheme else rest.removeprefix("//")
    cut = next((place for place, char in enumerate(rest) if char in "/?#"), len(rest))
    host = rest[:cut].rpartition("@")[2]
    if not host.startswith("["):
        host = host.partition(":")[0]
    return host_to_ascii(host.rstrip(_TRAILING)), rest[cut:]


def may_hold_links(folded: str) -> bool:
    """A cheap look: almost no chat message passes it without holding a link or a sentence's dot."""
    return "." in folded or "dot" in folded or "point" in folded or "//" in folded or "。" in folded


def find_links(folded: str, reach: int = 1 << 17, most: int = MOST_FOUND) -> Iterator[Found]:
    """The links written in a folded text, in order; at most `most` within `reach` characters."""
    if not may_hold_links(folded):
        return
    if _hides(folded):
        found = _hidden(folded, reach)
    elif "//" in folded:
        found = _plain(folded, reach)
    else:
        found = _bare(folded, reach)
    yield from islice(found, most)


def _plain(folded: str, reach: int) -> Iterator[Found]:
    for match in _PLAIN.finditer(folded, 0, reach):
        if (found := _judged(match)) is not None:
            yield found


def _bare(folded: str, reach: int) -> Iterator[Found]:
    """Without a scheme anywhere: only words with a dot inside are looked at."""
    position = 0
    while (dot := _WORTH.search(folded, position, reach)) is not None:
        start = max(position, folded.rfind(" ", position, dot.start()) + 1)
        end = folded.find(" ", dot.end())
        position = min(reach, len(folded)) if end < 0 else end
        for match in _PLAIN.finditer(folded, start, position):
            if (found := _judged(match)) is not None:
                yield found


def _hidden(folded: str, reach: int) -> Iterator[Found]:
    position = 0
    while (match := _HIDDEN.search(folded, position, reach)) is not None:
        position = max(match.end(), position + 1)
        found = _judged(match)
        if found is None:
            # Not a hidden one: perhaps a plain one begins in the same place.
            plain = _PLAIN.match(folded, match.start(), reach)
            found = _judged(plain) if plain is not None else None
            position = match.start() + 1 if plain is None else max(plain.end(), match.start() + 1)
        if found is not None:
            yield found


def _hides(folded: str) -> bool:
    """Whether there is a sign that the dots of a link were disguised."""
    if any(sign in folded for sign in _SIGNS):
        return True
    if " . " in folded and _SPACED.search(folded) is not None:
        return True
    said = "dot" in folded or "point" in folded
    return said and _SAID.search(folded) is not None


def _judged(match: re.Match[str]) -> Found | None:
    """The link that a pattern found, or None when it is none. The cheap questions come first."""
    scheme = match["scheme"]
    group = "bare" if scheme is None or match.re is _HIDDEN else "named"
    written = match[group]
    ending = _ENDING.search(written)
    known = ending is not None and is_top_level(ending[0])
    # A name in another alphabet stands in the fold with some letters made Latin: whoever has the
    # original tells (see `detector`).
    foreign = not written.isascii()
    if scheme is None and not known and not foreign:
        return None
    path = (match["path"] or "").replace("\\", "/").replace(" ", "")
    named = scheme is not None or match["www"] is not None
    host = written if written[0] == "[" else _ONE_DOT.sub(".", written).replace(" ", "")
    hidden = host != written and "。" not in written
    if foreign or (named and not known):
        host = host_to_ascii(host)
    name, _, last = host.rpartition(".")
    if scheme is None:
        if foreign and not (last.startswith("xn--") or is_top_level(last)):
            return None
        said = hidden and ("dot" in written or "point" in written)
        if said and not named and not _fits_speech(name, last, written):
            return None
    elif not name and host[0] != "[":
        return None  # `http://localhost`: a place on the reader's own machine
    hidden = hidden or (scheme is not None and ("x" in scheme or "*" in scheme))
    trimmed = path.rstrip(_TRAILING)
    start, end = match.span()
    end -= len(path) - len(trimmed) if end == match.end("path") else 0
    sure = named or len(trimmed) > 1 or last in _CLEAR
    host = host.removeprefix("www.")
    return Found(start, end, host, trimmed, *match.span(group), named, hidden, sure)


def _fits_speech(name: str, ending: str, written: str) -> bool:
    """ "the dot com years" and "au point de" name no place."""
    if re.search(r"\s(?:dot|point)\s", written) is None:
        return ending in _FREQUENT
    return ending in _SPOKEN and name.rpartition(".")[2] not in _NO_NAMES


def nested_links(path: str) -> list[str]:
    """Whole links inside a path or query, as redirectors carry them; decoded once."""
    if "http" not in path:
        return []
    return [match[1] for match in _NESTED.finditer(unquote(path[:4096]))][:MAX_LINKS]


def links_in(folded: str) -> list[str]:
    """The keys of the links written in a folded text, in order."""
    if not may_hold_links(folded):
        return []
    found = find_links(folded, _REACH, MAX_LINKS)
    return [one.key for one in found if one.sure or one.host.rpartition(".")[2] in _FREQUENT]


def link_keys(folded: str, links: Sequence[str]) -> tuple[str, ...]:
    """The distinct keys of a message: named links first, then written ones."""
    if not links and not may_hold_links(folded):
        return ()
    named = [link_key(link) for link in links[:MAX_LINKS]]
    keys = dict.fromkeys([*named, *links_in(folded)])
    keys.pop("", None)
    return tuple(keys)[:MAX_LINKS]


def _key(host: str, path: str) -> str:
    path = path.partition("#")[0].partition("?")[0]
    return (host.removeprefix("www.") + path).rstrip("/" + _TRAILING)[:_MAX_KEY]
