"""Patterns and terms, looked for in many texts at once: all of a set's patterns are one automaton
on RE2, all its term lists another (Aho-Corasick), so that cost does not grow with their number.

Many texts are looked at in joins: a join in which nothing is found costs one look for all of them,
and where something is found it is halved until it is known whose it is. Never a different answer
than text by text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Final

import re2
from ahocorasick_rs import BytesAhoCorasick

JOINED: Final = 64
_NOT_JOINABLE: Final = re.compile(r"\\[AzCQ]|\(\?[A-Za-z]*-")
"""What says something of the whole text, or switches `(?m)` off again."""
_LINES: Final = bytes(
    code if chr(code) in "abcdefghijklmnopqrstuvwxyz0123456789\n" else 0x20 for code in range(256)
)
_WORDS: Final = _LINES.replace(b"\n", b" ")
_NONE: Final[frozenset[int]] = frozenset()


class Patterns:
    """Which of these patterns are in a text. re2.error: there is no room for all of them."""

    def __init__(self, patterns: Iterable[str]) -> None:
        known = list(patterns)
        self._set = _set_of(known)
        self._joined = None
        if not any(_NOT_JOINABLE.search(pattern) for pattern in known):
            # `^` and `$` then hold at the border of two texts too: never less is found
            self._joined = _set_of([f"(?m){pattern}" for pattern in known])

    def of_all(self, texts: Sequence[str]) -> list[Sequence[int]]:
        """For each text the numbers of the patterns that are in it."""
        found: list[Sequence[int]] = [()] * len(texts)
        if self._joined is None or len(texts) < 3:
            for place, text in enumerate(texts):
                found[place] = self._set.Match(text) or ()
            return found
        for start in range(0, len(texts), JOINED):
            self._halve(texts, start, min(start + JOINED, len(texts)), found)
        return found

    def _halve(
        self, texts: Sequence[str], start: int, end: int, found: list[Sequence[int]]
    ) -> None:
        if end - start == 1:
            found[start] = self._set.Match(texts[start]) or ()
            return
        assert self._joined is not None
        if self._joined.Match("\n".join(texts[start:end])):
            middle = (start + end) // 2
            self._halve(texts, start, middle, found)
            self._halve(texts, middle, end, found)


def _set_of(patterns: Iterable[str]) -> re2.Set:
    found = re2.Set.SearchSet()
    for pattern in patterns:
        found.Add(pattern)
    found.Compile()
    return found


class Terms:
    """Which of the lists have a term in a fold, as whole words; all lists in one pass."""

    def __init__(self, lists: Sequence[Sequence[str]]) -> None:
        owners: dict[str, set[int]] = {}
        for number, words in enumerate(lists):
            for term in words:
                owners.setdefault(" ".join(term.split()), set()).add(number)
        owners.pop("", None)
        self._automaton = BytesAhoCorasick([f" {term} ".encode() for term in owners])
        self._sets = [frozenset(found) for found in owners.values()]

    def of_all(self, folds: Sequence[str]) -> list[frozenset[int]]:
        """For each fold the numbers of the lists that have a term in it."""
        joined = " \n ".join(folds)
        if joined.count("\n") >= len(folds):  # a fold with a line break in it
            return [self._of(fold) for fold in folds]
        text = b" " + joined.encode("ascii", "replace").translate(_LINES) + b" "
        hits = self._automaton.find_matches_as_indexes(text, overlapping=True)
        found = [_NONE] * len(folds)
        if hits:
            starts = list(accumulate((len(fold) + 3 for fold in folds), initial=0))
            for number, begin, _ in hits:
                place = bisect_right(starts, begin) - 1
                found[place] = found[place] | self._sets[number]
        return found

    def _of(self, fold: str) -> frozenset[int]:
        text = b" " + fold.encode("ascii", "replace").translate(_WORDS) + b" "
        hits = self._automaton.find_matches_as_indexes(text, overlapping=True)
        return _NONE.union(*(self._sets[number] for number, _, _ in hits))
