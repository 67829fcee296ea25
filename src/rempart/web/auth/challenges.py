"""What a signed-in person has under way: the challenge of a new passkey, an app's new secret.

In memory only, used once, gone after five minutes or with the process; bounded. A key names the
purpose and the session it belongs to. What strangers begin is kept by their browsers: `begun`.
"""

from __future__ import annotations

import time
from collections import OrderedDict

LIFETIME = 300.0
MOST = 10_000


class Challenges:
    def __init__(self) -> None:
        self._pending: OrderedDict[tuple[str, str], tuple[bytes, float]] = OrderedDict()

    def put(self, purpose: str, owner: str, value: bytes) -> None:
        """Replaces what was under way for the same purpose and owner."""
        self._pending.pop((purpose, owner), None)
        self._pending[purpose, owner] = (value, time.monotonic() + LIFETIME)
        if len(self._pending) > MOST:
            self._pending.popitem(last=False)

    def look(self, purpose: str, owner: str) -> bytes | None:
        value, until = self._pending.get((purpose, owner), (None, 0.0))
        return value if until > time.monotonic() else None

    def take(self, purpose: str, owner: str) -> bytes | None:
        """None when there is none, or it is too old; a second time there is none."""
        value = self.look(purpose, owner)
        self._pending.pop((purpose, owner), None)
        return value
