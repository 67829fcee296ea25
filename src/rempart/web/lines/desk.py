"""The desk of one line: messages in batches to the engine, its decisions back as answers.

Rules kept here:

1. A message is in the log before it is answered, and its reply is paid for before it leaves.
2. All that waits is one batch: two commits for hundreds of messages in a flood, or for one.
3. The same message again gets the same answer and counts once; another body under its id is kept
   beside it, as a conflict.
4. What a crash left undecided is decided at the next start, and answered from the queue.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import urlencode
from zlib import crc32

from rempart.cases.evidence.provenance import Proof
from rempart.connect.outbound import Outbound
from rempart.connect.sms.api import MessagesApi
from rempart.connect.sms.form import Incoming, Status, message_of
from rempart.connect.sms.segments import segments
from rempart.connect.sms.settings import PLATFORM, LineSettings, is_number, micros
from rempart.connect.sms.twiml import SILENCE, reply
from rempart.detect.raid.fingerprint import fingerprints
from rempart.detect.text.fold import fold
from rempart.engine.embedded import EmbeddedEngine
from rempart.engine.embedded.items import Source, logged_message
from rempart.engine.embedded.replies import Came, LineKeeper
from rempart.engine.embedded.replies_later import settle, told_price
from rempart.errors import InputError, RempartError
from rempart.ingest import Parsed
from rempart.model import ItemRefusal, message_key
from rempart.protect.replies import LineClock, Reason
from rempart.store.interface.replies import DAY_MS, ReplyRow
from rempart.web.lines.sender import ReplySender

_LOG = logging.getLogger(__name__)
HOOK = "/api/v1/hooks/sms/"
MOST_AT_ONCE = 500
LATE_MS = DAY_MS
"""So far back a start looks for messages that nobody answered."""
PRICE_AFTER_MS = 5 * 60_000
PRICE_EVERY = 20
MOST_ASKED = 50
_SHORT_BIT = 1 << 33
_LOST = ("failed", "undelivered")


class _Waiting(NamedTuple):
    incoming: Incoming
    answer: asyncio.Future[bytes]


class LineDesk:
    """Made before the app, run beside it on the same event loop."""

    def __init__(
        self,
        engine: EmbeddedEngine,
        name: str,
        settings: LineSettings,
        public_url: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.settings = settings
        self.engine = engine
        self.hook_url = f"{public_url.rstrip('/')}{HOOK}{name}"
        self.keeper = LineKeeper(
            engine, name, (PLATFORM, settings.number), settings.limits, micros(settings.price)
        )
        self.counts: dict[str, int] = {"unsigned": 0, "failed": 0}
        with engine.read() as tables:
            stored = tables.replies.line(name)
        self.clock = LineClock(stored.clock_ms, monotonic)
        self._api = MessagesApi(settings, Outbound(allow=settings.allow))
        self._sender = ReplySender(self.keeper, self._api, self.clock, self.status_url)
        self._waiting: list[_Waiting] = []
        self._woken = asyncio.Event()
        self._prices: deque[tuple[int, str, str]] = deque(maxlen=MOST_ASKED)
        self._delivered = 0

    def status_url(self, sid: str) -> str:
        """Where the provider tells what became of the reply to message `sid`."""
        return f"{self.hook_url}/status?{urlencode({'message': sid})}"

    async def run(self) -> None:
        """Until cancelled."""
        await self._recover()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._serve())
            group.create_task(self._sender.run())
            group.create_task(self._ask_prices())

    # -- messages that come ------------------------------------------------------------------

    async def answer(self, incoming: Incoming) -> bytes:
        """TwiML, after the durable commit of message and decision. Raises what the engine raises;
        the provider may send the same again."""
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(incoming, answer))
        self._woken.set()
        return await answer

    async def _serve(self) -> None:
        while True:
            await self._woken.wait()
            batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            if not self._waiting:
                self._woken.clear()
            if not batch:
                continue
            try:
                await self._take(batch)
            except Exception as error:
                if not isinstance(error, RempartError):
                    _LOG.exception("a batch of line %s could not be taken", self.name)
                for one in batch:
                    if not one.answer.done():
                        one.answer.set_exception(error)

    async def _take(self, batch: Sequence[_Waiting]) -> None:
        kept, seqs = await self._log(batch)
        sids = [one.incoming.sid for one in kept]
        with self.engine.read() as tables:
            known = tables.replies.of_sids(self.name, sids)
        fresh: dict[str, _Waiting] = {}
        for one in kept:
            if one.incoming.sid not in known:
                fresh.setdefault(one.incoming.sid, one)
        if fresh:
            came = self._came([one.incoming for one in fresh.values()], seqs)
            decided = self.keeper.decide(came, self.clock.now_ms())
            known |= {row.sid: row for row in await asyncio.wrap_future(decided)}
        for one in kept:
            if not one.answer.done():
                one.answer.set_result(self._spoken(known[one.incoming.sid]))

    async def _log(self, batch: Sequence[_Waiting]) -> tuple[list[_Waiting], dict[str, int]]:
        """Everything into the log; the entry of each id. What was known keeps the time it had, so
        that the engine can tell a repeat from another body."""
        keys = [message_key(PLATFORM, one.incoming.sid) for one in batch]
        with self.engine.read() as tables:
            known = tables.stream.known(keys)
            rows = tables.stream.messages([one.seq for one in known.values()]) if known else []
        times = {row.key: row.sent_at_ms for row in rows}
        now_ms = self.engine.now_ms()
        kept: list[_Waiting] = []
        items: list[Parsed] = []
        for one, key in zip(batch, keys, strict=True):
            made = message_of(one.incoming, self.settings, times.get(key, now_ms))
            if isinstance(made, ItemRefusal):
                one.answer.set_exception(InputError(made.reason, where=made.field or ""))
                continue
            kept.append(one)
            items.append(made)
        if not items:
            return [], {}
        # The provider's HMAC proves it to us alone: we hold its secret, and could have written it.
        source = Source("hook", self.name, Proof.TRANSPORT.value)
        results = await asyncio.wrap_future(self.engine.submit(items, source))
        seqs: dict[str, int] = {}
        for one, result in zip(kept, results, strict=True):
            earlier = known.get(message_key(PLATFORM, one.incoming.sid))
            seqs.setdefault(one.incoming.sid, earlier.seq if earlier else result.sequence)
        return kept, seqs

    def _came(self, incoming: Sequence[Incoming], seqs: dict[str, int]) -> list[Came]:
        with self.engine.read() as tables:
            price = max(micros(self.settings.price), tables.replies.line(self.name).price)
        found = []
        for one, pattern in zip(incoming, patterns([one.text for one in incoming]), strict=True):
            text = self.settings.reply_to(one.text)
            refused = None
            if not is_number(one.sender) or one.sender == self.settings.number:
                refused = Reason.NO_NUMBER
            elif not text.strip():
                refused = Reason.NO_TEXT
            cost = segments(text) * price
            found.append(Came(one.sid, seqs[one.sid], one.sender, text, cost, pattern, refused))
        return found

    def _spoken(self, row: ReplyRow) -> bytes:
        if row.state != "answered":
            return SILENCE
        return reply(row.text, self.status_url(row.sid))

    async def _recover(self) -> None:
        """Messages of the last day that were logged and never decided about."""
        number = self.settings.number
        since_ms = self.engine.now_ms() - LATE_MS
        with self.engine.read() as tables:
            seqs = tables.replies.missing(PLATFORM, number, self.name, since_ms)
            found = [(seq, logged_message(tables.log.bodies(seq))) for seq in seqs]
        late = [
            (seq, Incoming(message.id, message.author.id, message.text, ()))
            for seq, message in found
            if message is not None
        ]
        for begin in range(0, len(late), MOST_AT_ONCE):
            part = late[begin : begin + MOST_AT_ONCE]
            came = self._came([one for _, one in part], {one.sid: seq for seq, one in part})
            decided = self.keeper.decide(came, self.clock.now_ms(), late=True)
            await asyncio.wrap_future(decided)

    # -- what the provider says of replies ---------------------------------------------------

    async def status(self, sid: str, told: Status) -> None:
        """A status callback on the reply to message `sid`."""
        if told.price is not None and told.currency in ("", self.settings.currency):
            await self._price(sid, told.price)
        elif told.status == "delivered":
            self._delivered += 1
            if self._delivered % PRICE_EVERY == 1:
                at_ms = self.engine.now_ms() + PRICE_AFTER_MS
                self._prices.append((at_ms, sid, told.sid))
        if told.status in _LOST:
            self.counts["failed"] += 1
            with self.engine.read() as tables:
                row = tables.replies.of_sids(self.name, [sid]).get(sid)
            if row is not None:
                detail = f"{told.status} {told.error}".strip()[:200]
                await asyncio.wrap_future(settle(self.keeper, row._replace(detail=detail)))

    async def _price(self, sid: str, told: int) -> None:
        with self.engine.read() as tables:
            row = tables.replies.of_sids(self.name, [sid]).get(sid)
        if row is not None:
            parts = segments(row.text)
            changed = told_price(self.keeper, sid, told, parts, self.clock.now_ms())
            await asyncio.wrap_future(changed)

    async def _ask_prices(self) -> None:
        """The provider knows a price minutes after the delivery: one in twenty is asked for."""
        while True:
            await asyncio.sleep(1.0)
            while self._prices and self._prices[0][0] <= self.engine.now_ms():
                _, sid, out_sid = self._prices.popleft()
                try:
                    told = await self._api.price(out_sid)
                    if told is not None:
                        await self._price(sid, told)
                except Exception:
                    _LOG.exception("the price of a reply of line %s was not learnt", self.name)


def patterns(texts: Sequence[str]) -> list[int]:
    """The text family of each: the smallest of its fingerprints. A text without letters is a family
    of its own, with all that say the same."""
    found = []
    for text, one in zip(texts, fingerprints(fold(texts)), strict=True):
        if one.keys:
            found.append(one.keys[0])
        else:
            found.append(_SHORT_BIT | crc32(text.strip()[:20].encode("utf-8", "replace")))
    return found
