"""Sends the replies that wait, as budget returns: patiently, and each at most once.

A reply whose fate is unknown (no answer, an answer nobody can read, a crash in between) is looked
up at the provider before it is sent again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from rempart.connect.sms.api import Attempt, MessagesApi, Outcome
from rempart.connect.sms.segments import segments
from rempart.engine.embedded.replies import LineKeeper
from rempart.engine.embedded.replies_later import (
    AT_ONCE,
    SAVE_CLOCK_MS,
    Job,
    settle,
    take_due,
    told_price,
)
from rempart.errors import StoreError
from rempart.protect.outbox import wait_after
from rempart.protect.replies import LineClock, Reason
from rempart.store.interface.replies import ReplyRow

_LOG = logging.getLogger(__name__)
LOOK_EVERY = 0.5


class ReplySender:
    def __init__(
        self,
        keeper: LineKeeper,
        api: MessagesApi,
        clock: LineClock,
        status_url: Callable[[str], str],
    ) -> None:
        self._keeper = keeper
        self._api = api
        self._clock = clock
        self._status_url = status_url

    async def run(self) -> None:
        """Until cancelled. An error of the store is logged and tried again: it never ends this."""
        first = True
        while True:
            taken = 0
            try:
                taken = await self.send_due(first=first)
                first = False
            except StoreError as error:
                _LOG.warning("waiting replies of line %s: %s", self._keeper.name, error)
            except Exception:
                _LOG.exception("waiting replies of line %s were not sent", self._keeper.name)
            if taken < AT_ONCE:
                await asyncio.sleep(LOOK_EVERY)

    async def send_due(self, *, first: bool = False) -> int:
        """One round; returns how many were attempted."""
        if not first and not self._is_something():
            return 0
        taken = take_due(self._keeper, self._clock.now_ms(), first=first)
        jobs = await asyncio.wrap_future(taken)
        await asyncio.gather(*(self._send(job) for job in jobs))
        return len(jobs)

    def _is_something(self) -> bool:
        """Looked up by a reader: a line at rest costs no transaction."""
        keeper = self._keeper
        with keeper.engine.read() as tables:
            return bool(
                tables.replies.waiting(keeper.name, 1)
                or tables.replies.due(keeper.name, keeper.engine.now_ms(), 1)
                or self._clock.now_ms() - tables.replies.line(keeper.name).clock_ms >= SAVE_CLOCK_MS
            )

    async def _send(self, job: Job) -> None:
        row = job.row
        attempt = await self._found(row) if job.again else None
        if attempt is None:
            attempt = await self._api.send(row.sender, row.text, self._status_url(row.sid))
        await self._settle(row, attempt)

    async def _found(self, row: ReplyRow) -> Attempt | None:
        """The reply at the provider, when an earlier attempt arrived. Replies to the same number
        that we know of are others."""
        with self._keeper.engine.read() as tables:
            rows = tables.replies.latest(self._keeper.name, sender=row.sender)
        known = frozenset(one.out_sid for one in rows if one.out_sid)
        answered = sum(one.state == "answered" and one.text == row.text for one in rows)
        return await self._api.find(row.sender, row.text, known, skip=answered)

    async def _settle(self, row: ReplyRow, attempt: Attempt) -> None:
        detail = attempt.detail[:200]
        refund = False
        if attempt.outcome is Outcome.SENT:
            row = row._replace(
                state="sent", reason=Reason.ANSWERED.value, out_sid=attempt.sid, detail=detail
            )
        else:
            attempts = row.attempts + 1
            wait = wait_after(f"reply {row.id}", attempts)
            given_up = attempt.outcome is Outcome.REFUSED or wait is None
            refund = attempt.outcome is Outcome.REFUSED
            unknown = attempt.outcome is Outcome.UNKNOWN
            wait_ms = int(max(wait or 0.0, attempt.retry_after) * 1000)
            row = row._replace(
                state="refused" if given_up else "sending",
                reason=(
                    Reason.REFUSED if given_up else Reason.UNKNOWN if unknown else Reason.ANSWERED
                ).value,
                attempts=attempts,
                next_ms=self._keeper.engine.now_ms() + wait_ms,
                detail=detail,
            )
        await asyncio.wrap_future(settle(self._keeper, row, refund=refund))
        if attempt.price is not None:
            parts = segments(row.text)
            told = told_price(self._keeper, row.sid, attempt.price, parts, self._clock.now_ms())
            await asyncio.wrap_future(told)
