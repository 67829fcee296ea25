"""What a rule is: a condition over a message, its signals and its raid, and the effects it calls.

Rules are pure: same facts, same effects. They name *effects* (what should happen, to whom, for how
long); `protect` turns effects into measures within limits. Event time only.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar, NamedTuple

from rempart.model import Bundle, Label, MeasureKind, Message, Raid, RaidStage, ScopeKind, Signal


class RaidTouch(NamedTuple):
    raid: str
    stage: RaidStage
    member: bool
    reasons: tuple[str, ...]


class Facts(NamedTuple):
    """All a message rule may look at. Only messages with a signal or a raid are asked about."""

    message: Message
    signals: tuple[Signal, ...]
    labels: dict[str, float]
    abuse: float
    raid: RaidTouch | None
    failed: tuple[str, ...] = ()
    """Names of detectors that raised an error on this message."""
    fold: str = ""
    """The text with hiding undone, for rules that look at it."""
    probing: bool = False
    """The sender tries out personal data on a protected target (`detect.facts.probes`)."""

    def at_least(self, label: Label, score: float) -> bool:
        return self.labels.get(label.value, 0.0) >= score


class Effect(NamedTuple):
    """One wish of one rule. `lease_seconds` None: until a person decides. `bundle`: of a shield."""

    rule: str
    kind: MeasureKind
    scope: ScopeKind
    lease_seconds: int | None
    priority: int = 0
    bundle: Bundle = Bundle.GENTLE


class Rule(ABC):
    """`description` and `reason` are written for a lawyer and for the person concerned (fr, en)."""

    name: ClassVar[str]
    version: ClassVar[str]
    description: ClassVar[dict[str, str]]
    reason: ClassVar[dict[str, str]]

    @abstractmethod
    def on_message(self, facts: Facts) -> Iterable[Effect]: ...

    @abstractmethod
    def on_raid(self, raid: Raid) -> Iterable[Effect]: ...
