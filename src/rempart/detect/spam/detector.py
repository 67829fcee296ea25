"""The detector of spam: advertising and scams, links heaped up, one message at a time.

Rules of this module:

1. One pass over the batch finds words of advertising (Aho-Corasick); only messages with enough
   of them, or long ones that may be heaps or pastes, are weighed (see `evidence`).
2. Many authors who say the same is the raid detector's question, not this one's.
3. One signal per message; its reason lists what was found, its span is the strongest part.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from importlib.resources import files
from itertools import accumulate
from typing import ClassVar, Final

from ahocorasick_rs import BytesAhoCorasick

from rempart.detect.interface import Batch, Detector, Example
from rempart.detect.spam.evidence import POINTS, Word, heaped, weigh
from rempart.detect.text.fold import original_span
from rempart.model import THRESHOLD, Label, Signal

_SEPARATOR: Final = " \n "
_WORD_BYTES: Final = bytes(
    code if chr(code) in "abcdefghijklmnopqrstuvwxyz0123456789\n" else 0x20 for code in range(256)
)
_LONG: Final = 60
_WORTH: Final = 0.75


class SpamDetector(Detector):
    """Finds advertising, scams and heaps of links in French and English."""

    name: ClassVar[str] = "spam"
    version: ClassVar[str] = "1"
    labels: ClassVar[frozenset[Label]] = frozenset({Label.SPAM})
    examples: ClassVar[tuple[Example, ...]] = (
        Example("Buy followers and viewers, $5 for 1000: bit.ly/abc123", Label.SPAM),
        Example("Achète des abonnés pas cher sur https://boost.example", Label.SPAM),
        Example("Prêt entre particuliers, taux bas, appelez le 06 39 98 12 34", Label.SPAM),
        Example("I earned $2,000 a week trading bitcoin, message me on whatsapp", Label.SPAM),
        Example("thank you for 1000 followers, what a day", None),
        Example("the giveaway is over, congrats to the winner", None),
        Example("https://docs.example.org/a explains it, see also https://example.com/b", None),
        Example("merci pour les 500 abonnés !", None),
        Example("KEKW KEKW KEKW KEKW KEKW KEKW KEKW KEKW KEKW KEKW KEKW KEKW KEKW", None),
    )

    def __init__(self) -> None:
        rows = _terms()
        self._kinds = [kind for kind, _ in rows]
        self._automaton = BytesAhoCorasick([f" {term} ".encode() for _, term in rows])

    def detect(self, batch: Batch) -> Iterable[tuple[int, Signal]]:
        messages, folds = batch
        words = self._words(folds)
        for index, folded in enumerate(folds):
            found = words.get(index)
            if found is None:
                if len(folded) < _LONG or not (_repeats(folded) or heaped(folded)):
                    continue
                found = []
            evidence = weigh(folded, found, messages[index].text)
            if evidence.score < THRESHOLD:
                continue
            span = original_span(messages[index].text, evidence.start, evidence.end)
            why = "advertising: " + ", ".join(evidence.reasons)
            yield index, Signal(self.name, self.version, Label.SPAM, evidence.score, span, why)

    def _words(self, folds: Sequence[str]) -> dict[int, list[Word]]:
        """Words of advertising by text, of texts with enough of them."""
        # One byte for each character keeps every offset where it was.
        joined = f" {_SEPARATOR.join(folds)} ".encode("ascii", "replace").translate(_WORD_BYTES)
        hits = self._automaton.find_matches_as_indexes(joined, overlapping=True)
        if not hits:
            return {}
        starts = list(accumulate((len(text) + len(_SEPARATOR) for text in folds), initial=1))
        found: dict[int, list[Word]] = {}
        kinds = self._kinds
        for number, start, end in hits:
            index = bisect_right(starts, start + 1) - 1
            offset = starts[index]
            word = Word(kinds[number], start + 1 - offset, end - 1 - offset)
            found.setdefault(index, []).append(word)
        return {index: words for index, words in found.items() if _worth(words)}


def _worth(words: Sequence[Word]) -> bool:
    return sum(POINTS[kind] for kind in {word.kind for word in words}) >= _WORTH


def _repeats(folded: str) -> bool:
    return folded.count(folded[:12]) >= 4


def _terms() -> list[tuple[str, str]]:
    text = (files("rempart.detect.spam") / "data" / "terms.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return [(kind, term) for kind, term in rows]
