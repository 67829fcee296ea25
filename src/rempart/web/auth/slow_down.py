"""Slows guessing down: after three failures every further one doubles the wait, up to a minute.

Kept by name and by address, in bounded memory; it forgets after a quarter of an hour of peace. A
wait is answered at once (429 with Retry-After) instead of keeping the connection open.
"""

from __future__ import annotations

from collections import OrderedDict

FREE_FAILURES = 3
LONGEST_WAIT = 60.0
FORGET_AFTER = 900.0
MAX_KEYS = 10_000


class SlowDown:
    """Times are monotonic seconds, given by the caller."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, keys: tuple[str, ...], now: float) -> float:
        """Seconds until another attempt is looked at; 0 when it may be made now."""
        return max((self._wait(key, now) for key in keys), default=0.0)

    def failed(self, keys: tuple[str, ...], now: float) -> None:
        for key in keys:
            count, last = self._failures.pop(key, (0, now))
            if now - last > FORGET_AFTER:
                count = 0
            self._failures[key] = (count + 1, now)
            if len(self._failures) > MAX_KEYS:
                self._failures.popitem(last=False)

    def answered(self, keys: tuple[str, ...], now: float) -> None:
        """A failure counted before it was certain is told only now: the wait begins here."""
        for key in keys:
            if key in self._failures:
                self._failures[key] = (self._failures[key][0], now)

    def succeeded(self, keys: tuple[str, ...]) -> None:
        for key in keys:
            self._failures.pop(key, None)

    def _wait(self, key: str, now: float) -> float:
        count, last = self._failures.get(key, (0, now))
        if count < FREE_FAILURES or now - last > FORGET_AFTER:
            return 0.0
        return max(0.0, last + min(LONGEST_WAIT, 2.0 ** (count - FREE_FAILURES)) - now)
