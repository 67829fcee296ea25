"""Labels that rules and people give, each until it ends."""

from __future__ import annotations

from collections.abc import Container
from typing import Any, Final

from rempart.rules.language.slots import SLOTS

MOST_LABELS: Final = 200_000


class Labels:
    """Labels on accounts, channels, targets and messages: with an end, a reason, and by whom. What
    a person set or took away stands above what a rule does, until it ends. At `MOST_LABELS` the
    sixteenth that ends first goes, and of what people set nothing before all else is gone."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], tuple[float, bool, bool, str]] = {}

    def __len__(self) -> int:
        return len(self._held)

    def has(self, thing: str, label: str, now: float) -> bool:
        if not self._held:
            return False
        found = self._held.get((thing, label))
        return found is not None and found[1] and now < found[0]

    def set(
        self,
        thing: str,
        label: str,
        *,
        now: float,
        until: float,
        reason: str,
        by_hand: bool = False,
        on: bool = True,
    ) -> bool:
        """False when a person's word stands against it."""
        found = self._held.get((thing, label))
        if found is not None and found[2] and not by_hand and now < found[0]:
            return False
        if found is not None and not by_hand and found[1] is on:
            until = max(until, found[0])
        if found is None and len(self._held) >= MOST_LABELS:
            self._drop_first_to_end()
        self._held[thing, label] = (until, on, by_hand, reason)
        return True

    def _drop_first_to_end(self) -> None:
        order = sorted(self._held.items(), key=lambda held: (held[1][2], held[1][0], held[0]))
        for name, _ in order[: max(1, len(order) // SLOTS)]:
            del self._held[name]

    def sweep(self, now: float) -> None:
        self._held = {name: held for name, held in self._held.items() if held[0] > now}

    def keep(self, rules: Container[str]) -> None:
        """A label goes with the rule that set it; what people set stays."""
        self._held = {
            name: held for name, held in self._held.items() if held[2] or held[3] in rules
        }

    def picture(self) -> list[Any]:
        return [[*name, *held] for name, held in self._held.items()]

    def restore(self, picture: list[Any]) -> None:
        self._held = {(row[0], row[1]): (row[2], row[3], row[4], row[5]) for row in picture}
