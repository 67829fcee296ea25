"""The set of rules in force, asked in a fixed order; effects are collected, never applied here."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from rempart.model import Raid
from rempart.rules.builtin.hold_abuse import HoldAbuse
from rempart.rules.builtin.hold_on_failure import HoldOnFailure
from rempart.rules.builtin.hold_unwanted import HoldUnwanted
from rempart.rules.builtin.shield_on_raid import ShieldOnRaid
from rempart.rules.builtin.stop_probes import StopProbes
from rempart.rules.builtin.threats_first import ThreatsFirst
from rempart.rules.interface import Effect, Facts, Rule
from rempart.rules.language import Program


class RuleSet:
    """Same facts and same rules give the same effects; `hash` names this very set. `program`: the
    community's own rules, asked about every message (see `language`)."""

    def __init__(self, rules: Sequence[Rule], program: Program | None = None) -> None:
        self.rules = tuple(rules)
        self.program = program
        self.by_name = {rule.name: rule for rule in rules}
        digest = blake2b(digest_size=8)
        for rule in rules:
            digest.update(f"{rule.name}\0{rule.version}\0".encode())
        if program is not None:
            digest.update(program.hash.encode())
        self.hash = digest.hexdigest()

    def on_message(self, facts: Facts) -> list[Effect]:
        return [effect for rule in self.rules for effect in rule.on_message(facts)]

    def on_raid(self, raid: Raid) -> list[Effect]:
        return [effect for rule in self.rules for effect in rule.on_raid(raid)]

    def reason(self, rule: str) -> dict[str, str]:
        found = self.by_name.get(rule)
        if found is not None:
            return found.reason
        return self.program.reason(rule) if self.program is not None else {}


def default_rules() -> RuleSet:
    return RuleSet(
        [
            ThreatsFirst(),
            ShieldOnRaid(),
            HoldAbuse(),
            HoldUnwanted(),
            HoldOnFailure(),
            StopProbes(),
        ]
    )
