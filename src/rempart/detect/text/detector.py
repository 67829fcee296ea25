"""The text detector: term lists over the fold, with evasions undone where there is a sign of one.

Rules of this module:

1. A term with a score of 0.5 or more flags by itself. A milder one ("stupid", "nul") flags only
   when the message aims it at somebody, or when two of them stand in one message; alone it is said
   of a thing, or in passing.
2. The second view (spaced letters, repeats, leet, stars) is made only for messages that show a
   sign of such hiding. Who hides a mild term means it: there it flags too; a mere repeat does not.
3. One signal per label and message: the highest score, at its first place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar, Final

from rempart.detect.interface import Batch, Detector, Example
from rempart.detect.text.evasion import SecondView
from rempart.detect.text.fold import original_span
from rempart.detect.text.terms import Hit, Term, TermMatcher, read_phrases, read_terms
from rempart.model import THRESHOLD, Label, Signal

_AIMED_SCORE: Final = 0.55
_AIM_REACH: Final = 40
_PILED_UP: Final = 2
# Right before the term: "you are so …", "t'es vraiment …", "espèce de …", "such a …".
_AIM_BEFORE: Final = re.compile(
    r"\b(?:you(?:'?re|r| are| r| were| look| is)?|u(?: r|r)?|ur|youre|she(?:'?s| is)|he(?:'?s| is)"
    r"|t'? ?es|tu es|vous etes|espece d[e']|sale|bande d[e']|quel(?:le)?)"
    r"(?:[ ,]+(?:all|so|such|just|really|very|fucking|a|an|the|too|literally|vraiment|trop|qu'?un"
    r"|qu'?une|une?|des|si|tellement|bien|juste|gros|grosse|petite?|pauvre|sale))*"
    # One word that says nothing, as bots put in to be different.
    r"(?:[ ,]+[a-z]{1,9})?[ ,']*$"
)


class TextDetector(Detector):
    """Finds insults, hate, threats, sexual harassment and incitement to self-harm."""

    name: ClassVar[str] = "text"
    version: ClassVar[str] = "2"
    labels: ClassVar[frozenset[Label]] = frozenset(
        {Label.HATE, Label.INSULT, Label.THREAT, Label.SEXUAL, Label.SELF_HARM_INCITEMENT}
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example("you are such a loser", Label.INSULT),
        Example("espèce d'idiot", Label.INSULT),
        Example("on sait où tu habites", Label.THREAT),
        Example("i know where you live", Label.THREAT),
        Example("go drink bleach", Label.SELF_HARM_INCITEMENT),
        Example("jette-toi d'un pont", Label.SELF_HARM_INCITEMENT),
        Example("montre tes seins", Label.SEXUAL),
        Example("rentre dans ton pays", Label.HATE),
        Example("you are a l-o-s-e-r, a s s h o l e", Label.INSULT),
        Example("quelle merde ce boss, putain", None),
        Example("that was a stupid mistake of mine", None),
        Example("ma chatte dort sur le clavier", None),
        Example("damn, what a shot", None),
        Example("I'll kill the boss, you take the left one", None),
        Example("c'est con, j'ai raté le début", None),
    )

    def __init__(self) -> None:
        terms: dict[str, Term] = {}
        for term in (*read_terms("en.tsv"), *read_terms("fr.tsv")):
            known = terms.get(term.text)
            if known is None or term.score > known.score:
                terms[term.text] = term
        self._matcher = TermMatcher(list(terms.values()), read_phrases("harmless.txt"))
        self._second = SecondView(list(terms.values()))

    def detect(self, batch: Batch) -> Iterable[tuple[int, Signal]]:
        best: dict[int, dict[Label, tuple[float, Hit]]] = {}
        milder: dict[int, set[str]] = {}
        for hit in self._matcher.find(batch.folds):
            score = hit.term.score
            if score < THRESHOLD:
                seen = milder.setdefault(hit.text, set())
                seen.add(hit.term.text)
                if len(seen) < _PILED_UP and not _is_aimed(batch.folds[hit.text], hit.start):
                    continue
                score = _AIMED_SCORE
            _keep(best, hit, score)
        for hit, hidden in self._second.find(batch.folds):
            score = hit.term.score
            if score < THRESHOLD:
                if not hidden:
                    continue
                score = THRESHOLD
            _keep(best, hit, max(THRESHOLD, round(score * 0.95, 4)))
        for index in sorted(best):
            for label in sorted(best[index]):
                score, hit = best[index][label]
                span = original_span(batch.messages[index].text, hit.start, hit.end)
                why = f"term: {hit.term.text}"
                yield index, Signal(self.name, self.version, label, score, span, why)


def _is_aimed(folded: str, start: int) -> bool:
    return _AIM_BEFORE.search(folded, max(0, start - _AIM_REACH), start) is not None


def _keep(best: dict[int, dict[Label, tuple[float, Hit]]], hit: Hit, score: float) -> None:
    found = best.setdefault(hit.text, {})
    known = found.get(hit.term.label)
    if known is None or score > known[0]:
        found[hit.term.label] = (score, hit)
