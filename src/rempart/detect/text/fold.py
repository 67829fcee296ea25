"""The fold: what the eye reads, after hiding is undone.

Rules of this module:

1. Evidence keeps the original; only detection sees the fold. A span found in the fold is led back
   to the original by `original_span`.
2. The fold is made character by character, so it is linear in the text, never looks at a run of
   combining marks as a whole (FAULTS row 7), and its output is at most four characters for each
   character of the input (FAULTS row 8).
3. Undone: case, accents, compatibility forms (NFKD), look-alike letters, zero-width and format
   characters, tags, bidi controls, combining marks, control characters. Kept: digits, punctuation,
   emoji, the letters of other alphabets.
4. Plain printable ASCII is lower-cased and nothing else.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

from rempart.detect.text.homoglyphs import BLANK, INVISIBLE, lookalikes

MAX_EXPANSION: Final = 4
_REMEMBERED: Final = 16_384
_LOOKALIKES: Final = lookalikes()
_DROPPED_CATEGORIES: Final = frozenset({"Mn", "Me", "Cf", "Cc"})
_SPACE_CATEGORIES: Final = frozenset({"Zs", "Zl", "Zp"})
_LINE_BREAKS: Final = "\t\n\v\f\r\x85"


def _fold_character(char: str) -> str:
    """What one character of the original becomes: zero to four characters."""
    if char in _LINE_BREAKS or char in BLANK:
        return " "
    if char in INVISIBLE:
        return ""
    twin = _LOOKALIKES.get(ord(char))
    if twin is not None:
        return twin
    if "\uac00" <= char <= "\ud7a3":  # Hangul syllables: decomposing helps nobody
        return char
    folded: list[str] = []
    for part in unicodedata.normalize("NFKD", char):
        category = unicodedata.category(part)
        if category in _SPACE_CATEGORIES:
            folded.append(" ")
        elif category not in _DROPPED_CATEGORIES:
            folded.append(_LOOKALIKES.get(ord(part)) or part.lower())
    return "".join(folded)[:MAX_EXPANSION]


class _Table(dict[int, str]):
    """Code point to fold, filled as characters are met; bounded, so that a text of every code
    point there is costs time and no memory."""

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = folded
        return folded


_TABLE: Final = _Table({code: _fold_character(chr(code)) for code in range(0x250)})


def fold(texts: Sequence[str]) -> list[str]:
    """The folds of many texts, in order."""
    table = _TABLE
    return [
        text.lower() if text.isascii() and text.isprintable() else text.translate(table)
        for text in texts
    ]


def fold_one(text: str) -> str:
    """The fold of one text."""
    return fold((text,))[0]


def original_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Where `fold(text)[start:end]` stands in `text`; for hits only, it walks the text.

    The span covers every original character that gave a character to the folded span; hidden
    characters between them are inside, hidden characters around them are not.
    """
    if text.isascii() and text.isprintable():
        return start, end
    table = _TABLE
    position = 0
    first: int | None = None
    last = len(text)
    for index, char in enumerate(text):
        width = len(table[ord(char)])
        if not width:
            continue
        if first is None and position + width > start:
            first = index
        if position < end:
            last = index + 1
        else:
            break
        position += width
    return (len(text), len(text)) if first is None else (first, last)
