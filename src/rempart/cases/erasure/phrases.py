"""Many phrases looked for in a text at once. Pure.

Rules kept here:

1. What it costs grows with the text, not with how many phrases there are: somebody may have written
   a hundred thousand short messages, or have had ten thousand names, on purpose.
2. Of phrases that begin at one place the longest is found; what was found is not looked at again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Generic, TypeVar

T = TypeVar("T", str, bytes)
FEW: Final = 32
"""So many are sooner looked for one by one."""


class Phrases(Generic[T]):
    """Phrases of at least `shortest` characters or bytes each; shorter ones are not taken."""

    def __init__(self, shortest: int) -> None:
        self._shortest = shortest
        self._whole: set[T] = set()
        self._lengths: dict[T, int] = {}
        """By how a phrase begins: which lengths there are, one bit each."""

    def __len__(self) -> int:
        return len(self._whole)

    def add(self, phrase: T) -> None:
        if len(phrase) < self._shortest or phrase in self._whole:
            return
        self._whole.add(phrase)
        begin = phrase[: self._shortest]
        self._lengths[begin] = self._lengths.get(begin, 0) | 1 << len(phrase)

    def all(self) -> list[T]:
        return sorted(self._whole)

    def among(self, text: T) -> bool:
        """Whether any of them stands in the text."""
        if len(self._whole) <= FEW:
            return any(map(text.__contains__, self._whole))
        return next(self.spans(text), None) is not None

    def spans(self, text: T, *, whole_words: bool = False) -> Iterator[tuple[int, int]]:
        """Where they stand, from left to right; `whole_words`: with no letter or digit beside."""
        lengths, shortest = self._lengths, self._shortest
        at, last = 0, len(text) - shortest
        if not lengths:
            return
        while at <= last:
            mask = lengths.get(text[at : at + shortest])
            end = 0 if mask is None else self._end(text, at, mask, whole_words)
            if end:
                yield at, end
                at = end
            else:
                at += 1

    def _end(self, text: T, at: int, mask: int, whole_words: bool) -> int:
        """Where the longest phrase that begins here ends; 0: none does."""
        if whole_words and at and _in_word(text[at - 1 : at]):
            return 0
        while mask:
            length = mask.bit_length() - 1
            mask ^= 1 << length
            end = at + length
            if end > len(text):
                continue
            if text[at:end] in self._whole and not (whole_words and _in_word(text[end : end + 1])):
                return end
        return 0


def _in_word(character: str | bytes) -> bool:
    return character.isalnum() or character in ("_", b"_")
