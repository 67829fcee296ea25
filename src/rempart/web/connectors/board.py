"""All connectors of a service: what goes out by name, what comes in, and their numbers.

One section of the settings is one connector, `twitch.lea` or (for webhooks) just `bot`; in and out
share name and numbers.
"""

from __future__ import annotations

import asyncio
import logging

from rempart.cases.reports.keys import ReportKeys
from rempart.connect.source import Backoff, ConnectorNumbers, InConnector
from rempart.engine.embedded import EmbeddedEngine
from rempart.model import Measure
from rempart.protect.connector import Connector, Delivery, Told
from rempart.web.connectors.intake import EngineIntake

_LOG = logging.getLogger(__name__)


class Connectors:
    """`out` and `sources` by name; `numbers` of every one."""

    def __init__(self, engine: EmbeddedEngine, keys: ReportKeys) -> None:
        self._engine = engine
        self._keys = keys
        self.out: dict[str, Connector] = {}
        self.sources: dict[str, InConnector] = {}
        self.numbers: dict[str, ConnectorNumbers] = {}

    def goes_out(self, name: str, connector: Connector) -> None:
        numbers = self.numbers.setdefault(name, ConnectorNumbers())
        self.out[name] = _Counted(connector, numbers)

    def comes_in(self, source: InConnector) -> None:
        self.sources[source.name] = source
        self.numbers[source.name] = source.numbers

    def intake(self, name: str) -> EngineIntake:
        """For connectors that are called over HTTP, and for those that run."""
        numbers = self.numbers.setdefault(name, ConnectorNumbers())
        return EngineIntake(self._engine, name, numbers, self._keys)

    async def run(self) -> None:
        """All that read, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for source in self.sources.values():
                group.create_task(self._keep(source))

    async def _keep(self, source: InConnector) -> None:
        patience = Backoff()
        while True:
            try:
                await source.run(self.intake(source.name))
            except Exception as error:
                _LOG.exception("the connector %s failed and is started again", source.name)
                source.numbers.goes_badly(f"{type(error).__name__}: {error}")
            await asyncio.sleep(patience.next())


class _Counted(Connector):
    """A connector out, with its results counted."""

    name = "counted"

    def __init__(self, inner: Connector, numbers: ConnectorNumbers) -> None:
        self._inner = inner
        self._numbers = numbers

    async def apply(self, measure: Measure) -> Delivery:
        return self._count(await self._inner.apply(measure))

    async def undo(self, measure: Measure) -> Delivery:
        return self._count(await self._inner.undo(measure))

    async def tell(self, told: Told) -> Delivery:
        return await self._inner.tell(told)

    def _count(self, result: Delivery) -> Delivery:
        numbers = self._numbers
        if result.ok:
            numbers.applied += 1
        elif result.retry_after is None:
            numbers.not_applied += 1
        else:
            numbers.retries += 1
        return result
