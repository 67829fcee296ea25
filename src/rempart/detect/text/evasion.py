"""The second view of a text: spaced letters joined, repeats shortened, leet read, stars filled.

Rules of this module:

1. Made only for texts that show a sign of hiding; finding the signs is one pass over a batch.
2. A hit is led back to the place in the fold that it was read from.
3. Terms of three letters count only when letters were spaced, starred or written as leet: what is
   left of ordinary text after shortening would match them by chance.
4. Shortening never lengthens: where a term has a double letter, so has the text it is read from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from rempart.detect.text.terms import Hit, Term, TermMatcher

_MAX_LENGTH: Final = 4_000
_MIN_TERM: Final = 3
_TOKENS: Final = re.compile(r"[^\s,;:?\"()\[\]{}<>/\\]+")
# A star stays inside its word, as something no term contains.
_LEET: Final = str.maketrans("0134579@$|!+€*", "oieastgasiite6")
_ALONE: Final = re.compile(
    r"(?<![a-z0-9])[a-z0-9][^a-z0-9]{1,3}[a-z0-9][^a-z0-9]{1,3}[a-z](?![a-z0-9])"
)
_INSIDE: Final = str.maketrans("", "", "._-'’`~^=#&%")
_ROUGH: Final = bytes(ord(chr(code).translate(_LEET)) for code in range(256))
_ROUGH_OUT: Final = b"._-'`~^=#&%"
_RUNS: Final = re.compile(r"(.)\1*")
_REPEATS: Final = re.compile(r"(.)\1+")


_SEPARATOR: Final = " \n "
_LETTER, _SYMBOL = 1, 2
ALONE, INSIDE, TRIPLE, ENDLESS = 1, 2, 4, 8
_CLASSES: Final = np.zeros(256, np.uint8)
_CLASSES[list(b"abcdefghijklmnopqrstuvwxyz")] = _LETTER
_CLASSES[list(b"0134579@$!|*+")] = _SYMBOL


class _Piece(NamedTuple):
    """A word of the second view; `hidden` when letters were spaced, starred or written as leet."""

    text: str
    start: int
    end: int
    hidden: bool


class Unhidden(NamedTuple):
    """A hit of the second view. `hidden`: more than a repeat had to be undone."""

    hit: Hit
    hidden: bool


def signed(folds: Sequence[str], endless: int) -> dict[int, int]:
    """Which texts show a sign of hiding, rising, and which signs, as bits: `ALONE`, three letters
    standing alone; `INSIDE`, a symbol or digit inside or before letters; `TRIPLE`, three equal
    letters; `ENDLESS`, a word of `endless` letters or more. Vectors over the whole batch."""
    joined = f"{_SEPARATOR.join(folds)} \n  ".encode("ascii", "replace")
    raw = np.frombuffer(joined, np.uint8)
    kind = _CLASSES[raw]
    letter = kind == _LETTER
    symbol = kind == _SYMBOL
    plain = letter | symbol
    bare = letter.copy()
    bare[1:] &= ~plain[:-1]
    bare[:-1] &= ~plain[1:]
    breaks = np.flatnonzero(~letter)
    before = symbol[:-2] & letter[1:-1] & letter[2:]
    ends = np.cumsum([len(text) + len(_SEPARATOR) for text in folds])
    signs = np.zeros(len(folds) + 1, np.uint8)
    for sign, places in (
        (ALONE, np.flatnonzero(bare[:-4] & bare[2:-2] & bare[4:])),
        (INSIDE, np.flatnonzero((letter[:-2] & symbol[1:-1] & plain[2:]) | before)),
        (TRIPLE, np.flatnonzero(letter[:-2] & (raw[:-2] == raw[1:-1]) & (raw[1:-1] == raw[2:]))),
        (ENDLESS, breaks[np.diff(breaks, prepend=-1) > endless] - 1),
    ):
        signs[np.searchsorted(ends, places, "right")] |= sign
    rows = np.flatnonzero(signs[:-1])
    return dict(zip(rows.tolist(), signs[rows].tolist(), strict=True))


def _rough(texts: Sequence[str]) -> list[str]:
    """A quick second view, only to see whether the real one is worth its price."""
    raw = np.frombuffer("\n".join(texts).encode("ascii", "replace"), np.uint8)
    kept = raw == ord("\n")
    kept[:1] = True
    kept[1:] |= raw[1:] != raw[:-1]
    squeezed: bytes = raw[kept].tobytes().replace(b"! ", b" ").replace(b"!\n", b"\n")
    return squeezed.translate(_ROUGH, _ROUGH_OUT).decode("ascii").split("\n")


def _squeeze(text: str) -> str:
    return _REPEATS.sub(r"\1", text)


def _runs(text: str) -> list[int]:
    return [len(match.group()) for match in _RUNS.finditer(text.replace(" ", ""))]


def _spells(words: str, term: str) -> bool:
    """Every repeated letter of the term is repeated in the words."""
    return all(a >= b for a, b in zip(_runs(words), _runs(term), strict=False))


def pieces(folded: str, aside: int = 0) -> list[_Piece]:
    """The tokens of a fold with inner punctuation out, runs of single letters joined; `aside`: so
    many letters before a run are words of their own ("a l o s e r")."""
    joined: list[_Piece] = []
    run: list[tuple[str, int, int]] = []

    def close() -> None:
        if len(run) >= 3 + aside:
            joined.extend(_Piece(letter, start, end, False) for letter, start, end in run[:aside])
            text = "".join(letter for letter, _, _ in run[aside:])
            joined.append(_Piece(text, run[aside][1], run[-1][2], True))
        else:
            joined.extend(_Piece(letter, start, end, False) for letter, start, end in run)
        run.clear()

    for match in _TOKENS.finditer(folded):
        token = match.group().rstrip("!+.")
        text = token.translate(_INSIDE)
        if len(text) == 1:
            run.append((text, match.start(), match.end()))
            continue
        close()
        if text:
            joined.append(_Piece(text, match.start(), match.start() + len(token), text != token))
    close()
    return joined


class SecondView:
    """Looks for terms in the second view of the texts that ask for it."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self._terms: dict[str, list[Term]] = {}
        self._starred: dict[tuple[str, int], list[Term]] = {}
        for term in sorted(terms):
            if len(term.text.replace(" ", "")) < _MIN_TERM:
                continue
            self._terms.setdefault(_squeeze(term.text), []).append(term)
            if " " not in term.text:
                self._starred.setdefault((term.text[0], len(term.text)), []).append(term)
        self._matcher = TermMatcher(
            [Term(text, terms[0].label, terms[0].score) for text, terms in self._terms.items()]
        )

    def find(self, folds: Sequence[str], signs: Mapping[int, int]) -> Iterator[Unhidden]:
        """Hits in order of text; spans are places in the fold. `signs`: as `signed` says."""
        asking = [row for row, sign in signs.items() if sign != ENDLESS]
        rows = self._worth_reading(folds, asking)
        if not rows:
            return
        hits: list[Unhidden] = []
        alone = [index for index in rows if _ALONE.search(folds[index]) is not None]
        for aside, those in ((0, rows), (1, alone)):
            read = [pieces(folds[index][:_MAX_LENGTH], aside) for index in those]
            hits.extend(self._read(those, read))
        for index in rows:
            if "*" in folds[index]:
                found = pieces(folds[index][:_MAX_LENGTH])
                hits.extend(Unhidden(hit, True) for hit in self._stars(index, found))
        hits.sort(key=lambda unhidden: (unhidden.hit.text, unhidden.hit.start))
        yield from hits

    def _read(self, rows: list[int], read: list[list[_Piece]]) -> Iterator[Unhidden]:
        spoken = [[piece.text.translate(_LEET) for piece in found] for found in read]
        views = [" ".join(map(_squeeze, words)) for words in spoken]
        for hit in self._matcher.find(views):
            # The view has one word per piece: the spaces before the hit count the pieces.
            first = views[hit.text].count(" ", 0, hit.start)
            last = first + views[hit.text].count(" ", hit.start, hit.end)
            found = read[hit.text][first : last + 1]
            words = spoken[hit.text][first : last + 1]
            hidden = any(
                piece.hidden or piece.text != word for piece, word in zip(found, words, strict=True)
            )
            for term in self._terms[hit.term.text]:
                if len(term.text) == _MIN_TERM and not hidden:
                    continue
                if _spells("".join(words), term.text):
                    place = Hit(rows[hit.text], found[0].start, found[-1].end, term)
                    yield Unhidden(place, hidden)
                    break

    def _worth_reading(self, folds: Sequence[str], rows: Sequence[int]) -> list[int]:
        """Of the texts with a sign, those in which a rough second view finds a term, and those
        with stars or letters standing alone, which the rough view cannot read."""
        if not rows:
            return []
        views = _rough([folds[index][:_MAX_LENGTH] for index in rows])
        found = {hit.text for hit in self._matcher.find(views)}
        return [
            index
            for row, index in enumerate(rows)
            if row in found or "*" in folds[index] or _ALONE.search(folds[index]) is not None
        ]

    def _stars(self, index: int, found: list[_Piece]) -> Iterator[Hit]:
        """`id**t`: a term of the same length that agrees wherever a letter was left standing."""
        for piece in found:
            text = piece.text
            if "*" not in text or text[0] == "*" or text.count("*") > len(text) // 2:
                continue
            for term in self._starred.get((text[0], len(text)), ()):
                if all(a in ("*", b) for a, b in zip(text, term.text, strict=True)):
                    yield Hit(index, piece.start, piece.end, term)
                    break
