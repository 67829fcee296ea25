"""Term lists and how they are found in folded text: whole words only, one pass over a batch.

Rules of this module:

1. A term matches between word boundaries, never inside a word.
2. All terms are looked for at once (Aho-Corasick), in one pass over all texts of a batch.
3. A list is data: `term <tab> label <tab> score`, a term may be a frame (see `forms`), lines with
   `#` are provenance. 0.5 = flagged;
   a milder term counts only when it is aimed at somebody (see `detector`).
4. A harmless phrase covers the terms inside it ("il a du retard"): they are not found there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from itertools import accumulate
from typing import Final, NamedTuple

from ahocorasick_rs import BytesAhoCorasick

from rempart.detect.text.forms import french_forms, written_out
from rempart.model import Label

SEPARATOR: Final = " \n "
_WORDS: Final = bytes(
    code if chr(code) in "abcdefghijklmnopqrstuvwxyz0123456789\n" else 0x20 for code in range(256)
)

_OFTEN: Final = 32


class Term(NamedTuple):
    """One term in folded form."""

    text: str
    label: Label
    score: float


class Hit(NamedTuple):
    """`term` stands at `[start, end)` of the text number `text`."""

    text: int
    start: int
    end: int
    term: Term


class Scan(NamedTuple):
    """`hits` in order of text, then of place; of one term in one text the first `_OFTEN`, so that a
    text that is nothing but hits is held in bounds. `marked`: rising numbers of the texts that hold
    a mark. `harmless`: (text, start, end) of the harmless phrases."""

    hits: list[Hit]
    marked: list[int]
    harmless: list[tuple[int, int, int]]


def read_terms(name: str) -> list[Term]:
    """A list shipped in `data/`."""
    text = resources.files("rempart.detect.text").joinpath("data", name).read_text("utf-8")
    terms: list[Term] = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            frame, label, score = line.split("\t")
            terms += (Term(text, Label(label), float(score)) for text in written_out(frame))
    return terms


@cache
def shipped_terms() -> tuple[Term, ...]:
    """All lists, the French forms derived; of a term listed twice the higher score. A derived form
    gives way to a listed one."""
    english, french = read_terms("en.tsv"), read_terms("fr.tsv")
    listed: dict[str, Term] = {}
    for term in (*english, *french, *read_terms("frames.tsv")):
        known = listed.get(term.text)
        if known is None or term.score > known.score:
            listed[term.text] = term
    derived: dict[str, Term] = {}
    for term in french:
        if term.label in (Label.INSULT, Label.HATE):
            for form in french_forms(term.text):
                if form not in listed:
                    form_of = Term(form, term.label, term.score)
                    derived[form] = max(form_of, derived.get(form, form_of), key=_score)
    return (*listed.values(), *derived.values())


def _score(term: Term) -> float:
    return term.score


def read_phrases(name: str) -> list[str]:
    """A list of harmless phrases shipped in `data/`."""
    text = resources.files("rempart.detect.text").joinpath("data", name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def in_bytes(folds: Sequence[str]) -> bytes:
    """All texts in one, a byte for each character: words of a–z and 0–9 between spaces. Text `i`
    begins at 1 plus the lengths of those before, with `SEPARATOR` after each."""
    return f" {SEPARATOR.join(folds)} ".encode("ascii", "replace").translate(_WORDS)


class TermMatcher:
    """Finds many terms in many texts, except inside harmless phrases; and, in the same pass, the
    texts that hold one of `marks`."""

    def __init__(
        self, terms: Sequence[Term], harmless: Sequence[str] = (), marks: Sequence[str] = ()
    ) -> None:
        self._terms = tuple(terms)
        self._marks = len(terms) + len(harmless)
        patterns = [*(term.text for term in self._terms), *harmless, *marks]
        self._automaton = BytesAhoCorasick([f" {text} ".encode() for text in patterns])

    def find(self, folds: Sequence[str]) -> Iterator[Hit]:
        """Hits in order of text, then of place."""
        yield from self.scan(folds).hits

    def scan(self, folds: Sequence[str]) -> Scan:
        """One pass over all texts. Characters outside ASCII part words; encoding them to one byte
        each keeps every offset where it was."""
        joined = in_bytes(folds)
        found: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(
            joined, overlapping=True
        )
        if not found:
            return Scan([], [], [])
        starts = list(accumulate((len(text) + len(SEPARATOR) for text in folds), initial=1))
        hits: list[Hit] = []
        marked: set[int] = set()
        known = len(self._terms)
        harmless = sorted(
            (start, end) for number, start, end in found if known <= number < self._marks
        )
        begins = [start for start, _ in harmless]
        furthest = list(accumulate((end for _, end in harmless), max))
        times: dict[tuple[int, int], int] = {}
        for number, start, end in found:
            index = bisect_right(starts, start + 1) - 1
            if number >= known:
                if number >= self._marks:
                    marked.add(index)
                continue
            seen = times.get((index, number), 0)
            if seen >= _OFTEN:
                continue
            times[index, number] = seen + 1
            before = bisect_right(begins, start)
            if before and end <= furthest[before - 1]:
                continue
            offset = starts[index]
            hits.append(Hit(index, start + 1 - offset, end - 1 - offset, self._terms[number]))
        hits.sort(key=lambda hit: (hit.text, hit.start, -hit.end))
        harmless_places = []
        for start, end in harmless:
            index = bisect_right(starts, start + 1) - 1
            harmless_places.append((index, start + 1 - starts[index], end - 1 - starts[index]))
        return Scan(hits, sorted(marked), harmless_places)
