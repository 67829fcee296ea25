"""The text detector: what the scorer says of each message, with the place and the reason.

Rules of this module:

1. One signal per label and message, where the label reaches its threshold.
2. The span and the reason are of what gave the score: a listed term ("term: …"), or the n-grams
   that weigh most ("model: …"). Spans point into the original text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, NamedTuple

from rempart.detect.interface import Batch, Detector, Example
from rempart.detect.text.evidence import Evidence, Question, strongest
from rempart.detect.text.fold import original_span
from rempart.detect.text.model import HEADS
from rempart.detect.text.scoring import LABELS, Delta, Read, TextScorer, flagged, portions
from rempart.detect.text.views import view_with_places
from rempart.model import THRESHOLD, Label, Signal


class _Wanted(NamedTuple):
    """A signal of the classifier whose reason is still to be found: row `row` of what was read."""

    text: int
    column: int
    score: float
    row: int


class TextDetector(Detector):
    """Finds insults, hate, threats, sexual harassment and incitement to self-harm."""

    name: ClassVar[str] = "text"
    version: ClassVar[str] = "3"
    labels: ClassVar[frozenset[Label]] = frozenset(LABELS)
    examples: ClassVar[tuple[Example, ...]] = (
        Example("you are such a loser", Label.INSULT),
        Example("espèce d'idiot", Label.INSULT),
        Example("bande d'abruties", Label.INSULT),
        Example("on sait où tu habites", Label.THREAT),
        Example("i know where you live", Label.THREAT),
        Example("on va te retrouver et te tuer", Label.THREAT),
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

    def __init__(self, scorer: TextScorer | None = None, learned: str = "") -> None:
        """`learned` names the version of the scorer's delta, when it has one."""
        self.scorer = scorer or TextScorer()
        if learned:
            # the class speaks of what ships, the signals of what decided
            object.__setattr__(self, "version", f"{type(self).version}+{learned[:8]}")

    def taught(self, delta: Delta | None, learned: str) -> TextDetector:
        """The same detector with what a site learned; None: as it ships."""
        return TextDetector(TextScorer(self.scorer.weights, delta), learned if delta else "")

    def detect(self, batch: Batch) -> Iterable[tuple[int, Signal]]:
        for first, last in portions(batch.folds):
            yield from self._portion(batch, first, last)

    def _portion(self, batch: Batch, first: int, last: int) -> Iterator[tuple[int, Signal]]:
        read = self.scorer.read(batch.folds[first:last])
        reached = flagged(read.scored).tolist()
        if not reached:
            return
        wanted = list(self._of_the_model(read, reached))
        reasons = dict(zip(wanted, self._reasons(read, wanted), strict=True))
        of_model = {(one.text, one.column): one for one in wanted}
        for text in reached:
            message = batch.messages[first + text]
            for column in sorted(range(len(LABELS)), key=lambda column: LABELS[column]):
                score = round(float(read.scored.labels[text, column]), 4)
                if score < THRESHOLD:
                    continue
                one = of_model.get((text, column))
                if one is None:
                    hit = read.best[text][LABELS[column]].hit
                    start, end, why = hit.start, hit.end, f"term: {hit.term.text}"
                else:
                    reason = reasons[one]
                    if reason is None:
                        continue
                    start, end, why = reason
                span = original_span(message.text, start, end)
                yield (
                    first + text,
                    Signal(self.name, self.version, LABELS[column], score, span, why),
                )

    @staticmethod
    def _of_the_model(read: Read, reached: list[int]) -> Iterator[_Wanted]:
        """Labels that the lists do not reach as highly."""
        model = read.model
        if model is None:
            return
        wanted = set(reached)
        rows: dict[int, list[int]] = {}
        for row, text in enumerate(read.rows.owner.tolist()):
            if text in wanted:
                rows.setdefault(text, []).append(row)
        for text in reached:
            for column, label in enumerate(LABELS):
                score = round(float(read.scored.labels[text, column]), 4)
                listed = read.best.get(text, {}).get(label)
                if score < THRESHOLD or (listed is not None and listed.score >= score - 1e-4):
                    continue
                row = max(rows[text], key=lambda row: (model[row, column], -row))
                yield _Wanted(text, column, score, row)

    def _reasons(self, read: Read, wanted: list[_Wanted]) -> list[Evidence | None]:
        """Evidence with places in the folds."""
        if not wanted:
            return []
        rows = sorted({one.row for one in wanted})
        number = {row: place for place, row in enumerate(rows)}
        asked = [Question(number[one.row], HEADS.index(LABELS[one.column].value)) for one in wanted]
        found = strongest([read.rows.texts[row] for row in rows], asked, self.scorer.weight)
        return [
            None if evidence is None else _placed(read, one.row, evidence)
            for one, evidence in zip(wanted, found, strict=True)
        ]


def _placed(read: Read, row: int, evidence: Evidence) -> Evidence:
    start, end, why = evidence
    if row >= read.rows.views:
        _, places = view_with_places(read.rows.seen[row - read.rows.views])
        # The last letter of the view may stand for several of the fold.
        start, end = int(places[start]), max(int(places[end]), int(places[end - 1]) + 1)
    begin = read.rows.begins[row]
    return Evidence(begin + start, begin + end, why)
