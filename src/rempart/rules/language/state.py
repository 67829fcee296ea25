"""What a set of rules remembers: its counters and labels, in event time; serialisable."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rempart.rules.language.counters import Budget, Counter, Distinct, Keeper, Labels
from rempart.rules.language.parts import CounterPlan


class RuleState:
    """The counters and labels of a program."""

    def __init__(self, plans: Sequence[CounterPlan]) -> None:
        self.plans = tuple(plans)
        self.keepers: list[Keeper] = [_keeper(plan) for plan in plans]
        self.labels = Labels()
        self.errors: dict[str, int] = {}

    def dump(self) -> bytes:
        rows = [
            (plan.identity, keeper.picture())
            for plan, keeper in zip(self.plans, self.keepers, strict=True)
        ]
        return msgspec.msgpack.encode((rows, self.labels.picture(), sorted(self.errors.items())))

    def load(self, blob: bytes) -> None:
        """Counts of counters that this set keeps alike go on; others are left behind."""
        rows, labels, errors = msgspec.msgpack.decode(blob)
        known = dict(rows)
        for plan, keeper in zip(self.plans, self.keepers, strict=True):
            picture = known.get(plan.identity)
            if picture is not None:
                keeper.restore(picture)
        self.labels.restore(labels)
        self.errors = dict(errors)


def _keeper(plan: CounterPlan) -> Keeper:
    if plan.kind == "distinct":
        return Distinct(plan.over)
    if plan.kind == "budget":
        return Budget(plan.number, plan.over)
    return Counter(plan.over)
