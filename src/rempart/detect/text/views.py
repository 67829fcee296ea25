"""The second view of a fold, for the classifier: hidden words written out, the rest left alone.

Rules of this module:

1. Made only for texts that show a sign of hiding (`evasion.signed`, or a word without end); the
   classifier reads both views and the higher score counts.
2. Undone: letters parted by dots or spaces, letters starred out, letters written as digits or
   symbols, runs of three and more equal letters, words run together. Where a reading is not
   certain ("1" may be an i or an l) a word of the known vocabulary decides.
3. Every step is a regular expression that looks at a word once: linear in the text. Texts longer
   than `MAX_LENGTH` are given in windows.
4. A place in the view can be led back to the fold (`view_with_places`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rempart.detect.text.evasion import ALONE, ENDLESS, INSIDE, TRIPLE, signed
from rempart.detect.text.terms import read_terms
from rempart.detect.text.words import WEIGHTY, read_classes

MAX_LENGTH: Final = 4_000
_ENDLESS: Final = 13
_SEGMENTED: Final = 40

_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz")
_LEET: Final = str.maketrans("0134579@$|!+€8", "oieastgasiiteb")
_LEET_L: Final = str.maketrans("0134579@$|!+€8", "oleastgasllteb")
_DOTTED: Final = re.compile(
    r"(?<![a-z0-9])(?=[^ ]{0,8}[a-z])[a-z0-9@$](?:[.·_~^\-][a-z0-9@$!]){2,}(?![a-z0-9])"
)
_SPACED: Final = re.compile(
    r"(?<![a-z0-9'])[a-z0-9@$](?:(?: {1,3}|, ?)[a-z0-9@$!](?![a-z0-9'])){2,}"
)
_STARRED: Final = re.compile(
    r"(?<![a-z*])[a-z]++(?:\*++[a-z]++)+(?![a-z*])|(?<![a-z*])[a-z]{2,}+\*++(?!\S)"
)
_LEETED: Final = re.compile(
    r"(?<![a-z0-9@$|!+€])"
    r"(?:[a-z]++(?:[0-9@$€]|[|!+]++(?=[a-z0-9@$€]))|[@$|!+€0-9]{1,3}+[a-z])"
    r"(?:[a-z0-9@$|!+€]*[a-z0-9@$€])?(?![a-z0-9])"
)
_ENDING: Final = re.compile(r"[a-z]+[^a-z]+|[|+][a-z]+|[a-z+]+[0-9]*")
_RUNS: Final = re.compile(r"([a-vx-z])\1\1+")
_JOINED: Final = re.compile(rf"(?<![a-z0-9])[a-z]{{{_ENDLESS},{_SEGMENTED}}}+(?![a-z0-9])")

Step = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


@cache
def _vocabulary() -> frozenset[str]:
    words = {*read_classes("concepts.tsv"), *read_classes("identity.tsv")}
    for name in ("en.tsv", "fr.tsv"):
        words.update(word for term in read_terms(name) for word in term.text.split())
    return frozenset(words)


@cache
def _by_form() -> dict[tuple[str, int], tuple[str, ...]]:
    """Words that people hide, by first letter and length; listed terms before concept words."""
    hidden: dict[str, None] = {}
    for name in ("en.tsv", "fr.tsv"):
        listed = sorted(read_terms(name), key=lambda term: (-term.score, term.text))
        hidden.update(dict.fromkeys(term.text for term in listed if " " not in term.text))
    concepts = read_classes("concepts.tsv")
    for kind in WEIGHTY:
        hidden.update(dict.fromkeys(word for word, its in concepts.items() if its == kind))
    hidden.update(dict.fromkeys(read_classes("identity.tsv")))
    forms: dict[tuple[str, int], list[str]] = {}
    for word in hidden:
        if len(word) >= 4:
            forms.setdefault((word[0], len(word)), []).append(word)
    return {form: tuple(words) for form, words in forms.items()}


def _undot(match: re.Match[str]) -> str:
    return "".join(char for char in match.group() if char not in ".·_~^-")


def _unspace(match: re.Match[str]) -> str:
    letters = "".join(char for char in match.group() if char not in " ,").translate(_LEET)
    return _segmented(letters, len(letters) // 6) or letters


def _unstar(match: re.Match[str]) -> str:
    text = match.group()
    for word in _by_form().get((text[0], len(text)), ()):
        if all(a in ("*", b) for a, b in zip(text, word, strict=True)):
            return word
    return text


def _unleet(match: re.Match[str]) -> str:
    return _read_leet(match.group())


@lru_cache(maxsize=4_096)
def _read_leet(text: str) -> str:
    read = text.translate(_LEET)
    if read in _vocabulary():
        return read
    if any(char in "1|!" for char in text):
        other = text.translate(_LEET_L)
        if other in _vocabulary():
            return other
    # A name with a number, a mention, a shortcut of keys, an hour: not written as leet.
    letters = sum(char in _LETTERS for char in text)
    spoken = len(text) > 3 and 2 * letters >= len(text)
    certain = spoken and text[0] != "@" and not _ENDING.fullmatch(text)
    return read if certain else text


def _unrepeat(match: re.Match[str]) -> str:
    """One letter, or two where that gives a word ("fuuuck", "asssshole")."""
    text, start, end = match.string, match.start(), match.end()
    while start and text[start - 1] in _LETTERS and match.start() - start < _SEGMENTED:
        start -= 1
    while end < len(text) and text[end] in _LETTERS and end - match.end() < _SEGMENTED:
        end += 1
    word = text[start:end]
    known = _vocabulary()
    if _RUNS.sub(r"\1", word) not in known and _RUNS.sub(r"\1\1", word) in known:
        return match.group(1) * 2
    return match.group(1)


def _unjoin(match: re.Match[str]) -> str:
    return _read_joined(match.group())


@lru_cache(maxsize=4_096)
def _read_joined(text: str) -> str:
    """Only whole words count here: any long word can be cut into small ones."""
    words = "" if text in _vocabulary() else _segmented(text, 1)
    return words if words and len(text) >= 3.2 * (words.count(" ") + 1) else text


def _segmented(letters: str, unknown: int) -> str:
    """Words of the vocabulary that make up these letters, fewest first; "" when more than
    `unknown` letters belong to none."""
    if len(letters) > _SEGMENTED:
        return ""
    known = _vocabulary()
    # best[i]: unknown letters and words of the best reading of letters[:i], and its last beginning.
    best: list[tuple[int, int, int]] = [(0, 0, 0)]
    for end in range(1, len(letters) + 1):
        skipped, words, _ = best[end - 1]
        choice = (skipped + (letters[end - 1] not in "ay"), words + 1, end - 1)
        for start in range(max(0, end - 14), end - 1):
            if letters[start:end] in known:
                choice = min(choice, (best[start][0], best[start][1] + 1, start))
        best.append(choice)
    if best[-1][0] > unknown:
        return ""
    found: list[str] = []
    end = len(letters)
    while end:
        start = best[end][2]
        found.append(letters[start:end])
        end = start
    return " ".join(reversed(found))


_STEPS: Final[tuple[tuple[int, Step], ...]] = (
    (ALONE, (_DOTTED, _undot)),
    (ALONE, (_SPACED, _unspace)),
    (INSIDE, (_STARRED, _unstar)),
    (INSIDE | ALONE, (_LEETED, _unleet)),
    (TRIPLE | INSIDE | ALONE, (_RUNS, _unrepeat)),
    (ENDLESS, (_JOINED, _unjoin)),
)
"""Each step with the signs that call for it."""


def signs(folds: Sequence[str]) -> dict[int, int]:
    """Which texts ask for a second view, and by which signs (see `evasion.signed`)."""
    return signed(folds, _ENDLESS)


def _steps(sign: int) -> list[Step]:
    return [step for wanted, step in _STEPS if sign & wanted]


def second_views(
    folds: Sequence[str], asking: Mapping[int, int], respelt: Mapping[int, str]
) -> tuple[list[int], list[str]]:
    """The texts whose second view differs from the fold, and those views. `asking`: `signs` of
    these folds; `respelt`: texts with swapped letters put right, by number. Texts longer than
    `MAX_LENGTH` have no second view: cut them."""
    groups: dict[int, list[int]] = {}
    for row in sorted({*asking, *respelt}):
        if len(folds[row]) <= MAX_LENGTH:
            groups.setdefault(asking.get(row, 0), []).append(row)
    views: dict[int, str] = {}
    for sign, rows in groups.items():
        joined = "\n".join(respelt.get(row, folds[row]).replace("\n", " ") for row in rows)
        for pattern, read in _steps(sign):
            joined = pattern.sub(read, joined)
        views.update(zip(rows, joined.split("\n"), strict=True))
    changed = [row for row in sorted(views) if views[row] != folds[row]]
    return changed, [views[row] for row in changed]


def view_with_places(fold: str) -> tuple[str, NDArray[np.int64]]:
    """The second view of one fold, and for each of its characters the place in the fold, with one
    entry more for the end. Inside a rewritten word places are spread evenly."""
    text = fold.replace("\n", " ")
    places = np.arange(len(fold) + 1)
    for pattern, read in _steps(signs([fold]).get(0, 0)):
        pieces: list[str] = []
        kept: list[NDArray[np.int64]] = []
        done = 0
        for match in pattern.finditer(text):
            written = read(match)
            pieces += (text[done : match.start()], written)
            spread = np.linspace(match.start(), match.end(), len(written), endpoint=False)
            kept += (places[done : match.start()], places[spread.astype(np.int64)])
            done = match.end()
        pieces.append(text[done:])
        kept.append(places[done:])
        text = "".join(pieces)
        places = np.concatenate(kept)
    return text, places
