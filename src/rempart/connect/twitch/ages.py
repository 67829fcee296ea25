"""When accounts were made: fresh accounts are how raids are seen soonest.

Rules kept here:

1. The chat never waits for Twitch: a message waits `wait` seconds at most for the age of its
   account, then goes without; the next message of that account has it.
2. Up to a hundred accounts per request; each is asked for once. After a failure nobody waits, and
   nothing is asked, for a while.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from rempart.connect.platform import PlatformError
from rempart.connect.twitch.helix import MOST_USERS, Helix
from rempart.errors import OutboundError

_LOG = logging.getLogger(__name__)
REMEMBERED = 100_000
REST_SECONDS = 30.0


class Ages:
    """`clock`: seconds, never going back."""

    def __init__(
        self, helix: Helix, wait: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._helix = helix
        self._wait = wait
        self._clock = clock
        self._known: dict[str, str] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._rest_until = 0.0

    async def complete(self, items: list[dict[str, Any]]) -> None:
        """Writes `created_at` into the authors of these messages, where it is known in time."""
        authors = [item["author"] for item in items if "author" in item]
        unknown = {one["id"] for one in authors} - self._known.keys()
        if unknown and self._wait > 0 and self._clock() >= self._rest_until:
            await asyncio.wait(self._ask(unknown), timeout=self._wait)
        for author in authors:
            made = self._known.get(author["id"])
            if made:
                author["created_at"] = made

    def _ask(self, ids: Iterable[str]) -> set[asyncio.Task[None]]:
        new = [id for id in sorted(ids) if id not in self._asking]
        for start in range(0, len(new), MOST_USERS):
            part = new[start : start + MOST_USERS]
            task = asyncio.create_task(self._look_up(part))
            self._asking |= dict.fromkeys(part, task)
        return {self._asking[id] for id in ids}

    async def _look_up(self, ids: list[str]) -> None:
        try:
            found = await self._helix.users("id", ids)
        except OutboundError as error:
            wait = error.retry_after if isinstance(error, PlatformError) else None
            self._rest_until = self._clock() + max(REST_SECONDS, wait or 0.0)
            _LOG.warning("ages of accounts are not known for now: %s", error.diagnostics())
        else:
            made = {str(one["id"]): one.get("created_at") for one in found}
            for id in ids:
                text = made.get(id)
                self._known[id] = text if isinstance(text, str) else ""
            while len(self._known) > REMEMBERED:
                del self._known[next(iter(self._known))]
        finally:
            for id in ids:
                self._asking.pop(id, None)
