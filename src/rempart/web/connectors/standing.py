"""What else stands, as the store knows it (see `connect.standing`)."""

from __future__ import annotations

import asyncio

from rempart.engine.embedded import EmbeddedEngine
from rempart.model import Measure, MeasureState, ScopeKind

MOST = 1_000


class StoredStanding:
    def __init__(self, engine: EmbeddedEngine) -> None:
        self._engine = engine

    async def __call__(self, measure: Measure) -> list[Measure]:
        return await asyncio.to_thread(self._read, measure)

    def _read(self, measure: Measure) -> list[Measure]:
        scope = measure.scope
        with self._engine.read() as tables:
            if scope.kind is ScopeKind.ACCOUNT:
                rows = tables.stream.measures_on(scope.platform, scope.channel, account=scope.ref)
            else:
                rows = tables.stream.measures(
                    kinds=[measure.kind], active=True, within=[scope.channel], limit=MOST
                )
        return [
            row.measure
            for row in rows
            if row.measure.id != measure.id
            and row.measure.state is MeasureState.ACTIVE
            and row.measure.scope.platform == scope.platform
            and (scope.kind is not ScopeKind.ACCOUNT or row.measure.scope.ref == scope.ref)
        ]
