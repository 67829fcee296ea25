"""Links of a message as keys: the same place gives the same key, however it was decorated.

Rules of this module:

1. A key is `host/path` in lower case, without scheme, `www.`, query, fragment or trailing slash.
2. Both the links a platform names and those written in the folded text count.
3. Nothing is looked up: what stands behind a link is not this module's question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

MAX_LINKS: Final = 8
_MAX_TEXT: Final = 4_000
_MAX_KEY: Final = 200
_TOP_LEVEL: Final = (
    "com|net|org|fr|tv|gg|io|co|uk|de|eu|info|biz|me|ly|xyz|ru|su|to|cc|app|dev|live|site|online"
    "|top|club|shop|be|ch|ca|us|it|es|nl|gl|link|page|moe|st|sh|ws|vip|zip|mov|cn|in"
)
_LINK: Final = re.compile(
    r"(?:https?://|www\.)[^\s<>\"']{3,}"
    rf"|(?<![\w@./])(?:[a-z0-9](?:[a-z0-9-]{{0,62}})\.){{1,4}}(?:{_TOP_LEVEL})\b(?:/[^\s<>\"']*)?"
)


def link_key(link: str) -> str:
    """`https://www.Example.org/a/?x=1#y` becomes `example.org/a`."""
    rest = link.strip().lower()
    _, scheme, after = rest.partition("://")
    rest = after if scheme else rest
    rest = rest.partition("#")[0].partition("?")[0].removeprefix("www.")
    return rest.rstrip("/.,;:!)]}")[:_MAX_KEY]


def links_in(folded: str) -> list[str]:
    """The links written in a folded text, in order."""
    # A host has a dot, and almost no chat message has one inside a word: look before searching.
    if "." not in folded:
        return []
    return [match.group() for match in _LINK.finditer(folded, 0, _MAX_TEXT)][:MAX_LINKS]


def link_keys(folded: str, links: Sequence[str]) -> tuple[str, ...]:
    """The distinct keys of a message: named links first, then written ones."""
    if not links and "." not in folded:
        return ()
    found = [*links[:MAX_LINKS], *links_in(folded)]
    keys = dict.fromkeys(link_key(link) for link in found)
    keys.pop("", None)
    return tuple(keys)[:MAX_LINKS]
