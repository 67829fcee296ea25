"""Hold on failure: what a detector could not look at is held and a person is called.

A detector that raises an error must never let a message through unseen (law 5, FAULTS row 35).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rempart.model import MeasureKind, Raid, ScopeKind
from rempart.rules.interface import Effect, Facts, Rule

LEASE_SECONDS = 24 * 3600
ALARM_SECONDS = 3600


class HoldOnFailure(Rule):
    name: ClassVar[str] = "hold-on-failure"
    version: ClassVar[str] = "1"
    description: ClassVar[dict[str, str]] = {
        "en": "A message that a detector could not examine because of an error is held, and a "
        "person is called.",
        "fr": "Un message qu’un détecteur n’a pas pu examiner à cause d’une erreur est retenu, et "
        "une personne est alertée.",
    }
    reason: ClassVar[dict[str, str]] = {
        "en": "The message could not be examined by machine because of a technical error.",
        "fr": "Le message n’a pas pu être examiné par la machine à cause d’une erreur technique.",
    }

    def on_message(self, facts: Facts) -> Iterable[Effect]:
        if facts.failed:
            yield Effect(self.name, MeasureKind.HOLD, ScopeKind.MESSAGE, LEASE_SECONDS)
            yield Effect(
                self.name, MeasureKind.ALARM, ScopeKind.CHANNEL, ALARM_SECONDS, priority=80
            )

    def on_raid(self, raid: Raid) -> Iterable[Effect]:  # noqa: ARG002 - says nothing of raids
        return ()
