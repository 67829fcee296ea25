"""What keeps a plug-in from costing more than it helps: breaker, budget, memory of answers.

Pure: time is passed in, in seconds of a clock that never jumps back.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from enum import StrEnum
from hashlib import blake2b

from rempart.connect.opinion.interface import Answer

FAILURES = 5
"""So many failures in a row open the breaker."""
FIRST_REST = 30.0
LONGEST_REST = 600.0
REMEMBERED = 20_000
REMEMBER_SECONDS = 3_600.0


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"


class Breaker:
    """After some failures in a row nobody is asked for a while; then one probe decides. Each probe
    that fails doubles the rest, up to ten minutes."""

    def __init__(
        self, failures: int = FAILURES, rest: float = FIRST_REST, longest: float = LONGEST_REST
    ) -> None:
        self.state = BreakerState.CLOSED
        self.opened = 0
        self._most = failures
        self._first, self._longest = rest, longest
        self._rest = rest
        self._failed = 0
        self._until = 0.0

    def allows(self, now: float) -> bool:
        """Whether to ask now. A True while it was open is the probe: answer it by `good` or
        `bad`."""
        if self.state is BreakerState.OPEN and now >= self._until:
            self.state = BreakerState.PROBING
            return True
        return self.state is BreakerState.CLOSED

    def good(self) -> bool:
        """An answer came. True: the breaker closes by it."""
        closes = self.state is not BreakerState.CLOSED
        self.state = BreakerState.CLOSED
        self._failed, self._rest = 0, self._first
        return closes

    def bad(self, now: float) -> bool:
        """No answer, or a wrong one. True: the breaker opens by it (not: stays open)."""
        self._failed += 1
        if self.state is BreakerState.PROBING:
            self._rest = min(self._longest, self._rest * 2)
        elif self._failed < self._most:
            return False
        opens = self.state is BreakerState.CLOSED
        self.state = BreakerState.OPEN
        self._until = now + self._rest
        self.opened += opens
        return opens


class Budget:
    """So many texts a minute, evenly refilled; unused ones are kept for at most a minute."""

    def __init__(self, per_minute: int, now: float) -> None:
        self._most = float(per_minute)
        self._left = self._most
        self._since = now

    def left(self, now: float) -> int:
        elapsed = max(0.0, now - self._since)
        self._since = now
        self._left = min(self._most, self._left + elapsed * self._most / 60)
        return int(self._left)

    def now(self) -> int:
        """What was left when it was last asked about."""
        return int(self._left)

    def take(self, wanted: int, now: float) -> int:
        """How many of the texts may be asked about."""
        granted = min(wanted, self.left(now))
        self._left -= granted
        return granted


class Remembered:
    """Answers by folded text: raids repeat themselves. Only keyed hashes are kept, in memory."""

    def __init__(self, most: int = REMEMBERED, seconds: float = REMEMBER_SECONDS) -> None:
        self._key = os.urandom(32)
        self._most, self._seconds = most, seconds
        self._known: OrderedDict[bytes, tuple[float, Answer]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def get(self, folded: str, now: float) -> Answer | None:
        digest = self._digest(folded)
        at, answer = self._known.get(digest, (0.0, None))
        if answer is None:
            return None
        if now - at > self._seconds:
            del self._known[digest]
            return None
        self._known.move_to_end(digest)
        return answer

    def put(self, folded: str, answer: Answer, now: float) -> None:
        self._known[self._digest(folded)] = (now, answer)
        while len(self._known) > self._most:
            self._known.popitem(last=False)

    def _digest(self, folded: str) -> bytes:
        data = folded.encode("utf-8", "surrogatepass")
        return blake2b(data, key=self._key, digest_size=16).digest()
