"""Hold abuse: a message that a detector finds abusive waits for a person.

A single message never justifies more than a hold: at the thresholds where machines are often right
they still miss or misread too much (`docs/adr`, quality of text detection).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rempart.model import THRESHOLD, Label, MeasureKind, Raid, ScopeKind
from rempart.rules.interface import Effect, Facts, Rule

HELD_LABELS = (
    Label.HATE,
    Label.INSULT,
    Label.THREAT,
    Label.SEXUAL,
    Label.SELF_HARM_INCITEMENT,
    Label.PERSONAL_DATA,
)
LEASE_SECONDS = 7 * 24 * 3600


class HoldAbuse(Rule):
    name: ClassVar[str] = "hold-abuse"
    version: ClassVar[str] = "1"
    description: ClassVar[dict[str, str]] = {
        "en": "A message recognised as abusive, or that gives away personal data, is held until a "
        "person has looked at it.",
        "fr": "Un message reconnu comme injurieux, ou qui dévoile des données personnelles, est "
        "retenu jusqu’à ce qu’une personne l’ait examiné.",
    }
    reason: ClassVar[dict[str, str]] = {
        "en": "The message was recognised by machine as abusive or as giving away personal data.",
        "fr": "Le message a été reconnu par une machine comme injurieux ou comme dévoilant des "
        "données personnelles.",
    }

    def on_message(self, facts: Facts) -> Iterable[Effect]:
        if any(facts.at_least(label, THRESHOLD) for label in HELD_LABELS):
            yield Effect(self.name, MeasureKind.HOLD, ScopeKind.MESSAGE, LEASE_SECONDS)

    def on_raid(self, raid: Raid) -> Iterable[Effect]:  # noqa: ARG002 - says nothing of raids
        return ()
