"""`shown`: a stranger's text made visible and inert.

Control, bidirectional, zero-width and tag characters become visible symbols, so that nothing can
hide in a name or turn the page around; markup is escaped; the text stands in its own direction
island (`<bdi>`). Emoji keep their zero-width joiner. A text longer than `limit` says how much more
there is. FAULTS rows 2, 9, 20, 40.
"""

from __future__ import annotations

import re

from markupsafe import Markup

TEXT_LIMIT = 2_000
_ISLAND = Markup("<bdi>{}</bdi>")
_CONTROL = Markup('<span class="ctl">{}</span>')
_MORE = Markup(' <span class="more">+{}</span>')

_NAMED = {
    0x00AD: "SHY",
    0x034F: "CGJ",
    0x061C: "ALM",
    0x180E: "MVS",
    0x200B: "ZWSP",
    0x200E: "LRM",
    0x200F: "RLM",
    0x2028: "LSEP",
    0x2029: "PSEP",
    0x202A: "LRE",
    0x202B: "RLE",
    0x202C: "PDF",
    0x202D: "LRO",
    0x202E: "RLO",
    0x2060: "WJ",
    0x2061: "FA",
    0x2062: "IT",
    0x2063: "IS",
    0x2064: "IP",
    0x2066: "LRI",
    0x2067: "RLI",
    0x2068: "FSI",
    0x2069: "PDI",
    0xFEFF: "BOM",
    0xFFF9: "IAA",
    0xFFFA: "IAS",
    0xFFFB: "IAT",
}

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)
_STACKED = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{3})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)


def symbol(character: str) -> str:
    """What stands for a character that cannot be seen."""
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return f"⟨{_NAMED.get(code) or f'{code:04X}'}⟩"


def is_hidden(character: str) -> bool:
    """Whether this character cannot be seen (see module)."""
    return _HIDDEN.fullmatch(character) is not None


def plain(text: object, limit: int = TEXT_LIMIT) -> str:
    """The text with its hidden characters visible; for attributes and JSON shown to people."""
    cut, _ = _cut(str(text), limit)
    return _HIDDEN.sub(lambda match: symbol(match.group()), _STACKED.sub(r"\1⟨…⟩", cut))


def shown(text: object, limit: int = TEXT_LIMIT) -> Markup:
    """Safe markup of a stranger's text (see module)."""
    cut, more = _cut(str(text), limit)
    inert = shown_parts(cut)
    return _ISLAND.format(inert + _MORE.format(more) if more else inert)


def shown_parts(text: str) -> Markup:
    """Safe markup of a piece of a stranger's text, without an island of its own."""
    cut = _STACKED.sub(r"\1⟨…⟩", text)
    parts: list[str | Markup] = []
    at = 0
    for match in _HIDDEN.finditer(cut):
        parts.append(cut[at : match.start()])
        parts.append(_CONTROL.format(symbol(match.group())))
        at = match.end()
    parts.append(cut[at:])
    return Markup().join(parts)


def _cut(text: str, limit: int) -> tuple[str, int]:
    return (text, 0) if len(text) <= limit else (text[:limit], len(text) - limit)
