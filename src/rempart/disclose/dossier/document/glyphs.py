"""A stranger's text as a page may show it: nothing hidden, nothing stacked, nothing off the page.

Rules kept here, for every word that was not written for the document itself:

1. The full text is in the attachment, byte for byte; the page shows it for reading.
2. What has no shape of its own, and what the document's own fonts have no shape for, is named by
   its number: `[U+202E]`, `[U+4F60]`. The result does not depend on the fonts of this machine.
3. Of marks stacked on one letter three are shown and the others counted: `[… +27]`.
4. A word without an end may be broken anywhere; a text longer than `limit` says in the
   same way how many characters more there are.

FAULTS rows 2, 9, 20, 40.
"""

from __future__ import annotations

import re
import struct
from functools import lru_cache
from importlib.resources import files
from typing import Final

LONGEST: Final = 4_000
LONGEST_LINE: Final = 160
_BREAK_AFTER: Final = 24
_FONT: Final = "fonts/DejaVuSans.ttf"
_PLAIN: Final = re.compile(r"[\n\x20-\x7e\xa0-\xac\xae-\u017f\u2018-\u201d\u20ac]*\Z")
_STACKED: Final = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{3})"
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+)"
)
_LONG: Final = re.compile(rf"[^\s\u200b]{{{_BREAK_AFTER + 1},}}")
_SPACE_LIKE: Final = str.maketrans({"\t": " ", "\u202f": "\xa0", "\u2009": " "})
_SPACES: Final = re.compile(r"[ \xa0]{3,}")


def readable(text: str, limit: int = LONGEST) -> str:
    """The text for a page, with its line breaks."""
    cut = text[:limit].replace("\r\n", "\n").translate(_SPACE_LIKE)
    if not _PLAIN.match(cut):
        cut = _STACKED.sub(lambda found: f"{found[1]}[… +{len(found[2])}]", cut)
        shapes = shown()
        cut = "".join(
            char
            if char in "\n\xa0" or (ord(char) in shapes and char.isprintable())
            else _named(char)
            for char in cut
        )
    cut = _SPACES.sub(lambda found: f"  [… +{len(found[0]) - 2}]", cut)
    cut = _LONG.sub(_breakable, cut)
    more = len(text) - limit
    return f"{cut} [… +{more}]" if more > 0 else cut


def line(text: object, limit: int = LONGEST_LINE) -> str:
    """The same on one line: names, places, reasons."""
    return readable(" ".join(str(text).split()), limit)


def _named(char: str) -> str:
    return f"[U+{ord(char):04X}]"


def _breakable(found: re.Match[str]) -> str:
    """A zero-width space every so often: a place to break, and nothing else."""
    word = found[0]
    return "\u200b".join(word[at : at + _BREAK_AFTER] for at in range(0, len(word), _BREAK_AFTER))


@lru_cache(maxsize=1)
def shown() -> frozenset[int]:
    """The characters that the shipped font has a shape for (its table `cmap`, format 12)."""
    font = (files(__package__) / _FONT).read_bytes()
    (tables,) = struct.unpack_from(">H", font, 4)
    records = (struct.unpack_from(">4sIII", font, 12 + 16 * at) for at in range(tables))
    cmap = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    for at in range(count):
        _, _, offset = struct.unpack_from(">HHI", font, cmap + 4 + 8 * at)
        if struct.unpack_from(">H", font, cmap + offset)[0] == 12:
            return _format_12(font, cmap + offset)
    raise ValueError("the shipped font has no table of characters")


def _format_12(font: bytes, at: int) -> frozenset[int]:
    (groups,) = struct.unpack_from(">I", font, at + 12)
    found: set[int] = set()
    for group in range(groups):
        first, last, _ = struct.unpack_from(">III", font, at + 16 + 12 * group)
        found.update(range(first, last + 1))
    return frozenset(found)
