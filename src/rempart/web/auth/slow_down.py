"""Slows guessing down: after three failures every further one doubles the wait, up to a minute.

Kept by name and by address, in bounded memory; it forgets after a quarter of an hour of peace. A
wait is answered at once (429 with Retry-After) instead of keeping the connection open.

Each kind of key (the first word of it: a name, a person, an address …) has a memory of its own. One
that is full forgets who failed least, and of those who failed longest ago; who takes the place
begins with as many failures as were forgotten, up to `INHERITED`. So single failures from however
many networks take nobody's wait away who failed more often, and leaving and coming back is no way
to begin anew.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

FREE_FAILURES: Final = 3
LONGEST_WAIT: Final = 60.0
FORGET_AFTER: Final = 900.0
MAX_KEYS: Final = 10_000
"""Of each kind."""
MOST_COUNTED: Final = 16
"""The wait has long been the longest."""
INHERITED: Final = 6


class SlowDown:
    """Times are monotonic seconds, given by the caller. A key: its kind, a blank, and what it
    names."""

    def __init__(self, max_keys: int = MAX_KEYS) -> None:
        self._max_keys = max_keys
        self._kinds: dict[str, _Memory] = {}

    def wait(self, keys: tuple[str, ...], now: float) -> float:
        """Seconds until another attempt is looked at; 0 when it may be made now."""
        return max((self._of(key).wait(key, now) for key in keys), default=0.0)

    def failed(self, keys: tuple[str, ...], now: float) -> None:
        for key in keys:
            self._of(key).failed(key, now)

    def answered(self, keys: tuple[str, ...], now: float) -> None:
        """A failure counted before it was certain is told only now: the wait begins here."""
        for key in keys:
            self._of(key).answered(key, now)

    def succeeded(self, keys: tuple[str, ...]) -> None:
        for key in keys:
            self._of(key).forget(key)

    def _of(self, key: str) -> _Memory:
        return self._kinds.setdefault(key.partition(" ")[0], _Memory(self._max_keys))


class _Memory:
    """The failures of one kind of key: `_rows` by how many, each with its oldest first."""

    def __init__(self, max_keys: int) -> None:
        self._max_keys = max_keys
        self._counts: dict[str, int] = {}
        self._rows: list[OrderedDict[str, float]] = [OrderedDict() for _ in range(MOST_COUNTED + 1)]

    def wait(self, key: str, now: float) -> float:
        count, last = self._known(key, now)
        if count < FREE_FAILURES or now - last > FORGET_AFTER:
            return 0.0
        return max(0.0, last + min(LONGEST_WAIT, 2.0 ** (count - FREE_FAILURES)) - now)

    def failed(self, key: str, now: float) -> None:
        count, last = self._known(key, now)
        if now - last > FORGET_AFTER:
            count = 0
        self.forget(key)
        if len(self._counts) >= self._max_keys:
            count = max(count, min(self._make_room(now), INHERITED))
        self._put(key, min(count + 1, MOST_COUNTED), now)

    def answered(self, key: str, now: float) -> None:
        count = self._counts.get(key)
        if count is not None:
            self.forget(key)
            self._put(key, count, now)

    def forget(self, key: str) -> None:
        count = self._counts.pop(key, None)
        if count is not None:
            del self._rows[count][key]

    def _put(self, key: str, count: int, now: float) -> None:
        self._counts[key] = count
        self._rows[count][key] = now

    def _known(self, key: str, now: float) -> tuple[int, float]:
        count = self._counts.get(key)
        return (0, now) if count is None else (count, self._rows[count][key])

    def _make_room(self, now: float) -> int:
        """Forgets one; returns how many failures of the forgotten still counted."""
        filled = [row for row in self._rows if row]
        for row in filled:
            key, last = next(iter(row.items()))
            if now - last > FORGET_AFTER:
                self.forget(key)
                return 0
        key = next(iter(filled[0]))
        count = self._counts[key]
        self.forget(key)
        return count
