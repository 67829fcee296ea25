"""A message judged again, with the opinion of a plug-in beside what was found at first.

Rules kept here:

1. Pure: the message, its outcome so far, the opinion and the planner's book give the same answer in
   the service and when the log is read again. No network is needed to know what was decided.
2. An opinion may *raise*: its labels go through the rules as if they had come with the message, and
   the verdict is the further of the two. It never shortens what already holds. The same plug-in's
   next opinion takes the place of its last.
3. Where the settings allow it, it may *release* a hold that nothing but the text detector and the
   rule *hold-abuse* caused. A threat, incitement to self-harm, personal data, a raid, a failure, a
   held account or a rule of the community's own is never released by a machine, nor a text longer
   than a plug-in is shown: the harmless first part of it could be all that was read.
4. The community's own rules are not run again: their counters have counted the message already.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from rempart.engine.pipeline import Pipeline
from rempart.model import (
    THRESHOLD,
    Label,
    Measure,
    Message,
    Opinion,
    Outcome,
    Signal,
    Verdict,
)
from rempart.protect import MeasureBook
from rempart.rules import Facts
from rempart.rules.builtin.hold_abuse import HoldAbuse

RELEASED = "released-by-opinion"
"""Stands among the rules of an outcome whose hold was taken back."""
MOST_CHARACTERS = 4_000
"""Of a text, as much as a plug-in is shown."""
_RELEASABLE = frozenset({Label.HATE, Label.INSULT, Label.SEXUAL})
_TEXT = "text"


class Rejudged(NamedTuple):
    """`outcome` as it is now; `measures` that are new; `released` ids of those to be taken back.
    `changed`: whether anything of this differs from before."""

    outcome: Outcome
    measures: list[Measure]
    released: tuple[str, ...]

    @property
    def changed(self) -> bool:
        return bool(self.measures or self.released)


def rejudge(
    pipeline: Pipeline,
    book: MeasureBook,
    message: Message,
    outcome: Outcome,
    opinion: Opinion,
    *,
    may_release: frozenset[str] = frozenset(),
) -> Rejudged:
    """The book is looked at and left as it is: who carries the answer out tells it.

    `may_release`: the measures of the message that are in force and that this plug-in may take
    back (none, where the settings do not allow it)."""
    found = tuple(
        Signal(opinion.detector, opinion.model, Label(label), score)
        for label, score in sorted(opinion.labels.items())
        if score >= THRESHOLD
    )
    if not found:
        whole = len(message.text) <= MOST_CHARACTERS
        return _released(outcome, opinion, may_release if whole else frozenset())
    others = (signal for signal in outcome.signals if signal.detector != opinion.detector)
    signals = (*others, *found)
    labels = dict(outcome.labels)
    for signal in found:
        name = signal.label.value
        labels[name] = max(signal.score, labels.get(name, 0.0))
    labels = dict(sorted(labels.items()))
    abuse = max(labels.values())
    facts = Facts(message, signals, labels, abuse, None)
    effects = pipeline.rules.on_message(facts)
    answer = pipeline.planner.for_message(book.copy(), facts, effects, outcome.raid, again=True)
    known = set(outcome.measures)
    new = [measure for measure in answer.new if measure.id not in known]
    raised = msgspec.structs.replace(
        outcome,
        verdict=max(outcome.verdict, answer.verdict, key=lambda one: one.rank),
        abuse=max(abuse, outcome.abuse),
        labels=labels,
        signals=signals,
        rules=tuple(dict.fromkeys((*outcome.rules, *(effect.rule for effect in effects)))),
        measures=tuple(dict.fromkeys((*outcome.measures, *answer.measures))),
    )
    return Rejudged(raised, new, ())


def _released(outcome: Outcome, opinion: Opinion, may_release: frozenset[str]) -> Rejudged:
    if not may_release or not is_releasable(outcome, opinion):
        return Rejudged(outcome, [], ())
    if not outcome.measures or not may_release.issuperset(outcome.measures):
        return Rejudged(outcome, [], ())
    allowed = msgspec.structs.replace(
        outcome, verdict=Verdict.ALLOW, rules=(*outcome.rules, RELEASED), measures=()
    )
    return Rejudged(allowed, [], outcome.measures)


def is_releasable(outcome: Outcome, opinion: Opinion) -> bool:
    """Rule 3: held by the text detector's word alone, and the opinion speaks of every label that
    caused it, and says no."""
    if outcome.verdict is not Verdict.HOLD or outcome.raid is not None:
        return False
    if outcome.rules != (HoldAbuse.name,):
        return False
    causes = [signal for signal in outcome.signals if signal.score >= THRESHOLD]
    return bool(causes) and all(
        signal.detector == _TEXT
        and signal.label in _RELEASABLE
        and signal.label.value in opinion.labels
        for signal in causes
    )
