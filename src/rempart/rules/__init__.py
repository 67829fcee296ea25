"""Rules: conditions over messages, signals and raids, and the effects they call for. Pure.

Three built-in rules live in `builtin/`, one per file. The rule language of a later issue compiles
to the same `Rule` interface.
"""

from rempart.rules.interface import Effect, Facts, RaidTouch, Rule
from rempart.rules.ruleset import RuleSet, default_rules

__all__ = ["Effect", "Facts", "RaidTouch", "Rule", "RuleSet", "default_rules"]
