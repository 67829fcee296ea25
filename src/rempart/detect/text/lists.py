"""The term lists as evidence (tier 0): the best hit of each label in each text.

Rules of this module:

1. A term with a score of 0.5 or more flags by itself. A milder one ("stupid", "nul") flags only
   when the message aims it at somebody, or when two of them stand in one message; alone it is said
   of a thing, or in passing.
2. The second view (spaced letters, repeats, leet, stars) is made only for messages that show a
   sign of such hiding. Who hides a mild term means it: there it flags too; a mere repeat does not.
3. Of each text and label only the best hit is kept: highest score, then first place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from rempart.detect.text.evasion import SecondView
from rempart.detect.text.spelling import respell, respellings
from rempart.detect.text.terms import Hit, TermMatcher, read_phrases, shipped_terms
from rempart.model import THRESHOLD, Label

_AIMED_SCORE: Final = 0.55
_AIM_REACH: Final = 40
_PILED_UP: Final = 2
# Right before the term: "you are so …", "t'es vraiment …", "espèce de …", "such a …".
_AIM_BEFORE: Final = re.compile(
    r"\b(?:you(?:'?re|r| are| r| were| look| is)?|u(?: r|r)?|ur|youre|she(?:'?s| is)|he(?:'?s| is)"
    r"|t'? ?es|tu es|vous etes|especes? d[e']|sales?|bande d[e']|quel(?:le)?s?|tas d[e']"
    r"|pauvres?)"
    r"(?:[ ,]+(?:all|so|such|just|really|very|fucking|a|an|the|too|literally|vraiment|trop|qu'?un"
    r"|qu'?une|une?|des|si|tellement|bien|juste|gros|grosses?|petite?s?"
    r"|pauvres?|sales?))*"
    # One word that says nothing, as bots put in to be different.
    r"(?:[ ,]+[a-z]{1,9})?[ ,']*$"
)
# Right after it: "idiotes, va !", "idiot que tu es".
_AIM_AFTER: Final = re.compile(r"[ ,]+(?:va[ !.]*$|que (?:tu es|t'es|vous etes)\b)")


class Found(NamedTuple):
    """The best hit of one label: `score` after the rules above, `hit` its place in the fold."""

    score: float
    hit: Hit


Best = dict[int, dict[Label, Found]]
"""Text number to label to what was found; only texts in which something was found."""


class Listed(NamedTuple):
    """`best`: what was found. By number, of the length of their folds: `respelt`, texts with
    swapped letters put right; `blanked`, texts with spaces for their harmless phrases."""

    best: Best
    respelt: dict[int, str]
    blanked: dict[int, str]


class ListReader:
    """Finds the terms of the shipped lists in many folded texts. Keeps nothing of them: one serves
    all, see `shipped_lists`."""

    def __init__(self) -> None:
        terms = shipped_terms()
        self._forms = respellings()
        self._matcher = TermMatcher(terms, read_phrases("harmless.txt"), tuple(self._forms))
        self._second = SecondView(terms)

    def read(self, folds: Sequence[str], signs: Mapping[int, int]) -> Listed:
        """`signs`: of hiding, as `evasion.signed` says."""
        hits, misspelt, harmless = self._matcher.scan(folds)
        respelt = {row: respell(folds[row], self._forms) for row in misspelt}
        blanked: dict[int, str] = {}
        for row, start, end in harmless:
            text = blanked.get(row, folds[row])
            blanked[row] = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
        if respelt:
            folds = [respelt.get(row, fold) for row, fold in enumerate(folds)]
            again = self._matcher.scan([folds[row] for row in misspelt]).hits
            hits = [hit for hit in hits if hit.text not in respelt]
            hits += (hit._replace(text=misspelt[hit.text]) for hit in again)
            respelt = {row: text for row, text in respelt.items() if row not in blanked}
        best: Best = {}
        milder: dict[int, set[str]] = {}
        for hit in hits:
            score = hit.term.score
            if score < THRESHOLD:
                seen = milder.setdefault(hit.text, set())
                seen.add(hit.term.text)
                if len(seen) < _PILED_UP and not _is_aimed(folds[hit.text], hit):
                    continue
                score = _AIMED_SCORE
            _keep(best, hit, score)
        for hit, hidden in self._second.find(folds, signs):
            score = hit.term.score
            if score < THRESHOLD:
                if not hidden:
                    continue
                score = THRESHOLD
            _keep(best, hit, max(THRESHOLD, round(score * 0.95, 4)))
        return Listed(best, respelt, blanked)


@cache
def shipped_lists() -> ListReader:
    """The one reader of a process: to make it takes an eighth of a second."""
    return ListReader()


def _is_aimed(folded: str, hit: Hit) -> bool:
    before = _AIM_BEFORE.search(folded, max(0, hit.start - _AIM_REACH), hit.start)
    return before is not None or _AIM_AFTER.match(folded, hit.end) is not None


def _keep(best: Best, hit: Hit, score: float) -> None:
    found = best.setdefault(hit.text, {})
    known = found.get(hit.term.label)
    if known is None or score > known.score:
        found[hit.term.label] = Found(score, hit)
