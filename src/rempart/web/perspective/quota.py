"""How often one key may ask: so many requests a second, so many a day. Time is passed in."""

from __future__ import annotations

import math
from typing import NamedTuple

_DAY = 86_400


class Refusal(NamedTuple):
    """Which limit, and after how many seconds to ask again."""

    limit: str
    retry_after: int


class _Use:
    __slots__ = ("day", "left", "since", "today")

    def __init__(self, left: float, since: float) -> None:
        self.left = left
        self.since = since
        self.day = -1
        self.today = 0


class Quota:
    """A second's worth of requests may come at once; then they are let in at the pace of the
    quota. Days are those of UTC. Kept in memory: a restart begins a new count."""

    def __init__(self, per_second: int, per_day: int) -> None:
        self._per_second = per_second
        self._per_day = per_day
        self._uses: dict[str, _Use] = {}

    def take(self, key: str, now: float) -> Refusal | None:
        """None: go on. `now` in seconds since the epoch; a clock that jumps back only waits."""
        use = self._uses.setdefault(key, _Use(float(self._per_second), now))
        day = int(now // _DAY)
        if day > use.day:
            use.day, use.today = day, 0
        if use.today >= self._per_day:
            return Refusal("per day", max(1, math.ceil((use.day + 1) * _DAY - now)))
        elapsed = max(0.0, now - use.since)
        use.since = now
        use.left = min(float(self._per_second), use.left + elapsed * self._per_second)
        if use.left < 1.0:
            return Refusal("per second", 1)
        use.left -= 1.0
        use.today += 1
        return None
