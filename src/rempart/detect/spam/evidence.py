"""What speaks for advertising in one text: words by class, links, prices, numbers, repetition.

Rules of this module:

1. Points are added; a class counts once, a second different word of it half as much again, further
   ones nothing. No class of words flags alone: `FLAGGED` needs what is offered *and* what one shall
   do, pay or open.
2. A mere link, a price or a telephone number is nothing by itself.
3. Everything is linear in the text.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from rempart.detect.links.extract import Found, find_links
from rempart.detect.links.policy import invites, shorteners

FLAGGED: Final = 2.25
"""So many points are a score of 0.5."""

POINTS: Final[dict[str, float]] = {
    "goods": 0.75,
    "offer": 0.75,
    "money": 0.75,
    "invest": 0.75,
    "contact": 0.75,
    "gift": 0.5,
    "claim": 0.5,
    "urgent": 0.25,
    "promote": 1.0,
    "own": 0.5,
    "loan": 1.0,
    "occult": 1.0,
    "adult": 1.0,
    "pharma": 1.0,
    "job": 0.75,
    "strong": 2.0,
}
_TOLD: Final = {
    "goods": "audience offered",
    "offer": "something offered",
    "money": "income promised",
    "invest": "investment",
    "contact": "asks to be contacted",
    "gift": "gift promised",
    "claim": "asks to open something",
    "urgent": "presses for time",
    "promote": "own channel advertised",
    "own": "own channel named",
    "loan": "loan",
    "occult": "clairvoyance",
    "adult": "adult content",
    "pharma": "remedies or bets",
    "job": "job promised",
    "strong": "known wording of advertising",
}
_PRICE: Final = re.compile(
    r"[$€£]\s?\d|\d[\d.,]{0,15}\s?(?:k\s?)?(?:[$€£]|euros?\b|usd\b|eur\b|dollars?\b|bucks\b)",
    re.I,
)
_PERCENT: Final = re.compile(r"\d{2,3}\s?%|\d{2,3} percent|\d{2,3} pour ?cent")
_PHONE: Final = re.compile(r"(?<![\w.])\+?\d(?:[ .()-]{0,2}\d){8,13}(?!\w)")
_EMOJI: Final = re.compile("[💰🤑💸💵💶🎁🚀🔥👉⬇🔞💋🍑]")
_STEPS: Final = 1.5
_LONG: Final = 60
_PASTED: Final = 4
_HEAP: Final = 4


class Evidence(NamedTuple):
    """`points` in all, what they are for, and where the strongest stands in the fold."""

    points: float
    reasons: tuple[str, ...]
    start: int
    end: int

    @property
    def score(self) -> float:
        """Monotone in the points, 0.5 at `FLAGGED`."""
        return round(1 / (1 + math.exp(-_STEPS * (self.points - FLAGGED))), 4)


class Word(NamedTuple):
    """A word of advertising at `[start, end)` of a fold."""

    kind: str
    start: int
    end: int


def weigh(folded: str, words: Sequence[Word], text: str) -> Evidence:
    """What speaks for advertising in a text in which these words of it stand. `text`: the original,
    for the signs that the fold turns into letters (`€`)."""
    told = list(_classes(folded, words))
    offered = sum(points for points, *_ in told)
    for what, points, pattern in (
        ("a price", 0.75, _PRICE),
        ("a percentage", 0.5, _PERCENT),
        ("emoji of advertising", 0.25, _EMOJI),
    ):
        if offered and pattern.search(text):
            told.append((points, what, 0, 0))
    if offered >= 1.0 and (match := _PHONE.search(folded)):
        told.append((1.25, "a telephone number", *match.span()))
    told += _links(folded, offered)
    if pasted := pasted_times(folded):
        told.append((1.0 if offered else 0.5, f"the same {pasted} times", 0, len(folded)))
    told.sort(key=lambda part: -part[0])
    start, end = next(((first, last) for _, _, first, last in told if last), (0, len(folded)))
    return Evidence(
        sum(points for points, *_ in told), tuple(what for _, what, *_ in told), start, end
    )


def _classes(folded: str, words: Sequence[Word]) -> Iterator[tuple[float, str, int, int]]:
    """Points, name and place of each class of words, at its longest word."""
    by_kind: dict[str, list[Word]] = {}
    places: dict[str, list[tuple[int, int]]] = {}
    for word in sorted(words, key=lambda word: word.start - word.end):
        # A word inside a longer one of its class says nothing new.
        taken = places.setdefault(word.kind, [])
        at = bisect_left(taken, (word.start, word.end))
        before = at and taken[at - 1][1] > word.start
        if not before and not (at < len(taken) and taken[at][0] < word.end):
            taken.insert(at, (word.start, word.end))
            by_kind.setdefault(word.kind, []).append(word)
    for kind, known in by_kind.items():
        several = len({folded[word.start : word.end] for word in known}) > 1
        points = POINTS[kind] * (1.5 if several else 1.0)
        yield points, _TOLD[kind], known[0].start, known[0].end


def _links(folded: str, offered: float) -> list[tuple[float, str, int, int]]:
    links = [found for found in find_links(folded, most=20) if found.sure]
    if not links:
        return []
    first = links[0]
    told = [(1.25 if offered else 0.25, "a link", first.start, first.end)]
    if any(found.hidden for found in links):
        told.append((0.75, "a hidden link", first.start, first.end))
    elif any(_leads_away(found) for found in links):
        told.append((0.5, "a shortened link or invitation", first.start, first.end))
    words = len(folded.split())
    if len({found.host for found in links}) >= _HEAP and words <= 3 * len(links):
        told.append(
            (FLAGGED - 0.25, f"{len(links)} links, hardly a word", first.start, links[-1].end)
        )
    return told


def _leads_away(found: Found) -> bool:
    return found.host in shorteners() or found.host in invites()


def pasted_times(folded: str) -> int:
    """How many times a text consists of the same three or more words in a row; 0 below four.

    The smallest period of the sequence of words (Knuth–Morris–Pratt's failure function).
    """
    if len(folded) < _LONG:
        return 0
    words = folded[:4_000].split()
    if len(words) < 3 * _PASTED or words.count(words[0]) < _PASTED:
        return 0
    failure = [0] * len(words)
    length = 0
    for index in range(1, len(words)):
        while length and words[index] != words[length]:
            length = failure[length - 1]
        length += words[index] == words[length]
        failure[index] = length
    period = len(words) - failure[-1]
    times = len(words) // period
    return times if times >= _PASTED and len(set(words[:period])) >= 3 else 0


def heaped(folded: str) -> bool:
    """Whether many links may stand in a text without a word of advertising."""
    return folded.count("://") >= _HEAP or folded.count("www.") >= _HEAP
