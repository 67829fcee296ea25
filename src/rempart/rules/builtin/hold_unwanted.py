"""Hold unwanted: a link that is on a list or not allowed here, and advertising, wait for a person.

A list may be wrong or old, and advertising is a question of the place: so nothing is hidden or
removed, the message is held, and whoever looks at it sees which list, entry or wording it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rempart.model import THRESHOLD, Label, MeasureKind, Raid, ScopeKind
from rempart.rules.interface import Effect, Facts, Rule

HELD_LABELS = (Label.BAD_LINK, Label.SPAM)
LEASE_SECONDS = 7 * 24 * 3600


class HoldUnwanted(Rule):
    name: ClassVar[str] = "hold-unwanted"
    version: ClassVar[str] = "1"
    description: ClassVar[dict[str, str]] = {
        "en": "A message with a link that is on a list of bad links or not allowed in this "
        "channel, or that is recognised as advertising, is held until a person has looked at it.",
        "fr": "Un message contenant un lien inscrit sur une liste de liens nuisibles ou non admis "
        "dans ce canal, ou reconnu comme publicitaire, est retenu jusqu’à ce qu’une personne "
        "l’ait examiné.",
    }
    reason: ClassVar[dict[str, str]] = {
        "en": "The message contains a link that is on a list or not allowed here, or was "
        "recognised by machine as advertising.",
        "fr": "Le message contient un lien inscrit sur une liste ou non admis ici, ou a été "
        "reconnu par une machine comme publicitaire.",
    }

    def on_message(self, facts: Facts) -> Iterable[Effect]:
        if any(facts.at_least(label, THRESHOLD) for label in HELD_LABELS):
            yield Effect(self.name, MeasureKind.HOLD, ScopeKind.MESSAGE, LEASE_SECONDS)

    def on_raid(self, raid: Raid) -> Iterable[Effect]:  # noqa: ARG002 - says nothing of raids
        return ()
