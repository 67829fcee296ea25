"""What a set of rules remembers: its counters and labels, in event time; serialisable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from rempart.model import Raid
from rempart.rules.language.budgets import Budget
from rempart.rules.language.counters import Counter, Keeper
from rempart.rules.language.distinct import Distinct
from rempart.rules.language.labels import Labels
from rempart.rules.language.parts import CounterPlan
from rempart.rules.language.raids import GoingRaids, Past


class RuleState:
    """The counters and labels of a program, and the raids that its rules look at. `errors` by rule,
    `failures` by rule and by what it asked that failed, since the program is in force."""

    def __init__(self, plans: Sequence[CounterPlan]) -> None:
        self.plans = tuple(plans)
        self.keepers: list[Keeper] = [_keeper(plan) for plan in plans]
        self.labels = Labels()
        self.raids = GoingRaids()
        self.errors: dict[str, int] = {}
        self.failures: dict[tuple[str, str], int] = {}

    def fail(self, rule: str, dependency: str) -> None:
        """Something that the rule asked failed."""
        self.failures[rule, dependency] = self.failures.get((rule, dependency), 0) + 1

    def dump(self) -> bytes:
        rows = [
            (plan.identity, keeper.picture())
            for plan, keeper in zip(self.plans, self.keepers, strict=True)
        ]
        return msgspec.msgpack.encode(
            _Picture(
                rows,
                self.labels.picture(),
                sorted(self.errors.items()),
                [(*name, count) for name, count in sorted(self.failures.items())],
                *self.raids.picture(),
            )
        )

    def load(self, blob: bytes) -> None:
        """Counts of counters that this set keeps alike go on; others are left behind."""
        picture = msgspec.msgpack.decode(blob, type=_Picture)
        known = dict(picture.counters)
        for plan, keeper in zip(self.plans, self.keepers, strict=True):
            counted = known.get(plan.identity)
            if counted is not None:
                keeper.restore(counted)
        self.labels.restore(picture.labels)
        self.errors = dict(picture.errors)
        self.failures = {(rule, what): count for rule, what, count in picture.failures}
        self.raids.restore((picture.raids, picture.pasts, picture.noted))


class _Picture(msgspec.Struct, array_like=True):
    counters: list[tuple[str, list[Any]]]
    labels: list[list[Any]]
    errors: list[tuple[str, int]]
    failures: list[tuple[str, str, int]] = []
    raids: list[Raid] = []
    pasts: list[tuple[str, Past]] = []
    noted: list[tuple[str, str]] = []


def _keeper(plan: CounterPlan) -> Keeper:
    if plan.kind == "distinct":
        return Distinct(plan.over)
    if plan.kind == "budget":
        return Budget(plan.number, plan.over)
    return Counter(plan.over)
