"""What the rules call for when a raid is told, or when a campaign says that it came back.

Rules kept here:

1. Built-in rules see the raid; the community's rules over raids see its past too (`rules.language.
   raids`). A raid that a person lifted calls for nothing.
2. What a rule on trial would have done is noted once for each raid and rule, for the log.
3. Pure: event time only, and in the order of the stream; how it was cut changes nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from rempart.model import Campaign, Item, Measure, Message, Raid
from rempart.protect import MeasureBook, Planner
from rempart.rules import Effect, RuleSet
from rempart.rules.language import RuleState
from rempart.rules.language.raids import RaidFacts


class RaidNote(NamedTuple):
    """A rule on trial would have acted on this raid."""

    raid: Raid
    rule: str
    at: datetime


class RaidRules:
    """For one step: collects measures and notes. `state` None: the community has no rules."""

    def __init__(
        self,
        rules: RuleSet,
        planner: Planner,
        book: MeasureBook,
        state: RuleState | None,
        measures: list[Measure],
    ) -> None:
        self._rules = rules
        self._planner = planner
        self._book = book
        self._measures = measures
        program = rules.program
        self._program = program if program is not None and program.looks_at_raids else None
        self._state = state
        self.notes: list[RaidNote] = []

    def raid(self, raid: Raid, item: Item) -> None:
        """The raid is known to be this after the item."""
        at = item.sent_at if isinstance(item, Message) else item.at
        effects = self._rules.on_raid(raid)
        if self._program is not None and self._state is not None:
            facts = self._state.raids.take(raid, at.timestamp())
            effects = [*effects, *self._ask(facts, at)]
        self._plan(raid, effects, at)

    def campaign(self, campaign: Campaign, item: Item) -> None:
        """The campaign is known to be this after the item: raids of it that are going on may turn
        out to be a return."""
        if self._program is None or self._state is None:
            return
        at = item.sent_at if isinstance(item, Message) else item.at
        for facts in self._state.raids.learn(campaign, at.timestamp()):
            self._plan(facts.raid, self._ask(facts, at), at)

    def _ask(self, facts: RaidFacts, at: datetime) -> list[Effect]:
        assert self._program is not None and self._state is not None
        if facts.raid.id in self._book.lifted:
            return []
        fired = self._program.run_raid(facts, self._state)
        for rule in fired.shadow:
            if self._state.raids.note(facts.raid.id, rule):
                self.notes.append(RaidNote(facts.raid, rule, at))
        return fired.effects

    def _plan(self, raid: Raid, effects: list[Effect], at: datetime) -> None:
        if effects:
            self._measures.extend(self._planner.for_raid(self._book, raid, effects, at))
