"""Threats first: a threat goes before everything else in the queue and calls a person at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rempart.model import THRESHOLD, Label, MeasureKind, Raid, ScopeKind
from rempart.rules.interface import Effect, Facts, Rule

THREAT_PRIORITY = 100
LEASE_SECONDS = 7 * 24 * 3600


class ThreatsFirst(Rule):
    name: ClassVar[str] = "threats-first"
    version: ClassVar[str] = "1"
    description: ClassVar[dict[str, str]] = {
        "en": "A message recognised as a threat is held and put first in the queue, and a person "
        "is called.",
        "fr": "Un message reconnu comme une menace est retenu, placé en tête de file, et une "
        "personne est alertée.",
    }
    reason: ClassVar[dict[str, str]] = {
        "en": "The message was recognised by machine as a threat.",
        "fr": "Le message a été reconnu par une machine comme une menace.",
    }

    def on_message(self, facts: Facts) -> Iterable[Effect]:
        if facts.at_least(Label.THREAT, THRESHOLD):
            yield Effect(
                self.name, MeasureKind.HOLD, ScopeKind.MESSAGE, LEASE_SECONDS, THREAT_PRIORITY
            )
            yield Effect(
                self.name, MeasureKind.ALARM, ScopeKind.TARGET, 3600, priority=THREAT_PRIORITY
            )

    def on_raid(self, raid: Raid) -> Iterable[Effect]:  # noqa: ARG002 - says nothing of raids
        return ()
