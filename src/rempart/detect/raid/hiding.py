"""Does a text hide from filters what the eye reads?

Nobody writes so by accident: characters that cannot be seen between two letters, letters of another
alphabet in the middle of a word, marks heaped on letters, digits in place of letters in several
words, a word spelt out letter by letter. One such message says little (a joke, a nick, a product's
name); several newcomers who hide the same wording have a reason to.

Asked only of what newcomers share, so it may cost a few microseconds. Rules of this module:

1. What writing needs is no hiding: joiners inside their own scripts and in emoji, accents that
   compose with their letter, words that are wholly of one alphabet, `2nd`, `h264`, `win10`.
2. One place is enough where there is no innocent way to type it; else there must be two.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LONGEST: Final = 600
_UNSEEN: Final = re.compile(
    "[A-Za-z][\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]+[A-Za-z]"
)
_HEAPED: Final = re.compile("[\u0300-\u036f\u0489\u20d0-\u20ff]")
_OTHER: Final = (
    "\u0370-\u03ff\u0400-\u052f\u0531-\u058f\u13a0-\u13ff\uff21-\uff5a\U0001d400-\U0001d7cb"
)
_MIXED: Final = re.compile(f"[A-Za-z](?=[{_OTHER}])|[{_OTHER}](?=[A-Za-z])")
_DIGITS: Final = re.compile(r"[a-z][0134579$@](?=[a-z])")
_SPELT: Final = re.compile(r"(?<!\w)(?:[^\W\d_] ){3,}[^\W\d_](?!\w)")
_TWICE: Final = 2
_HEAP: Final = 3


def hides(text: str) -> bool:
    """Whether this text, as it was sent, is written to be read and not to be found."""
    text = text[:_LONGEST]
    # Two different places: one nick or emote with a digit in it may be said over and over.
    if _SPELT.search(text) is not None or len(set(_DIGITS.findall(text.lower()))) >= _TWICE:
        return True
    if text.isascii():
        return False
    if _UNSEEN.search(text) is not None or len(_MIXED.findall(text)) >= _TWICE:
        return True
    return len(_HEAPED.findall(unicodedata.normalize("NFC", text))) >= _HEAP
