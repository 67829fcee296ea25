"""What a text message costs: how many segments it takes (3GPP TS 23.038, 23.040).

A text of the basic alphabet has 160 characters in one segment and 153 in each of several; a single
character outside of it (ê, ç in small, an emoji, a curly apostrophe) makes it UCS-2: 70 and 67.
"""

from __future__ import annotations

from math import ceil

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWO = frozenset("^{}\\[~]|€\f")
"""Of the extension table: two places each."""


def segments(text: str) -> int:
    """At least one: an empty text is not sent."""
    if all(character in _BASIC or character in _TWO for character in text):
        places = len(text) + sum(character in _TWO for character in text)
        return 1 if places <= 160 else ceil(places / 153)
    places = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return 1 if places <= 70 else ceil(places / 67)


def outside_basic(text: str) -> str:
    """The characters that make this text dearer, each once."""
    found = dict.fromkeys(one for one in text if one not in _BASIC and one not in _TWO)
    return "".join(found)
