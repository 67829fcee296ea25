"""Stop probes: who sends a protected person much that looks like personal data is held for a day.

Somebody who tries out numbers and addresses on a person wants to learn which is hers. What is held
and what is not never tells (ADR 16); the trying itself is harassment, and a person is called.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rempart.model import MeasureKind, Raid, ScopeKind
from rempart.rules.interface import Effect, Facts, Rule

HOLD_SECONDS = 24 * 3600
ALARM_SECONDS = 3600


class StopProbes(Rule):
    name: ClassVar[str] = "stop-probes"
    version: ClassVar[str] = "1"
    description: ClassVar[dict[str, str]] = {
        "en": "An account that sends much that looks like personal data to a person who asked for "
        "protection is held for a day, and a moderator is called.",
        "fr": "Un compte qui envoie beaucoup de choses ressemblant à des données personnelles à "
        "une personne qui a demandé une protection est retenu pendant un jour, et un modérateur "
        "est alerté.",
    }
    reason: ClassVar[dict[str, str]] = {
        "en": "The account sent many messages that look like personal data.",
        "fr": "Le compte a envoyé de nombreux messages ressemblant à des données personnelles.",
    }

    def on_message(self, facts: Facts) -> Iterable[Effect]:
        if facts.probing:
            yield Effect(self.name, MeasureKind.HOLD, ScopeKind.ACCOUNT, HOLD_SECONDS)
            yield Effect(
                self.name, MeasureKind.ALARM, ScopeKind.CHANNEL, ALARM_SECONDS, priority=80
            )

    def on_raid(self, raid: Raid) -> Iterable[Effect]:  # noqa: ARG002 - says nothing of raids
        return ()
