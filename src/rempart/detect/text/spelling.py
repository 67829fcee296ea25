"""Two swapped letters put right, in words that matter.

Rules of this module:

1. Only words of the vocabulary that carry a verdict are put right: words of listed terms, groups,
   and the classes of abuse; five letters and more, two neighbours swapped.
2. What is a word itself ("signe", "planet") stays as it is: the vocabulary, and `real_words.txt`.
3. A respelt text has the length of the text: places stay where they were.
4. All forms are looked for at once, in one pass over all texts of a batch.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import Final

from ahocorasick_rs import BytesAhoCorasick

from rempart.detect.text.terms import SEPARATOR, in_bytes, read_phrases, shipped_terms
from rempart.detect.text.words import read_classes

_SHORTEST: Final = 5
_CLASSES: Final = frozenset(
    [
        "slur",
        "insult",
        "profanity",
        "sexual",
        "kill",
        "suicide",
        "dehuman",
        "hate_verb",
        "expel",
        "inferior",
    ]
)
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


class Respeller:
    """Finds and puts right swapped letters in many texts."""

    def __init__(self) -> None:
        self._forms = respellings()
        self._automaton = BytesAhoCorasick([f" {form} ".encode() for form in self._forms])

    def respelt(self, folds: Sequence[str]) -> dict[int, str]:
        """Number and respelt text of the texts that hold such a form, rising."""
        found = self._automaton.find_matches_as_indexes(in_bytes(folds), overlapping=True)
        if not found:
            return {}
        starts = list(accumulate((len(text) + len(SEPARATOR) for text in folds), initial=1))
        rows = sorted({bisect_right(starts, start + 1) - 1 for _, start, _ in found})
        return {row: _WORD.sub(self._read, folds[row]) for row in rows}

    def _read(self, match: re.Match[str]) -> str:
        word = match.group()
        return self._forms.get(word, word)
