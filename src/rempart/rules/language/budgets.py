"""Budgets of the rule language: so much at once, refilled evenly."""

from __future__ import annotations

from typing import Any

from rempart.rules.language.slots import MOST_KEYS


class Budget:
    """Token buckets: `size` at once, refilled evenly within `every` seconds."""

    def __init__(self, size: float, every: float) -> None:
        self.size = size
        self.every = every
        self._levels: dict[str, tuple[float, float]] = {}
        self._swept = 0.0

    def __len__(self) -> int:
        return len(self._levels)

    def exceeded(self, key: str, now: float) -> bool:
        """Takes one token; True when there was none. The clock of a key never runs back."""
        if now - self._swept > self.every:
            self._swept = now
            full = now - self.every
            self._levels = {k: level for k, level in self._levels.items() if level[1] > full}
        level, then = self._levels.get(key, (self.size, now))
        now = max(now, then)
        level = min(self.size, level + (now - then) * self.size / self.every)
        if level < 1.0:
            self._levels[key] = (level, now)
            return True
        if key not in self._levels and len(self._levels) >= MOST_KEYS:
            self._levels.pop(next(iter(self._levels)))
        self._levels[key] = (level - 1.0, now)
        return False

    def picture(self) -> list[Any]:
        return [self._swept, [[key, *level] for key, level in self._levels.items()]]

    def restore(self, picture: list[Any]) -> None:
        self._swept, rows = picture
        self._levels = {key: (level, then) for key, level, then in rows}
