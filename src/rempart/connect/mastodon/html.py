"""The HTML of posts as plain text. Pure, linear in its length, and nothing of it is ever rendered.

Paragraphs and breaks become new lines; the text of every element stays, also where a style would
hide it; tags, comments and their attributes go. Links are kept beside it, without those that only
name people and hashtags.
"""

from __future__ import annotations

import re
from html import unescape
from typing import NamedTuple

MAX_HTML = 256 * 1024
MAX_LINKS = 64
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})([^<>]*)>|<[!?/][^<>]*>")
_ATTRIBUTE = re.compile(r'\b(href|class|rel)\s*=\s*(?:"([^"]*)"|\'([^\']*)\')')
_BLOCKS = frozenset({"p", "br", "div", "li", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3"})
_BLANK_LINES = re.compile(r"\n{3,}")
_NO_LINKS = frozenset({"mention", "hashtag", "u-url"})


class Plain(NamedTuple):
    text: str
    links: tuple[str, ...]


def plain(html: str) -> Plain:
    html = html[:MAX_HTML]
    parts: list[str] = []
    links: dict[str, None] = {}
    at = 0
    for tag in _TAG.finditer(html):
        parts.append(unescape(html[at : tag.start()]))
        at = tag.end()
        closing, name, attributes = tag[1], (tag[2] or "").lower(), tag[3] or ""
        if name == "br" or (name in _BLOCKS and closing):
            parts.append("\n")
        elif name == "a" and not closing and len(links) < MAX_LINKS:
            link = _link(attributes)
            if link:
                links[link] = None
    parts.append(unescape(html[at:]))
    text = _BLANK_LINES.sub("\n\n", "".join(parts)).strip()
    return Plain(text, tuple(links))


def _link(attributes: str) -> str | None:
    found = {name: one or two for name, one, two in _ATTRIBUTE.findall(attributes)}
    classes = frozenset(found.get("class", "").split())
    href = unescape(found.get("href", "")).strip()
    if classes & _NO_LINKS or not href.lower().startswith(("http://", "https://")):
        return None
    return href[:2_048]
