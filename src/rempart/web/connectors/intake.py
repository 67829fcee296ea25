"""From a connector into the engine: what every delivery goes through, with patience.

Rules kept here:

1. A batch is taken whole or waited for: a full queue, a full disk and a store that refuses are met
   with growing waits. A repeat is safe, items are idempotent by id.
2. No connector has a signature to keep that a third party could check (Twitch: a TLS connection;
   Mastodon: a token, or an HMAC whose secret is ours too): what comes is transport-authenticated.
3. A refused item costs no other and is counted; the log of the service says why, without its text.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from rempart.cases.evidence.provenance import Proof
from rempart.cases.reports.keys import ReportKeys
from rempart.cases.reports.receiving import receive
from rempart.connect.source import Backoff, ConnectorNumbers, Taken
from rempart.engine.embedded import EmbeddedEngine, Source
from rempart.errors import QueueFullError, StoreError
from rempart.ingest import Parsed, parse_one
from rempart.model import ItemRefusal, Message, ReportRequest
from rempart.web.auth.gate import now_ms

_LOG = logging.getLogger(__name__)
LONGEST_WAIT = 30.0


class EngineIntake:
    """The `Intake` of one connector."""

    def __init__(
        self,
        engine: EmbeddedEngine,
        name: str,
        numbers: ConnectorNumbers,
        keys: ReportKeys,
    ) -> None:
        self._engine = engine
        self._name = name
        self._numbers = numbers
        self._keys = keys
        self._source = Source("connector", name, Proof.TRANSPORT.value)

    async def take(self, items: Sequence[bytes]) -> Taken:
        read = [parse_one(item, index=index) for index, item in enumerate(items)]
        accepted = [one for one in read if isinstance(one, Parsed)]
        refused = tuple(one for one in read if isinstance(one, ItemRefusal))
        numbers = self._numbers
        numbers.refused += len(refused)
        for one in refused:
            _LOG.warning("%s: an item was refused: %s (%s)", self._name, one.reason, one.field)
        if not accepted:
            return Taken((), 0, refused)
        patience = Backoff(0.2, LONGEST_WAIT)
        while True:
            try:
                results = await asyncio.wrap_future(self._engine.submit(accepted, self._source))
                break
            except QueueFullError:
                numbers.waits += 1
            except StoreError as error:
                numbers.waits += 1
                _LOG.warning("%s: not stored yet: %s", self._name, error.diagnostics())
            await asyncio.sleep(patience.next())
        duplicates = sum(one.status == "duplicate" for one in results)
        numbers.taken += len(results) - duplicates
        numbers.duplicates += duplicates
        newest = max(
            (one.item.sent_at for one in accepted if type(one.item) is Message), default=None
        )
        if newest is not None:
            numbers.lag = max(
                0.0, (datetime.fromtimestamp(time.time(), UTC) - newest).total_seconds()
            )
        return Taken(tuple(one.outcome for one in results), duplicates, refused)

    async def report(self, request: ReportRequest, reporter: str) -> str:
        at_ms, keys = now_ms(), self._keys
        patience = Backoff(0.2, LONGEST_WAIT)
        while True:
            try:
                change = self._engine.write(
                    lambda tables: receive(tables, request, keys, at_ms, reporter, via="platform")
                )
                return (await asyncio.wrap_future(change)).case
            except StoreError as error:
                self._numbers.waits += 1
                _LOG.warning("%s: a report waits: %s", self._name, error.diagnostics())
            await asyncio.sleep(patience.next())
