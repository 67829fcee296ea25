"""Two swapped letters put right, in words that matter.

Rules of this module:

1. Only words of the vocabulary that carry a verdict are put right: words of listed terms, groups,
   and the classes of abuse; five letters and more, two neighbours swapped.
2. What is a word itself ("signe", "planet") stays as it is: the vocabulary, and `real_words.txt`.
3. A respelt text has the length of the text: places stay where they were.
4. The forms are looked for together with the listed terms (`lists`), in one pass.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from rempart.detect.text.terms import read_phrases, shipped_terms
from rempart.detect.text.words import WEIGHTY, read_classes

_SHORTEST: Final = 5
_CLASSES: Final = frozenset((*WEIGHTY, "expel", "inferior"))
_WORD: Final = re.compile(r"[a-z]{5,}")


@cache
def respellings() -> dict[str, str]:
    """Every swapped form and the word it is read as; of two words the first in the alphabet."""
    concepts, identity = read_classes("concepts.tsv"), read_classes("identity.tsv")
    listed = {word for term in shipped_terms() for word in term.text.split()}
    weighty = {word for word, kind in concepts.items() if kind in _CLASSES} | {*identity} | listed
    real = {word for line in read_phrases("real_words.txt") for word in line.split()}
    known = {*concepts, *identity, *listed, *real}
    forms: dict[str, str] = {}
    for word in sorted(weighty):
        if len(word) >= _SHORTEST and word.isalpha() and word.isascii():
            for form in _swapped(word):
                if form not in known:
                    forms.setdefault(form, word)
    return forms


def _swapped(word: str) -> set[str]:
    return {
        word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        for place in range(len(word) - 1)
    } - {word}


def respell(fold: str, forms: Mapping[str, str]) -> str:
    """The text with every such form put right; of the same length."""
    return _WORD.sub(lambda match: forms.get(match.group(), match.group()), fold)
