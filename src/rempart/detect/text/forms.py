"""Forms of listed terms: frames written out, and the French feminine and plural.

Rules of this module:

1. A frame stands for all its combinations: `{a|b} c` is "a c" and "b c"; `{a|}` may be missing.
2. The feminine and the plural follow the rules of French spelling (folded: no accents). A form that
   is listed keeps its own score; a form that is no word harms nobody.
3. Two-word terms agree ("sale con", "sales cons"); of "tete de con" either noun may be plural.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Final

_CHOICE: Final = re.compile(r"\{([^{}]*)\}")
# Ending of the masculine, of the feminine; the first that fits holds.
_FEMININE: Final = (
    ("teux", "teuse"),
    ("eux", "euse"),
    ("eur", "euse"),
    ("ier", "iere"),
    ("on", "onne"),
    ("en", "enne"),
    ("el", "elle"),
    ("et", "ette"),
    ("if", "ive"),
    ("ul", "ule"),
)
_ADJECTIVES: Final = frozenset(
    ["sale", "gros", "grosse", "petit", "petite", "pauvre", "vieux", "vieille", "grand", "grande"]
)
_AFTER_NOUN: Final = frozenset(
    ["humain", "humaine", "mental", "mentale", "fini", "finie", "social"]
)
_LINKS: Final = frozenset(("de", "du", "a", "d"))
_PLURAL_IN_X: Final = ("au", "eu")


def written_out(frame: str) -> Iterator[str]:
    """Every text a frame stands for, single-spaced."""
    pieces = _CHOICE.split(frame)
    choices = [piece.split("|") if number % 2 else [piece] for number, piece in enumerate(pieces)]
    for chosen in product(*choices):
        yield " ".join("".join(chosen).split())


def plural(word: str) -> str:
    """The French plural of a folded word."""
    if word.endswith(("s", "x", "z")):
        return word
    if word.endswith("al"):
        return word[:-2] + "aux"
    return word + ("x" if word.endswith(_PLURAL_IN_X) else "s")


def feminine(word: str) -> str:
    """The French feminine of a folded word; the word itself when it ends in e or s."""
    if word.endswith(("e", "s")):
        return word
    for ending, other in _FEMININE:
        if word.endswith(ending):
            return word[: -len(ending)] + other
    return word + "e"


def french_forms(term: str) -> set[str]:
    """Plural, feminine and feminine plural of a noun or adjective, agreeing in short phrases."""
    words = term.split(" ")
    if len(words) == 1:
        if len(term) < 3:
            return set()
        female = feminine(term)
        # An e may be an accent folded away ("encule"): then the feminine has two.
        others = {female, plural(female), plural(term)}
        return others - {term}
    if len(words) == 2 and (words[0] in _ADJECTIVES or words[1] in _AFTER_NOUN):
        return {" ".join(map(plural, words))} - {term}
    if len(words) == 3 and words[1] in _LINKS:
        first, link, last = words
        return {
            f"{one} {link} {other}"
            for one in (first, plural(first))
            for other in (last, plural(last))
        } - {term}
    return set()
