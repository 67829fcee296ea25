"""How often the same may come within a time, in bounded memory and without keeping what it was."""

from __future__ import annotations

import os
from collections import OrderedDict
from hashlib import blake2b
from typing import Final

MAX_KEYS: Final = 50_000


class Often:
    """`most` times within `per_seconds`. What came is kept under a key of this process only; times
    are monotonic seconds, given by the caller."""

    def __init__(self, most: int, per_seconds: float) -> None:
        self._most = most
        self._per_seconds = per_seconds
        self._key = os.urandom(32)
        self._seen: OrderedDict[bytes, list[float]] = OrderedDict()

    def wait(self, what: bytes, now: float) -> float:
        """0 when it is taken (and counted), else the seconds until it would be."""
        name = blake2b(what, digest_size=16, key=self._key).digest()
        times = [at for at in self._seen.pop(name, []) if now - at < self._per_seconds]
        wait = times[0] + self._per_seconds - now if len(times) >= self._most else 0.0
        if wait <= 0:
            times.append(now)
        self._seen[name] = times
        if len(self._seen) > MAX_KEYS:
            self._seen.popitem(last=False)
        return max(0.0, wait)
