"""How often one address may say the same: a rate limit that never blocks a first notice.

Only repeats are counted: the same address, about the same thing. Whoever reports something for the
first time is always heard, however many others reported before from the same address or network
(FAULTS row 39). Kept in bounded memory, under a key of this process, so that no address is stored.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from hashlib import blake2b

import msgspec

from rempart.model import ReportRequest

REPEATS = 5
PER_SECONDS = 3600.0
MAX_KEYS = 50_000


class Notices:
    """Times are monotonic seconds, given by the caller."""

    def __init__(self) -> None:
        self._key = os.urandom(32)
        self._seen: OrderedDict[bytes, list[float]] = OrderedDict()

    def wait(self, address: str, report: ReportRequest, now: float) -> float:
        """0 when it is taken (and counted), else the seconds until this repeat would be."""
        thing = (report.message_ids, report.links, report.text)
        about = (report.category, *(thing if any(thing) else (report.explanation,)))
        name = blake2b(
            msgspec.json.encode((address, about)), digest_size=16, key=self._key
        ).digest()
        times = [at for at in self._seen.pop(name, []) if now - at < PER_SECONDS]
        wait = times[0] + PER_SECONDS - now if len(times) > REPEATS else 0.0
        if wait <= 0:
            times.append(now)
        self._seen[name] = times
        if len(self._seen) > MAX_KEYS:
            self._seen.popitem(last=False)
        return max(0.0, wait)
